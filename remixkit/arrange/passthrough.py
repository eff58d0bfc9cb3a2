"""What is passed through from the source as it stands: a song, or some of its tracks beside a style's players."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count

from remixkit.arrange import style_mix
from remixkit.arrange.form.chart import Chart
from remixkit.arrange.form.transpose import semitones_to, song_transposed
from remixkit.errors import SongError, StyleError
from remixkit.midi import is_reset, on_channel
from remixkit.midi.spec import CC_BANK_LSB, CC_BANK_MSB, CHANNELS, DRUM_CHANNEL, META, META_NAME
from remixkit.model import spans
from remixkit.model.analysis import Analysis, Key, Section, TrackRole
from remixkit.model.arrangement import Arrangement, Master, Part
from remixkit.model.song import Song, Track, TrackPassthrough
from remixkit.model.timing import TempoChange, TempoMap
from remixkit.plugins import nearest
from remixkit.style.schema import Style
from remixkit.theory.keys import key_of_signature

ALL = "*"
LEAD_WORDS = ("melody", "lead", "right hand")
_NAME = bytes((META, META_NAME))


def passed_song(song: Song, master: Master | None = None) -> Arrangement:
    """Every track of a song as a part, word for word: nothing is arranged.

    Parameters
    ----------
    song : Song
        As a reader returns it.
    master : Master, optional
        Loudness, ceiling, effects.
    """
    parts = tuple(
        _part(track, n)
        for n, track in enumerate(song.tracks, 1)
        if track.notes or (track.passthrough and track.passthrough.messages)
    )
    has_notes = any(part.notes for part in parts)
    return Arrangement(
        title=song.title,
        style="",
        seed=0,
        grid=song.grid,
        keys=_keys(song),
        chords=(),
        sections=(Section(0, max(1, song.end_tick), "verse"),),
        parts=parts,
        master=master or Master(),
        composer=song.composer,
        warnings=song.warnings if has_notes else (*song.warnings, "there is no note in it"),
        passthrough=song.passthrough,
    )


def needs_analysis(style: Style) -> bool:
    """Whether a cover in a style needs to know what is heard in a song: to arrange it, or to find its key."""
    key = style.harmony.key
    return not style.is_passthrough or (key is not None and not key.startswith(("+", "-")))


def unanalyzed(song: Song) -> Analysis:
    """A song of which nothing needs to be known."""
    nobody: TrackRole = "empty"
    return Analysis(song, (), (), (), (), (nobody,) * len(song.tracks), song.warnings, song)


def pass_through(analysis: Analysis, style: Style, *, seed: int = 0) -> Arrangement:
    """The song of a style without players, as it was read; in the style's key and tempo if it states them.

    Raises
    ------
    SongError
        If it has none of the tracks that the style keeps.
    StyleError
        If the style wants it cut.
    """
    if style.form.length_s is not None:
        raise StyleError(
            "a song that is passed through stays whole",
            place="form",
            remedy="leave --form out, or take a style with players",
        )
    song = analysis.source or analysis.song
    places = _places(song, style)
    if style.harmony.key is not None and (semitones := semitones_to(analysis, style.harmony.key)):
        song = song_transposed(song, semitones)
    if style.form.tempo_bpm is not None:
        song = replace(song, grid=replace(song.grid, tempo=_at_tempo(song, style.form.tempo_bpm)))
    if len(places) < len(song.tracks):
        song = replace(song, tracks=tuple(t if k in places else Track() for k, t in enumerate(song.tracks)))
    return replace(passed_song(song, style_mix.master(style, ())), seed=seed)


def passed_parts(style: Style, chart: Chart, names: Collection[str]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The tracks that a style passes through, moved by whole bars to where the cover has them, otherwise as they were.

    Parameters
    ----------
    style : Style
        Its `keep` says which.
    chart : Chart
        The song in the cover's key and length, and where its bars are in the cover.
    names : collection of str
        What the cover's other parts are called; a passed track of one of these names gets a number.

    Returns
    -------
    (tuple of Part, tuple of str)
        The parts, and what could not be passed on, in a sentence each.

    Raises
    ------
    SongError
        If the song has none of the tracks.
    """
    song = chart.song.song
    parts: list[Part] = []
    taken = set(names)
    resets = 0
    for k in _places(song, style):
        track = song.tracks[k]
        if not track.notes:
            continue
        part = _part(track, k + 1)
        if part.passthrough:
            messages = [m for m in part.passthrough.messages if not m.data.startswith(_NAME)]
            said = tuple(m for m in messages if not is_reset(m.data))
            resets += len(messages) - len(said)
            part = replace(part, passthrough=replace(part.passthrough, messages=said))
        name = _unlike(part.name, taken)
        taken.add(name)
        parts.append(_moved(replace(part, name=name), chart.source_map.lead_in_ticks, chart.end_tick))
    many = "resets" if resets > 1 else "reset"
    warnings = [f"{resets} {many} of the whole instrument left out of the kept tracks: the band would fall silent"]
    return tuple(_on_channels(parts)), tuple(warnings if resets else ())


def _places(song: Song, style: Style) -> list[int]:
    """Which tracks a style keeps, in their order."""
    found: set[int] = set()
    for wanted in style.keep:
        if wanted == ALL:
            found |= set(range(len(song.tracks)))
        elif isinstance(wanted, int):
            if wanted > len(song.tracks):
                raise _no_track(song, style, f"no track {wanted}", f"there are {len(song.tracks)}")
            found.add(wanted - 1)
        else:
            named = {k for k, t in enumerate(song.tracks) if t.name.strip().casefold() == wanted.strip().casefold()}
            if not named:
                hint = nearest(wanted, [t.name for t in song.tracks if t.name])
                remedy = f"did you mean {hint!r}?" if hint else "`remixkit analyze` lists its tracks"
                raise _no_track(song, style, f"no track called {wanted!r}", remedy)
            found |= named
    return sorted(found)


def _no_track(song: Song, style: Style, what: str, remedy: str) -> SongError:
    return SongError(
        f"has {what}, which the style {style.name!r} keeps", file=song.source or None, place="keep", remedy=remedy
    )


def _keys(song: Song) -> tuple[Key, ...]:
    """The keys that the song's key signatures name, as long as they hold."""
    ends = [*(k.tick for k in song.key_signatures[1:]), max(1, song.end_tick)]
    return tuple(
        Key(k.tick, end, *key_of_signature(k.sharps, k.mode))
        for k, end in zip(song.key_signatures, ends, strict=False)
        if end > k.tick
    )


def _part(track: Track, number: int) -> Part:
    return Part(
        name=track.name or f"Track {number}",
        role=f"track {number}",
        program=track.program,
        bank=_bank(track),
        is_drum=track.is_drum,
        notes=track.notes,
        controls=track.controls,
        lyrics=track.lyrics,
        is_lead=_is_called_lead(track),
        passthrough=track.passthrough,
    )


def _is_called_lead(track: Track) -> bool:
    """A file's tracks say in their names alone who has the melody, as the covers that we write do."""
    return not track.is_drum and any(word in track.name.lower() for word in LEAD_WORDS)


def _bank(track: Track) -> int:
    """The bank that is selected before the first note."""
    first = track.notes[0].start_tick if track.notes else 0
    before = {c.number: c.value for c in track.controls if c.kind == "cc" and c.tick <= first}
    return before.get(CC_BANK_MSB, 0) << 7 | before.get(CC_BANK_LSB, 0)


def _moved(part: Part, by_ticks: int, end_tick: int) -> Part:
    """Everything so many ticks later; what sets the part up before its song begins stays at the beginning."""
    passed = part.passthrough
    setup = [m for m in passed.messages if m.tick == 0 and m.data[0] != META] if passed else []
    said = [m for m in passed.messages if m.tick or m.data[0] == META] if passed else []
    set_up = [c for c in part.controls if c.tick == 0]
    later = [c for c in part.controls if c.tick]
    return replace(
        part,
        notes=spans.clip(spans.shift(part.notes, by_ticks), 0, end_tick),
        controls=(*set_up, *spans.starting_in(spans.shift(later, by_ticks), 0, end_tick + 1)),
        lyrics=spans.starting_in(spans.shift(part.lyrics, by_ticks), 0, end_tick),
        passthrough=passed
        and replace(passed, messages=(*setup, *spans.starting_in(spans.shift(said, by_ticks), 0, end_tick + 1))),
    )


def _unlike(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if it is taken."""
    return next(n for n in chain([name], (f"{name} {k}" for k in count(2))) if n not in taken)


def _on_channels(parts: Sequence[Part]) -> Iterator[Part]:
    """Drums on channel 10 and nobody else; a part that has to leave it goes to the last channel that is free."""
    taken = {p.passthrough.channel for p in parts if p.passthrough and not p.is_drum} | {DRUM_CHANNEL}
    for part in parts:
        passed = part.passthrough
        if passed is None or part.is_drum == (passed.channel == DRUM_CHANNEL):
            yield part
            continue
        free = (c for c in reversed(range(CHANNELS)) if c not in taken)
        channel = DRUM_CHANNEL if part.is_drum else next(free, CHANNELS - 1)
        taken.add(channel)
        yield replace(part, passthrough=TrackPassthrough(channel, on_channel(passed.messages, channel)))


def _at_tempo(song: Song, bpm: float) -> TempoMap:
    """The song's tempo map, as much faster or slower as makes the tempo it is longest in so many BPM."""
    tempo = song.grid.tempo
    ends = [*(c.tick for c in tempo.changes[1:]), max(song.end_tick, tempo.changes[-1].tick + 1)]
    lasts: Counter[float] = Counter()
    for change, end in zip(tempo.changes, ends, strict=True):
        lasts[round(change.bpm, 2)] += max(0, min(end, song.end_tick) - change.tick)
    ratio = bpm / lasts.most_common(1)[0][0]
    return TempoMap(tuple(TempoChange(c.tick, c.bpm * ratio) for c in tempo.changes), tempo.start_s)
