"""The walk: a song in, a cover out. Whoever reads this page knows the project.

    read      load              a file's notes, tempo and meters            -> Song
    grid,
    analyze   analysis.analyze  true bars, melody, chords, keys, sections   -> Analysis
    plan,
    arrange,
    groove    arrange.arrange   a style's players, what each of them plays  -> Arrangement
    write     midi.write        the cover as MIDI
    synthesise,
    mix       render.render     the cover as sound
    print     export.sheet      the cover on paper, by way of the entry points remixkit.exports

Every step is a function from one frozen noun to the next, so any of them can be called, tested or replaced alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from remixkit import arrange, midi, plugins
from remixkit import style as styles
from remixkit.analysis import analyze as listen
from remixkit.arrange import BandPlan, Daw, for_daw
from remixkit.arrange.form import explain, plan_file
from remixkit.arrange.takes import keeping
from remixkit.errors import OutputError, SongError
from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Song
from remixkit.notation import scores
from remixkit.notation.reading import score_files
from remixkit.plugins import nearest
from remixkit.style import Style
from remixkit.theory import keys

if TYPE_CHECKING:
    import music21

    from remixkit.render import RenderReport
    from remixkit.render.files.encode import Bits
    from remixkit.render.files.tags import Art
    from remixkit.render.mix.stems import Stem, StemsWish

    SongLike: TypeAlias = Song | str | Path | music21.stream.Stream

Progress: TypeAlias = Callable[[str, float], None]
Warn: TypeAlias = Callable[[str], None]
Kind = Literal["midi", "score", "sound", "export"]

KINDS: dict[str, Kind] = {
    ".mid": "midi",
    ".midi": "midi",
    ".musicxml": "score",
    ".wav": "sound",
    ".flac": "sound",
    ".ogg": "sound",
    ".mp3": "sound",
}


def load(path: str | Path) -> Song:
    """Read a song: MIDI, or a score that ends in .musicxml, .xml, .mxl or .abc.

    Raises
    ------
    SongError
        If the file cannot be read, or holds no song.
    """
    path = Path(path)
    return score_files.read_score(path) if score_files.is_score(path) else midi.read(path)


def analyze(song: SongLike, *, melody_track: int | str | None = None) -> Analysis:
    """Find bars, melody, chords, keys, sections and each track's role.

    Parameters
    ----------
    song : Song, path or music21 stream
        What to listen to.
    melody_track : int or str, optional
        Where the tune is, if the ear errs: a place in ``song.tracks`` (from 0) or a track's name.

    Raises
    ------
    SongError
        If the song cannot be read, has nothing to cover, or has no such track.
    """
    heard = _song(song)
    return listen(heard, None if melody_track is None else _track(heard, melody_track))


def understand(song: SongLike, wanted: Iterable[Style], *, melody_track: int | str | None = None) -> Analysis:
    """What covers in some styles need to know of a song: what `analyze` finds, or nothing if they hand it on as it is.

    Raises as `analyze` does.
    """
    if any(arrange.needs_ear(style) for style in wanted):
        return analyze(song, melody_track=melody_track)
    return arrange.unheard(_song(song))


def cover(
    song: SongLike | Analysis,
    style: str | Path | Style,
    *,
    seed: int | None = None,
    key: str | None = None,
    tempo_bpm: float | None = None,
    form: styles.Form | None = None,
    level: styles.Level | None = None,
    raw: bool = False,
    melody_track: int | str | None = None,
    plan: str | Path | BandPlan | None = None,
    take: SongLike | None = None,
    lock: Collection[str] = (),
    redo: tuple[int, int] | None = None,
    daw: Daw = Daw(),  # noqa: B008 - it is frozen
) -> Cover:
    """Arrange a song in a style.

    Parameters
    ----------
    song : Song, path, music21 stream or Analysis
        What to cover. An Analysis is taken as it is, so several covers can share one.
    style : str, Path or Style
        A style's name, or its file.
    seed : int, optional
        Another seed gives another take with the same melody; the same seed gives the same cover. Without it 0, or, if
        something is kept of an earlier take, the one after that take's.
    key : str, optional
        The key to play in: "D", "F#m", or semitones up or down, "+2". Without it, the song's own.
    tempo_bpm : float, optional
        The tempo, instead of the one that song and style agree on.
    form : str, optional
        ``"tv"`` cuts the song to 89 seconds, as openings are on television; ``"full"`` leaves it whole.
    level : str, optional
        How hard a piano cover may be to play: ``"easy"``, ``"medium"`` or ``"full"``.
    raw : bool
        Notes on the grid, without swing, lay-back and human deviations, to go on with in a DAW.
    melody_track : int or str, optional
        As in `analyze`.
    plan : str, Path or BandPlan, optional
        Who plays where: a plan's file, or `Cover.plan` of another take, edited.
    take : Song, path or music21 stream, optional
        An earlier take of this cover, of which something is kept: the MIDI that was written of it, edited or not. The
        new one is played on its form and harmony.
    lock : collection of str
        The parts to keep of it, by role or name.
    redo : (int, int), optional
        First and last bar that are not kept, counted from 1 as on the sheet; with `lock`, of the other parts.
    daw : Daw
        What files for a DAW have beside the players.

    Raises
    ------
    SongError, StyleError, PluginError
        If the song, the style or the take is not fit to be used; the message says why.
    ValueError
        If there is something to keep but no take, or a take but nothing to keep.
    """
    if (take is not None) != bool(lock or redo):
        raise ValueError("lock and redo say what to keep of a take, and need one")
    earlier = None if take is None else _song(take)
    chosen = style if isinstance(style, Style) else styles.load(style)
    chosen = styles.asked(chosen, key=key, tempo_bpm=tempo_bpm, form=form, level=level, raw=raw)
    analysis = song if isinstance(song, Analysis) else understand(song, [chosen], melody_track=melody_track)
    players, chart = (seed or 0, None) if earlier is None else keeping.seeds_on(earlier, seed)
    own = arrange.plan_band(analysis, chosen, seed=players if chart is None else chart)
    band = plan if isinstance(plan, BandPlan) else own if plan is None else plan_file.read(Path(plan), own, chosen)
    held = keeping.held(earlier, arrange.roles_called(chosen, lock))
    made = arrange.arrange(analysis, chosen, seed=players, chart_seed=chart, plan=band, held=held)
    if earlier is not None:
        made = keeping.with_kept(made, earlier, lock=lock, redo=redo)
    return Cover(made, analysis, chosen, band, daw)


@dataclass(frozen=True, slots=True)
class Cover:
    """A finished arrangement, with what it was made from."""

    arrangement: Arrangement
    analysis: Analysis
    style: Style
    plan: BandPlan
    daw: Daw = field(default_factory=Daw)
    stems: Mapping[str, Stem] = field(default_factory=dict)

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
        soundfont: str | Path | None = None,
        rate_hz: int = 44100,
        bits: Bits = 16,
        stems: StemsWish | None = None,
        art: Art | None = None,
        progress: Progress | None = None,
        warn: Warn = warnings.warn,
    ) -> RenderReport | None:
        """Write the cover; each path's ending says as what: .mid, .musicxml, .pdf, .wav, .flac, .ogg, .mp3.

        ``.lead.pdf`` and ``.lead.musicxml`` give the lead sheet: tune, chord symbols and words. Sounds are rendered
        once, however many there are; projects (.rpp, .dawproject) get the stems, if there are any. A file is whole or
        not there at all.

        Parameters
        ----------
        *paths : str or Path
            The targets.
        soundfont : str or Path, optional
            A SoundFont's name or file; the default one rides with the package.
        rate_hz, bits, stems, art
            As `render.render` takes them.
        progress : callable, optional
            Told the stage and how much of it is done (0-1).
        warn : callable, optional
            Told what could not be printed as it is, in one sentence each.

        Returns
        -------
        RenderReport or None
            Length, loudness, true peak and warnings, if there was sound.

        Raises
        ------
        OutputError, SoundFontError, SynthError
            If a target cannot be written, or there is nothing to play with.
        """
        targets: dict[Kind, list[Path]] = {"midi": [], "score": [], "sound": [], "export": []}
        for path in map(Path, paths):
            targets[kind_of(path)].append(path)
        for path in targets["midi"]:
            made = self.for_daw
            midi.write(made, path, keys.chord_symbols(made.chords, made.keys))
        for path in targets["score"]:
            scores.write_musicxml(self.to_music21(), path)
        report = None
        if targets["sound"] or stems:
            from remixkit.render import render
            from remixkit.render.soundfonts import lookup  # they take their time to load, and MIDI needs none of them

            report = render(
                self.arrangement,
                targets["sound"],
                soundfont=lookup.find(soundfont),
                rate_hz=rate_hz,
                bits=bits,
                stems=stems,
                art=art,
                progress=progress,
            )
        sounding = replace(self, stems=report.stems) if report else self
        for path in targets["export"]:
            for warning in plugins.load(plugins.EXPORTS, _export_ending(path))(sounding, path):
                warn(warning)
        return report

    def to_music21(self) -> music21.stream.Score:
        """The arrangement as a music21 Score, to work on."""
        return scores.to_music21(self.arrangement)


def kind_of(path: Path) -> Kind:
    """What a target's ending asks for.

    Raises
    ------
    OutputError
        If nothing is written with that ending.
    """
    ending = path.suffix.lower()
    if _export_ending(path):
        return "export"
    if ending in KINDS:
        return KINDS[ending]
    remedy = f"use one of {' '.join([*KINDS, *(f'.{name}' for name in plugins.names(plugins.EXPORTS))])}"
    if ending == ".png":
        raise OutputError("a cover is no picture", file=path, remedy="draw one with `remixkit roll`")
    raise OutputError(f"the ending {ending!r} is unknown" if ending else "it has no ending", file=path, remedy=remedy)


def _export_ending(path: Path) -> str:
    """The longest ending of a path that an export is registered for, without its dot; empty if there is none."""
    found = [name for name in plugins.names(plugins.EXPORTS) if path.name.lower().endswith(f".{name}")]
    return max(found, key=len, default="")


def _song(song: Any) -> Song:
    if isinstance(song, Song):
        return song
    if isinstance(song, str | Path):
        return load(song)
    return scores.from_music21(song)


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
