"""An album: songs x styles, made in parallel, resumed after anything.

What has a record is whole, so a run does what has none, or one of another key. It may be killed at any moment; the same
command goes on and ends with the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from remixkit.batch import manifest, songs, worklist
from remixkit.batch.manifest import Entry, Failure
from remixkit.batch.songs import SongSource
from remixkit.batch.store import Store, store_at
from remixkit.batch.worker import Outcome
from remixkit.batch.worker_pool import work_here
from remixkit.batch.worklist import AlbumPiece, Font, SongJob
from remixkit.errors import SoundFontError
from remixkit.midi.reading.text import codec
from remixkit.style import Style

Workers = Callable[[Iterable[SongJob]], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one command asks for.

    Parameters
    ----------
    store : Store
        The album.
    sources : tuple of SongSource
        The songs, by name.
    styles : tuple of Style
        Resolved, of different names.
    endings : tuple of str
        Formats, as in ``(".mid", ".flac")``.
    seed : int
        Of every cover.
    font : Font or None
        What it is played with; None if nothing is heard.
    version : str
        RemixKit's.
    role_fonts : mapping of str to tuple of Font
        For styles, by name, what they name for single roles, if it is heard.
    encoding : str or None
        What the songs' texts are in, if it is not to be found out.
    """

    store: Store
    sources: tuple[SongSource, ...]
    styles: tuple[Style, ...]
    endings: tuple[str, ...]
    seed: int
    font: Font | None
    version: str
    role_fonts: Mapping[str, tuple[Font, ...]] = field(default_factory=dict)
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A song is done: what was made of it now, what failed; `kept` pieces were there already."""

    song: str
    made: tuple[Entry, ...] = ()
    failed: tuple[Failure, ...] = ()
    kept: int = 0


@dataclass(slots=True)
class _Progress:
    """A song's pieces that are still being made, and what has come of the others."""

    waiting: int
    kept: int
    made: list[Entry] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def take(self, outcome: Outcome, pieces: int) -> None:
        self.waiting -= pieces
        self.made += outcome.made
        self.failed += outcome.failed

    def step(self, song: str) -> Step:
        failed = dict.fromkeys(sorted(self.failed, key=lambda f: (f.style, f.reason)))
        return Step(song, tuple(sorted(self.made, key=lambda e: e.name)), tuple(failed), self.kept)


def begin(
    places: Sequence[Path],
    chosen: Sequence[Style],
    output: str | Path,
    *,
    formats: Sequence[str] = ("mid", "flac"),
    seed: int = 0,
    soundfont: str | None = None,
    encoding: str | None = None,
) -> Batch:
    """Look at everything that could be wrong before the work, and lay it out.

    Parameters
    ----------
    places : sequence of Path
        Folders of songs, songs.
    chosen : sequence of Style
        From `style.load` or `style.check`.
    output : str or Path
        The album: a folder or a URL.
    formats : sequence of str
        "mid,flac".
    seed : int
        Of every cover.
    soundfont : str, optional
        A name or a path.
    encoding : str, optional
        What the texts of MIDI files are in, if it is not to be found out.

    Raises
    ------
    SongError, StyleError, SoundFontError, SynthError, OutputError
        If there is nothing to make an album of, with or in.
    """
    endings = worklist.formats(formats)
    styles = worklist.by_name(chosen)
    sources = songs.find(places, outside=None if "://" in str(output) else Path(output))
    is_heard = bool(worklist.sounds(endings))
    font = _font(soundfont) if is_heard else None
    role_fonts = {style.name: _role_fonts(style) for style in styles if is_heard}
    store = store_at(output)
    store.open()
    return Batch(
        store, sources, styles, endings, seed, font, version("remixkit"), role_fonts, encoding and codec(encoding)
    )


def make_album(batch: Batch, workers: int, pool: Workers | None = None) -> Iterator[Step]:
    """Make what is missing or has changed.

    Parameters
    ----------
    batch : Batch
        From `begin`.
    workers : int
        How many work at once.
    pool : callable, optional
        Jobs to outcomes, in any order; by default processes of this machine.

    Yields
    ------
    Step
        A song each, as they are finished; those with nothing to do come first.

    Raises
    ------
    OutputError, SoundFontError, SynthError
        If no song can be made any more; what is finished stays.
    """
    known = manifest.read(batch.store)
    todo: dict[str, tuple[SongSource, tuple[AlbumPiece, ...]]] = {}
    kept: dict[str, int] = {}
    chosen = [(style, worklist.fingerprint(style), batch.role_fonts.get(style.name, ())) for style in batch.styles]
    for source in batch.sources:
        wanted = worklist.album_pieces(
            source, chosen, batch.endings, batch.font, batch.seed, batch.version, batch.encoding
        )
        lacking = worklist.missing(batch.store, wanted, known)
        kept[source.name] = len(wanted) - len(lacking)
        if lacking:
            todo[source.name] = (source, lacking)
    for _, lacking in todo.values():
        for piece in lacking:
            known.pop(piece.name, None)
    failures: list[Failure] = []
    try:
        if todo:
            manifest.write(batch.store, batch.version, known, ())
        for step in _steps(batch, todo, kept, workers, pool or (lambda jobs: work_here(jobs, workers))):
            known |= {entry.name: entry for entry in step.made}
            failures += step.failed
            yield step
        manifest.write(batch.store, batch.version, known, sorted(failures, key=lambda f: (f.song, f.style)))
    finally:
        batch.store.close()


def contents(store: Store) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    """What an album holds, by song, the song as it is written first: entries, and the music of their records."""
    entries = manifest.read(store).values()
    for entry in sorted(entries, key=lambda e: (e.song, e.style)):
        music = manifest.music(store, entry.name)
        if music is not None:
            yield entry, music


def _steps(
    batch: Batch,
    todo: dict[str, tuple[SongSource, tuple[AlbumPiece, ...]]],
    kept: dict[str, int],
    workers: int,
    pool: Workers,
) -> Iterator[Step]:
    yield from (Step(s.name, kept=kept[s.name]) for s in batch.sources if s.name not in todo)
    going = {name: _Progress(len(lacking), kept[name]) for name, (_, lacking) in todo.items()}
    sizes: dict[str, int] = {}
    unread: list[Failure] = []

    def jobs() -> Iterator[SongJob]:
        for left, (name, (source, lacking)) in zip(range(len(todo), 0, -1), todo.items(), strict=True):
            try:
                content = source.path.read_bytes()
            except OSError as problem:
                unread.append(Failure(name, "", problem.strerror or "cannot be read"))
                continue
            for share in worklist.shares(lacking, left, workers):
                sizes[name] = len(share)
                yield SongJob(
                    name,
                    source.path.name,
                    content,
                    share,
                    batch.seed,
                    batch.font,
                    batch.store,
                    batch.version,
                    batch.encoding,
                )

    for outcome in pool(jobs()):
        song = going[outcome.song]
        song.take(outcome, sizes[outcome.song])
        if song.waiting <= 0:
            yield going.pop(outcome.song).step(outcome.song)
    yield from (Step(f.song, failed=(f,), kept=kept[f.song]) for f in unread)


def _font(name: str | None) -> Font:
    """The SoundFont by a name or an absolute path, so that other processes and machines find the same."""
    from remixkit.render.soundfonts import lookup
    from remixkit.render.synth import synthesis

    found = lookup.find(name)
    synthesis.synth_library()
    by_path = any(Path(given).is_file() for given in (name, os.environ.get(lookup.VARIABLE)) if given)
    return Font(str(found.path.resolve()) if by_path else found.name, songs.digest(found.path))


def _role_fonts(style: Style) -> tuple[Font, ...]:
    """What a style names for its roles; one that cannot be used here has no hash."""
    from remixkit.render.soundfonts import lookup

    def here(name: str) -> str:
        try:
            return songs.digest(lookup.find(name).path)
        except SoundFontError:
            return ""

    named = dict.fromkeys(role.soundfont for role in style.roles.values() if role.soundfont)
    return tuple(Font(name, here(name)) for name in named)
