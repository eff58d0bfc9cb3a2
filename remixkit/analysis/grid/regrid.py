"""The same song on another grid: every tick moved, every second kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from remixkit.model.song import Control, KeySignature, Lyric, Message, Note, Song, Text, Track
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, TempoChange, TempoMap

Move = Callable[[NDArray[np.int64]], NDArray[np.int64]]
_Said = TypeVar("_Said", Text, Lyric)


def moved(song: Song, move: Move, grid: Grid) -> Song:
    """A song on `grid`, each old tick taken to a new one by `move`.

    What stands before the new tick 0 (set-up controls, key signatures, markers, chord symbols, a note played a little
    early) comes to stand on it, in its old order.
    """
    passed = song.passthrough
    return replace(
        song,
        tracks=tuple(_track(t, move) for t in song.tracks),
        grid=grid,
        key_signatures=_key_signatures(song.key_signatures, move),
        markers=_texts(song.markers, move),
        chord_symbols=_texts(song.chord_symbols, move),
        has_true_bars=True,
        passthrough=passed and replace(passed, unplayed=tuple(_messages(told, move) for told in passed.unplayed)),
    )


def shifted_tempo(tempo: TempoMap, zero: int, first: int) -> TempoMap:
    """The tempo map as counted from tick `zero`, on the same clock.

    Up to the first note, at tick `first`, its tempo holds: what a set-up bar ran at is nobody's tempo.
    """
    start = max(zero, first)
    bpm = tempo.bpm_at(start)
    changes = [TempoChange(0, bpm)]
    changes += [TempoChange(c.tick - zero, c.bpm) for c in tempo.changes if c.tick > start]
    start_s = tempo.second(start) - (start - zero) * 60.0 / (bpm * TICKS_PER_QUARTER)
    return TempoMap(tuple(changes), round(start_s, 9))


def _to(ticks: list[int], move: Move) -> list[int]:
    return [int(t) for t in move(np.array(ticks, dtype=np.int64))] if ticks else []


def _track(track: Track, move: Move) -> Track:
    starts = [max(0, t) for t in _to([n.start_tick for n in track.notes], move)]
    ends = _to([n.end_tick for n in track.notes], move)
    notes = [
        Note(a, max(b, a + 1), n.pitch, n.velocity, n.origin) for n, a, b in zip(track.notes, starts, ends, strict=True)
    ]
    at = _to([c.tick for c in track.controls], move)
    controls = [Control(max(0, t), c.kind, c.number, c.value) for c, t in zip(track.controls, at, strict=True)]
    passed = track.passthrough
    return replace(
        track,
        notes=tuple(sorted(notes)),
        controls=tuple(controls),
        lyrics=_texts(track.lyrics, move),
        passthrough=passed and replace(passed, messages=_messages(passed.messages, move)),
    )


def _messages(messages: tuple[Message, ...], move: Move) -> tuple[Message, ...]:
    at = _to([m.tick for m in messages], move)
    return tuple(Message(max(0, tick), m.data) for tick, m in zip(at, messages, strict=True))


def _texts(texts: tuple[_Said, ...], move: Move) -> tuple[_Said, ...]:
    at = _to([t.tick for t in texts], move)
    return tuple(replace(t, tick=max(0, tick)) for tick, t in zip(at, texts, strict=True))


def _key_signatures(signatures: tuple[KeySignature, ...], move: Move) -> tuple[KeySignature, ...]:
    at = _to([k.tick for k in signatures], move)
    last = {max(0, tick): k for tick, k in zip(at, signatures, strict=True)}
    return tuple(KeySignature(tick, k.sharps, k.mode) for tick, k in sorted(last.items()))
