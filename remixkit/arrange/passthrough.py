"""What is handed on from the source as it stands: all of a song, or some of its tracks beside a style's players."""

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
from remixkit.model.analysis import Analysis, Key, Section, TrackRole
from remixkit.model.arrangement import Arrangement, Master, Part
from remixkit.model.song import Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER, TempoChange, TempoMap
from remixkit.plugins import nearest
from remixkit.style.schema import Style
from remixkit.theory.keys import key_of_signature

ALL = "*"
_NAME = bytes((META, META_NAME))


def as_it_is(song: Song, master: Master | None = None) -> Arrangement:
    """Every track of a song as a part, word for word: nothing is arranged.

    Parameters
    ----------
    song : Song
        As a reader returns it.
    master : Master, optional
        Loudness, ceiling, effects.
    """
    parts = tuple(_part(track, n) for n, track in enumerate(song.tracks, 1) if track.notes or track.messages)
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
        unplayed=song.unplayed,
        ticks_per_quarter=min(song.ticks_per_quarter, TICKS_PER_QUARTER),
    )


def needs_ear(style: Style) -> bool:
    """Whether a cover in a style needs to know what is heard in a song: to arrange it, or to find its key."""
    key = style.harmony.key
    return not style.is_hands_off or (key is not None and not key.startswith(("+", "-")))


def unheard(song: Song) -> Analysis:
    """A song of which nothing needs to be known."""
    nobody: TrackRole = "empty"
    return Analysis(song, (), (), (), (), (nobody,) * len(song.tracks), song.warnings, song)


def handed_on(analysis: Analysis, style: Style, seed: int) -> Arrangement:
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
            "a song that is handed on as it is stays whole",
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
    return replace(as_it_is(song, style_mix.master(style, ())), seed=seed)


def kept_parts(
    analysis: Analysis, style: Style, chart: Chart, names: Collection[str]
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The tracks that a style keeps, moved by whole bars to where the cover has them, and otherwise as they were.

    Parameters
    ----------
    analysis : Analysis
        The song, in the cover's key and length.
    style : Style
        What to keep.
    chart : Chart
        Where the cover's bars are.
    names : collection of str
        What the cover's other parts are called; a kept track of one of these names gets a number.

    Returns
    -------
    (tuple of Part, tuple of str)
        The parts, and what could not be kept, in a sentence each.

    Raises
    ------
    SongError
        If the song has none of the tracks.
    """
    shift = next((s.start_tick - s.source_tick for s in chart.sections if s.source_tick is not None), 0)
    parts: list[Part] = []
    taken = set(names)
    resets = 0
    for k in _places(analysis.song, style):
        track = analysis.song.tracks[k]
        if not track.notes:
            continue
        part = _part(track, k + 1)
        kept = [m for m in part.messages if not m.data.startswith(_NAME) and not is_reset(m.data)]
        resets += sum(is_reset(m.data) for m in part.messages)
        name = _unlike(part.name, taken)
        taken.add(name)
        parts.append(_moved(replace(part, name=name, messages=tuple(kept)), shift, chart.end_tick))
    many = "resets" if resets > 1 else "reset"
    warnings = [f"{resets} {many} of the whole instrument left out of the kept tracks: the band would fall silent"]
    return tuple(_seated(parts)), tuple(warnings if resets else ())


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
        channel=None if track.messages is None else track.channel,
        messages=track.messages or (),
    )


def _bank(track: Track) -> int:
    """The bank that is selected before the first note."""
    first = track.notes[0].start_tick if track.notes else 0
    before = {c.number: c.value for c in track.controls if c.kind == "cc" and c.tick <= first}
    return before.get(CC_BANK_MSB, 0) << 7 | before.get(CC_BANK_LSB, 0)


def _moved(part: Part, shift: int, end_tick: int) -> Part:
    """Everything so many ticks later; what sets the part up before its song begins stays at the beginning."""

    def there(tick: int, *, sets_up: bool = False) -> int:
        return 0 if sets_up and tick == 0 else tick + shift

    return replace(
        part,
        notes=tuple(
            replace(n, start_tick=there(n.start_tick), end_tick=min(there(n.end_tick), end_tick))
            for n in part.notes
            if there(n.start_tick) < end_tick
        ),
        controls=tuple(
            replace(c, tick=there(c.tick, sets_up=True)) for c in part.controls if there(c.tick) <= end_tick
        ),
        lyrics=tuple(replace(t, tick=there(t.tick)) for t in part.lyrics if there(t.tick) < end_tick),
        messages=tuple(
            replace(m, tick=there(m.tick, sets_up=m.data[0] != META))
            for m in part.messages
            if there(m.tick) <= end_tick
        ),
    )


def _unlike(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if it is taken."""
    return next(n for n in chain([name], (f"{name} {k}" for k in count(2))) if n not in taken)


def _seated(parts: Sequence[Part]) -> Iterator[Part]:
    """Drums on channel 10 and nobody else; a part that has to leave it goes to the last channel that is free."""
    taken = {p.channel for p in parts if not p.is_drum} | {DRUM_CHANNEL}
    for part in parts:
        if part.channel is None or part.is_drum == (part.channel == DRUM_CHANNEL):
            yield part
            continue
        free = (c for c in reversed(range(CHANNELS)) if c not in taken)
        channel = DRUM_CHANNEL if part.is_drum else next(free, CHANNELS - 1)
        taken.add(channel)
        yield replace(part, channel=channel, messages=on_channel(part.messages, channel))


def _at_tempo(song: Song, bpm: float) -> TempoMap:
    """The song's tempo map, as much faster or slower as makes the tempo it is longest in so many BPM."""
    tempo = song.grid.tempo
    ends = [*(c.tick for c in tempo.changes[1:]), max(song.end_tick, tempo.changes[-1].tick + 1)]
    lasts: Counter[float] = Counter()
    for change, end in zip(tempo.changes, ends, strict=True):
        lasts[round(change.bpm, 2)] += max(0, min(end, song.end_tick) - change.tick)
    ratio = bpm / lasts.most_common(1)[0][0]
    return TempoMap(tuple(TempoChange(c.tick, c.bpm * ratio) for c in tempo.changes), tempo.start_s)
