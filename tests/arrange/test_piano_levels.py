"""A cover's level is its pianist's, whatever the style says."""

from __future__ import annotations

import pytest
from charts import arrange, song

from remixkit import style as styles
from remixkit.arrange.piano.hands import LEVELS as REACHES
from remixkit.errors import StyleError
from remixkit.style.difficulty import LEVELS, with_level


def test_each_level_has_its_hands() -> None:
    assert set(LEVELS) == set(REACHES)


def test_a_level_is_given_to_both_hands_and_takes_nothing_else() -> None:
    style = styles.load("piano-ballad")
    easy = with_level(style, "easy")
    assert {r.settings["level"] for r in easy.roles.values()} == {"easy"}
    assert easy.roles["right_hand"].settings["melody_share"] == style.roles["right_hand"].settings["melody_share"]
    assert with_level(easy, str(style.roles["left_hand"].settings["level"])) == style


def test_easier_levels_have_fewer_notes_and_the_same_tune() -> None:
    analysis = song(form="iASO")
    made = {level: arrange(analysis, with_level(styles.load("piano-ballad"), level), seed=2) for level in LEVELS}
    counts = [sum(len(p.notes) for p in made[level].parts) for level in LEVELS]
    assert counts[0] < 0.7 * counts[2]
    assert counts[0] < counts[1] < counts[2]
    tunes = [
        {((n.start_tick + 120) // 240, n.pitch % 12) for p in a.parts for n in p.notes if n.origin.function == "melody"}
        for a in made.values()
    ]
    assert tunes[0] == tunes[1] == tunes[2]


def test_a_wrong_level_names_the_nearest() -> None:
    with pytest.raises(StyleError, match=r"'mediun' is not a level.*did you mean 'medium'"):
        with_level(styles.load("piano-ballad"), "mediun")


def test_a_band_has_no_level() -> None:
    with pytest.raises(StyleError, match="has no pianist"):
        with_level(styles.load("rock"), "easy")
