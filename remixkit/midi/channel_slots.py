"""Which part plays on which channel, and when it takes the channel over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.midi.spec import DRUM_CHANNEL, PITCHED_CHANNELS
from remixkit.model.arrangement import Part
from remixkit.model.timing import TICKS_PER_QUARTER

# A part that rests for so long may lend its channel; what it last played has died away a quarter note later.
REST_TICKS = 4 * TICKS_PER_QUARTER
RINGING_TICKS = TICKS_PER_QUARTER

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ChannelSlot:
    """A channel, 0-15, of a port.

    `taken_at` are the ticks at which a shared channel is taken over; None for a channel of the part's own.
    """

    port: int
    channel: int
    taken_at: tuple[int, ...] | None = None


def passages(part: Part) -> tuple[Span, ...]:
    """From when to when a part plays, rests shorter than a bar included."""
    out: list[Span] = []
    for note in part.notes:
        if out and note.start_tick - out[-1][1] < REST_TICKS:
            out[-1] = (out[-1][0], max(out[-1][1], note.end_tick))
        else:
            out.append((note.start_tick, note.end_tick))
    return tuple(out)


def channel_slots(parts: Sequence[Part]) -> tuple[ChannelSlot, ...]:
    """A slot a part, in their order.

    A part that is passed through keeps its channel, and no other part gets it. Drums are on channel 10. Up to
    fifteen other parts have a channel each. Where there are more, parts that never play at the same time share one and
    hand it over; then parts that sound alike and change nothing on the way. What is still too much goes to further
    ports, which players that know no ports mix up.
    """
    passed = {part.passthrough.channel for part in parts if part.passthrough}
    free = [c for c in PITCHED_CHANNELS if c not in passed]
    pitched = [k for k, part in enumerate(parts) if not part.is_drum and part.passthrough is None]
    groups = [[k] for k in pitched]
    if len(groups) > len(free):
        groups = _taking_turns(parts, pitched)
    if len(groups) > len(free):
        groups = _alike(parts, groups)
    out = [ChannelSlot(0, part.passthrough.channel if part.passthrough else DRUM_CHANNEL) for part in parts]
    for place, group in enumerate(sorted(groups)):
        port, channel = _slot(place, free)
        for k in group:
            starts = tuple(start for start, _ in passages(parts[k])) if len(group) > 1 else None
            out[k] = ChannelSlot(port, channel, starts)
    return tuple(out)


def _slot(place: int, free: Sequence[int]) -> tuple[int, int]:
    """Port and channel of a place: what is free of the first port, then further ports."""
    if place < len(free):
        return 0, free[place]
    port, channel = divmod(place - len(free), len(PITCHED_CHANNELS))
    return port + 1, PITCHED_CHANNELS[channel]


def _taking_turns(parts: Sequence[Part], pitched: Sequence[int]) -> list[list[int]]:
    """Groups of parts of which no two play at once: first fit, who plays most first."""
    played = {k: passages(parts[k]) for k in pitched}
    groups: list[list[int]] = []
    for k in sorted(pitched, key=lambda k: (-sum(end - start for start, end in played[k]), k)):
        room = next((b for b in groups if not any(_meet(played[k], played[other]) for other in b)), None)
        if room is None:
            groups.append([k])
        else:
            room.append(k)
    return [sorted(group) for group in groups]


def _meet(ones: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(a < d + RINGING_TICKS and c < b + RINGING_TICKS for a, b in ones for c, d in others)


def _alike(parts: Sequence[Part], groups: Sequence[list[int]]) -> list[list[int]]:
    """The groups, those of a single steady part put together where the sound is the same."""
    out: dict[object, list[int]] = {}
    for group in sorted(groups):
        part = parts[group[0]]
        steady = len(group) == 1 and not part.controls
        sound = (part.program, part.bank, part.volume, part.pan, part.reverb)
        out.setdefault(sound if steady else group[0], []).extend(group)
    return list(out.values())
