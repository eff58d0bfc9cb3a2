"""How many beats make a bar, and where the bar line lies.

A linear model looks at nine kinds of accents (`remixkit.analysis.grid.accents`) and four of landmarks (the module
beside it), folded over a bar, from each place in turn; its weights are tied over the places. It was trained on the bars
of POP909's human section labels (`benchmarks/train_bars.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import KINDS, Onsets, accents, folded, rotations
from remixkit.analysis.grid.landmarks import LANDMARKS, landmarks
from remixkit.midi.spec import BASS_DRUMS, CRASHES, SNARES

Floats = NDArray[np.float64]

SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
THREE_OVER_FOUR = 0.04
"""How much better, for a waltz where nobody says anything."""
COLUMNS = len(KINDS) + len(LANDMARKS)


@dataclass(frozen=True, slots=True)
class Bars:
    """A choice of bars on a grid of slots.

    Parameters
    ----------
    beats_a_bar, slots_a_beat : int
        3 slots a beat is compound time.
    first_slot : int
        A slot on which a bar begins, less than a bar's length.
    evidence : ndarray, shape (slots a bar,)
        How well each place would do as the first; natural logarithm, up to a constant.
    table : ndarray, shape (slots, 13)
        What it was judged by: see `evidence_table`.
    """

    beats_a_bar: int
    slots_a_beat: int
    first_slot: int
    evidence: Floats
    table: Floats


@cache
def _weights() -> Floats:
    data = files("remixkit.analysis").joinpath("weights/bars.npz").read_bytes()
    with np.load(BytesIO(data)) as arrays:
        weights: Floats = arrays["weights"].astype(np.float64)
    return weights.reshape(16, COLUMNS)


def evidence_table(notes: Onsets, slots_a_beat: int) -> Floats:
    """Accents and landmarks of each slot, shape (slots, 13); times in beats, none below 0."""
    return np.concatenate([accents(notes, slots_a_beat), landmarks(notes, slots_a_beat)], axis=1)


def bar_weights(beats_a_bar: int, slots_a_beat: int) -> Floats:
    """The weights for a bar of any size, shape (slots a bar, 13): those of 4/4, the middle beats averaged elsewhere."""
    quarter = _weights().reshape(4, 4, COLUMNS)
    inner = quarter[1:].mean(0)
    beats = quarter if beats_a_bar == 4 else np.stack([quarter[0], *[inner] * (beats_a_bar - 1)])
    if slots_a_beat == 3:
        beats = np.stack([beats[:, 0], beats[:, 1:3].mean(1), beats[:, 2:4].mean(1)], axis=1)
    out: Floats = beats.reshape(beats_a_bar * slots_a_beat, COLUMNS)
    return out


def bar_evidence(table: Floats, drums: Onsets | None, beats_a_bar: int, slots_a_beat: int) -> Floats:
    """How well each slot of a bar would do as its first, shape (slots a bar,)."""
    bar = beats_a_bar * slots_a_beat
    out: Floats = rotations(folded(table, bar)) @ bar_weights(beats_a_bar, slots_a_beat).ravel()
    if drums is not None and len(drums.start):
        out = out + _drum_evidence(drums, beats_a_bar, slots_a_beat)
    return out


def _drum_evidence(drums: Onsets, beats_a_bar: int, slots_a_beat: int) -> Floats:
    """Crashes and kicks on the first beat, snares on the second and fourth (craft)."""
    bar = beats_a_bar * slots_a_beat
    slot = np.rint(drums.start * slots_a_beat).astype(np.int64) % bar
    share = [
        (lambda hits: hits / max(hits.sum(), 1.0))(
            np.bincount(slot[np.isin(drums.pitch, voice)], minlength=bar).astype(np.float64)
        )
        for voice in (CRASHES, BASS_DRUMS, SNARES)
    ]
    crash, kick, snare = share
    out = 3 * crash + 2 * kick
    if beats_a_bar == 4:
        half = 2 * slots_a_beat
        back = np.roll(snare, -slots_a_beat) + np.roll(snare, -slots_a_beat - half)
        out = out + 2 * (back - snare - np.roll(snare, -half)) + np.roll(kick, -half)
    scaled: Floats = out
    return scaled


def returns(table: Floats, lags: tuple[int, ...]) -> float:
    """Mean autocorrelation of all accents together at some lags in slots; a lag as long as the song counts 0."""
    novelty = table[:, [0, 1, 3, 4, 5, 6]].sum(1)
    novelty = novelty - novelty.mean()
    power = max(float(novelty @ novelty), 1e-9)
    found = [float(novelty[:-lag] @ novelty[lag:]) / power if lag < len(novelty) else 0.0 for lag in lags]
    return float(np.mean(found))


def threes_over_fours(table: Floats, slots_a_beat: int) -> float:
    """How much better accents come back after 3, 6 and 12 beats than after 4, 8 and 16."""
    three, four = ((beats * slots_a_beat, 2 * beats * slots_a_beat, 4 * beats * slots_a_beat) for beats in (3, 4))
    return returns(table, three) - returns(table, four)


def choose_bars(notes: Onsets, drums: Onsets | None, slots_a_beat: int, *, beats: int | None = None) -> Bars:
    """Bars for notes whose times are in beats of a grid that may begin anywhere in the beat.

    Parameters
    ----------
    notes, drums : Onsets
        Times in beats, none below 0.
    slots_a_beat : int
        4, or 3 in compound time.
    beats : int, optional
        Beats a bar, where known.
    """
    table = evidence_table(notes, slots_a_beat)
    heard = 2 if slots_a_beat == 3 else 3 if threes_over_fours(table, slots_a_beat) > THREE_OVER_FOUR else 4
    size = heard if beats is None else beats
    evidence = bar_evidence(table, drums, size, slots_a_beat)
    return Bars(size, slots_a_beat, int(evidence.argmax()), evidence, table)
