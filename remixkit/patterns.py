"""Pattern notation: one bar (or a few) of what a player does, as a line of text.

Pitched patterns are events, ``beat:degrees/length@velocity``, drum patterns strings of steps. Beats are quarter notes
and count from 1, as players count; in `Event` and `Hit` they count from 0, as computers do. docs/styles.md teaches it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from remixkit.errors import StyleError
from remixkit.plugins import nearest

DEFAULT_VELOCITY = 80

# General MIDI level 1 percussion key map (Roland GS for the shaker).
DRUM_VOICES: Mapping[str, int] = MappingProxyType(
    {
        "kick": 36,
        "kick2": 35,
        "rim": 37,
        "snare": 38,
        "clap": 39,
        "snare2": 40,
        "hat": 42,
        "hat_pedal": 44,
        "hat_open": 46,
        "tom_high": 50,
        "tom_mid_high": 48,
        "tom_mid": 47,
        "tom_low": 45,
        "tom_floor": 43,
        "tom_floor_low": 41,
        "crash": 49,
        "crash2": 57,
        "splash": 55,
        "china": 52,
        "ride": 51,
        "ride2": 59,
        "ride_bell": 53,
        "tambourine": 54,
        "cowbell": 56,
        "vibraslap": 58,
        "bongo_high": 60,
        "bongo_low": 61,
        "conga_mute": 62,
        "conga_high": 63,
        "conga_low": 64,
        "maracas": 70,
        "guiro": 73,
        "claves": 75,
        "wood_block": 76,
        "triangle_mute": 80,
        "triangle": 81,
        "shaker": 82,
        "sticks": 31,
    }
)

DEGREES: tuple[str, ...] = (
    *("all", "top", "low", "mid", "root", "bass", "a"),
    *("1", "2", "3", "4", "5", "6", "7", "8", "9", "T", "11", "12", "13", "15"),
)

STEP_VELOCITIES: Mapping[str, int] = MappingProxyType(
    {"X": 110, "x": 84, "o": 34} | {str(n): 14 * n for n in range(1, 10)}
)

_EVENT = re.compile(
    r"(?P<start>[0-9.]+):(?:\[(?P<chord>[^/@:\[\]]+)\]|(?P<single>[^/@:\[\]]+))(?:/(?P<length>[0-9.]+))?(?:@(?P<velocity>[0-9]+))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A stroke of a pitched pattern.

    Parameters
    ----------
    start_beats : float
        Quarter notes from the pattern's beginning, from 0.
    degrees : tuple of str
        What sounds, from `DEGREES`: ``all``, ``top``, ``low`` and ``mid`` of the current voicing; ``root``; ``bass``
        (the slash bass, else the root); a degree of the chord (8 the octave, T the tenth, 12 the fifth above the
        octave); ``a``, a note that leads to the next chord's bass.
    length_beats : float
        Quarter notes.
    velocity : int
        1-127.
    """

    start_beats: float
    degrees: tuple[str, ...]
    length_beats: float
    velocity: int = DEFAULT_VELOCITY


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A stroke of a drum pattern: `voice` is a key of `DRUM_VOICES`, beats count from 0."""

    voice: str
    start_beats: float
    velocity: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: its length in quarter notes, what happens in it, and how often it is drawn among several."""

    name: str
    beats: float
    events: tuple[Event, ...] = ()
    hits: tuple[Hit, ...] = ()
    weight: float = 1.0


def parse_pattern(
    name: str, *, events: str | None = None, steps: Mapping[str, str], beats: float | None = None, weight: float = 1.0
) -> Pattern:
    """A pattern from its text.

    Parameters
    ----------
    name : str
        For messages, and the pattern's name.
    events : str, optional
        ``"1:all/1.5@70  2.5:top/1"``: beat from 1, degrees joined by ``+`` (in brackets if you like), length in quarter
        notes (to the next event where left out), velocity (80 where left out). Two decimals are enough for a third:
        ``1.33`` is a triplet's second note.
    steps : mapping of str to str
        A string a drum voice: ``X`` accent, ``x`` hit, ``o`` ghost note, ``1``-``9`` a velocity of 14 times as much,
        ``.`` rest; ``|`` and blanks are only for the eye.
    beats : float, optional
        The pattern's length in quarter notes. Where it is left out, a step is a sixteenth and shorter voices repeat;
        events fill whole beats, four at least. Where it stands, each voice's steps share it evenly: 12 steps in 4 beats
        are triplets.
    weight : float
        How often it is drawn among several.

    Raises
    ------
    StyleError
        With the pattern's name, the token that cannot be read, and the nearest one that can.
    """
    if events is None and not steps:
        raise StyleError("the pattern is empty", place=name, remedy='give it events = "..." or a drum voice\'s steps')
    if beats is not None and not (math.isfinite(beats) and 0 < beats <= 64):
        raise StyleError(f"beats = {beats} cannot be a length", place=f"{name}.beats", remedy="use 0.25 to 64")
    from_events, event_beats = _parse_events(name, events, beats) if events is not None else ((), 0.0)
    from_steps, step_beats = _parse_steps(name, steps, beats)
    return Pattern(name, beats or max(event_beats, step_beats), from_events, from_steps, weight)


def _parse_events(name: str, text: str, beats: float | None) -> tuple[tuple[Event, ...], float]:
    place = f"{name}.events"
    raw = [_parse_event(place, token) for token in text.split()]
    if not raw:
        raise StyleError("the pattern is empty", place=place, remedy='write "1:all/4" for a chord held over four beats')
    raw.sort(key=lambda e: e[0])
    starts = sorted({e[0] for e in raw})
    known_end = max(start + (length or 0.0) for start, _, length, _ in raw)
    total = beats or max(4.0, float(math.ceil(max(known_end, starts[-1] + 0.01) - 1e-6)))
    if starts[-1] >= total:
        raise StyleError(
            f"the event at beat {starts[-1] + 1:g} begins after the pattern's {total:g} beats",
            place=place,
            remedy="make beats larger",
        )
    following = dict(zip(starts, [*starts[1:], total], strict=True))
    return tuple(Event(s, d, length or following[s] - s, v) for s, d, length, v in raw), total


def _parse_event(place: str, token: str) -> tuple[float, tuple[str, ...], float | None, int]:
    match = _EVENT.fullmatch(token)
    if match is None:
        raise StyleError(
            f"{token!r} is not an event", place=place, remedy="write beat:degrees/length@velocity, such as 2.5:all/1@70"
        )
    start = _number(place, token, match["start"]) - 1.0
    if not 0 <= start < 64:
        raise StyleError(
            f"{token!r} begins at beat {match['start']}", place=place, remedy="beats count from 1, 64 at most"
        )
    degrees = tuple((match["chord"] or match["single"]).split("+"))
    for degree in degrees:
        if degree not in DEGREES:
            hint = nearest(degree, DEGREES)
            raise StyleError(
                f"{degree!r} in {token!r} is not a degree",
                place=place,
                remedy=f"did you mean {hint!r}?" if hint else f"there are: {' '.join(DEGREES)}",
            )
    length = None if match["length"] is None else _number(place, token, match["length"])
    if length is not None and not 0 < length <= 64:
        raise StyleError(
            f"{token!r} has a length of {match['length']}", place=place, remedy="use more than 0 and at most 64 beats"
        )
    velocity = DEFAULT_VELOCITY if match["velocity"] is None else int(match["velocity"][:6])
    if not 1 <= velocity <= 127:
        raise StyleError(f"{token!r} has a velocity of {match['velocity']}", place=place, remedy="use 1 to 127")
    return start, degrees, length, velocity


def _number(place: str, token: str, text: str) -> float:
    """A decimal, taken for the twelfth of a beat that it rounds (1.33 is 1 1/3)."""
    try:
        value = float(text)
    except ValueError:
        raise StyleError(
            f"{text!r} in {token!r} is not a number", place=place, remedy="write decimals, such as 2.5"
        ) from None
    twelfth = round(value * 12) / 12 if math.isfinite(value) else value
    return twelfth if abs(twelfth - value) < 0.005 else value


def _parse_steps(name: str, steps: Mapping[str, str], beats: float | None) -> tuple[tuple[Hit, ...], float]:
    lines = {voice: _clean_steps(name, voice, text) for voice, text in steps.items()}
    if not lines:
        return (), 0.0
    longest = max(len(line) for line in lines.values())
    hits: list[Hit] = []
    for voice, line in lines.items():
        if beats is None and longest % len(line):
            raise StyleError(
                f"{len(line)} steps do not go evenly into {longest}",
                place=f"{name}.{voice}",
                remedy="give every voice as many steps, a half or a quarter of them, or set beats",
            )
        played = line if beats is not None else line * (longest // len(line))
        step_beats = 0.25 if beats is None else beats / len(line)
        hits += [Hit(voice, k * step_beats, STEP_VELOCITIES[c]) for k, c in enumerate(played) if c != "."]
    return tuple(sorted(hits, key=lambda h: (h.start_beats, DRUM_VOICES[h.voice]))), longest / 4


def _clean_steps(name: str, voice: str, text: str) -> str:
    place = f"{name}.{voice}"
    if voice not in DRUM_VOICES:
        hint = nearest(voice, [*DRUM_VOICES, "events", "beats", "weight"])
        raise StyleError(
            f"{voice!r} is not a drum voice",
            place=name,
            remedy=f"did you mean {hint!r}?" if hint else f"there are: {', '.join(DRUM_VOICES)}",
        )
    line = re.sub(r"[\s|]", "", text)
    for k, step in enumerate(line):
        if step != "." and step not in STEP_VELOCITIES:
            raise StyleError(
                f"step {k + 1} is {step!r}", place=place, remedy="use X accent, x hit, o ghost, 1-9, . rest"
            )
    if not 1 <= len(line) <= 256:
        raise StyleError(f"{len(line)} steps", place=place, remedy="use 1 to 256; 16 are a bar of 4/4")
    return line
