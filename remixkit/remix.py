"""The walk: a song in, a cover out. Whoever reads this page knows the project.

    read      load                  a file's notes, tempo and meters                -> Song
    analyze   analyze               true bars, melody, chords, keys, sections       -> Analysis
    chart     arrange.chart         the song in the cover's key, length and harmony -> Chart
    plan      arrange.plan_band     who plays where                                 -> BandPlan
    play      arrange.play          what each of the style's players plays          -> Take
    finish    arrange.finish        dynamics, groove, words, mix                    -> Arrangement
    write     midi.write            the cover as MIDI
    render    render.render         the cover as sound
    print     export.sheet          the cover on paper, by way of the entry points remixkit.exports

Every step is a function from one frozen noun to the next, so any of them can be called, tested or replaced alone. A
song whose style has no players is passed through instead: `arrange.pass_through`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from remixkit import arrange, midi, plugins
from remixkit import style as styles
from remixkit.analysis import analyze as listen
from remixkit.arrange import BandPlan, Chart, Daw, for_daw
from remixkit.arrange.form import explain, plan_file
from remixkit.arrange.options import CoverOptions, WriteOptions
from remixkit.arrange.takes import keeping
from remixkit.errors import SongError
from remixkit.model.analysis import Analysis, SectionName
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Song
from remixkit.notation import scores
from remixkit.notation.reading import score_files
from remixkit.plugins import nearest
from remixkit.style import Style
from remixkit.targets import Kind, export_ending, kind_of
from remixkit.theory import keys

if TYPE_CHECKING:
    import music21

    from remixkit.render import RenderReport
    from remixkit.render.mix.stems import Stem

    SongLike: TypeAlias = Song | str | Path | music21.stream.Stream

MelodyTrack: TypeAlias = int | str | Mapping[str, int | str]
Progress: TypeAlias = Callable[[str, float], None]
Warn: TypeAlias = Callable[[str], None]

LABELS: Mapping[str, SectionName] = {
    **{name: name for name in get_args(SectionName)}, "a": "verse", "b": "prechorus", "sabi": "chorus",
}  # fmt: skip
"""What sections may be called, in lower case."""


def load(path: str | Path, *, tune: int | None = None, encoding: str | None = None) -> Song:
    """Read a song: MIDI, or a score that ends in .musicxml, .xml, .mxl or .abc.

    Parameters
    ----------
    path : str or Path
        The file.
    tune : int, optional
        Of a book of tunes in ABC, the one with this ``X:``; else the first is read.
    encoding : str, optional
        What the texts of a MIDI file are in (``"big5"``), if it is not to be found out; scores say theirs.

    Raises
    ------
    SongError
        If the file cannot be read, or holds no song.
    """
    path = Path(path)
    is_score = tune is not None or score_files.is_score(path)
    return score_files.read_score(path, tune) if is_score else midi.read(path, encoding=encoding)


def analyze(song: SongLike, *, melody_track: MelodyTrack | None = None) -> Analysis:
    """Find bars, melody, chords, keys, sections and each track's role.

    Parameters
    ----------
    song : Song, path or music21 stream
        What to listen to.
    melody_track : int, str or mapping, optional
        Where the melody is, if the ear errs: a place in ``song.tracks`` (from 0) or a track's name; or such a one for
        each of some section labels: ``{"chorus": 4, "verse": "Piano"}``.

    Raises
    ------
    SongError
        If the song cannot be read, has nothing to cover, or has no such track or section.
    """
    heard = _song(song)
    if melody_track is None or isinstance(melody_track, int | str):
        return listen(heard, None if melody_track is None else _track(heard, melody_track))
    return listen(heard, {_label(section): _track(heard, which) for section, which in melody_track.items()})


def analyze_for(song: SongLike, wanted: Iterable[Style], *, melody_track: MelodyTrack | None = None) -> Analysis:
    """What covers in some styles need to know of a song: what `analyze` finds, or nothing if they pass it through.

    Raises as `analyze` does.
    """
    if any(arrange.needs_analysis(style) for style in wanted):
        return analyze(song, melody_track=melody_track)
    return arrange.unanalyzed(_song(song))


def cover(
    song: SongLike | Analysis,
    style: str | Path | Style,
    options: CoverOptions = CoverOptions(),  # noqa: B008 - it is frozen
    **changes: Any,
) -> Cover:
    """Arrange a song in a style.

    Parameters
    ----------
    song : Song, path, music21 stream or Analysis
        What to cover. An Analysis is taken as it is, so several covers can share one.
    style : str, Path or Style
        A style's name, or its file.
    options : CoverOptions
        Which cover is wanted: its seed, key, tempo, form, level, plan, what is kept of an earlier take.
    **changes
        Single options by name: ``cover(song, "lofi", seed=1)`` is ``cover(song, "lofi", CoverOptions(seed=1))``.

    Raises
    ------
    SongError, StyleError, PluginError
        If the song, the style or the take is not fit to be used; the message says why.
    TypeError
        If there is no such option.
    ValueError
        As `CoverOptions` does.
    """
    options = replace(options, **changes)
    take = None if options.take is None else _song(options.take)
    chosen = styles.overridden(style if isinstance(style, Style) else styles.load(style), options)
    analysis = song if isinstance(song, Analysis) else analyze_for(song, [chosen], melody_track=options.melody_track)
    made = (
        _passed_through(analysis, chosen, options)
        if chosen.is_passthrough
        else _played(analysis, chosen, options, take)
    )
    if take is None:
        return made
    return replace(made, arrangement=keeping.with_kept(made.arrangement, take, lock=options.lock, redo=options.redo))


def _played(analysis: Analysis, style: Style, options: CoverOptions, take: Song | None) -> Cover:
    seed, chart_seed = keeping.seeds_on(take, options.seed)
    held = keeping.held_roles(take, arrange.roles_called(style, options.lock))
    chart = arrange.chart(analysis, style, seed=chart_seed)
    plan = _plan(options, arrange.plan_band(chart, style), style)
    played = arrange.play(chart, plan, style, seed=seed, held=held)
    return Cover(arrange.finish(played, style), analysis, style, plan, options.daw, chart=chart)


def _passed_through(analysis: Analysis, style: Style, options: CoverOptions) -> Cover:
    plan = _plan(options, BandPlan(analysis.song.title, style.name), style)
    return Cover(arrange.pass_through(analysis, style, seed=options.seed or 0), analysis, style, plan, options.daw)


def _plan(options: CoverOptions, own: BandPlan, style: Style) -> BandPlan:
    """The plan that was given, or the style's own."""
    if options.plan is None or isinstance(options.plan, BandPlan):
        return options.plan or own
    return plan_file.read(Path(options.plan), own, style)


@dataclass(frozen=True, slots=True, repr=False)
class Cover:
    """A finished arrangement, with what it was made from.

    Parameters
    ----------
    arrangement : Arrangement
        The cover itself; its `source_map` says which of the song's bars it plays.
    analysis : Analysis
        The song, and what was heard in it.
    style : Style
        With the overrides that were wanted.
    plan : BandPlan
        Who plays where.
    daw : Daw
        What files for a DAW have beside the players.
    stems : mapping of role to Stem
        Rendered, for whoever exports a project.
    chart : Chart or None
        What the players played on; None for a song that was passed through.
    """

    arrangement: Arrangement
    analysis: Analysis
    style: Style
    plan: BandPlan
    daw: Daw = field(default_factory=Daw)
    stems: Mapping[str, Stem] = field(default_factory=dict)
    chart: Chart | None = None

    def __repr__(self) -> str:
        made = self.arrangement
        seconds = made.grid.tempo.second(made.end_tick) - made.grid.tempo.second(0)
        length = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        return f"<Cover {made.title!r} as {made.style!r}, seed {made.seed}: {len(made.parts)} parts, {length}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: title, form, roll and a player."""
        with TemporaryDirectory() as folder:
            page = Path(folder, "cover.html")
            self.write(page, warn=lambda sentence: None)
            return page.read_text(encoding="utf-8")

    @property
    def for_daw(self) -> Arrangement:
        """The arrangement as .mid, .rpp and .dawproject have it, with what `daw` asks for; sheets and sound do not."""
        return for_daw(self.arrangement, self.daw)

    def explain(self, width: int = 100) -> str:
        """The plan as a table, sections across and players down, at most so many characters wide."""
        return explain.table(self.plan, self.arrangement, self.style, width=width)

    def write(
        self,
        *paths: str | Path,
        options: WriteOptions = WriteOptions(),  # noqa: B008 - it is frozen
        progress: Progress | None = None,
        warn: Warn = warnings.warn,
        **changes: Any,
    ) -> RenderReport | None:
        """Write the cover; each path's ending says as what: .mid, .musicxml, .pdf, .wav, .flac, .ogg, .mp3.

        ``.lead.pdf`` and ``.lead.musicxml`` give the lead sheet: melody, chord symbols and words. Sounds are rendered
        once, however many there are; projects (.rpp, .dawproject) get the stems, if there are any. A file is whole or
        not there at all.

        Parameters
        ----------
        *paths : str or Path
            The targets.
        options : WriteOptions
            SoundFont, rate, word length, stems, picture.
        progress : callable, optional
            Told the stage and how much of it is done (0-1).
        warn : callable, optional
            Told what could not be printed as it is, in one sentence each.
        **changes
            Single options by name: ``write("cover.wav", soundfont="arachno")``.

        Returns
        -------
        RenderReport or None
            Length, loudness, true peak and warnings, if there was sound.

        Raises
        ------
        OutputError, SoundFontError, SynthError
            If a target cannot be written, or there is nothing to play with.
        """
        options = replace(options, **changes)
        targets: dict[Kind, list[Path]] = {"midi": [], "score": [], "sound": [], "export": []}
        for path in map(Path, paths):
            targets[kind_of(path)].append(path)
        for path in targets["midi"]:
            made = self.for_daw
            midi.write(made, path, keys.chord_symbol_texts(made.chords, made.keys))
        for path in targets["score"]:
            scores.write_musicxml(self.to_music21(), path)
        report = None
        if targets["sound"] or options.stems:
            from remixkit.render import render
            from remixkit.render.soundfonts import lookup  # they take their time to load, and MIDI needs none of them

            report = render(
                self.arrangement,
                targets["sound"],
                soundfont=lookup.find(options.soundfont),
                rate_hz=options.rate_hz,
                bits=options.bits,
                stems=options.stems,
                art=options.art,
                progress=progress,
            )
        sounding = replace(self, stems=report.stems) if report else self
        for path in targets["export"]:
            for warning in plugins.load(plugins.EXPORTS, export_ending(path))(sounding, path):
                warn(warning)
        return report

    def to_music21(self) -> music21.stream.Score:
        """The arrangement as a music21 Score, to work on."""
        return scores.to_music21(self.arrangement)


def _song(song: Any) -> Song:
    if isinstance(song, Song):
        return song
    if isinstance(song, str | Path):
        return load(song)
    return scores.from_music21(song)


def _label(section: str) -> SectionName:
    """The label that a section's name means.

    Raises
    ------
    SongError
        If there is no such label.
    """
    name = section.strip()
    label = LABELS.get(name.casefold())
    if label is None:
        hint = nearest(name, list(LABELS))
        raise SongError(f"no section is called {name!r}", remedy=f"did you mean {hint!r}?" if hint else None)
    return label


def _track(song: Song, which: int | str) -> int:
    if isinstance(which, int):
        if 0 <= which < len(song.tracks):
            return which
        raise SongError(f"has no track {which + 1}", file=song.source, remedy=f"there are {len(song.tracks)}")
    names = [t.name for t in song.tracks]
    found = [k for k, name in enumerate(names) if name.strip().casefold() == which.strip().casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(str(k + 1) for k in found)
        raise SongError(f"has several tracks called {which!r}", file=song.source, remedy=f"give a number: {numbers}")
    hint = nearest(which, [n for n in names if n])
    remedy = f"did you mean {hint!r}?" if hint else "`remixkit analyze` lists its tracks"
    raise SongError(f"has no track called {which!r}", file=song.source, remedy=remedy)
