"""An album as a page: one HTML file that opens from disk, without a server and without a network.

Everything but the sound is inside it. It plays covers and their source, switches between them at the same bar, and
shows a piano roll, chords and sections in step with the sound. templates/ holds its HTML, style and script.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from remixkit.texts import plain

# In this order a browser is offered what there is: what every browser plays comes first.
AUDIBLE = (".mp3", ".flac", ".wav", ".ogg")
# By this a page of ours is known from a user's own.
MARK = '<meta name="generator" content="RemixKit batch">'
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class PageTrack:
    """A cover, or the song as it is written.

    Parameters
    ----------
    label : str
        "Lo-fi study"; what stands on its button.
    is_source : bool
        Whether it is the song as it is written.
    tonality : str
        "F# minor".
    tempo_bpm, seconds : float
        Quarter notes a minute; length of the sound.
    files : mapping of str to int
        Paths, seen from the page, and their lengths in bytes.
    music : mapping
        meter, end_s, bars_s, source_bars, keys, sections, chords, parts with notes (start ms, length ms, pitch,
        velocity), as in an album's records.
    """

    label: str
    is_source: bool
    tonality: str
    tempo_bpm: float
    seconds: float
    files: Mapping[str, int]
    music: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PageSong:
    """A song's title, and what there is of it: the source first, then its covers."""

    title: str
    tracks: tuple[PageTrack, ...]


def html(title: str, songs: Sequence[PageSong]) -> str:
    """The page.

    Parameters
    ----------
    title : str
        The album's.
    songs : sequence of PageSong
        In the order of the page.

    Returns
    -------
    str
        HTML; the same for the same album.
    """
    covers = [t for s in songs for t in s.tracks if not t.is_source]
    data = json.dumps([_data(s) for s in songs], ensure_ascii=False, separators=(",", ":"))
    page: str = _template().render(
        mark=MARK,
        title=title,
        songs=[{"index": k, "title": s.title, "tracks": [_row(t) for t in s.tracks]} for k, s in enumerate(songs)],
        cover_count=len(covers),
        length=minutes(sum(t.seconds for t in covers)),
        css=_text("album.css"),
        js=_text("album.js"),
        data=data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"),
    )
    return plain(page)


def minutes(seconds: float) -> str:
    """Minutes and seconds, "3:40", with hours where there are any, "1:05:09"."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def _row(track: PageTrack) -> dict[str, Any]:
    return {
        "label": track.label,
        "is_source": track.is_source,
        "tonality": _signs(track.tonality),
        "bpm": round(track.tempo_bpm),
        "length": minutes(track.seconds),
        "audio": _audio(track),
        "files": [
            {"href": quote(name), "kind": name.rpartition(".")[2].upper(), "size": _size(size)}
            for name, size in sorted(track.files.items())
        ],
    }


def _data(song: PageSong) -> dict[str, Any]:
    return {
        "title": song.title,
        "tracks": [
            {
                "label": t.label,
                "source_version": t.is_source,
                "tonality": _signs(t.tonality),
                "bpm": round(t.tempo_bpm, 1),
                "seconds": t.seconds,
                "audio": _audio(t),
                "end": t.music["end_s"],
                "bars": t.music["bars_s"],
                "source": t.music["source_bars"],
                "keys": t.music["keys"],
                "sections": [s[:3] for s in t.music["sections"]],
                "chords": t.music["chords"],
                "parts": [
                    {
                        "name": p["name"],
                        "drums": p["drums"],
                        "lead": p["lead"],
                        "notes": _packed(p["notes"]),
                    }
                    for p in t.music["parts"]
                ],
            }
            for t in song.tracks
        ],
    }


def _packed(notes: Sequence[Sequence[int]]) -> list[int]:
    """Steps in hundredths of a second: start after the note before, length, pitch; a third of what JSON rows take."""
    rows = sorted((_hundredths(start), max(1, _hundredths(length)), pitch) for start, length, pitch, *_ in notes)
    starts = [0, *(start for start, _, _ in rows)]
    steps = [b - a for a, b in pairwise(starts)]
    return [n for step, (_, length, pitch) in zip(steps, rows, strict=True) for n in (step, length, pitch)]


def _hundredths(ms: int) -> int:
    return round(ms * _HUNDREDTHS / 1000)


def _audio(track: PageTrack) -> str:
    by_ending = {"." + name.rpartition(".")[2].lower(): name for name in sorted(track.files)}
    return next((quote(by_ending[ending]) for ending in AUDIBLE if ending in by_ending), "")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _signs(tonality: str) -> str:
    """With the signs that music has: F♯, B♭."""
    tonic, _, mode = tonality.partition(" ")
    return f"{tonic[:1]}{tonic[1:].replace('#', '♯').replace('b', '♭').replace('-', '♭')} {mode}".strip()


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_text("album.html"))


def _text(name: str) -> str:
    return (files("remixkit.export") / "templates" / name).read_text(encoding="utf-8")
