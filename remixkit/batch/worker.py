"""What a worker does: hear a song once, make its pieces, put them into the album, say how it went."""

from __future__ import annotations

import errno
import hashlib
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixkit import remix
from remixkit.batch import manifest, player_facts
from remixkit.batch.manifest import Entry, Failure, File
from remixkit.batch.source_view import as_written
from remixkit.batch.store import REMEDY, Store, saying, write
from remixkit.batch.worklist import AlbumPiece, Font, SongJob
from remixkit.errors import OutputError, SoundFontError, SynthError, UserError, echoed
from remixkit.files import is_full
from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement

if TYPE_CHECKING:
    from remixkit.render import RenderReport, SoundFont
    from remixkit.render.synth.synthesis import Synth

# What the system says of one name and not of the disk.
_NAMES_FAULT = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)
# An album's own and those of a style's roles; more are loaded anew for each cover.
_FONTS_HELD = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job."""

    song: str
    made: tuple[Entry, ...] = ()
    failed: tuple[Failure, ...] = ()


def do_job(job: SongJob) -> Outcome:
    """Make a job's pieces. A song or a style that cannot be used is told in the outcome.

    Raises
    ------
    OutputError, SoundFontError, SynthError
        What would stop every other song, too: a full disk, a SoundFont or a RemixKit that is another on this machine.
    """
    if job.version != (mine := version("remixkit")):
        raise OutputError(f"a worker has RemixKit {mine}, not {job.version}", remedy="install that version there")
    with job.store.scratch() as folder:
        try:
            analysis = _heard(job, folder)
        except Exception as problem:
            return Outcome(job.song, failed=(failure(job.song, "", problem),))
        made: list[Entry] = []
        failed: list[Failure] = []
        for piece in job.pieces:
            try:
                made.append(_piece(job, piece, analysis, folder))
            except Exception as problem:
                if _stops_all(problem, folder):
                    raise
                failed.append(failure(job.song, piece.style_name, problem))
    return Outcome(job.song, tuple(made), tuple(failed))


def _stops_all(problem: Exception, folder: Path) -> bool:
    """Whether something is the machine's fault and not the song's: no other song would go better."""
    if isinstance(problem, SoundFontError | SynthError):
        return True
    if not isinstance(problem, OutputError):
        return False
    cause = problem.__cause__
    return is_full(folder) or (isinstance(cause, OSError) and cause.errno not in _NAMES_FAULT)


def failure(song: str, style: str, problem: BaseException) -> Failure:
    """Why a piece was not made, without the names of files that only a worker has seen."""
    if isinstance(problem, UserError):
        return Failure(song, style, str(type(problem)(problem.reason, place=problem.place, remedy=problem.remedy)))
    if isinstance(problem, MemoryError):
        return Failure(song, style, "there is not enough memory for it; close other programs, or fewer --jobs")
    reason = f"a bug of RemixKit: {type(problem).__name__}: {echoed(str(problem))}"
    return Failure(song, style, reason, "".join(traceback.format_exception(problem)))


def _heard(job: SongJob, folder: Path) -> Analysis:
    path = folder / job.file_name
    with saying(job.store):
        path.write_bytes(job.content)
    song = remix.load(path, encoding=job.encoding)
    styles = [piece.style for piece in job.pieces if piece.style is not None]
    return remix.analyze(song) if len(styles) < len(job.pieces) else remix.analyze_for(song, styles)


def _piece(job: SongJob, piece: AlbumPiece, analysis: Analysis, folder: Path) -> Entry:
    paths = {name: folder / Path(name).name for name in piece.files}
    try:
        if piece.style is None:
            arrangement = as_written(analysis)
            bars: list[int | None] = list(range(player_facts.bar_count(arrangement)))
            report = _rendered(arrangement, list(paths.values()), job.font)
        else:
            cover = remix.cover(analysis, piece.style, seed=job.seed)
            arrangement = cover.arrangement
            bars = player_facts.source_bars(analysis, arrangement)
            _hold_for_roles(piece.fonts)
            report = cover.write(
                *paths.values(), soundfont=held_soundfont(job.font).soundfont.path if job.font else None
            )
    except OutputError as problem:
        if not _stops_all(problem, folder):
            raise
        reason = "no space is left on the disk" if is_full(folder) else problem.reason
        raise OutputError(reason, file=job.store.place, remedy=REMEDY) from (problem.__cause__ or problem)
    music = player_facts.music_facts(arrangement, bars)
    entry = Entry(
        name=piece.name,
        key=piece.key,
        song=job.song,
        style=piece.style_name,
        style_title=piece.style.title if piece.style else "",
        title=arrangement.title or job.song,
        files={name: _file(path) for name, path in paths.items()},
        tonality=player_facts.tonality(arrangement),
        tempo_bpm=player_facts.mean_bpm(arrangement),
        seconds=round(report.seconds, 3) if report else music["end_s"],
        warnings=tuple(dict.fromkeys([*arrangement.warnings, *(report.warnings if report else ())])),
    )
    _put(job.store, piece, entry, paths, {"entry": manifest.row_of(entry), "music": music})
    return entry


def _rendered(arrangement: Arrangement, paths: list[Path], font: Font | None) -> RenderReport | None:
    if font is None:
        return None
    from remixkit.render import render

    return render(arrangement, paths, soundfont=held_soundfont(font).soundfont)


def _put(store: Store, piece: AlbumPiece, entry: Entry, paths: Mapping[str, Path], record: Mapping[str, Any]) -> None:
    """The record comes last: what has one is whole. Before, it says which files are being replaced."""
    manifest.write_making(store, entry.record, {*piece.files, *piece.stale})
    for name in piece.stale:
        store.remove(name)
    for name, path in paths.items():
        store.adopt(path, name)
    write(store, entry.record, manifest.dumps(record))


@dataclass(frozen=True, slots=True)
class Held:
    """A SoundFont, with a silent synthesiser that keeps its samples in memory from one cover to the next."""

    soundfont: SoundFont
    player: Synth


@lru_cache(maxsize=_FONTS_HELD)
def held_soundfont(font: Font) -> Held:
    """A SoundFont of the album; a worker loads it once.

    Raises
    ------
    SoundFontError
        If this machine has none of that name, or another one.
    """
    from remixkit.batch.songs import digest
    from remixkit.render.soundfonts import lookup
    from remixkit.render.synth.synthesis import hold

    found = lookup.find(font.name or None)
    if digest(found.path) != font.sha256:
        raise SoundFontError("is another than the one this album is made with", file=found.path, remedy="copy that one")
    return Held(found, hold(found))


def _hold_for_roles(fonts: Sequence[Font]) -> None:
    """What a style names for roles is here if it was where the album was begun, and only then; raises alike."""
    from remixkit.render.soundfonts import lookup

    for font in fonts:
        if font.sha256:
            held_soundfont(font)
            continue
        try:
            found = lookup.find(font.name)
        except SoundFontError:
            continue
        raise SoundFontError(
            "was not there where the album was begun", file=found.path, remedy="copy it to all or none"
        )


def _file(path: Path) -> File:
    with path.open("rb") as file:
        return File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
