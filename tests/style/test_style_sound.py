from __future__ import annotations

from pathlib import Path

import pytest

from remixkit import remix
from remixkit import style as styles
from remixkit.errors import StyleError
from remixkit.model.arrangement import Duck, Fx

EXAMPLE = Path(__file__).parents[2] / "examples" / "paper-comet.mid"
STYLE = """
schema = 2
title = "Buses"
[roles.tune]
kind = "melody"
bus = "lead"
[roles.beat]
kind = "drums"
patterns = { all = "lofi_one" }
[buses.lead]
level_db = -2
reverb = 30
fx = [{ name = "gain", gain_db = -3 }]
duck = { by = "beat", depth_db = 3 }
loudness_offset_lu = [2, 6]
sections = { chorus = { lowpass_hz = [900, 9000] } }
[master.sections]
chorus = { gain_db = [-1, 1] }
"""


def test_buses_reach_the_arrangement_at_their_sections(tmp_path: Path) -> None:
    path = tmp_path / "buses.toml"
    path.write_text(STYLE)
    made = remix.cover(EXAMPLE, styles.check(path)).arrangement
    (bus,) = made.master.buses
    assert (bus.name, bus.level_db, bus.reverb, bus.loudness_offset_lu) == ("lead", -2, 30, (2, 6))
    assert bus.fx == (Fx("gain", {"gain_db": -3}),)
    assert bus.duck == Duck("beat", 3)
    choruss = [(s.start_tick, s.end_tick) for s in made.sections if s.label == "chorus"]
    assert choruss
    assert [(m.start_tick, m.end_tick) for m in bus.automation] == choruss
    assert {m.lowpass_hz for m in bus.automation} == {(900, 9000)}
    assert {m.gain_db for m in made.master.automation} == {(-1, 1)}
    assert [p.bus for p in made.parts if p.role == "tune"] == ["lead"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('bus = "lead"', 'bus = "leed"', "roles.tune.bus: no bus is called 'leed'; did you mean 'lead'?"),
        ('by = "beat"', 'by = "bet"', "buses.lead.duck.by: no role is called 'bet'; did you mean 'beat'?"),
        (
            "loudness_offset_lu",
            "loudness_ofset_lu",
            "buses.lead.loudness_ofset_lu: there is no such key; did you mean 'loudness_offset_lu'?",
        ),
        ("depth_db", "deep_db", "buses.lead.duck.deep_db: there is no such key; did you mean 'depth_db'?"),
        ('name = "gain"', 'name = "gian"', "no effect is called 'gian'; did you mean 'gain'?"),
        ("gain_db = -3", "gain = -3", "buses.lead.fx[0].gain: no gain parameter is called 'gain'"),
        ("[-1, 1]", "[-1, 90]", "gain_db must lie between -24 and 12"),
        ("[900, 9000]", "[9, 9000]", "lowpass_hz must lie between 100 and 20000"),
        ("[2, 6]", "[6, 2]", "loudness_offset_lu must rise"),
    ],
)
def test_a_mistake_is_named_with_the_nearest_word(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "buses.toml"
    path.write_text(STYLE.replace(old, new, 1))
    with pytest.raises(StyleError) as problem:
        styles.check(path)
    assert said in str(problem.value)
    assert str(path) in str(problem.value)
