"""A tune as it is played: a song, on 960 ticks a quarter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import TypeVar

from remixkit.errors import SongError
from remixkit.midi.spec import DRUM_CHANNEL, PITCHED_CHANNELS
from remixkit.model.song import Control, KeySignature, Lyric, Note, Song, Text, Track
from remixkit.model.timing import Grid, TempoChange, TempoMap
from remixkit.notation.abc.abc_limits import MAX_SECONDS
from remixkit.notation.abc.bar_order import ScoreBar, playing_order, score_bars
from remixkit.notation.abc.code.fields import MEND
from remixkit.notation.abc.code.key_fields import WrittenKey
from remixkit.notation.abc.complaints import Complaints
from remixkit.notation.abc.played_grid import played_grid, ticks
from remixkit.notation.abc.tune_reader import WrittenTune
from remixkit.notation.abc.written_bars import Voice, VoiceBar

DEFAULT_BPM = 120.0


@dataclass(frozen=True, slots=True)
class _PlayedBar:
    """A bar at its place, `at` in whole notes; `index` as it is written, and how many `times` it was played before."""

    at: Fraction
    index: int
    times: int
    bar: ScoreBar


def song_of(tune: WrittenTune, complaints: Complaints, source: str = "") -> Song:
    """The song that a tune is, repeats played out.

    Raises
    ------
    SongError
        If it has no notes, or more than can be played.
    """
    if not any(bar.notes for voice in tune.voices for bar in voice.bars):
        raise SongError("there are no notes in the tune", remedy="give a tune with notes below its K:")
    bars = score_bars(tune.voices, complaints)
    order = playing_order(tune, bars, complaints)
    grid = played_grid([bars[k] for k in order])
    starts = accumulate((bars[k].length for k in order), initial=grid.shift)
    seen: Counter[int] = Counter()
    played = []
    for at, k in zip(starts, order, strict=False):
        played.append(_PlayedBar(at, k, seen[k], bars[k]))
        seen[k] += 1
    tracks = tuple(_track(k, voice, played, seen) for k, voice in enumerate(tune.voices))
    tempo = _tempo(bars, played)
    _check_length(tracks, tempo)
    return Song(
        title=tune.title,
        composer=tune.composer,
        tracks=(*tracks, *_drums(played)),
        grid=Grid(tempo, grid.meter),
        key_signatures=_key_signatures(bars, played),
        markers=tuple(Text(ticks(p.at), p.bar.part) for p in played if p.bar.part),
        chord_symbols=_chord_symbols(played),
        source=source,
    )


def _check_length(tracks: Sequence[Track], tempo: TempoMap) -> None:
    end = max((n.end_tick for t in tracks for n in t.notes), default=0)
    hours = tempo.second(end) / 3600
    if hours > MAX_SECONDS / 3600:
        reason = f"its last note ends after {hours:.1f} hours; a song ends within {MAX_SECONDS / 3600:.0f}"
        raise SongError(reason, remedy=MEND)


# --- tracks ---------------------------------------------------------------------------------------------------------


def _track(k: int, voice: Voice, played: Sequence[_PlayedBar], times: Counter[int]) -> Track:
    channel = PITCHED_CHANNELS[k % len(PITCHED_CHANNELS)] if voice.channel is None else voice.channel
    program, controls = _controls(k, voice, played)
    return Track(
        name=voice.title or (voice.name if not voice.name.isdigit() else f"Part {k + 1}"),
        channel=DRUM_CHANNEL if voice.is_drum else channel,
        program=program,
        is_drum=voice.is_drum or channel == DRUM_CHANNEL,
        notes=tuple(sorted(_notes(k, played))),
        controls=controls,
        lyrics=tuple(sorted(lyric for p in played for lyric in _sung(p, p.bar.voices[k], times[p.index]))),
    )


def _notes(k: int, played: Sequence[_PlayedBar]) -> Iterator[Note]:
    """The notes of a voice, those that are tied made one; no tie leads back to where a repeat begins."""
    held: dict[int, tuple[Fraction, Fraction, int]] = {}
    before = -1
    for p in played:
        if p.index != before + 1 and not p.bar.signs.endings:
            yield from (_note(pitch, *left) for pitch, left in held.items())
            held.clear()
        before = p.index
        for note in sorted(p.bar.voices[k].notes, key=lambda note: note.at):
            start, end, velocity = p.at + note.at, p.at + note.at + note.length, note.velocity
            tied = held.pop(note.pitch, None)
            if tied and tied[1] == start:
                start, velocity = tied[0], tied[2]
            elif tied:
                yield _note(note.pitch, *tied)
            if note.tied:
                held[note.pitch] = start, end, velocity
            else:
                yield _note(note.pitch, start, end, velocity)
    yield from (_note(pitch, *left) for pitch, left in held.items())


def _note(pitch: int, start: Fraction, end: Fraction, velocity: int) -> Note:
    start_tick = ticks(start)
    return Note(start_tick, max(start_tick + 1, ticks(end)), pitch, velocity)


def _sung(played: _PlayedBar, bar: VoiceBar, times: int) -> Iterator[Lyric]:
    """The words of a bar: each time it is played those of the next verse; of a bar that is played once, all verses."""
    endings = sorted(played.bar.signs.endings)
    is_once = times == 1 and not endings
    passing = endings[min(played.times, len(endings) - 1)] if endings else played.times + 1
    for s in bar.syllables:
        if is_once or s.verse == min(passing, bar.verses):
            yield Lyric(ticks(played.at + s.at), s.text, s.syllabic, s.verse if is_once else 1)


def _controls(k: int, voice: Voice, played: Sequence[_PlayedBar]) -> tuple[int, tuple[Control, ...]]:
    """The first program of a voice, and its other programs and its controllers where they are played."""
    written = [
        [(c.at, c.what.value) for c in bar.changes if isinstance(c.what, Control) and c.what.kind == "program"]
        for bar in voice.bars
    ]
    programs = _as_played(written, played, voice.program)
    others = (
        replace(c.what, tick=ticks(p.at + c.at))
        for p in played
        for c in p.bar.voices[k].changes
        if isinstance(c.what, Control) and c.what.kind != "program"
    )
    return programs[0][1], tuple(sorted((*others, *(Control(tick, "program", 0, p) for tick, p in programs[1:]))))


def _drums(played: Sequence[_PlayedBar]) -> Iterator[Track]:
    """What the drum patterns of the voices play along."""
    notes = {
        _note(hit.pitch, p.at + hit.at * p.bar.length, p.at + (hit.at + hit.length) * p.bar.length, hit.velocity)
        for p in played
        for bar in p.bar.voices
        for hit in bar.drums
    }
    if notes:
        yield Track(name="Drums", channel=DRUM_CHANNEL, is_drum=True, notes=tuple(sorted(notes)))


# --- what holds for all ---------------------------------------------------------------------------------------------

State = TypeVar("State")


def _as_played(
    written: Sequence[Sequence[tuple[Fraction, State]]], played: Sequence[_PlayedBar], first: State | None = None
) -> list[tuple[int, State]]:
    """Each change of a state, with its tick: what bars say, and after a jump what was in force where it leads."""
    in_force = [first]
    for changes in written:
        in_force.append(changes[-1][1] if changes else in_force[-1])
    out: list[tuple[int, State]] = []
    for p in played:
        held = in_force[min(p.index, len(written))]
        here = list(written[p.index]) if p.index < len(written) else []
        if held is not None:
            here.insert(0, (Fraction(0), held))
        for at, state in here:
            if not out or state != out[-1][1]:
                out.append((ticks(p.at + at), state))
    return out


def _tempo(bars: Sequence[ScoreBar], played: Sequence[_PlayedBar]) -> TempoMap:
    written = [
        sorted(
            ((c.at, c.what) for bar in row.voices for c in bar.changes if isinstance(c.what, float)),
            key=lambda change: change[0],
        )
        for row in bars
    ]
    found = dict(_as_played(written, played))
    first = found.pop(min(found)) if found and min(found) <= ticks(played[0].at) else DEFAULT_BPM
    return TempoMap((TempoChange(0, first), *(TempoChange(tick, found[tick]) for tick in sorted(found))))


def _key_signatures(bars: Sequence[ScoreBar], played: Sequence[_PlayedBar]) -> tuple[KeySignature, ...]:
    """Those of the first voice."""
    written = [[(c.at, c.what) for c in row.voices[0].changes if isinstance(c.what, WrittenKey)] for row in bars]
    found = dict(_as_played(written, played))
    if not found:
        return ()
    first = min(found)
    keys = {0 if tick == first and first <= ticks(played[0].at) else tick: found[tick] for tick in sorted(found)}
    return tuple(KeySignature(tick, key.sharps, key.mode) for tick, key in keys.items())


def _chord_symbols(played: Sequence[_PlayedBar]) -> tuple[Text, ...]:
    """Those of all voices; of two at one place the first voice's."""
    found: dict[int, str] = {}
    for p in played:
        for bar in p.bar.voices:
            for chord in bar.chords:
                found.setdefault(ticks(p.at + chord.at), chord.label)
    return tuple(Text(tick, found[tick]) for tick in sorted(found))
