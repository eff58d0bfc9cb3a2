"""Which bars of a source a cover plays, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.model import spans
from remixkit.model.song import Note
from remixkit.model.source_map import SourceMap, Stretch, transposed_pitch

BAR = 3840


@st.composite
def maps(draw: st.DrawFn, bars: int = 40) -> SourceMap:
    """Some of the bars of a song of so many, moved by whole bars and transposed."""
    edges = sorted(draw(st.sets(st.integers(0, bars), min_size=2, max_size=8)))
    kept = list(zip(edges[::2], edges[1::2], strict=False))
    at = draw(st.integers(0, 8))
    stretches = []
    for first, last in kept:
        stretches.append(Stretch(first * BAR, last * BAR, (at - first) * BAR))
        at += last - first
    return SourceMap(tuple(stretches), draw(st.integers(-12, 12)))


kept_ticks = st.integers(0, 40 * BAR)


@given(maps(), kept_ticks)
def test_a_tick_that_is_played_comes_back_from_the_cover(found: SourceMap, tick: int) -> None:
    there = found.to_cover(tick)
    is_kept = any(s.start_tick <= tick < s.end_tick for s in found.stretches)
    assert (there is not None) == is_kept
    if there is not None:
        assert found.to_source(there) == tick


@given(maps(), kept_ticks)
def test_a_tick_of_the_cover_comes_back_from_the_source(found: SourceMap, tick: int) -> None:
    there = found.to_source(tick)
    end = found.stretches[-1].cover_end_tick
    assert (there is None) == (tick < found.lead_in_ticks or tick >= end)
    if there is not None:
        assert found.to_cover(there) == tick


@given(maps(), st.lists(st.tuples(kept_ticks, st.integers(1, 4000), st.integers(0, 127)), max_size=12))
def test_placed_notes_are_those_of_the_kept_bars_in_the_covers_key(
    found: SourceMap, rows: list[tuple[int, int, int]]
) -> None:
    notes = [Note(start, start + length, pitch) for start, length, pitch in rows]
    first = found.stretches[0]
    begun = [n for n in notes if n.start_tick >= first.start_tick]
    placed = found.placed(begun)
    kept = [n for n in begun if found.to_cover(n.start_tick) is not None]
    assert sorted((n.start_tick, n.pitch) for n in placed) == sorted(
        (found.to_cover(n.start_tick), transposed_pitch(n.pitch, found.semitones)) for n in kept
    )
    ends = [s.cover_end_tick for s in found.stretches]
    assert all(any(n.end_tick <= end for end in ends) for n in placed)


def test_a_note_that_sounds_on_into_the_first_bar_begins_there() -> None:
    found = SourceMap((Stretch(BAR, 2 * BAR, -BAR),))
    assert found.placed([Note(BAR - 60, BAR + 400, 60), Note(0, BAR - 60, 59)]) == (Note(0, 400, 60),)


@given(maps(), maps(bars=12), kept_ticks)
def test_one_map_after_another_leads_where_both_lead(first: SourceMap, second: SourceMap, tick: int) -> None:
    both = first.then(second)
    middle = first.to_cover(tick)
    assert both.to_cover(tick) == (None if middle is None else second.to_cover(middle))
    assert both.semitones == first.semitones + second.semitones


@given(maps(), st.integers(-5, 5), kept_ticks)
def test_a_cover_that_begins_later_is_the_same_cover(found: SourceMap, bars: int, tick: int) -> None:
    there = found.to_cover(tick)
    assert found.shifted(bars * BAR).to_cover(tick) == (None if there is None else there + bars * BAR)


@given(maps())
def test_a_whole_song_before_or_after_changes_nothing(found: SourceMap) -> None:
    merged = replace(found, stretches=spans.merge(found.stretches, lambda a, b: False))
    assert SourceMap.whole(40 * BAR).then(found).to_cover(0) == merged.to_cover(0)
    whole = SourceMap.whole(60 * BAR)
    assert [found.then(whole).to_cover(t) for t in range(0, 40 * BAR, BAR)] == [
        found.to_cover(t) for t in range(0, 40 * BAR, BAR)
    ]


def test_added_bars_borrow_and_are_not_played_from_the_source() -> None:
    found = SourceMap((Stretch(0, 8 * BAR, 2 * BAR),), borrowed=(Stretch(6 * BAR, 8 * BAR, -6 * BAR),))
    assert (found.to_source(BAR), found.borrowed_from(BAR)) == (None, 7 * BAR)
    assert (found.to_source(2 * BAR), found.borrowed_from(2 * BAR)) == (0, None)
    assert found.lead_in_ticks == 2 * BAR


def test_what_accompanies_a_pickup_that_is_left_out_sounds_on() -> None:
    found = SourceMap((Stretch(0, 4 * BAR - 1920, 0), Stretch(8 * BAR - 960, 12 * BAR, -4 * BAR)))
    assert found.to_source(4 * BAR - 1800) == 4 * BAR - 1800
    assert found.to_source(4 * BAR - 960) == 8 * BAR - 960
    assert found.to_cover(4 * BAR - 1800) is None


def test_stretches_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="not overlap"):
        SourceMap((Stretch(0, 2 * BAR), Stretch(3 * BAR, 4 * BAR, -2 * BAR)))
