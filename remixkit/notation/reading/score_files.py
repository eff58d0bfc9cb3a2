"""Score files -> Song: MusicXML, compressed or not, and ABC; others are told what to do."""

from __future__ import annotations

import re
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from warnings import catch_warnings

from remixkit.errors import SongError
from remixkit.midi.reading.limits import MAX_SECONDS
from remixkit.model.song import Song
from remixkit.notation.musicxml import read_musicxml
from remixkit.notation.reading.chord_symbols import readable_chord_names
from remixkit.notation.reading.streams import from_music21

ENDINGS = (".musicxml", ".xml", ".mxl", ".abc")

FOREIGN = {
    "MuseScore": (".mscz", ".mscx"),
    "Guitar Pro": (".gp", ".gpx", ".gp3", ".gp4", ".gp5", ".gp6", ".gp7", ".gp8"),
    "Sibelius": (".sib",),
    "Finale": (".musx", ".mus"),
    "Dorico": (".dorico",),
    "LilyPond": (".ly",),
    "MEI": (".mei",),
    "Humdrum": (".krn",),
    "Encore": (".enc",),
    "capella": (".cap", ".capx"),
    "NoteWorthy Composer": (".nwc",),
    "Power Tab": (".ptb",),
    "TuxGuitar": (".tg",),
}
"""Endings of scores that are not read, by the program that writes them."""

MAX_FILE_BYTES = 16_000_000
"""Of a score's file."""

MOST_BEATS = 64
"""In a bar of ABC. Above a few hundred music21 needs minutes for a single meter."""

_TUNE = re.compile(r"^X:", re.MULTILINE)
_KEY = re.compile(r"^K:", re.MULTILINE)
_METER = re.compile(r"(?:^|\[)M:([^\n\]%]*)", re.MULTILINE)
_LENGTH = re.compile(r"^[LM]:", re.MULTILINE)
"""What a note's length is counted by; ABC 2.1 has an eighth where neither is given, music21 has nothing."""
_METER_TEXT = re.compile(r"(none|C\|?|\(?\d+(\s*\+\s*\d+)*\)?\s*/\s*\d+)?")
_MEND = "mend the notation"
_MOST_COMPLAINTS = 10


def is_score(path: Path) -> bool:
    """Whether a file is a score by its ending, one that is read or not."""
    ending = path.suffix.lower()
    return ending in ENDINGS or any(ending in endings for endings in FOREIGN.values())


def read_score(path: Path) -> Song:
    """Read a score.

    Parameters
    ----------
    path : Path
        A file that ends in one of `ENDINGS`; whether MusicXML is compressed its first bytes say.

    Returns
    -------
    Song
        Repeats played out; `chord_symbols` are those of the score. Of an ABC file with several tunes it is the first.

    Raises
    ------
    SongError
        If the file cannot be read, is larger than `MAX_FILE_BYTES`, is no score, or one of a program in `FOREIGN`.
    """
    path = Path(path)
    program = next((name for name, endings in FOREIGN.items() if path.suffix.lower() in endings), None)
    if program is not None:
        raise SongError(f"{program} files are not read", file=path, remedy=f"export it from {program} as MusicXML")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as problem:
        reason = (problem.strerror or "cannot be read").lower()
        raise SongError(reason, file=path, remedy="give the path of a score") from problem
    if len(data) > MAX_FILE_BYTES:
        size = f"a score of more than {MAX_FILE_BYTES // 1_000_000} MB"
        raise SongError(size, file=path, remedy="save it as MIDI and give that")
    is_abc = path.suffix.lower() == ".abc"
    song = _abc(data, path) if is_abc else read_musicxml(data, file=str(path))
    seconds = song.grid.tempo.second(song.end_tick)
    if seconds > MAX_SECONDS:
        reason = f"its last note ends after {seconds / 3600:.1f} hours; a song ends within {MAX_SECONDS / 3600:.0f}"
        raise SongError(reason, file=path, remedy=_MEND)
    return replace(song, title=song.title or path.stem.encode("utf-8", "replace").decode("utf-8"))


# --- ABC ------------------------------------------------------------------------------------------------------------


def _abc(data: bytes, path: Path) -> Song:
    # music21 tells a part of what it guesses by warnings, and a part by writing to stderr.
    with catch_warnings(record=True) as warned, redirect_stderr(StringIO()) as written:
        score, notes = _abc_score(data, path)
        try:
            song = from_music21(score, path.name)
        except Exception as problem:
            raise SongError(_reason(problem), file=path, remedy=_MEND) from problem
    said = [w.message for w in warned if "music21" in type(w.message).__module__]
    complaints = list(dict.fromkeys(_one_line(text) for text in (*said, *written.getvalue().splitlines())))
    invented = next((c for c in complaints if "assuming" in c), None)
    if invented:
        raise SongError(f"there are notes without a pitch ({invented.split('WARNING: ')[-1]})", file=path, remedy=_MEND)
    return replace(song, warnings=(*notes, *complaints[:_MOST_COMPLAINTS], *song.warnings))


def _reason(problem: Exception) -> str:
    """What music21 stumbled over. It checks little, so any exception may come out of it."""
    return f"music21 cannot make sense of it ({type(problem).__name__}: {_one_line(problem)})"


def _one_line(problem: object) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 160 else text[:157] + "..."


def _abc_score(data: bytes, path: Path) -> tuple[Any, tuple[str, ...]]:
    from music21 import abcFormat, stream

    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if not _KEY.search(text):
        raise SongError("not ABC: no line begins with K:", file=path, remedy="give a tune in ABC notation")
    tunes = list(_TUNE.finditer(text))
    notes = [f"of the {len(tunes)} tunes in the file the first was read"] if len(tunes) > 1 else []
    first = readable_chord_names(text[: tunes[1].start()] if notes else text, notes)
    for meter in _METER.findall(first):
        beats = [int(n) for n in re.findall(r"\d+", meter)]
        if not _METER_TEXT.fullmatch(meter.strip()) or max(beats, default=0) > MOST_BEATS:
            raise SongError(f"{_one_line(meter)!r} is no meter", file=path, place="M", remedy=_MEND)
    if not _LENGTH.search(first):
        first = _KEY.sub("L:1/8\nK:", first, count=1)
    score = stream.Score()
    try:
        abcFormat.translate.abcToStreamScore(abcFormat.ABCFile().readstr(first), score)
    except Exception as problem:
        raise SongError(_reason(problem), file=path, remedy=_MEND) from problem
    return score, tuple(notes)


def _decoded(data: bytes) -> str:
    """ABC 2.1 is UTF-8; what was written before it is mostly Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
