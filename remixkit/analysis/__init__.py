"""Hearing: a song as transcribed -> its true bars, tune, chords, keys, sections and the part each track plays."""

from __future__ import annotations

from remixkit.errors import SongError
from remixkit.model.analysis import Analysis
from remixkit.model.song import Song

NO_TUNE = "No melody was found; the most prominent line is taken for it (--melody TRACK names another)."


def analyze(song: Song, melody_track: int | None = None) -> Analysis:
    """Listen to a song.

    Parameters
    ----------
    song : Song
        On the file's grid, or already on its own.
    melody_track : int, optional
        The place in `song.tracks` of the track with the tune, where the user knows better.

    Returns
    -------
    Analysis
        `Analysis.song` is told on the true bar grid; its seconds are the file's. `warnings` has those of reading too.

    Raises
    ------
    SongError
        If the song has no pitched note, or no track of that number, or that track no note.
    """
    from remixkit.analysis.form.sections import find_sections
    from remixkit.analysis.grid.tracking import felt_rate, true_grid
    from remixkit.analysis.grid.written import as_triads, given_chords
    from remixkit.analysis.harmony.chord_search import find_chords
    from remixkit.analysis.harmony.key_search import find_keys
    from remixkit.analysis.melody.line import find_melody, prominent_line
    from remixkit.analysis.melody.track_facts import describe
    from remixkit.analysis.melody.track_roles import track_roles

    _check(song, melody_track)
    source = song
    song = true_grid(song)
    facts = describe(song)
    roles = track_roles(song, facts)
    if melody_track is not None:
        others = tuple("second" if r == "melody" else r for r in roles)
        roles = (*others[:melody_track], "melody", *others[melody_track + 1 :])
    warnings = song.warnings
    melody = find_melody(song, roles, melody_track, facts)
    if not melody:
        melody = prominent_line(song, facts)
        warnings = (*warnings, NO_TUNE)
    chords = given_chords(song, find_chords(song, roles))
    plain = as_triads(chords) if song.chord_symbols else chords
    keys = find_keys(song, roles, plain, melody)
    sections = find_sections(song, melody, plain, keys)
    return Analysis(
        song=song,
        keys=keys,
        chords=chords,
        melody=melody,
        sections=sections,
        roles=roles,
        warnings=warnings,
        source=source,
        felt_rate=felt_rate(song),
    )


def _check(song: Song, melody_track: int | None) -> None:
    name = song.source or None
    if not any(t.notes for t in song.tracks if not t.is_drum):
        raise SongError(
            "has no notes that could be covered",
            file=name,
            remedy="it needs at least one track that is not drums" if any(t.notes for t in song.tracks) else None,
        )
    if melody_track is None:
        return
    if not 0 <= melody_track < len(song.tracks):
        raise SongError(f"has no track {melody_track + 1}", file=name, remedy=f"there are {len(song.tracks)}")
    track = song.tracks[melody_track]
    if not track.notes or track.is_drum:
        what = "is drums" if track.is_drum else "has no notes"
        raise SongError(f"track {melody_track + 1} {what}", file=name, remedy="`remixkit analyze` lists the tracks")
