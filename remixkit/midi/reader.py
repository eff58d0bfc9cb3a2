"""A file -> a Song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from remixkit.errors import SongError
from remixkit.midi import messages
from remixkit.midi.reading import chunks, text, text_events, timeline
from remixkit.midi.reading.channels import LONGEST_HANGING_TICKS
from remixkit.midi.reading.counting import count, was
from remixkit.midi.reading.events import Decoded
from remixkit.midi.reading.limits import MAX_FILE_BYTES, MAX_NOTES, MAX_SECONDS, MAX_SILENCE_S
from remixkit.midi.reading.players import Sorted, drummers, programs, singer, sort_out
from remixkit.midi.reading.tracks import decode_all
from remixkit.model.song import KeySignature, Message, Song, SongPassthrough, Track, TrackPassthrough
from remixkit.model.timing import TICKS_PER_QUARTER, Grid

_SEVERAL_TRACKS_IN_ONE, _IN_LINE = 0, 2
_MOST_WARNINGS = 40
_HELD = f"held to the next of the same pitch, {LONGEST_HANGING_TICKS // TICKS_PER_QUARTER} quarters at most"
_MENDED_NOTES = (
    ("hanging", "note never ended and was", "notes never ended and were", _HELD),
    ("doubled", "onset was", "onsets were", "doubled by another of the same pitch and merged"),
    ("clipped", "value above 127 was", "values above 127 were", "read as 127"),
    ("left_out", "event was", "events were", "left out that named a pitch, controller or program above 127"),
)


def read(path: Path, *, encoding: str | None = None) -> Song:
    """Read a MIDI file.

    Parameters
    ----------
    path : Path
        A Standard MIDI File of type 0, 1 or 2, RIFF-wrapped or not, karaoke (.kar) too.
    encoding : str, optional
        What its texts are in, if what is found out is wrong: ``"big5"``, ``"cp1251"``. A guess is
        among the song's warnings.

    Returns
    -------
    Song
        On the file's own grid, 960 ticks a quarter note, tick 0 at the file's start. A track that speaks to several
        channels becomes a Track a channel. A file without a note gives a Song without one.

    Raises
    ------
    SongError
        If it cannot be read, is not MIDI, is too damaged for one sensible reading, or exceeds
        `remixkit.midi.reading.limits`; or if no encoding has that name.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as problem:
        reason = (problem.strerror or "cannot be read").lower()
        raise SongError(reason, file=path, remedy="give the path of a MIDI file") from problem
    return from_bytes(data, file=str(path), encoding=encoding)


def from_bytes(data: bytes, *, file: str = "song.mid", encoding: str | None = None) -> Song:
    """Read the bytes of a MIDI file; `file` is its name, for title and messages. Raises as `read` does."""
    known = None if encoding is None else text.codec(encoding)
    raw = chunks.split(data, file=file)
    warnings = list(raw.warnings)
    decoded = decode_all(raw, file=file, warnings=warnings)
    if raw.format == _IN_LINE and len(decoded) > 1:
        warnings.append("The file is of type 2: its tracks are played one after the other.")
        _put_in_line(decoded, raw.ticks_per_quarter or 1)
    clock = timeline.file_clock(raw.ticks_per_quarter, raw.ticks_per_s)
    events = sort_out(decoded, clock)
    if raw.ticks_per_s is not None:
        warnings.append("The file counts time in frames and not in quarter notes, so it has no beats of its own.")
        events.tempos.clear()
        events.meters.clear()
        for track in events.messages:
            track.forget_meters()
    grid = Grid(timeline.tempo_map(events.tempos, warnings), timeline.meter_map(events.meters, warnings))
    _check(events, grid, file)

    decode = text_events.decoder(events.texts, known)
    title = text_events.title(events.texts, decode, _has_notes(events), raw.format)
    name_of_all = title if raw.format == _SEVERAL_TRACKS_IN_ONE else ""
    tracks, unplayed = _tracks(events, clock, decode, raw.format, name_of_all, warnings)
    keys = _key_signatures(events.keys, warnings)
    warnings.extend(_mended_notes(events))
    if decode.warning:
        warnings.append(decode.warning)
    return Song(
        title=title or text.stem(file),
        tracks=tuple(tracks),
        grid=grid,
        key_signatures=keys,
        markers=text_events.markers(events.texts, decode, clock),
        composer=text_events.composer(events.texts, decode),
        seeds=text_events.seeds(events.texts, decode),
        source=Path(file).name,
        warnings=_first(warnings),
        passthrough=SongPassthrough(unplayed, raw.ticks_per_quarter or TICKS_PER_QUARTER),
    )


def _first(warnings: list[str]) -> tuple[str, ...]:
    rest = len(warnings) - _MOST_WARNINGS
    return (*warnings[:_MOST_WARNINGS], *([f"And {count(rest, 'warning')} more."] if rest > 0 else ()))


def _put_in_line(tracks: Sequence[Decoded], ticks_per_quarter: int) -> None:
    """Shift each track of a type 2 file behind the one before, to the next whole quarter note."""
    start = 0
    for track in tracks:
        track.events = [(e[0] + start, *e[1:]) for e in track.events]
        track.end_tick += start
        start = -(-track.end_tick // ticks_per_quarter) * ticks_per_quarter


def _has_notes(events: Sorted) -> list[bool]:
    return [any(p.reader.notes for p in players) for players in events.players]


def _check(events: Sorted, grid: Grid, file: str) -> None:
    notes = sum(len(p.reader.notes) for p in events.everyone())
    if notes > MAX_NOTES:
        raise SongError(f"{notes} notes; at most {MAX_NOTES} are read", file=file, remedy="thin it out")
    if not notes:
        return
    spans = np.array(sorted((n.start_tick, n.end_tick) for p in events.everyone() for n in p.reader.notes))
    begins, ends = grid.tempo.to_s(spans[:, 0]), grid.tempo.to_s(np.maximum.accumulate(spans[:, 1]))
    if ends[-1] > MAX_SECONDS:
        raise SongError(
            f"its last note ends after {ends[-1] / 3600:.1f} hours; a song ends within {MAX_SECONDS / 3600:.0f}",
            file=file,
            remedy="cut the silence out of it with a MIDI editor",
        )
    silence_s = begins - np.concatenate([[0.0], ends[:-1]])
    longest = int(silence_s.argmax())
    if silence_s[longest] > MAX_SILENCE_S:
        raise SongError(
            f"{silence_s[longest] / 60:.0f} minutes of silence before the note at {begins[longest] / 60:.0f} minutes",
            file=file,
            remedy="cut the silence out of it with a MIDI editor, or get the file again",
        )


def _tracks(
    events: Sorted, clock: timeline.Clock, decode: text.Decoder, kind: int, name_of_all: str, warnings: list[str]
) -> tuple[list[Track], tuple[tuple[Message, ...], ...]]:
    """A Track for each channel of each track, and one for lyrics that no channel sings; and what nobody is told."""
    is_karaoke = any(t.is_karaoke for t in events.texts)
    program = programs(events)
    names = {
        id(player): texts.name(decode, player.channel)
        for players, texts in zip(events.players, events.texts, strict=True)
        for player in players
    }
    drums = drummers(events, names, program, warnings)
    out: list[Track] = []
    of_all: list[Message] = []
    unplayed: list[tuple[Message, ...]] = []
    for k, (players, texts, sent) in enumerate(zip(events.players, events.texts, events.messages, strict=True)):
        sung = text_events.lyrics(texts, decode, is_karaoke=is_karaoke)
        lyrics = tuple(replace(t, tick=clock(t.tick)) for t in sung)
        who = singer(players, lyrics)
        own, rest = messages.by_slot(
            sent,
            [(p.port, p.channel) for p in players],
            None if who is None else (who.port, who.channel),
            clock,
            is_only=kind == _SEVERAL_TRACKS_IN_ONE,
        )
        if k and rest and not players:
            unplayed.append(rest)
        else:
            of_all.extend(rest)
        for player in players:
            name = names[id(player)]
            track = Track(
                name="" if name == name_of_all else name,
                channel=player.channel,
                program=program[id(player)],
                is_drum=id(player) in drums,
                notes=tuple(player.reader.notes),
                controls=tuple(player.reader.controls),
                lyrics=lyrics if player is who else (),
                passthrough=TrackPassthrough(player.channel, own[player.port, player.channel]),
            )
            out.append(track)
        if lyrics and who is None:
            out.append(Track(name=texts.name(decode, None), lyrics=lyrics))
    return out, (tuple(sorted(of_all, key=lambda m: m.tick)), *unplayed)


def _key_signatures(keys: Sequence[tuple[int, bytes]], warnings: list[str]) -> tuple[KeySignature, ...]:
    out: dict[int, KeySignature] = {}
    bad = 0
    for tick, payload in keys:
        sharps = int.from_bytes(payload[:1], "big", signed=True)
        if len(payload) < 2 or abs(sharps) > 7 or payload[1] > 1:
            bad += 1
        else:
            out[tick] = KeySignature(tick, sharps, "minor" if payload[1] else "major")
    if bad:
        warnings.append(f"{count(bad, 'empty or impossible key signature')} {was(bad)} left out.")
    return tuple(out[t] for t in sorted(out))


def _mended_notes(events: Sorted) -> list[str]:
    out: list[str] = []
    for what, one, many, how in _MENDED_NOTES:
        n = sum(getattr(p.reader, what) for p in events.everyone())
        if n:
            out.append(f"{count(n, one, many)} {how}.")
    if lost := sum(track.lost for track in events.messages):
        out.append(f"{count(lost, 'system exclusive')} {was(lost)} left out that no instrument understands.")
    if not any(_has_notes(events)):
        out.append("There is no note in the file.")
    return out
