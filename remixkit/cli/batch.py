"""`remixkit batch`: an album, many songs in many styles."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remixkit.cli import console
from remixkit.cli.options.shared import EncodingOption, SeedOption, SoundFontOption, StylesOption
from remixkit.errors import OutputError

if TYPE_CHECKING:
    from remixkit.batch import Batch, Failure, Step

SOME_FAILED = 3
PAGE = "index.html"


def run(
    songs: Annotated[
        list[Path], typer.Argument(metavar="SONGS...", help="Folders of songs, or songs.", show_default=False)
    ],
    style: StylesOption,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="The album's folder, or a URL.", show_default=False)
    ],
    formats: Annotated[
        list[str], typer.Option("--formats", metavar="ENDINGS", help="What to write of each cover, with commas.")
    ] = ["mid,flac"],  # noqa: B006 - typer reads it
    seed: SeedOption = 0,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", metavar="N", help="How many at once; by default as many as cores.", min=1),
    ] = None,
    soundfont: SoundFontOption = None,
    encoding: EncodingOption = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="Work on a Dask scheduler, as in tcp://host:8786."),
    ] = None,
) -> None:
    """Make an album: every song in every style. The same command again does only what is missing or has changed."""
    from remixkit import batch
    from remixkit import style as styles
    from remixkit.batch import worklist

    heard = bool(worklist.sounds(worklist.formats(formats)))
    chosen = [styles.check(s) if heard else styles.load(s) for s in style]
    place = str(Path(output).absolute()) if cluster and "://" not in output else output
    album = batch.begin(songs, chosen, place, formats=formats, seed=seed, soundfont=soundfont, encoding=encoding)
    _check_page(album)
    failed: list[Failure] = []
    warned = kept = 0
    for step in _shown(album, _steps(album, jobs, cluster)):
        for entry in (e for e in step.made if e.style):
            for name in entry.files:
                console.result(f"{album.store.place}/{name}")
        failed += step.failed
        kept += step.kept
        warned += any(entry.warnings for entry in step.made)
    console.result(f"{album.store.place}/{PAGE}")
    if kept:
        console.say(f"{kept} were there already")
    if warned:
        console.warn(f"{warned} songs have warnings; {album.store.place}/manifest.json says which")
    for failure in failed:
        console.say(f"failed: {' in '.join(filter(None, (failure.song, failure.style)))}: {failure.reason}")
        if failure.trace:
            console.say(failure.trace)
    if failed:
        raise typer.Exit(SOME_FAILED)


def _steps(album: Batch, jobs: int | None, cluster: str | None) -> Iterator[Step]:
    from remixkit import batch

    if cluster is None:
        return batch.make_album(album, jobs or os.cpu_count() or 1, finish=lambda: _write_page(album))
    from remixkit.batch.cluster import connect

    found = connect(cluster)
    return batch.make_album(album, found.workers, found, lambda: _write_page(album))


def _shown(album: Batch, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps in the songs' order, with a live display on a terminal."""
    with _display(len(album.sources)) as show:
        show(0, 0)
        for done, failed, ready in _in_order(album, steps):
            show(done, failed)
            yield from ready


def _in_order(album: Batch, steps: Iterable[Step]) -> Iterator[tuple[int, int, tuple[Step, ...]]]:
    """As songs are finished: how many are, how many of them failed, and the steps whose turn has come by name."""
    waiting: dict[str, Step] = {}
    turns = deque(source.name for source in album.sources)
    failed = 0
    for done, step in enumerate(steps, 1):
        waiting[step.song] = step
        failed += bool(step.failed)
        ready = []
        while turns and turns[0] in waiting:
            ready.append(waiting.pop(turns.popleft()))
        yield done, failed, tuple(ready)


@contextmanager
def _display(songs: int) -> Iterator[Callable[[int, int], None]]:
    """Songs done, failed and the time left, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, failed: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("songs"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[failed]}", style="red"),
        TextColumn("left"),
        TimeRemainingColumn(compact=True),
    )
    together = sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=together) as bar:
        task = bar.add_task("", total=songs, failed="")
        yield lambda done, failed: bar.update(task, completed=done, failed=f"{failed} failed" if failed else "")


def _check_page(album: Batch) -> None:
    """A page in the album that no batch has made is not written over; raises OutputError."""
    from remixkit.export import album_page

    old = album.store.read(PAGE)
    if old is not None and album_page.MARK.encode() not in old:
        remedy = "move it away, or name another folder with -o"
        raise OutputError("is a page that no batch has made", file=f"{album.store.place}/{PAGE}", remedy=remedy)


def _write_page(album: Batch) -> None:
    """Write the album's page."""
    from remixkit.batch import contents, store
    from remixkit.export import album_page

    songs: dict[str, list[album_page.PageTrack]] = {}
    names: dict[str, str] = {}
    for entry, music in contents(album.store):
        track = album_page.PageTrack(
            label=entry.style_title or "Source",
            is_source=not entry.style,
            tonality=entry.tonality,
            tempo_bpm=entry.tempo_bpm,
            seconds=entry.seconds,
            files={name: file.bytes for name, file in entry.files.items()},
            music=music,
        )
        songs.setdefault(entry.song, []).append(track)
        names[entry.song] = entry.title
    written = album_page.html(
        _title(album.store.place), [album_page.PageSong(names[n], tuple(t)) for n, t in songs.items()]
    )
    data = written.encode()
    if album.store.read(PAGE) != data:
        store.write(album.store, PAGE, data)


def _title(place: str) -> str:
    """The album's title: its folder's name, in words."""
    words = Path(place).resolve().name if "://" not in place else place.rstrip("/").rpartition("/")[2]
    plain = words.replace("_", " ").replace("-", " ").strip()
    return plain[:1].upper() + plain[1:] or "Album"
