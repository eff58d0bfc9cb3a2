"""Chords that the source gives in so many words: they are taken as they stand; only what they leave open is heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Song
from remixkit.theory.chords import spans_of, triad


def given_chords(song: Song, heard: Sequence[ChordSpan]) -> tuple[ChordSpan, ...]:
    """The song's chord symbols over the whole song; before the first one (a pickup, an intro) what was heard stays.

    Parameters
    ----------
    song : Song
        On its true bar grid.
    heard : sequence of ChordSpan
        Chords by ear, without gaps.
    """
    if not heard:
        return spans_of(song.chord_symbols, song.end_tick)
    given = spans_of(song.chord_symbols, heard[-1].end_tick)
    if not given:
        return tuple(heard)
    first = given[0].start_tick
    before = [replace(c, end_tick=min(c.end_tick, first)) for c in heard if c.start_tick < first]
    return (*before, *given)


def as_triads(chords: Sequence[ChordSpan]) -> tuple[ChordSpan, ...]:
    """The chords without colours: an ear that was trained on fewer qualities knows all of these."""
    return tuple(replace(c, quality=triad(c.quality)) for c in chords)
