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

_IN_THE_WAY = "{} is in the album and not made by it; move it away, or name another folder"


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

    waiting: int = 0
    kept: int = 0
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


def make_album(
    batch: Batch, workers: int, pool: Workers | None = None, finish: Callable[[], object] = lambda: None
) -> Iterator[Step]:
    """Make what is missing or has changed. No other batch works in the album meanwhile.

    Parameters
    ----------
    batch : Batch
        From `begin`.
    workers : int
        How many work at once.
    pool : callable, optional
        Jobs to outcomes, in any order; by default processes of this machine.
    finish : callable
        Called when all is made, before another batch may begin.

    Yields
    ------
    Step
        A song each, as they are finished; those with nothing to do come first.

    Raises
    ------
    OutputError, SoundFontError, SynthError
        If no song can be made any more, or another batch works in the album; what is finished stays.
    """
    with batch.store.held():
        yield from _made(batch, workers, pool or (lambda jobs: work_here(jobs, workers)))
        finish()


def _made(batch: Batch, workers: int, pool: Workers) -> Iterator[Step]:
    known = manifest.read(batch.store)
    chosen = [(style, worklist.fingerprint(style), batch.role_fonts.get(style.name, ())) for style in batch.styles]
    songs_left: dict[str, _Progress] = {}
    todo: list[tuple[SongSource, tuple[AlbumPiece, ...]]] = []
    for source in batch.sources:
        song = songs_left[source.name] = _Progress()
        if source.problem:
            song.failed.append(Failure(source.name, "", source.problem))
            continue
        wanted = worklist.album_pieces(
            source, chosen, batch.endings, batch.font, batch.seed, batch.version, batch.encoding
        )
        missing = worklist.missing(batch.store, wanted, known)
        blocked = {p.name: name for p in missing if (name := worklist.in_the_way(batch.store, p, known))}
        song.failed += [Failure(source.name, p.style_name, _IN_THE_WAY.format(blocked[p.name])) for p in missing
                        if p.name in blocked]  # fmt: skip
        lacking = tuple(p for p in missing if p.name not in blocked)
        song.kept, song.waiting = len(wanted) - len(missing), len(lacking)
        if lacking:
            todo.append((source, lacking))
    for _, lacking in todo:
        for piece in lacking:
            known.pop(piece.name, None)
    if todo:
        manifest.write(batch.store, batch.version, known, ())
    failures: list[Failure] = []
    for step in _steps(batch, todo, songs_left, workers, pool):
        known |= {entry.name: entry for entry in step.made}
        failures += step.failed
        yield step
    manifest.write(batch.store, batch.version, known, sorted(failures, key=lambda f: (f.song, f.style)))


def contents(store: Store) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    """What an album holds, by song, the song as it is written first: entries, and the music of their records."""
    entries = manifest.read(store).values()
    for entry in sorted(entries, key=lambda e: (e.song, e.style)):
        music = manifest.music(store, entry.name)
        if music is not None:
            yield entry, music


def _steps(
    batch: Batch,
    todo: Sequence[tuple[SongSource, tuple[AlbumPiece, ...]]],
    going: dict[str, _Progress],
    workers: int,
    pool: Workers,
) -> Iterator[Step]:
    """The songs as they are finished: first those in which there is nothing to do, last those that are gone by now."""
    yield from (going.pop(name).step(name) for name in [n for n, song in going.items() if not song.waiting])
    sizes: dict[str, int] = {}

    def jobs() -> Iterator[SongJob]:
        for left, (source, lacking) in zip(range(len(todo), 0, -1), todo, strict=True):
            try:
                content = source.path.read_bytes()
            except OSError as problem:
                going[source.name].failed.append(Failure(source.name, "", problem.strerror or "cannot be read"))
                continue
            for share in worklist.shares(lacking, left, workers):
                sizes[source.name] = len(share)
                yield SongJob(
                    source.name,
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
        song.take(_arrived(batch.store, outcome), sizes[outcome.song])
        if song.waiting <= 0:
            yield going.pop(outcome.song).step(outcome.song)
    yield from (song.step(name) for name, song in going.items())


def _arrived(store: Store, outcome: Outcome) -> Outcome:
    """What a worker says it has made, if it is in the album."""
    lost = [e for e in outcome.made if not manifest.is_whole(store, e, tuple(e.files))]
    reason = f"its worker made it, but not in {store.place}: do all workers reach that place?"
    failed = tuple(Failure(e.song, e.style, reason) for e in lost)
    return Outcome(outcome.song, tuple(e for e in outcome.made if e not in lost), (*outcome.failed, *failed))


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
