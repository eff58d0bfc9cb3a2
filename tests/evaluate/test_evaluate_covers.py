"""`evaluate` on whole covers."""

from __future__ import annotations

from dataclasses import replace

import charts
import pytest

import remixkit
from remixkit.evaluate import difference, evaluate
from remixkit.evaluate.harmony_measures import chord_tone_rate
from remixkit.model.arrangement import Arrangement
from remixkit.remix import Cover


@pytest.fixture(scope="module")
def piano() -> Cover:
    return remixkit.cover(charts.song(), "piano-ballad", seed=1)


def with_lead(cover: Cover, change: object) -> Cover:
    """The cover with the notes of its first part changed."""
    first, *others = cover.arrangement.parts
    made: Arrangement = replace(cover.arrangement, parts=(replace(first, notes=change(first.notes)), *others))  # type: ignore[operator]
    return replace(cover, arrangement=made)


def test_a_cover_of_ours_has_the_whole_tune_and_can_be_played(piano: Cover) -> None:
    found = evaluate(piano)
    assert found.melody_recall == 1.0
    assert found.silent_sections == 0
    assert found.unplayable == 0.0
    assert found.out_of_range == 0.0


def test_low_chord_tones_are_those_below_middle_c(piano: Cover) -> None:
    low = [n for p in piano.arrangement.parts for n in p.notes if n.pitch < 60]
    assert evaluate(piano).chord_tones_low == chord_tone_rate(low, piano.arrangement.chords)


def test_a_lost_half_of_the_tune_is_seen(piano: Cover) -> None:
    half = piano.arrangement.end_tick // 2
    found = evaluate(with_lead(piano, lambda notes: tuple(n for n in notes if n.start_tick < half)))
    assert 0.4 < (found.melody_recall or 0) < 0.7
    assert found.silent_sections >= 2


def test_a_cover_in_tv_size_is_held_against_the_song_cut_to_it() -> None:
    song = charts.song(bars_each=8)
    whole, short = (remixkit.cover(song, "rock", form=form) for form in ("full", "tv"))
    assert short.arrangement.end_tick < 0.8 * whole.arrangement.end_tick
    assert evaluate(short).melody_recall == 1.0


def test_a_band_has_no_hands_and_the_same_notes_a_second_as_it_has_notes() -> None:
    cover = remixkit.cover(charts.song(), "rock", seed=1)
    found = evaluate(cover)
    made = cover.arrangement
    assert found.unplayable is None
    length_s = made.grid.tempo.second(made.end_tick)
    assert found.notes_a_second * length_s == pytest.approx(sum(len(p.notes) for p in made.parts))


def test_a_source_without_a_tune_has_no_figures_of_it() -> None:
    found = evaluate(remixkit.cover(charts.song(tune=False), "lofi"))
    assert (found.melody_recall, found.lead_precision, found.melody_on_top) == (None, None, None)
    assert found.chord_tones is not None


@pytest.mark.parametrize("style", ["piano-ballad", "lofi"])
def test_another_seed_changes_the_accompaniment_and_not_the_tune(style: str) -> None:
    song = charts.song()
    one, two, again = (remixkit.cover(song, style, seed=s).arrangement for s in (1, 2, 1))
    assert difference(one, again, song) == difference(one, one, song)
    assert difference(one, one, song).accompaniment == 0.0
    found = difference(one, two, song)
    assert found.melody == 0.0
    assert found.accompaniment > 0.1
