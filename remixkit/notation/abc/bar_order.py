"""The voices of a tune side by side: bars at one place, and the order in which they are played.

ABC 2.1, sections 3.1.9 (parts), 4.8-4.10 and 7.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

from remixkit.errors import SongError
from remixkit.notation.abc.abc_limits import MAX_PLAYED_NOTES, echo
from remixkit.notation.abc.bar_lines import either, without_long_brackets
from remixkit.notation.abc.code.fields import MEND, MeterSign
from remixkit.notation.abc.complaints import Complaints
from remixkit.notation.abc.tune_reader import WrittenTune
from remixkit.notation.abc.written_bars import Voice, VoiceBar
from remixkit.notation.repeats import MOST_BARS, BarSigns, play_order


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A bar of all voices, in their order.

    `length` is that of the longest, in whole notes; `meter` is the first voice's.
    """

    voices: tuple[VoiceBar, ...]
    length: Fraction
    meter: MeterSign | None
    signs: BarSigns
    part: str


def score_bars(voices: Sequence[Voice], complaints: Complaints) -> tuple[ScoreBar, ...]:
    """The bars of a score.

    Voices with as many bars as the others are set side by side bar by bar, so that a bar that is too short in one of
    them does no harm behind it; else bar lines are those of the longest voice, and the others follow in time.
    """
    longest = max(voices, key=lambda voice: sum(bar.length for bar in voice.bars))
    columns = [voice.bars for voice in voices]
    if any(not _runs_along(bars, longest.bars) for bars in columns):
        complaints.say("the voices have different bar lines; those of the longest were taken")
        columns = [bars if bars is longest.bars else _cut(bars, longest.bars) for bars in columns]
    size = max(map(len, columns))
    columns = [[*bars, *(VoiceBar(None) for _ in range(size - len(bars)))] for bars in columns]
    return tuple(_score_bar(row) for row in zip(*columns, strict=True))


def _score_bar(row: tuple[VoiceBar, ...]) -> ScoreBar:
    signs = row[0].signs
    for bar in row[1:]:
        signs = either(signs, bar.signs)
    length = max(bar.length for bar in row)
    meter = next((bar.meter for bar in row if bar.length), None)
    return ScoreBar(row, length, meter, signs, next((bar.part for bar in row if bar.part), ""))


def _starts(bars: Sequence[VoiceBar]) -> list[Fraction]:
    return list(accumulate((bar.length for bar in bars), initial=Fraction(0)))


def _runs_along(bars: Sequence[VoiceBar], others: Sequence[VoiceBar]) -> bool:
    """Whether bars lie at the places of others; where there are as many, their places are those of the others."""
    return len(bars) == len(others) or all(a == b for a, b in zip(_starts(bars), _starts(others), strict=False))


def _cut(bars: Sequence[VoiceBar], others: Sequence[VoiceBar]) -> list[VoiceBar]:
    """What stands in bars, put into bars that begin where others do."""
    starts = _starts(others)[:-1]
    out = [VoiceBar(other.meter) for other in others]
    for start, bar in zip(_starts(bars), bars, strict=False):

        def moved(item: Any, start: Fraction = start) -> tuple[VoiceBar, Any]:
            k = bisect_right(starts, start + item.at) - 1
            return out[k], replace(item, at=start + item.at - starts[k])

        for kind in ("notes", "syllables", "chords", "changes"):
            for item in getattr(bar, kind):
                target, new = moved(item)
                getattr(target, kind).append(new)
                target.verses = max(target.verses, bar.verses)
    return out


def playing_order(tune: WrittenTune, bars: Sequence[ScoreBar], complaints: Complaints) -> tuple[int, ...]:
    """Which bars are played, repeats, jumps and parts followed.

    Raises
    ------
    SongError
        If that makes more bars or notes than can be played.
    """
    runs = _parts(tune.parts, bars, complaints)
    orders = {run: _run_order(run, bars, complaints) for run in dict.fromkeys(runs)}
    if sum(len(orders[run]) for run in runs) > MOST_BARS:
        raise SongError(f"more than {MOST_BARS} bars are to be played", remedy=MEND)
    order = tuple(k for run in runs for k in orders[run])
    notes = [sum(len(bar.notes) for bar in row.voices) for row in bars]
    if sum(notes[k] for k in order) > MAX_PLAYED_NOTES:
        raise SongError(f"more than {MAX_PLAYED_NOTES} notes are to be played", remedy="take repeats out of it")
    return order


def _run_order(run: range, bars: Sequence[ScoreBar], complaints: Complaints) -> tuple[int, ...]:
    order = play_order(without_long_brackets([bars[k].signs for k in run]))
    for warning in order.warnings:
        complaints.say(warning)
    return tuple(run.start + k for k in order.bars)


def _parts(wanted: Sequence[str], bars: Sequence[ScoreBar], complaints: Complaints) -> list[range]:
    """The parts in the order in which they are played; all bars where no order is asked for."""
    if not wanted or not any(bar.part for bar in bars):
        return [range(len(bars))]
    begins = [k for k, bar in enumerate(bars) if bar.part]
    named: dict[str, range] = {}
    for k, stop in pairwise([*begins, len(bars)]):
        named.setdefault(bars[k].part, range(k, stop))
    known = [named[part] for part in wanted if part in named]
    missing = "".join(dict.fromkeys(part for part in wanted if part not in named))
    if missing:
        complaints.say(f"the order of parts asks for {echo(missing)}, which is not there")
    if not known:
        return [range(len(bars))]
    return [range(begins[0]), *known] if begins[0] else known
