"""Pitched patterns: events as ``beat:degrees/length@velocity``."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from remixkit.errors import StyleError
from remixkit.patterns.groups import Round, rounds
from remixkit.patterns.nouns import DEFAULT_VELOCITY, DEGREES, Event
from remixkit.plugins import nearest

_Written: TypeAlias = tuple[float, tuple[str, ...], float | None, int]

_EVENT = re.compile(
    r"(?P<start>[0-9.]+):(?:\[(?P<chord>[^/@:\[\]]+)\]|(?P<single>[^/@:\[\]]+))(?:/(?P<length>[0-9.]+))?(?:@(?P<velocity>[0-9]+))?"
)
_TOKEN = re.compile(r"\]\*\d*(?!\S)|(?<![^\s\[<])[\[<]|[\]>](?=[\s\]>]|$)|(?:[^\s:\]>]*:\[[^\]]*\][^\s\]>]*|[^\s\]>]+)")
_REST = "~"


def parse_events(name: str, text: str, beats: float | None, least_beats: float) -> tuple[tuple[Event, ...], float]:
    """The events of a pattern and its length in quarter notes, as `remixkit.patterns.parse_pattern` says.

    Raises
    ------
    StyleError
        If an event cannot be read, or begins after the pattern's end.
    """
    place = f"{name}.events"
    written = rounds(_TOKEN.findall(text), lambda token: _read(token, place), _repeated, place)
    if not any(written):
        raise StyleError("the pattern is empty", place=place, remedy='write "1:all/4" for a chord held over four beats')
    total = beats or max(least_beats, *(_length(r) for r in written if r))
    events: list[Event] = []
    for k, once in enumerate(written):
        events += _once(once, total, k * total, place)
    return tuple(events), total * len(written)


def _once(written: Round[_Written], total: float, shift: float, place: str) -> list[Event]:
    """One time round, moved to where it stands; a length that is left out lasts to the next event."""
    inside = sorted(written, key=lambda e: e[0])
    starts = sorted({e[0] for e in inside})
    if starts and starts[-1] >= total:
        raise StyleError(
            f"the event at beat {starts[-1] + 1:g} begins after the pattern's {total:g} beats",
            place=place,
            remedy="make beats larger",
        )
    following = dict(zip(starts, [*starts[1:], total], strict=True))
    return [Event(shift + s, d, length or following[s] - s, v) for s, d, length, v in inside]


def _length(written: Round[_Written]) -> float:
    """Whole beats that hold every event."""
    known_end = max(start + (length or 0.0) for start, _, length, _ in written)
    return float(math.ceil(max(known_end, max(e[0] for e in written) + 0.01) - 1e-6))


def _repeated(written: Round[_Written], times: int) -> Round[_Written]:
    """A group played several times, each time later by the whole beats that it fills."""
    if not written:
        return written
    first = math.floor(min(e[0] for e in written))
    period = max(1.0, _length(written) - first)
    return tuple((s + k * period, d, length, v) for k in range(times) for s, d, length, v in written)


def _read(token: str, place: str) -> Round[_Written]:
    return () if token == _REST else (_event(place, token),)


def _event(place: str, token: str) -> _Written:
    """One event: beat from 0, degrees, length, velocity."""
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
