"""What goes with a tape: chapters and tags in the file; a cue sheet, a list of times and a playlist beside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remixkit.files import replacing
from remixkit.render.files.tags import steady
from remixkit.texts import plain_line

_CD_FRAMES = 75


@dataclass(frozen=True, slots=True)
class Chapter:
    """A piece of a tape, in seconds of the tape; `seconds` is its own length."""

    start_s: float
    end_s: float
    title: str
    style: str
    tonality: str
    tempo_bpm: float
    seconds: float

    @property
    def name(self) -> str:
        """What a player shows."""
        return plain_line(f"{self.title} – {self.style}" if self.style else self.title)


def tag(path: Path, title: str, chapters: Sequence[Chapter]) -> None:
    """Write title, album, track number and chapters into a finished file.

    FLAC and Ogg get CHAPTERxxx comments (wiki.xiph.org/Chapter_Extension), MP3 and WAV ID3 chapter frames
    (id3.org/id3v2-chapters-1.0). FLAC's own cue sheet has no names, and players that find one show nothing else.
    """
    ending, title = path.suffix.lower(), plain_line(title)
    if ending in (".flac", ".ogg"):
        from mutagen.flac import FLAC
        from mutagen.oggvorbis import OggVorbis

        file: Any = FLAC(path) if ending == ".flac" else OggVorbis(path)
        _comment(file, title, chapters)
        file.save()
    else:
        _tag_id3(path, title, chapters)
    if ending == ".ogg":
        steady(path)


def write_beside(target: Path, title: str, chapters: Sequence[Chapter], sounds: Sequence[Path]) -> tuple[Path, ...]:
    """The cue sheet, the times for a video's description, and a playlist of the single covers.

    Raises
    ------
    OutputError
        If one cannot be written.
    """
    texts = {
        ".cue": cue_sheet(target.name, title, chapters),
        ".txt": times(chapters),
        ".m3u8": playlist(target, title, chapters, sounds),
    }
    paths = []
    for ending, text in texts.items():
        path = target.with_suffix(ending)
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return tuple(paths)


def cue_sheet(file_name: str, title: str, chapters: Sequence[Chapter]) -> str:
    """A cue sheet; times are minutes, seconds and 75ths (CDRWIN User's Guide, appendix A)."""
    kind = {"mp3": "MP3"}.get(file_name.rpartition(".")[2].lower(), "WAVE")
    lines = [f'TITLE "{_quoted(title)}"', 'PERFORMER "RemixKit"', f'FILE "{_quoted(file_name)}" {kind}']
    for number, c in enumerate(chapters, 1):
        whole = round(c.start_s * _CD_FRAMES)
        minutes, rest = divmod(whole, 60 * _CD_FRAMES)
        at = f"{minutes:02d}:{rest // _CD_FRAMES:02d}:{rest % _CD_FRAMES:02d}"
        lines += [f"  TRACK {number:02d} AUDIO", f'    TITLE "{_quoted(c.name)}"', f"    INDEX 01 {at}"]
    return "\n".join(lines) + "\n"


def times(chapters: Sequence[Chapter]) -> str:
    """A line a chapter, as video sites turn into links."""
    hours = bool(chapters) and chapters[-1].start_s >= 3600
    return "".join(f"{_clock(c.start_s, hours)} {c.name}\n" for c in chapters)


def playlist(target: Path, title: str, chapters: Sequence[Chapter], sounds: Sequence[Path]) -> str:
    """The single covers in the tape's order (RFC 8216 gives #EXTINF); paths are seen from the playlist."""
    lines = ["#EXTM3U", f"#PLAYLIST:{plain_line(title)}"]
    for c, sound in zip(chapters, sounds, strict=True):
        here = os.path.relpath(sound.resolve(), target.resolve().parent)
        lines += [f"#EXTINF:{round(c.seconds)},{c.name}", _entry(Path(here).as_posix())]
    return "\n".join(lines) + "\n"


def _comment(file: Any, title: str, chapters: Sequence[Chapter]) -> None:
    file["title"], file["album"], file["artist"], file["tracknumber"] = title, title, "RemixKit", "1"
    for number, c in enumerate(chapters, 1):
        minutes, seconds = divmod(c.start_s, 60)
        file[f"CHAPTER{number:03d}"] = f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{seconds:06.3f}"
        file[f"CHAPTER{number:03d}NAME"] = c.name


def _tag_id3(path: Path, title: str, chapters: Sequence[Chapter]) -> None:
    from mutagen import id3
    from mutagen.mp3 import MP3
    from mutagen.wave import WAVE

    file: Any = MP3(path) if path.suffix.lower() == ".mp3" else WAVE(path)
    if file.tags is None:
        file.add_tags()
    frames: Any = id3
    file.tags.add(frames.TIT2(encoding=3, text=[title]))
    file.tags.add(frames.TALB(encoding=3, text=[title]))
    file.tags.add(frames.TPE1(encoding=3, text=["RemixKit"]))
    file.tags.add(frames.TRCK(encoding=3, text=["1"]))
    names = [f"chp{k}" for k in range(len(chapters))]
    flags = 3  # top level, ordered
    file.tags.add(frames.CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    for name, c in zip(names, chapters, strict=True):
        file.tags.add(
            frames.CHAP(
                element_id=name,
                start_time=round(c.start_s * 1000),
                end_time=round(c.end_s * 1000),
                sub_frames=[frames.TIT2(encoding=3, text=[c.name])],
            )
        )
    file.save()


def _clock(seconds: float, hours: bool) -> str:
    whole = int(seconds)
    minutes = f"{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 3600}:{minutes}" if hours else minutes


def _quoted(text: str) -> str:
    return plain_line(text).replace('"', "'")


def _entry(path: str) -> str:
    """A path as a playlist has it; one with a "#" in front would be a comment."""
    line = plain_line(path)
    return f"./{line}" if line.startswith("#") else line
