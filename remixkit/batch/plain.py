"""The source of a cover as it is, beside what was heard in it."""

from __future__ import annotations

from dataclasses import replace

from remixkit.model.analysis import Analysis, TrackRole
from remixkit.model.arrangement import Arrangement
from remixkit.render.plain import as_it_is

MELODY: TrackRole = "melody"


def as_written(analysis: Analysis) -> Arrangement:
    """The song itself as an arrangement, on its true bars, each part's role being what was heard of its track."""
    made = as_it_is(analysis.song)
    roles = [role for track, role in zip(analysis.song.tracks, analysis.roles, strict=True) if track.notes]
    return replace(
        made,
        keys=analysis.keys,
        chords=analysis.chords,
        sections=analysis.sections,
        parts=tuple(replace(p, role=role) for p, role in zip(made.parts, roles, strict=True)),
        warnings=analysis.warnings,
    )
