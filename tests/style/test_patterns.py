"""The pattern notation: what it means, and what it says about mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.errors import StyleError
from remixkit.midi.spec import DRUM_VOICES
from remixkit.patterns import DEGREES, Event, Hit, Pattern, parse_pattern


def pitched(events: str, beats: float | None = None) -> Pattern:
    return parse_pattern("p", events=events, steps={}, beats=beats)


def drums(beats: float | None = None, **steps: str) -> Pattern:
    return parse_pattern("p", events=None, steps=steps, beats=beats)


def test_events_count_from_one_and_beats_fill_up_to_four() -> None:
    assert pitched("1:all/1.5@70  2.5:1+8/1@58 4:[top+low]/0.5") == Pattern(
        "p",
        4.0,
        (
            Event(0.0, ("all",), 1.5, 70),
            Event(1.5, ("1", "8"), 1.0, 58),
            Event(3.0, ("top", "low"), 0.5, 80),
        ),
    )


def test_an_event_without_a_length_lasts_to_the_next() -> None:
    assert [e.length_beats for e in pitched("1:1 1.5:5 3:8").events] == [0.5, 1.5, 2.0]
    assert [e.length_beats for e in pitched("1:1 2:5", beats=3).events] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("events", "beats", "expected"),
    [("1:1/1", None, 4.0), ("1:1/4.5", None, 5.0), ("5:1/1", None, 5.0), ("1:1/1", 2, 2.0), ("1:1/6", 4, 4.0)],
)
def test_the_length_of_a_pitched_pattern(events: str, beats: float | None, expected: float) -> None:
    assert pitched(events, beats).beats == expected


def test_two_decimals_are_enough_for_a_triplet() -> None:
    starts = [e.start_beats for e in pitched("1:1/0.33 1.33:3/0.33 1.67:5/0.33").events]
    assert starts == [0.0, pytest.approx(1 / 3, abs=1e-12), pytest.approx(2 / 3, abs=1e-12)]
    assert pitched("1:1/0.33").events[0].length_beats == pytest.approx(1 / 3, abs=1e-12)
    assert pitched("1.06:1/1").events[0].start_beats == pytest.approx(0.06)


def test_steps_are_sixteenths_and_bars_and_blanks_are_for_the_eye() -> None:
    pattern = drums(kick="X...|x... ....|....", snare=".... o... .... 7...")
    assert pattern.beats == 4.0
    assert pattern.hits == (Hit("kick", 0.0, 110), Hit("kick", 1.0, 84), Hit("snare", 1.0, 34), Hit("snare", 3.0, 98))


def test_a_shorter_voice_repeats() -> None:
    pattern = drums(hat="x.", kick="X.......")
    assert [h.start_beats for h in pattern.hits if h.voice == "hat"] == [0.0, 0.5, 1.0, 1.5]
    assert pattern.beats == 2.0


def test_beats_share_the_steps_evenly() -> None:
    triplets = drums(beats=4, ride="x.xx.xx.xx.x")
    assert triplets.beats == 4.0
    assert triplets.hits[1].start_beats == pytest.approx(2 / 3)
    assert drums(kick="X.....x.....").beats == 3.0, "a bar of 3/4 or 6/8"


def test_weight_is_kept() -> None:
    assert parse_pattern("p", events="1:1", steps={}, beats=None, weight=0.5).weight == 0.5


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ("1:al/1", "p.events: 'al' in '1:al/1' is not a degree; did you mean 'all'?"),
        ("1:14/1", "p.events: '14' in '1:14/1' is not a degree; did you mean '4'?"),
        ("1-all", "p.events: '1-all' is not an event; write beat:degrees/length@velocity, such as 2.5:all/1@70"),
        ("0:all", "p.events: '0:all' begins at beat 0; beats count from 1, 64 at most"),
        ("1:all/1@200", "p.events: '1:all/1@200' has a velocity of 200; use 1 to 127"),
        ("1:all/0", "p.events: '1:all/0' has a length of 0; use more than 0 and at most 64 beats"),
        ("1.2.3:all", "p.events: '1.2.3' in '1.2.3:all' is not a number; write decimals, such as 2.5"),
        ("  ", 'p.events: the pattern is empty; write "1:all/4" for a chord held over four beats'),
    ],
)
def test_what_is_said_about_a_wrong_event(events: str, said: str) -> None:
    with pytest.raises(StyleError) as caught:
        pitched(events)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"snair": "x..."}, "p: 'snair' is not a drum voice; did you mean 'snare'?"),
        ({"event": "1:all"}, "p: 'event' is not a drum voice; did you mean 'events'?"),
        ({"kick": "x.y."}, "p.kick: step 3 is 'y'; use X accent, x hit, o ghost, 1-9, . rest"),
        ({"kick": " | "}, "p.kick: 0 steps; use 1 to 256; 16 are a bar of 4/4"),
        (
            {"kick": "x" * 16, "hat": "x" * 12},
            "p.hat: 12 steps do not go evenly into 16; "
            "give every voice as many steps, a half or a quarter of them, or set beats",
        ),
        ({}, 'p: the pattern is empty; give it events = "..." or a drum voice\'s steps'),
    ],
)
def test_what_is_said_about_wrong_steps(steps: dict[str, str], said: str) -> None:
    with pytest.raises(StyleError) as caught:
        drums(**steps)
    assert str(caught.value) == said


def test_a_group_of_steps_is_played_again() -> None:
    assert drums(kick="[X..x]*3 x...") == drums(kick="X..x X..x X..x x...")
    assert drums(hat="[[x.]*2 X.]*2") == drums(hat="x.x.X.x.x.X.")


def test_steps_that_alternate_make_rounds() -> None:
    assert drums(kick="X... <x... ..xx>", snare="....X...") == drums(
        kick="X...x... X.....xx", snare="....X... ....X..."
    )
    assert drums(kick="<X. [.x]*2>", beats=2).beats == 4


def test_a_group_of_events_comes_again_after_the_beats_it_fills() -> None:
    assert pitched("[1:1/.5 1.5:5/.25]*2 3:8") == pitched("1:1/.5 1.5:5/.25 2:1/.5 2.5:5/.25 3:8")
    assert pitched("[2:[1+5]/1.5]*2 1:a") == pitched("2:[1+5]/1.5 4:[1+5]/1.5 1:a")


def test_events_that_alternate_make_rounds() -> None:
    assert pitched("1:root/2 <3:5/2 ~ 3:8/2>") == pitched("1:root/2 3:5/2 5:root/2 9:root/2 11:8/2")


@pytest.mark.parametrize("text", ["[x", "x]", "<>", "<x", "[x]*", "[x]*0", "[x]*999", "x>", "[" * 9 + "x" + "]" * 9])
def test_groups_that_do_not_close_are_named(text: str) -> None:
    with pytest.raises(StyleError, match=r"^p\.kick: "):
        drums(kick=text)


def test_a_pattern_that_would_grow_without_end_is_refused() -> None:
    with pytest.raises(StyleError, match="too long"):
        drums(kick="[[[[x]*64]*64]*64]*64")
    with pytest.raises(StyleError, match="too long"):
        drums(
            kick="<a b><a b c><a b c d e><a b c d e f g><a b c d e f g h i j k>".translate(
                dict.fromkeys(range(97, 108), "x")
            )
        )


def test_a_bar_of_three_quarters_is_filled() -> None:
    assert parse_pattern("p", events="1:all", steps={}, meter="3/4").beats == 3


@given(st.text("0123456789.:/@+[]<>~*aTlxr -", max_size=30), st.none() | st.floats())
def test_any_text_is_a_pattern_or_a_style_error(text: str, beats: float | None) -> None:
    try:
        pattern = pitched(text, beats)
    except StyleError:
        return
    assert pattern.beats > 0
    for event in pattern.events:
        assert 0 <= event.start_beats < pattern.beats
        assert event.length_beats > 0
        assert set(event.degrees) <= set(DEGREES)


@given(st.dictionaries(st.sampled_from([*DRUM_VOICES, "snair"]), st.text("Xxo.|12 z[]<>*", max_size=20), max_size=3))
def test_any_steps_are_a_pattern_or_a_style_error(steps: dict[str, str]) -> None:
    try:
        pattern = drums(**steps)
    except StyleError:
        return
    assert all(0 <= h.start_beats < pattern.beats and 1 <= h.velocity <= 127 for h in pattern.hits)


def test_drum_voices_are_general_midi_keys_once_each() -> None:
    assert len(set(DRUM_VOICES.values())) == len(DRUM_VOICES)
    assert DRUM_VOICES["kick"] == 36
    assert DRUM_VOICES["snare"] == 38
