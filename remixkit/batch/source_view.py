"""The source of a cover as it is, beside what was heard in it."""

from __future__ import annotations

from dataclasses import replace

from remixkit.arrange import passed_song
from remixkit.model.analysis import Analysis, TrackRole
from remixkit.model.arrangement import Arrangement

MELODY: TrackRole = "melody"


def as_written(analysis: Analysis) -> Arrangement:
    """The song itself as an arrangement, on its true bars, each part's role being what was heard of its track."""
    made = passed_song(analysis.song)
    told = [bool(track.notes or (track.passthrough and track.passthrough.messages)) for track in analysis.song.tracks]
    roles = [role for role, is_part in zip(analysis.roles, told, strict=True) if is_part]
    return replace(
        made,
        keys=analysis.keys,
        chords=analysis.chords,
        sections=analysis.sections,
        parts=tuple(
            replace(p, role=role, is_lead=role == MELODY) for p, role in zip(made.parts, roles, strict=True) if p.notes
        ),
        warnings=analysis.warnings,
    )
