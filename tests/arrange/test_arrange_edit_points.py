"""Where one take goes over into another: no hole, no blip, no pedal that nobody lifts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from remixkit.arrange.takes.edit_points import spliced_controls, spliced_notes
from remixkit.model.song import Control, Note

BAR = 3840
START, END = 2 * BAR, 4 * BAR


def struck(notes: tuple[Note, ...]) -> list[tuple[int, int, int]]:
    return [(n.start_tick, n.end_tick, n.pitch) for n in notes]


def test_notes_that_are_a_hair_early_belong_to_the_bar_they_are_meant_for() -> None:
    old = (Note(START - 12, START + 900, 48), Note(END - 15, END + 900, 50))
    new = (Note(START - 9, START + 900, 36), Note(END - 20, END + 900, 38))
    assert struck(spliced_notes(old, new, START, END)) == [
        (START - 9, START + 900, 36),
        (END - 15, END + 900, 50),
    ]


def test_an_anticipation_goes_with_the_chord_that_it_anticipates() -> None:
    old = (Note(START - 480, START + 960, 60), Note(END - 480, END + 960, 62))
    new = (Note(START - 480, START + 960, 67), Note(END - 480, END + 960, 69))
    assert [n.pitch for n in spliced_notes(old, new, START, END)] == [67, 62]


def test_what_one_take_holds_ends_at_the_seam_and_what_both_hold_goes_on() -> None:
    old = (Note(START - 1920, START + 1920, 60), Note(START - 1920, START + 1920, 64))
    new = (Note(START - 960, START + 2880, 60), Note(END - 960, END + 960, 72))
    assert struck(spliced_notes(old, new, START, END)) == [
        (START - 1920, START, 64),
        (START - 1920, START + 2880, 60),
        (END - 960, END, 72),
    ]


def test_a_pedal_that_is_down_on_one_side_only_is_lifted_and_pressed_again() -> None:
    old = (Control(START - 960, "cc", 64, 127), Control(END - 960, "cc", 64, 0), Control(END - 900, "cc", 64, 127))
    new = (Control(0, "cc", 64, 0),)
    assert spliced_controls(old, new, START, END) == (
        Control(START - 960, "cc", 64, 127),
        Control(START, "cc", 64, 0),
        Control(END, "cc", 64, 127),
    )


def test_expression_returns_to_full_where_the_other_take_has_none() -> None:
    old = (Control(0, "cc", 11, 60),)
    assert spliced_controls(old, (), START, END) == (
        Control(0, "cc", 11, 60),
        Control(START, "cc", 11, 127),
        Control(END, "cc", 11, 60),
    )


controls = st.lists(
    st.builds(
        Control,
        tick=st.integers(0, 6 * BAR),
        kind=st.just("cc"),
        number=st.sampled_from([1, 11, 64]),
        value=st.integers(0, 127),
    ),
    max_size=12,
    unique_by=lambda c: (c.tick, c.number),
).map(lambda found: tuple(sorted(found)))


def stands_at(said: tuple[Control, ...], number: int, tick: int) -> int:
    rest = 127 if number == 11 else 0
    return next((c.value for c in reversed(said) if c.number == number and c.tick <= tick), rest)


@given(controls, controls, st.integers(0, 6 * BAR))
def test_every_controller_stands_where_the_take_of_the_moment_has_it(
    old: tuple[Control, ...], new: tuple[Control, ...], tick: int
) -> None:
    mixed = spliced_controls(old, new, START, END)
    source = new if START <= tick < END else old
    for number in (1, 11, 64):
        assert stands_at(mixed, number, tick) == stands_at(source, number, tick)


notes = st.lists(
    st.builds(
        lambda start, length, pitch: Note(start, start + length, pitch),
        st.integers(0, 6 * BAR),
        st.integers(1, 2 * BAR),
        st.integers(60, 64),
    ),
    max_size=20,
).map(lambda found: tuple(sorted(found)))


@given(notes, notes)
def test_no_note_is_without_length_and_none_is_struck_that_no_take_strikes(
    old: tuple[Note, ...], new: tuple[Note, ...]
) -> None:
    mixed = spliced_notes(old, new, START, END)
    assert all(n.end_tick > n.start_tick for n in mixed)
    assert {(n.start_tick, n.pitch) for n in mixed} <= {(n.start_tick, n.pitch) for n in (*old, *new)}


@given(notes)
def test_a_take_spliced_with_itself_is_itself(old: tuple[Note, ...]) -> None:
    single = tuple(sorted({n.pitch: n for n in old}.values()))
    assert spliced_notes(single, single, START, END) == single
