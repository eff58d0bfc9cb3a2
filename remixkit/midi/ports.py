"""Which part plays on which channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.midi.drums import DRUM_CHANNEL
from remixkit.model.arrangement import Part

_PITCHED = tuple(c for c in range(16) if c != DRUM_CHANNEL)


@dataclass(frozen=True, slots=True)
class Seat:
    """A channel, 0-15, of a port."""

    port: int
    channel: int


def seats(parts: Sequence[Part]) -> tuple[Seat, ...]:
    """A seat a part, in their order.

    Drums sit on channel 10. Up to fifteen other parts have a channel each. Where there are more, parts that sound
    alike and change nothing on the way share one; what is still too much goes to further ports, which players that
    know no ports mix up.
    """
    pitched = [p for p in parts if not p.is_drum]
    share = len(pitched) > len(_PITCHED)
    taken: dict[object, Seat] = {}
    out: list[Seat] = []
    for k, part in enumerate(parts):
        if part.is_drum:
            out.append(Seat(0, DRUM_CHANNEL))
            continue
        sound = (part.program, part.bank, part.volume, part.pan, part.reverb)
        who: object = sound if share and not part.controls else k
        if who not in taken:
            port, place = divmod(len(taken), len(_PITCHED))
            taken[who] = Seat(port, _PITCHED[place])
        out.append(taken[who])
    return tuple(out)
