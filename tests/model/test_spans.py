"""The algebra of time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from remixkit.model import spans
from remixkit.model.analysis import Key
from remixkit.model.song import Note, Text

ticks = st.integers(-10_000, 10_000)
notes = st.lists(
    st.builds(lambda start, length, pitch: Note(start, start + length, pitch), ticks, st.integers(1, 3000), st.just(60))
)
texts = st.lists(st.builds(Text, ticks, st.just("a")))


@given(notes, texts, ticks)
def test_what_is_moved_and_moved_back_is_as_it_was(lasting: list[Note], standing: list[Text], by: int) -> None:
    assert spans.shift(spans.shift(lasting, by), -by) == tuple(lasting)
    assert spans.shift(spans.shift(standing, by), -by) == tuple(standing)


def test_events_do_not_move_before_the_least_tick() -> None:
    assert spans.shift([Text(5, "a"), Text(40, "b")], -20, least=0) == (Text(0, "a"), Text(20, "b"))


@given(notes, ticks, st.integers(1, 5000))
def test_what_is_clipped_lies_inside_and_loses_nothing_of_it(items: list[Note], start: int, length: int) -> None:
    end = start + length
    cut = spans.clip(items, start, end)
    assert all(start <= n.start_tick < n.end_tick <= end for n in cut)
    assert len(cut) == sum(spans.overlaps(n, start, end) for n in items)
    inside = {t for n in items for t in range(n.start_tick, n.end_tick) if start <= t < end}
    assert {t for n in cut for t in range(n.start_tick, n.end_tick)} == inside


@given(notes, ticks, st.integers(0, 5000), st.integers(0, 5000))
def test_neighbouring_windows_share_out_what_begins(items: list[Note], start: int, one: int, other: int) -> None:
    middle, end = start + one, start + one + other
    both = [*spans.starting_in(items, start, middle), *spans.starting_in(items, middle, end)]
    assert sorted(both) == sorted(spans.starting_in(items, start, end))


def test_neighbours_that_are_alike_become_one() -> None:
    keys = [Key(0, 10, 0, "major"), Key(10, 20, 0, "major"), Key(20, 30, 9, "minor")]
    assert spans.merge(keys, lambda a, b: a.tonic_pc == b.tonic_pc) == (Key(0, 20, 0, "major"), keys[2])


def test_the_one_that_holds_is_the_last_that_has_begun() -> None:
    texts = [Text(10, "a"), Text(20, "b")]
    assert [spans.at(texts, t).text for t in (0, 10, 19, 20, 99)] == ["a", "a", "a", "b", "b"]


@given(notes)
def test_without_overlaps_each_ends_before_the_next_and_begins_as_it_did(items: list[Note]) -> None:
    line = spans.without_overlaps(sorted(items))
    assert all(a.end_tick <= b.start_tick for a, b in pairwise(line))
    assert [n.start_tick for n in line] == sorted({n.start_tick for n in items})
