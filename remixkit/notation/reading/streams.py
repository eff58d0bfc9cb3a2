"""Any music21 score as a song: ties merged, transposing instruments at sounding pitch, on a grid of 960 ticks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from remixkit.midi.spec import DRUM_CHANNEL, PITCHED_CHANNELS
from remixkit.model.song import Control, KeySignature, Lyric, Note, Song, Syllabic, Text, Track
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.notation.drum_notation import key_at_staff
from remixkit.notation.reading.chord_symbols import chord_symbols

if TYPE_CHECKING:
    from music21.stream import Score

DEFAULT_BPM = 120.0


def from_music21(score: Score, source: str = "") -> Song:
    """The song that a music21 score holds.

    Parameters
    ----------
    score : music21.stream.Score
        Or any other stream; its parts, or itself where it has none, become tracks. Repeats are played out.
    source : str
        A name for messages.

    Returns
    -------
    Song
        Tick 0 is the bar line at or before the first note. What was left out or mended stands in `warnings`.
    """
    from music21 import stream

    warnings: list[str] = []
    score = _played_out(score, warnings)
    parts = list(score.getElementsByClass(stream.Part)) or ([score] if score.recurse().notes else [])
    if not parts:
        return Song(title=_title(score), source=source, warnings=("there are no notes in the score",))
    shift = _pickup_ticks(parts[0])
    flats = [_sounding(p).flatten() for p in parts]
    signs = [*flats, score.flatten()] if len(parts) > 1 else flats
    tracks = tuple(
        _track(part, flat, k, shift, warnings) for k, (part, flat) in enumerate(zip(parts, flats, strict=True))
    )
    return Song(
        title=_title(score),
        composer=str((score.metadata and score.metadata.composer) or ""),
        tracks=tracks,
        grid=Grid(_tempo(signs, shift), _meter(flats[0], shift, warnings)),
        key_signatures=_key_signatures(flats, shift),
        markers=_markers(signs, shift),
        chord_symbols=chord_symbols(signs, shift, warnings),
        source=source,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _title(score: Any) -> str:
    return str((score.metadata and score.metadata.bestTitle) or "")


def _played_out(score: Any, warnings: list[str]) -> Any:
    from music21 import bar
    from music21.exceptions21 import Music21Exception

    if next(iter(score.recurse().getElementsByClass(bar.Repeat)), None) is None:
        return score
    try:
        return score.expandRepeats()
    except Music21Exception:
        warnings.append("the repeats do not add up and were not played out")
        return score


def _sounding(part: Any) -> Any:
    """The part at sounding pitch: a part that is written for a transposing instrument is moved."""
    return part.toSoundingPitch() if getattr(part, "atSoundingPitch", None) is False else part


def _pickup_ticks(part: Any) -> int:
    """How far the first note's bar line lies before the score's beginning."""
    from music21 import stream

    first = next(iter(part.getElementsByClass(stream.Measure)), None)
    if first is None or first.barDuration is None:
        return 0
    missing = _ticks(first.barDuration.quarterLength) - _ticks(first.duration.quarterLength)
    return missing if missing > 0 and (first.paddingLeft or first.number == 0) else 0


def _track(part: Any, flat: Any, index: int, shift: int, warnings: list[str]) -> Track:
    from music21 import clef, instrument

    players = [(shift + _ticks(i.offset), i) for i in flat.getElementsByClass(instrument.Instrument)]
    is_drum = any(isinstance(i, instrument.UnpitchedPercussion) or i.midiChannel == DRUM_CHANNEL for _, i in players)
    is_drum = is_drum or next(iter(flat.getElementsByClass(clef.PercussionClef)), None) is not None
    programs = [(tick, i.midiProgram) for tick, i in players if i.midiProgram is not None and not is_drum]
    notes, lyrics = _notes(flat, shift, warnings)
    changes = tuple(
        Control(tick, "program", 0, program)
        for (tick, program), (_, before) in zip(programs[1:], programs, strict=False)
        if program != before
    )
    return Track(
        name=str(
            getattr(part, "partName", None)
            or (players[0][1].instrumentName if players else None)
            or f"Part {index + 1}"
        ),
        channel=DRUM_CHANNEL if is_drum else _channel(index),
        program=programs[0][1] if programs else 0,
        is_drum=is_drum,
        notes=tuple(sorted(notes)),
        controls=changes,
        lyrics=tuple(lyrics),
    )


def _channel(index: int) -> int:
    """A channel that is not the drums'."""
    return PITCHED_CHANNELS[index % len(PITCHED_CHANNELS)]


def _notes(flat: Any, shift: int, warnings: list[str]) -> tuple[list[Note], list[Lyric]]:
    from music21 import dynamics, harmony

    loudness = [
        (shift + _ticks(d.offset), round(127 * d.volumeScalar)) for d in flat.getElementsByClass(dynamics.Dynamic)
    ]
    notes: list[Note] = []
    lyrics: list[Lyric] = []
    tied: dict[int, Note] = {}
    for element in flat.notes:
        if isinstance(element, harmony.Harmony):
            continue
        start = shift + _ticks(element.offset)
        end = shift + _ticks(element.offset + element.quarterLength)
        if end <= start:
            warnings.append("grace notes were left out")
            continue
        lyrics += _lyrics(element, start)
        for single, pitch in _singles(element):
            note = Note(start, end, pitch, _velocity(single, element, loudness, start))
            held = tied.pop(pitch, None)
            continues = (
                held is not None and held.end_tick == start and single.tie and single.tie.type in ("continue", "stop")
            )
            if continues and held is not None:
                note = Note(held.start_tick, end, pitch, held.velocity)
            elif held is not None:
                notes.append(held)
            if single.tie and single.tie.type in ("start", "continue"):
                tied[pitch] = note
            else:
                notes.append(note)
    return [*notes, *tied.values()], lyrics


def _lyrics(element: Any, tick: int) -> Iterator[Lyric]:
    places: dict[str | None, Syllabic] = {"begin": "begin", "middle": "middle", "end": "end"}
    for lyric in element.lyrics:
        if lyric.text:
            yield Lyric(tick, lyric.text, places.get(lyric.syllabic, "single"), max(1, lyric.number))


def _singles(element: Any) -> Iterator[tuple[Any, int]]:
    """Each note of a note or chord, with its MIDI pitch."""
    from music21 import note

    for single in getattr(element, "notes", (element,)):
        if isinstance(single, note.Unpitched):
            player = single.storedInstrument
            known = None if player is None else player.percMapPitch
            yield single, known if known is not None else key_at_staff(single.displayName, single.notehead)
        else:
            yield single, min(127, max(0, single.pitch.midi))


def _velocity(single: Any, element: Any, loudness: list[tuple[int, int]], tick: int) -> int:
    for holder in (single, element):
        if holder.hasVolumeInformation() and holder.volume.velocity is not None:
            return int(min(127, max(1, round(holder.volume.velocity))))
    at = bisect_right(loudness, tick, key=lambda pair: pair[0])
    return min(127, max(1, loudness[at - 1][1])) if at else 80


def _tempo(flats: Iterable[Any], shift: int) -> TempoMap:
    from music21 import tempo

    found: dict[int, float] = {}
    for flat in flats:
        for mark in flat.getElementsByClass(tempo.MetronomeMark):
            bpm = mark.getQuarterBPM()
            if bpm:
                found.setdefault(max(0, shift + _ticks(mark.offset)) if mark.offset else 0, float(bpm))
    found.setdefault(0, found[min(found)] if found else DEFAULT_BPM)
    return TempoMap(tuple(TempoChange(t, found[t]) for t in sorted(found)))


def _meter(flat: Any, shift: int, warnings: list[str]) -> MeterMap:
    from music21 import meter

    changes: list[MeterChange] = []
    for sign in flat.getElementsByClass(meter.TimeSignature):
        tick = shift + _ticks(sign.offset) if sign.offset else 0
        change = MeterChange(tick, sign.numerator, sign.denominator)
        if not changes and tick:
            changes.append(MeterChange(0, 4, 4))
        last = changes[-1] if changes else None
        if last is not None and (
            tick <= last.tick or (last.numerator, last.denominator) == (sign.numerator, sign.denominator)
        ):
            continue
        if last is not None and (tick - last.tick) % last.bar_ticks:
            warnings.append("a meter that changes within a bar was left out")
            continue
        changes.append(change)
    return MeterMap(tuple(changes)) if changes else MeterMap()


def _key_signatures(flats: Iterable[Any], shift: int) -> tuple[KeySignature, ...]:
    """Those of the first part that has any."""
    from music21 import key

    for flat in flats:
        found: dict[int, KeySignature] = {}
        for sign in flat.getElementsByClass(key.KeySignature):
            tick = shift + _ticks(sign.offset) if sign.offset else 0
            mode = "minor" if getattr(sign, "mode", None) == "minor" else "major"
            found[tick] = KeySignature(tick, sign.sharps or 0, mode)  # type: ignore[arg-type]
        if found:
            return tuple(found[t] for t in sorted(found))
    return ()


def _markers(flats: Iterable[Any], shift: int) -> tuple[Text, ...]:
    from music21 import expressions

    found = {
        Text(shift + _ticks(mark.offset) if mark.offset else 0, str(mark.content))
        for flat in flats
        for mark in flat.getElementsByClass(expressions.RehearsalMark)
    }
    return tuple(sorted(found))


def _ticks(quarters: Any) -> int:
    ticks: int = round(quarters * TICKS_PER_QUARTER)
    return ticks
