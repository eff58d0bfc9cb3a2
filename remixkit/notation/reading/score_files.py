"""Score files -> Song: MusicXML, compressed or not, read by music21, and ABC.

music21 expects a sound file and fails in its own words; here the file is looked at first, and what is still wrong with
it is told as one line.
"""

from __future__ import annotations

import re
import zipfile
from contextlib import redirect_stderr
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from warnings import catch_warnings
from xml.etree import ElementTree

from remixkit.errors import SongError
from remixkit.midi.spec import HEADER_CHUNK
from remixkit.model.song import Song
from remixkit.notation.abc import decoded_abc, read_abc
from remixkit.notation.reading.streams import from_music21

ENDINGS = (".musicxml", ".xml", ".mxl", ".abc")

MAX_SCORE_BYTES = 8_000_000
"""Of a score, uncompressed: some 20,000 notes as notation programs write them. music21 reads about 700 a second."""

MAX_SECONDS = 2 * 3600.0
"""When the last note may end."""

MOST_BEATS = 64
"""In a bar of MusicXML. Above a few hundred music21 needs minutes for a single meter."""

_ZIP = b"PK\3\4"
_EXPORT = "export it again, as uncompressed MusicXML"
_MEND = "mend the notation"
_MOST_COMPLAINTS = 10


def read_score(path: Path, tune: int | None = None) -> Song:
    """Read a score.

    Parameters
    ----------
    path : Path
        A file that ends in one of `ENDINGS`; whether MusicXML is compressed its first bytes say.
    tune : int, optional
        The ``X:`` of the tune that is wanted of an ABC file with several; the first without it.

    Returns
    -------
    Song
        As `from_music21` or `read_abc` gives it, repeats played out; `chord_symbols` are those of the score.

    Raises
    ------
    SongError
        If the file cannot be read, is larger than `MAX_SCORE_BYTES`, or is no score.
    """
    path = Path(path)
    if tune is not None and path.suffix.lower() != ".abc":
        raise SongError("only a book in ABC has tunes by number", file=path, remedy="leave the number out")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SCORE_BYTES + 1)
    except OSError as problem:
        reason = (problem.strerror or "cannot be read").lower()
        raise SongError(reason, file=path, remedy="give the path of a score") from problem
    _check_size(len(data), path)
    song = _abc(data, path, tune) if path.suffix.lower() == ".abc" else _music_xml_song(data, path)
    title = song.title or path.stem.encode("utf-8", "replace").decode("utf-8")
    return replace(song, title=title)


def _abc(data: bytes, path: Path, tune: int | None) -> Song:
    try:
        return read_abc(decoded_abc(data), tune=tune, source=path.name)
    except SongError as problem:
        raise SongError(problem.reason, file=path, place=problem.place, remedy=problem.remedy) from problem


def _check_size(size: int, path: Path) -> None:
    if size > MAX_SCORE_BYTES:
        raise SongError(
            f"a score of more than {MAX_SCORE_BYTES // 1_000_000} MB", file=path, remedy="save it as MIDI and give that"
        )


def _check(song: Song, complaints: list[str], path: Path) -> None:
    """Refuse what is no reading of the file: notes that music21 made up, and hours of nothing."""
    invented = next((c for c in complaints if "assuming" in c), None)
    if invented:
        raise SongError(f"there are notes without a pitch ({invented.split('WARNING: ')[-1]})", file=path, remedy=_MEND)
    seconds = song.grid.tempo.second(song.end_tick)
    if seconds > MAX_SECONDS:
        reason = f"its last note ends after {seconds / 3600:.1f} hours; a song ends within {MAX_SECONDS / 3600:.0f}"
        raise SongError(reason, file=path, remedy=_MEND)


def _song(score: Any, path: Path) -> Song:
    try:
        return from_music21(score, path.name)
    except Exception as problem:
        raise SongError(_reason(problem), file=path, remedy=_EXPORT) from problem


def _reason(problem: Exception) -> str:
    """What music21 stumbled over. It checks little, so any exception may come out of it."""
    return f"music21 cannot make sense of it ({type(problem).__name__}: {_one_line(problem)})"


def _one_line(problem: object) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 160 else text[:157] + "..."


# --- MusicXML -------------------------------------------------------------------------------------------------------


def _music_xml_song(data: bytes, path: Path) -> Song:
    # music21 tells a part of what it guesses by warnings, and a part by writing to stderr.
    with catch_warnings(record=True) as warned, redirect_stderr(StringIO()) as written:
        song = _song(_music_xml(data, path), path)
    said = [w.message for w in warned if "music21" in type(w.message).__module__]
    complaints = list(dict.fromkeys(_one_line(text) for text in (*said, *written.getvalue().splitlines())))
    _check(song, complaints, path)
    return replace(song, warnings=(*complaints[:_MOST_COMPLAINTS], *song.warnings))


def _music_xml(data: bytes, path: Path) -> Any:
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    text = _unpacked(data, path) if data.startswith(_ZIP) else data
    _check_root(text, path)
    importer = MusicXMLImporter()
    importer.xmlText = text
    try:
        importer.parseXMLText()
    except Exception as problem:
        raise SongError(_reason(problem), file=path, remedy=_EXPORT) from problem
    return importer.stream


def _check_root(text: bytes, path: Path) -> None:
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        is_midi = text.startswith(HEADER_CHUNK)
        what = "it is a MIDI file" if is_midi else f"it is no well-formed XML ({_one_line(problem)})"
        remedy = "give it the ending .mid" if is_midi else _EXPORT
        raise SongError(what, file=path, remedy=remedy) from problem
    if root.tag == "score-timewise":
        raise SongError("its measures hold parts, not its parts measures", file=path, remedy="export it part-wise")
    if root.tag != "score-partwise":
        raise SongError(f"it is XML, but no score: it begins with <{root.tag}>", file=path, remedy=_EXPORT)
    beats = [int(n) for e in root.iter("beats") for n in re.findall(r"\d+", e.text or "")]
    if max(beats, default=0) > MOST_BEATS:
        raise SongError(f"a meter of {max(beats)} beats", file=path, remedy=_EXPORT)
    if root.find("part/measure") is None:
        raise SongError("the score has no measures", file=path, remedy=_EXPORT)


def _unpacked(data: bytes, path: Path) -> bytes:
    """The score in a compressed file: the one its container names, else the first that looks like one."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = [n for n in archive.namelist() if Path(n).suffix.lower() in (".xml", ".musicxml")]
            scores = [n for n in (_named(archive), *names) if n in names and not n.startswith("META-INF/")]
            if not scores:
                raise SongError("there is no score in the archive", file=path, remedy=_EXPORT)
            _check_size(archive.getinfo(scores[0]).file_size, path)
            with archive.open(scores[0]) as file:
                return file.read(MAX_SCORE_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as problem:
        raise SongError(f"it cannot be unpacked ({_one_line(problem)})", file=path, remedy=_EXPORT) from problem


def _named(archive: zipfile.ZipFile) -> str:
    try:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml")[:100_000])
    except (KeyError, ElementTree.ParseError):
        return ""
    return next((e.get("full-path", "") for e in container.iter() if e.tag.endswith("rootfile")), "")
