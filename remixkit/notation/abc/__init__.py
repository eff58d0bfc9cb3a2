"""Tunes in ABC notation, read as they are played (the abc music standard 2.1, December 2011)."""

from __future__ import annotations

from dataclasses import replace

from remixkit.errors import SongError
from remixkit.model.song import Song
from remixkit.notation.abc.code.escapes import decoded_abc
from remixkit.notation.abc.code.tune_book import find_tune
from remixkit.notation.abc.complaints import Complaints
from remixkit.notation.abc.played_song import song_of
from remixkit.notation.abc.tune_reader import read_tune

__all__ = ["decoded_abc", "read_abc"]


def read_abc(text: str, *, tune: int | None = None, source: str = "", graces: bool = False) -> Song:
    """Read a tune.

    Parameters
    ----------
    text : str
        A tune, or a book of tunes; bytes are made text by `decoded_abc`.
    tune : int, optional
        The ``X:`` of the tune that is wanted; the first of a book without it.
    source : str
        The file's name, for messages.
    graces : bool
        Whether grace notes are played, each for a quarter of the unit note length and in the time of the note behind
        them, as abc2midi does; else they are left out.

    Returns
    -------
    Song
        Its voices are the tracks, repeats, jumps and the order of parts played out; tick 0 is the bar line at or before
        the first note. Trills and other ornaments, fermatas and staccato leave the written notes as they are.
        `chord_symbols` are the tune's; `markers` its parts. What was left out or mended stands in `warnings`.

    Raises
    ------
    SongError
        If it is no ABC, has no such tune, or more of anything than music has (`limits`); it names the line.
    """
    complaints = Complaints()
    try:
        found = find_tune(text, tune)
        if found.tunes > 1 and tune is None:
            complaints.say(f"of the {found.tunes} tunes in the file the first was read")
        if found.goes_on:
            complaints.say("an empty line ends a tune in ABC; the music behind it was read all the same")
        song = song_of(read_tune(found, complaints, graces=graces), complaints, source)
    except SongError as problem:
        raise SongError(problem.reason, file=source or None, place=problem.place, remedy=problem.remedy) from None
    return replace(song, warnings=complaints.sentences())
