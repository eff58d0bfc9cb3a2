"""The true bar grid of a song.

The file's tempo map is kept where the notes lie on it, at whatever offset; otherwise beats are tracked. The file's
meters are kept where they can be true; otherwise bars are heard. Then tick 0 is moved to the bar line at or before the
first note, and the song is told in the new ticks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid import meter, pulse, tempo_octave
from remixkit.analysis.grid.accents import Onsets, accents
from remixkit.analysis.grid.bar_lines import changing_lines
from remixkit.analysis.grid.regrid import moved, shifted_tempo
from remixkit.model.song import Song
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoChange, TempoMap

Floats = NDArray[np.float64]

FEW_ONSETS = 8
"""Fewer onsets say nothing about a grid: the file's is kept."""
MAPPED_SHARE = 0.5
"""Tempo changes a beat from which a tempo map is taken for one laid on a performance by hand or by us."""
SHORTEST_BAR_QUARTERS, LONGEST_BAR_QUARTERS = 1.5, 7.5
PLAUSIBLE_SHARE = 0.75
"""Of the song's length in bars of plausible size, for the file's meters to be believed."""
FILE_BAR_LOGIT, FILE_BEAT_LOGIT = 4.0, 1.0
"""How much the file's own bar lines and beats count against what is heard, where notes stand exactly on its grid."""
SURE_WALTZ = 0.25
"""How much better accents come back after three beats than after four, for a file's 4/4 not to be believed."""
EARLY_TICKS = TICKS_PER_QUARTER // 24
"""A first note this little before a bar line belongs to the bar after it."""


def true_grid(song: Song) -> Song:
    """The song on its own bars.

    Parameters
    ----------
    song : Song
        On the file's grid, or already on its own.

    Returns
    -------
    Song
        Tick 0 is the bar line at or before the first note; seconds are unchanged (`TempoMap.start_s` makes up for
        what was cut). Notes of a song without a grid keep their timing relative to tracked beats. A song that has been
        here before is returned as it is.
    """
    if song.has_true_bars:
        return song
    pitched, drums = _ticks(song, drums=False), _ticks(song, drums=True)
    if not len(pitched.start):
        return replace(song, has_true_bars=True)
    if _is_trusted(song, pitched, drums):
        factor = _rate(song)
        if factor != 1.0:
            song = _at_rate(song, factor)
            pitched, drums = _ticks(song, drums=False), _ticks(song, drums=True)
        return _on_file_grid(song, pitched, drums)
    return _on_tracked_beats(song, pitched, drums)


def felt_rate_of(song: Song) -> float:
    """How many beats are felt for each that is written: 0.5, 1 or 2; 1 for meters other than 2/4 and 4/4.

    Parameters
    ----------
    song : Song
        On its true bars.
    """
    if (song.grid.meter.changes[0].numerator, song.grid.meter.changes[0].denominator) not in ((4, 4), (2, 4)):
        return 1.0
    pitched, drums = _in_beats(_ticks(song, drums=False), 0.0), _in_beats(_ticks(song, drums=True), 0.0)
    return tempo_octave.written_to_felt(pitched, drums, song.grid.tempo.mean_bpm(song.end_tick))


def _ticks(song: Song, *, drums: bool) -> Onsets:
    rows = np.array(
        [(n.start_tick, n.end_tick, n.pitch, n.velocity) for t in song.tracks if t.is_drum == drums for n in t.notes],
        dtype=np.int64,
    ).reshape(-1, 4)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 0]))]
    return Onsets(rows[:, 0].astype(np.float64), rows[:, 1].astype(np.float64), rows[:, 2], rows[:, 3])


def _in_beats(notes: Onsets, origin_tick: float, beat_ticks: float = TICKS_PER_QUARTER) -> Onsets:
    return notes.warped((notes.start - origin_tick) / beat_ticks, (notes.end - origin_tick) / beat_ticks)


# --- the file's grid ------------------------------------------------------------------------------------------------


def _is_trusted(song: Song, pitched: Onsets, drums: Onsets) -> bool:
    onsets = np.unique(np.concatenate([pitched.start, drums.start]))
    if len(onsets) < FEW_ONSETS:
        return True
    beats = (onsets[-1] - onsets[0]) / TICKS_PER_QUARTER
    changes = [c for c in song.grid.tempo.changes if c.tick % TICKS_PER_QUARTER == 0]
    if len(changes) > MAPPED_SHARE * max(beats, 1.0):
        return True
    return pulse.is_on_grid(np.concatenate([pitched.start, drums.start]) / TICKS_PER_QUARTER)


def _on_file_grid(song: Song, pitched: Onsets, drums: Onsets) -> Song:
    onsets = np.concatenate([pitched.start, drums.start]) / TICKS_PER_QUARTER
    slots = 3 if pulse.is_ternary(onsets) else 4
    enough = len(onsets) >= FEW_ONSETS
    offset = round(pulse.grid_offset(onsets, slots) * TICKS_PER_QUARTER) if enough else 0
    first = int(min(pitched.start.min(), drums.start.min(initial=np.inf)))
    meters = _file_meters(song.grid.meter, first, song.end_tick) if offset == 0 else None
    if meters is not None and (len(meters) > 1 or _odd(meters[0]) or not enough):
        return _from_bar(song, meters, first)
    origin = offset - TICKS_PER_QUARTER * max(0, -(-(offset - first) // TICKS_PER_QUARTER))
    told = None if meters is None else meters[0]
    notes, hits = _in_beats(pitched, origin), _in_beats(drums, origin)
    if told is not None and told.numerator != 3 and enough and _waltzes(notes, slots):
        told = None
        beats: int | None = 3
    else:
        beats = _beats(slots, told)
    bars = meter.choose_bars(notes, hits, slots, beats=beats)
    slot_ticks = TICKS_PER_QUARTER // slots
    places = np.arange(len(bars.evidence))
    evidence = bars.evidence
    if offset == 0:
        evidence = evidence + FILE_BEAT_LOGIT * (places % slots == 0)
    if told is not None:
        line = round((told.tick - origin) / slot_ticks) % len(evidence)
        evidence = evidence + FILE_BAR_LOGIT * (places == line)
    if bars.beats_a_bar == 4:
        given = int(evidence.argmax()) if told is None else round((told.tick - origin) / slot_ticks)
        lines = changing_lines(bars.table, hits, slots, file_line=given)
        if lines is not None:
            return _from_bar(song, _meters([origin + k * slot_ticks for k in lines]), first)
    return _from_bar(song, [MeterChange(origin + int(evidence.argmax()) * slot_ticks, bars.beats_a_bar, 4)], first)


def _meters(lines: list[int]) -> list[MeterChange]:
    """Meters in quarters under bar lines given as ticks."""
    out: list[MeterChange] = []
    for start, end in pairwise(lines):
        beats = (end - start) // TICKS_PER_QUARTER
        if not out or out[-1].numerator != beats:
            out.append(MeterChange(start, beats, 4))
    return out


def _rate(song: Song) -> float:
    """What to multiply ticks by where the file's beat can't be one, faster than 240 BPM or slower than 40."""
    bpm = song.grid.tempo.mean_bpm(song.end_tick)
    factor = 1.0
    while bpm * factor > meter.FASTEST_BPM:
        factor /= 2
    while bpm * factor < meter.SLOWEST_BPM:
        factor *= 2
    return factor


def _at_rate(song: Song, factor: float) -> Song:
    """The song with so many times its ticks a second; its bars become 4/4 wherever they stand."""
    tempo = song.grid.tempo
    changes = {round(c.tick * factor): c.bpm * factor for c in tempo.changes}
    told = TempoMap(tuple(TempoChange(t, bpm) for t, bpm in sorted(changes.items())), tempo.start_s)

    def move(ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        return told.to_ticks(tempo.to_s(ticks))

    return moved(song, move, Grid(told, MeterMap((MeterChange(0, 1, 4),))))


def _beats(slots: int, told: MeterChange | None) -> int | None:
    """Quarter beats a bar: as told, but 2/4 is counted in fours; on triplets 4, the file's quarter being the beat."""
    if told is not None:
        return 4 if told.numerator == 2 else told.numerator
    return 4 if slots == 3 else None


def _waltzes(notes: Onsets, slots: int) -> bool:
    """Whether a song surely goes in three: a file's 4/4 may be what stands where nothing was said."""
    return slots == 4 and meter.threes_over_fours(accents(notes, slots), slots) > SURE_WALTZ


def _odd(change: MeterChange) -> bool:
    """Whether a meter is one that the bar model doesn't judge: all but 2/4, 3/4 and 4/4."""
    return change.denominator != 4 or change.numerator not in (2, 3, 4)


def _plausible(change: MeterChange) -> bool:
    return SHORTEST_BAR_QUARTERS <= change.bar_ticks / TICKS_PER_QUARTER <= LONGEST_BAR_QUARTERS


def _file_meters(given: MeterMap, first: int, end: int) -> list[MeterChange] | None:
    """The file's meters from the bar of the first note on, set-up bars gone; None where they can't be true.

    A bar cut short that holds the first notes is a pickup, and becomes the end of a whole bar.
    """
    spans = [(c, b.tick) for c, b in pairwise(given.changes)] + [
        (given.changes[-1], max(end, given.changes[-1].tick + 1))
    ]
    spans = [(c, min(stop, end)) for c, stop in spans if stop > first and c.tick < end]
    length = sum(stop - max(c.tick, first) for c, stop in spans)
    good = sum(stop - max(c.tick, first) for c, stop in spans if _plausible(c))
    if good < PLAUSIBLE_SHARE * length:
        return None
    changes = [c for c, _ in spans]
    head = changes[0]
    start = head.tick + (first + EARLY_TICKS - head.tick) // head.bar_ticks * head.bar_ticks
    changes[0] = MeterChange(start, head.numerator, head.denominator)
    if len(changes) > 1 and changes[1].tick - start == head.bar_ticks < changes[1].bar_ticks and not _plausible(head):
        second = changes[1]
        changes[:2] = [MeterChange(second.tick - second.bar_ticks, second.numerator, second.denominator)]
    merged = [changes[0]]
    for change in changes[1:]:
        if (change.numerator, change.denominator) != (merged[-1].numerator, merged[-1].denominator):
            merged.append(change)
    return merged


def _from_bar(song: Song, meters: list[MeterChange], first: int) -> Song:
    """The song with tick 0 on the bar line at or before the first note."""
    head = meters[0]
    zero = head.tick + (first + EARLY_TICKS - head.tick) // head.bar_ticks * head.bar_ticks
    changes = [MeterChange(0, head.numerator, head.denominator)]
    changes += [MeterChange(c.tick - zero, c.numerator, c.denominator) for c in meters[1:]]
    grid = Grid(shifted_tempo(song.grid.tempo, zero, first), MeterMap(tuple(changes)))
    return moved(song, lambda t: t - zero, grid)


# --- tracked beats --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Beats:
    """Tracked beats as a map: beat number -> second, extrapolated at both ends."""

    seconds: Floats

    def number(self, at: Floats) -> Floats:
        k = np.arange(len(self.seconds), dtype=np.float64)
        head, tail = self.seconds[1] - self.seconds[0], self.seconds[-1] - self.seconds[-2]
        out: Floats = np.interp(at, self.seconds, k)
        out = np.where(at < self.seconds[0], (at - self.seconds[0]) / head, out)
        return np.where(at > self.seconds[-1], k[-1] + (at - self.seconds[-1]) / tail, out)

    def second(self, number: Floats) -> Floats:
        k = np.arange(len(self.seconds), dtype=np.float64)
        head, tail = self.seconds[1] - self.seconds[0], self.seconds[-1] - self.seconds[-2]
        out: Floats = np.interp(number, k, self.seconds)
        out = np.where(number < 0, self.seconds[0] + number * head, out)
        return np.where(number > k[-1], self.seconds[-1] + (number - k[-1]) * tail, out)

    def at_rate(self, factor: float) -> _Beats:
        """Beats so many times as dense."""
        count = int((len(self.seconds) - 1) * factor) + 2
        return _Beats(self.second(np.arange(count) / factor))


def _on_tracked_beats(song: Song, pitched: Onsets, drums: Onsets) -> Song:
    clock = song.grid.tempo
    seconds = [n.warped(clock.to_s(n.start), clock.to_s(n.end)) for n in (pitched, drums)]
    both = seconds[0] if not len(drums.start) else _joined(*seconds)
    heard = pulse.find_pulse(both)
    tatums = _Beats(heard.tatums_s)
    tatum_bpm = 60.0 / float(np.median(np.diff(heard.tatums_s)))
    in_tatums = [n.warped(tatums.number(n.start), tatums.number(n.end)) for n in seconds]
    level = tempo_octave.find_level(in_tatums[0], in_tatums[1], tatum_bpm)
    beats = tatums.at_rate(1 / level.tatums_a_beat)
    numbers = [n.warped(beats.number(n.start), beats.number(n.end)) for n in seconds]
    every = np.concatenate([n.start for n in numbers])
    slots = level.slots_a_beat
    offset = pulse.grid_offset(every, slots)
    origin = offset - np.ceil(max(0.0, offset - float(every.min())))
    numbers = [n.warped(n.start - origin, n.end - origin) for n in numbers]
    bars = meter.choose_bars(numbers[0], numbers[1], slots, beats=level.beats_a_bar)
    size = bars.beats_a_bar
    dotted = slots == 3 and size == 2
    beat_ticks = TICKS_PER_QUARTER * 3 // 2 if dotted else TICKS_PER_QUARTER
    early = 0.5 / slots
    first = float(every.min()) - origin
    lines = changing_lines(bars.table, numbers[1], slots, slips=True) if size == 4 else None
    if lines is None:
        zero = bars.first_slot / slots
        zero += np.floor((first + early - zero) / size) * size + origin
        meters = [MeterChange(0, 6, 8) if dotted else MeterChange(0, size, 4)]
    else:
        places, told = _counted(lines, slots, first + early)
        beats, zero = _Beats(beats.second(places + origin)), 0.0
        meters = _meters([n * TICKS_PER_QUARTER for n in told])

    last = int(np.ceil(max(float(beats.number(clock.to_s([song.end_tick]))[0]) - zero, 1.0)))
    counted = _Beats(beats.second(zero + np.arange(last + 1, dtype=np.float64)))

    def move(ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        out: NDArray[np.int64] = np.rint(counted.number(clock.to_s(ticks)) * beat_ticks).astype(np.int64)
        return out

    tempo = _tempo(counted.seconds, beat_ticks, heard.steady and lines is None)
    return moved(song, move, Grid(tempo, MeterMap(tuple(meters))))


def _counted(lines: list[int], slots: int, first: float) -> tuple[Floats, list[int]]:
    """Where beats lie, in beats as tracked, from the bar line at or before `first` on, and which of them begin bars.

    A bar that is not a whole number of beats long is where the pulse slipped: its beats are spread evenly.
    """
    bar = 4 * slots
    while lines[0] > first * slots:
        lines = [lines[0] - bar, *lines]
    while len(lines) > 2 and lines[1] <= first * slots:
        lines = lines[1:]
    places: list[float] = []
    starts = [0]
    for start, end in pairwise(lines):
        count = max(1, round((end - start) / slots))
        places += [(start + (end - start) * k / count) / slots for k in range(count)]
        starts.append(len(places))
    return np.array([*places, lines[-1] / slots]), starts


def _joined(a: Onsets, b: Onsets) -> Onsets:
    start = np.concatenate([a.start, b.start])
    order = np.argsort(start, kind="stable")
    return Onsets(
        start[order],
        np.concatenate([a.end, b.end])[order],
        np.concatenate([a.pitch, b.pitch])[order],
        np.concatenate([a.velocity, b.velocity])[order],
    )


def _tempo(edges_s: Floats, beat_ticks: int, steady: bool) -> TempoMap:
    """The tempo map on which beats lie at given seconds."""
    quarters = beat_ticks / TICKS_PER_QUARTER
    if steady or len(edges_s) < 3:
        mean = (edges_s[-1] - edges_s[0]) / (len(edges_s) - 1) if len(edges_s) > 1 else 0.5
        return TempoMap((TempoChange(0, 60.0 * quarters / float(mean)),), float(edges_s[0]))
    bpm = 60.0 * quarters / np.diff(edges_s)
    return TempoMap(tuple(TempoChange(k * beat_ticks, float(b)) for k, b in enumerate(bpm)), float(edges_s[0]))
