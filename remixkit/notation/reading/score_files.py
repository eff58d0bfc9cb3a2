"""Score files -> Song: MusicXML, compressed or not, and ABC; others are told what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from remixkit.errors import SongError
from remixkit.midi.reading.limits import MAX_SECONDS
from remixkit.model.song import Song
from remixkit.notation.abc import decoded_abc, read_abc
from remixkit.notation.musicxml import read_musicxml

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


def is_score(path: Path) -> bool:
    """Whether a file is a score by its ending, one that is read or not."""
    ending = path.suffix.lower()
    return ending in ENDINGS or any(ending in endings for endings in FOREIGN.values())


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
        Repeats played out; `chord_symbols` are those of the score.

    Raises
    ------
    SongError
        If the file cannot be read, is larger than `MAX_FILE_BYTES`, is no score, or one of a program in `FOREIGN`.
    """
    path = Path(path)
    if tune is not None and path.suffix.lower() != ".abc":
        raise SongError("only a book in ABC has tunes by number", file=path, remedy="leave the number out")
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
    song = _abc(data, path, tune) if is_abc else read_musicxml(data, file=str(path))
    seconds = song.grid.tempo.second(song.end_tick)
    if seconds > MAX_SECONDS:
        reason = f"its last note ends after {seconds / 3600:.1f} hours; a song ends within {MAX_SECONDS / 3600:.0f}"
        raise SongError(reason, file=path, remedy="mend the notation")
    return replace(song, title=song.title or path.stem.encode("utf-8", "replace").decode("utf-8"))


def _abc(data: bytes, path: Path, tune: int | None) -> Song:
    try:
        return read_abc(decoded_abc(data), tune=tune, source=path.name)
    except SongError as problem:
        raise SongError(problem.reason, file=path, place=problem.place, remedy=problem.remedy) from problem
