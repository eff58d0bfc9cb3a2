"""Who is who: tracks that are one player, as one track for the ear.

Files split a player for their own reasons: Guitar Pro gives a guitar two channels, MIDI guitars one a string,
sequencers one an articulation, transcribers a track a pitch. The notes stay where they are in the song; only hearing
joins them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from remixkit.model.analysis import MelodyNote
from remixkit.model.song import Song, Track

FAMILY = 8
"""General MIDI programs come in families of eight."""
DRUMS = -1
FEWEST_FRAGMENTS = 3
MOST_PITCHES = 3
STRINGS, STRING_RANGE = 4, 19
"""Of a nameless guitar at least so many strings, on each at most so many frets."""
HANDS = 10.0
"""Two tracks this far apart in mean pitch (semitones) are a player's two hands, and each worth hearing alone."""
_NUMBER = re.compile(r"[\s_#.:()\[\]-]*\d+[\s()\[\]]*$")


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A song with a track a player.

    Parameters
    ----------
    song : Song
        With as many tracks as the song it was made from: a player's notes stand on the first of its tracks, the others
        have none.
    player : tuple of int
        For each track the one that has its notes here: itself, where it is a player of its own.
    """

    song: Song
    player: tuple[int, ...]

    def track_of(self, note: MelodyNote, source: Song) -> int:
        """The track of the source that has a note which stands on a player's first track here."""
        parts = [k for k, first in enumerate(self.player) if first == note.track]
        if len(parts) == 1:
            return note.track
        at = (note.start_tick, note.pitch)
        return next((k for k in parts if any((n.start_tick, n.pitch) == at for n in source.tracks[k].notes)), parts[0])


def one_player(song: Song) -> Ensemble:
    """Put together the tracks that are one player.

    They are: tracks of one name and one family of programs, but a piano's two hands; tracks whose names differ in a
    number, or that have none, if each of them is a fragment: three pitches at most, or a guitar's string. A name that
    players of other families or drums bear as well is the song's, and says nothing.
    """
    names = _names(song.tracks)
    groups: dict[tuple[str, int], list[int]] = {}
    for k, track in enumerate(song.tracks):
        if track.notes and not track.is_drum:
            groups.setdefault((_NUMBER.sub("", names[k]), track.program // FAMILY), []).append(k)
    player = list(range(len(song.tracks)))
    for members in groups.values():
        for group in _players(song.tracks, names, members):
            for k in group:
                player[k] = group[0]
    tracks = list(song.tracks)
    for first in {p for k, p in enumerate(player) if p != k}:
        parts = [k for k, p in enumerate(player) if p == first]
        notes = {(n.start_tick, n.pitch): n for k in parts for n in song.tracks[k].notes}
        lyrics = sorted(x for k in parts for x in song.tracks[k].lyrics)
        for k in parts:
            tracks[k] = replace(song.tracks[k], notes=(), lyrics=())
        tracks[first] = replace(song.tracks[first], notes=tuple(sorted(notes.values())), lyrics=tuple(lyrics))
    return Ensemble(replace(song, tracks=tuple(tracks)), tuple(player))


def _names(tracks: Sequence[Track]) -> list[str]:
    """The name of each track's player in lower case, or nothing."""
    names = [t.name.strip().casefold() for t in tracks]
    families: dict[str, set[int]] = {}
    for name, track in zip(names, tracks, strict=True):
        if track.notes:
            families.setdefault(name, set()).add(DRUMS if track.is_drum else track.program // FAMILY)
    return [name if len(families.get(name, ())) == 1 else "" for name in names]


def _players(tracks: Sequence[Track], names: Sequence[str], members: Sequence[int]) -> list[list[int]]:
    """The tracks of one stem of a name and one family that belong together: all, those of one name, or none."""
    chosen = [tracks[k] for k in members]
    if len(members) >= FEWEST_FRAGMENTS and (_are_pitches(chosen) or _are_strings(chosen)):
        return [list(members)]
    by_name: dict[str, list[int]] = {}
    for k in members:
        if names[k]:
            by_name.setdefault(names[k], []).append(k)
    return [same for same in by_name.values() if len(same) > 1 and not _are_hands([tracks[k] for k in same])]


def _are_pitches(tracks: Sequence[Track]) -> bool:
    return float(np.median([len({n.pitch for n in t.notes}) for t in tracks])) <= MOST_PITCHES


def _are_strings(tracks: Sequence[Track]) -> bool:
    """Whether these are a guitar's strings: plucked, each in its own register, none with two notes at once."""
    if len(tracks) < STRINGS or not all(24 <= t.program < 32 for t in tracks):
        return False
    spans = [max(n.pitch for n in t.notes) - min(n.pitch for n in t.notes) for t in tracks]
    alone = [len({n.start_tick for n in t.notes}) == len(t.notes) for t in tracks]
    return all(alone) and max(spans) <= STRING_RANGE


def _are_hands(tracks: Sequence[Track]) -> bool:
    means = [float(np.mean([n.pitch for n in t.notes])) for t in tracks]
    return len(tracks) == 2 and abs(means[0] - means[1]) >= HANDS
