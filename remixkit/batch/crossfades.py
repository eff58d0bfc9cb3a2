"""Where one piece of a tape goes over into the next: on a bar line of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remixkit.batch.order import Ends, key_steps
from remixkit.theory.keys import parse_key

# So many bars sound together where the music lets them; else the next piece enters where the last bar has ended.
TOGETHER = (4, 2, 1)
# One bar of the one may last as long as two of the other: bars of the one, bars of the other.
_RATES = ((1, 1), (1, 2), (2, 1))
# Two bar lines this far apart are still one stroke to the ear; beyond, drums flam (craft). It is asked in the middle of
# a fade, where both are equally loud.
_FLAM_S = 0.03
# Keys further apart than this are not heard at the same time.
_NEAR_STEPS = 1.25
_SHORTEST_S, _LONGEST_S = 2.0, 16.0
# Tempo is that of bars, as if each had four beats; a piece may slow down at its end, so the middle tells.
_BEATS = 4
# Of the fade of a piece that fades out by itself the next one covers at least so much.
_HEARD_OF_A_FADE = 0.5


@dataclass(frozen=True, slots=True)
class Music:
    """What a crossfade needs to know of a piece, in seconds of its sound.

    Parameters
    ----------
    bars_s : tuple of float
        Bar lines.
    end_s : float
        The end of the last bar.
    fade_out_s : float
        So long before that it begins to fade; 0 if it ends by itself.
    ends : Ends
        Its keys and tempi.
    """

    bars_s: tuple[float, ...]
    end_s: float
    fade_out_s: float
    ends: Ends

    @property
    def lines_s(self) -> tuple[float, ...]:
        """Every bar line, that at the end too."""
        return (*self.bars_s, self.end_s)


@dataclass(frozen=True, slots=True)
class Crossfade:
    """The next piece's beginning lies at this second of the one before; both sound for `fade_s` (0: no fading)."""

    at_s: float
    fade_s: float


def music_of(song: str, facts: Mapping[str, Any], seconds: float) -> Music:
    """From a piece's record."""
    bars = tuple(float(b) for b in facts["bars_s"])
    lines = (*bars, float(facts["end_s"]))
    first, last = (_key(facts["keys"][k][2]) if facts["keys"] else (0, "major") for k in (0, -1))
    middle = len(bars) // 2
    first_bpm, middle_bpm = (_BEATS * 60.0 / max(0.1, lines[k + 1] - lines[k]) for k in (0, middle))
    return Music(bars, lines[-1], float(facts["fade_out_s"]), Ends(song, first, last, first_bpm, middle_bpm, seconds))


def crossfade(a: Music, b: Music) -> Crossfade:
    """How `b` follows `a`.

    If the keys are near, as many of the last bars of `a` as are in step with the first of `b` sound together, or the
    bar in which `a` fades out by itself. Else `b` enters on the bar line where `a` has ended and only rings on.
    """
    if key_steps(a.ends.last, b.ends.first) <= _NEAR_STEPS:
        for bars in TOGETHER:
            for ours, theirs in ((bars * x, bars * y) for x, y in _RATES):
                if len(a.bars_s) < 4 * ours or len(b.bars_s) < 4 * theirs:
                    continue
                lasts = a.end_s - a.lines_s[-ours - 1]
                drift = abs(lasts - (b.lines_s[theirs] - b.lines_s[0])) / 2
                if _SHORTEST_S <= lasts <= _LONGEST_S and drift <= _FLAM_S:
                    return Crossfade(a.lines_s[-ours - 1], lasts)
        if a.fade_out_s:
            return Crossfade(
                max((s for s in a.lines_s if s <= a.end_s - _HEARD_OF_A_FADE * a.fade_out_s), default=0.0), 0.0
            )
    return Crossfade(a.end_s, 0.0)


def _key(name: str) -> tuple[int, str]:
    return parse_key(name)
