"""Hearing: a song as transcribed -> its true bars, tune, chords, keys, sections and the part each track plays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from remixkit.errors import SongError
from remixkit.model.analysis import Analysis, Section, SectionName
from remixkit.model.song import Song

NO_TUNE = "No melody was found; the most prominent line is taken for it (--melody TRACK names another)."


def analyze(song: Song, melody_track: int | Mapping[SectionName, int] | None = None) -> Analysis:
    """Listen to a song.

    Parameters
    ----------
    song : Song
        On the file's grid, or already on its own.
    melody_track : int or mapping of section label to int, optional
        The place in `song.tracks` of the track with the melody, where the user knows better; for the whole song, or for
        the sections of some labels.

    Returns
    -------
    Analysis
        `Analysis.song` is told on the true bar grid; its seconds are the file's. `warnings` has those of reading too.

    Raises
    ------
    SongError
        If the song has no pitched note, or no track of that number, or that track no note, or no section of that label.
    """
    from remixkit.analysis.form.sections import find_sections
    from remixkit.analysis.grid.tracking import felt_rate_of, true_grid
    from remixkit.analysis.grid.written import as_triads, given_chords
    from remixkit.analysis.harmony.chord_search import find_chords
    from remixkit.analysis.harmony.key_search import find_keys
    from remixkit.analysis.melody.ensemble import one_player
    from remixkit.analysis.melody.leads import find_leads, with_leads
    from remixkit.analysis.melody.line import find_melody, melody_of, prominent_line, spliced
    from remixkit.analysis.melody.track_facts import describe
    from remixkit.analysis.melody.track_roles import track_roles

    chosen = melody_track if isinstance(melody_track, Mapping) else {}
    everywhere = melody_track if isinstance(melody_track, int) else None
    _check(song, [*chosen.values(), *([] if everywhere is None else [everywhere])])
    source = song
    song = true_grid(song)
    ensemble = one_player(song)
    band = ensemble.song
    facts = describe(band)
    leads = find_leads(band, facts)
    if everywhere is not None:
        leads = leads.told(ensemble.player[everywhere], 0, band.end_tick)
    roles = track_roles(band, facts, leads.main, is_told=everywhere is not None)
    warnings = song.warnings
    if everywhere is not None:
        melody = melody_of(band, facts, ensemble.player[everywhere])
    else:
        melody = find_melody(band, facts, leads)
    if not melody:
        melody = prominent_line(band, facts)
        warnings = (*warnings, NO_TUNE)
    chords = given_chords(song, find_chords(band, roles))
    plain = as_triads(chords) if song.chord_symbols else chords
    keys = find_keys(band, roles, plain, melody)
    sections = find_sections(band, melody, plain, keys)
    for s in _labelled(sections, chosen, song):
        track = ensemble.player[chosen[s.label]]
        leads = leads.told(track, s.start_tick, s.end_tick)
        melody = spliced(melody, melody_of(band, facts, track), s.start_tick, s.end_tick)
    return Analysis(
        song=song,
        keys=keys,
        chords=chords,
        melody=tuple(replace(n, track=ensemble.track_of(n, song)) for n in melody),
        sections=with_leads(sections, leads, melody),
        roles=tuple(roles[k] if t.notes else "empty" for k, t in zip(ensemble.player, song.tracks, strict=True)),
        warnings=warnings,
        source=source,
        felt_rate=felt_rate_of(song),
    )


def _labelled(sections: tuple[Section, ...], labels: Collection[SectionName], song: Song) -> list[Section]:
    """The sections that have one of some labels."""
    there = dict.fromkeys(s.label for s in sections)
    if missing := [label for label in labels if label not in there]:
        raise SongError(f"has no section {missing[0]!r}", file=song.source, remedy=f"it has {', '.join(there)}")
    return [s for s in sections if s.label in labels]


def _check(song: Song, melody_tracks: list[int]) -> None:
    name = song.source or None
    if not any(t.notes for t in song.tracks if not t.is_drum):
        raise SongError(
            "has no notes that could be covered",
            file=name,
            remedy="it needs at least one track that is not drums" if any(t.notes for t in song.tracks) else None,
        )
    for k in melody_tracks:
        if not 0 <= k < len(song.tracks):
            raise SongError(f"has no track {k + 1}", file=name, remedy=f"there are {len(song.tracks)}")
        track = song.tracks[k]
        if not track.notes or track.is_drum:
            what = "is drums" if track.is_drum else "has no notes"
            raise SongError(f"track {k + 1} {what}", file=name, remedy="`remixkit analyze` lists the tracks")
