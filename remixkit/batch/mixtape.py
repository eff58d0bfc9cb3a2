"""A tape: an album's covers one after the other, without a gap, at one loudness."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING

from remixkit.batch import crossfades, tape_files
from remixkit.batch.album import contents
from remixkit.batch.crossfades import Music
from remixkit.batch.manifest import Entry
from remixkit.batch.order import tape_order
from remixkit.batch.store import Folder
from remixkit.batch.tape_files import Chapter
from remixkit.errors import OutputError
from remixkit.files import replacing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What is taken of a piece's files: the first that is there.
SOUNDS = (".wav", ".flac", ".ogg", ".mp3")
CEILING_DB = -1.0
_ALIGN = 16


@dataclass(frozen=True, slots=True)
class TapeTrack:
    """A piece on the tape: what it is, its sound, and its second 0 in seconds of the tape.

    `fade_in_s` and `fade_out_s` are how long it sounds together with its neighbours; where `fade_out_s` is 0 it ends
    by itself, else it is gone `fade_out_s` after the next one's beginning.
    """

    entry: Entry
    sound: Path
    start_s: float
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tape:
    """What was mixed."""

    chapters: tuple[Chapter, ...]
    seconds: float
    lufs: float
    true_peak_db: float
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def lay_out(album: Path, styles: Sequence[str], minutes: float) -> tuple[TapeTrack, ...]:
    """Choose covers, order them, and find where each begins.

    Parameters
    ----------
    album : Path
        A folder that `make_album` has made.
    styles : sequence of str
        Names; none means all.
    minutes : float
        How long the tape is to be at least; it ends with the piece that reaches it.

    Raises
    ------
    OutputError
        If there is no such album, or nothing in it can be heard.
    """
    found: list[tuple[Entry, Path, Music]] = []
    for entry, facts in contents(Folder(album)):
        if not entry.style or (styles and entry.style not in styles):
            continue
        sound = next((n for ending in SOUNDS for n in sorted(entry.files) if n.endswith(ending)), None)
        if sound is not None and facts["bars_s"]:
            found.append((entry, album / sound, crossfades.music_of(entry.song, facts, float(facts["end_s"]))))
    if not found:
        what = f"holds no covers in {' or '.join(styles)} that can be heard" if styles else "holds no covers with sound"
        raise OutputError(what, file=album, remedy="make some with `remixkit batch`, with flac among its --formats")
    chosen = [found[k] for k in tape_order([music.ends for _, _, music in found], minutes * 60)]
    links = [crossfades.crossfade(a, b) for (_, _, a), (_, _, b) in pairwise(chosen)]
    starts = [0.0]
    for link in links:
        starts.append(starts[-1] + link.at_s)
    fades = [0.0, *(link.fade_s for link in links), 0.0]
    return tuple(
        TapeTrack(entry, sound, start, fades[k], fades[k + 1])
        for k, ((entry, sound, _), start) in enumerate(zip(chosen, starts, strict=True))
    )


def record(
    tracks: Sequence[TapeTrack],
    target: Path,
    *,
    title: str,
    target_lufs: float = -14.0,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Tape:
    """Mix the tape and write it, with chapters in it and a cue sheet, a list of times and a playlist beside it.

    The mix stands in a temporary file while it is made, so that memory does not grow with its length.

    Parameters
    ----------
    tracks : sequence of TapeTrack
        From `lay_out`.
    target : Path
        A sound file; its ending says of what kind.
    title : str
        The tape's.
    target_lufs : float
        Loudness, of every piece and of the whole.
    progress : callable
        Told the stage and the share of it that is done.

    Raises
    ------
    OutputError
        If a sound cannot be read or the target not be written.
    """
    from remixkit.render.files import encode
    from remixkit.render.files.tags import Tags
    from remixkit.render.master.leveller import level

    encode.check_target(target)
    try:
        with tempfile.TemporaryFile(dir=target.absolute().parent) as room, ThreadPoolExecutor() as pool:
            mix, rate = _mixed(tracks, room, target_lufs, lambda share: progress("mixing", share))
            progress("master", 0.0)
            done = level(mix, target_lufs, CEILING_DB, rate, pool)
            frames = done.sound.shape[1]
            chapters = _chapters(tracks, frames / rate)
            options = encode.EncodingOptions(tags=Tags(title, "RemixKit", "mixtape"), ceiling_db=CEILING_DB)
            with replacing(target) as beside:
                encode.write(done.sound, beside, rate, options, lambda share: progress("file", share))
                tape_files.tag(beside, title, chapters)
    except OSError as problem:
        raise OutputError(problem.strerror or str(problem), file=target, remedy="look at the disk's space") from problem
    sheets = tape_files.write_beside(target, title, chapters, [t.sound for t in tracks])
    return Tape(chapters, frames / rate, done.lufs, done.true_peak_db, (target, *sheets), done.warnings)


def _mixed(
    tracks: Sequence[TapeTrack], room: IO[bytes], target_lufs: float, progress: Callable[[float], None]
) -> tuple[NDArray[np.float32], int]:
    import numpy as np

    from remixkit.render.effects.blocks import ratio
    from remixkit.render.files import decode
    from remixkit.render.files.reserved import reserved
    from remixkit.render.master.loudness import integrated_lufs, step_powers

    lengths = [decode.length(track.sound) for track in tracks]
    rate = lengths[0][1]
    for track, (_, its_rate) in zip(tracks, lengths, strict=True):
        if its_rate != rate:
            raise OutputError(f"has {its_rate} Hz, others {rate}", file=track.sound, remedy="make the album anew")
    stop = max(round(t.start_s * rate) + frames for t, (frames, _) in zip(tracks, lengths, strict=True))
    mix = reserved(room, -(-stop // _ALIGN) * _ALIGN)
    for k, track in enumerate(tracks):
        sound, _ = decode.read(track.sound)
        sound = sound * np.float32(ratio(target_lufs - integrated_lufs(step_powers(sound, rate))))
        following_s = tracks[k + 1].start_s - track.start_s if k + 1 < len(tracks) else None
        sound = _faded(sound, track, following_s, rate)
        start = round(track.start_s * rate)
        mix[:, start : start + sound.shape[1]] += sound[:, : mix.shape[1] - start]
        progress((k + 1) / len(tracks))
    return mix, rate


def _faded(sound: NDArray[np.float32], track: TapeTrack, following_s: float | None, rate: int) -> NDArray[np.float32]:
    """Equal power on both sides of a crossfade; a piece is cut where it has faded out."""
    import numpy as np

    rise = min(round(track.fade_in_s * rate), sound.shape[1])
    if rise:
        sound[:, :rise] *= np.sin(np.linspace(0.0, 0.5 * np.pi, rise, dtype=np.float32))
    fall = round(track.fade_out_s * rate)
    if following_s is not None and fall:
        begin = round(following_s * rate)
        sound = sound[:, : begin + fall]
        length = sound.shape[1] - begin
        sound[:, begin:] *= np.cos(np.linspace(0.0, 0.5 * np.pi, fall, dtype=np.float32))[:length]
    return sound


def _chapters(tracks: Sequence[TapeTrack], seconds: float) -> tuple[Chapter, ...]:
    """A chapter begins where its piece does; where two sound together, in the middle."""
    starts = [t.start_s + t.fade_in_s / 2 for t in tracks]
    return tuple(
        Chapter(
            start,
            end,
            t.entry.title,
            t.entry.style_title,
            t.entry.tonality,
            t.entry.tempo_bpm,
            t.entry.seconds,
        )
        for t, (start, end) in zip(tracks, pairwise([*starts, seconds]), strict=True)
    )
