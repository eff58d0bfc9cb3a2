"""A song as it is, ready to be rendered: nothing is arranged."""

from __future__ import annotations

from remixkit.model.analysis import Section
from remixkit.model.arrangement import Arrangement, Master, Part
from remixkit.model.song import Song, Track
from remixkit.render.performance import BANK_HIGH, BANK_LOW


def as_it_is(song: Song, master: Master | None = None) -> Arrangement:
    """Every track of a song as a part, with its own controls.

    Parameters
    ----------
    song : Song
        As a reader returns it.
    master : Master, optional
        Loudness, ceiling, effects.
    """
    parts = tuple(_part(track, number) for number, track in enumerate(song.tracks, 1) if track.notes)
    end = max(1, song.end_tick)
    warnings = song.warnings if parts else (*song.warnings, "there is no note in it")
    sections = (Section(0, end, "A"),)
    return Arrangement(
        song.title, "", 0, song.grid, (), (), sections, parts, master or Master(), song.composer, warnings
    )


def _part(track: Track, number: int) -> Part:
    return Part(
        name=track.name or f"Track {number}",
        role=f"track {number}",
        program=track.program,
        bank=_bank(track),
        is_drum=track.is_drum,
        notes=track.notes,
        controls=track.controls,
        lyrics=track.lyrics,
    )


def _bank(track: Track) -> int:
    """The bank that is selected before the first note."""
    first = track.notes[0].start_tick
    before = {c.number: c.value for c in track.controls if c.kind == "cc" and c.tick <= first}
    return before.get(BANK_HIGH, 0) << 7 | before.get(BANK_LOW, 0)
