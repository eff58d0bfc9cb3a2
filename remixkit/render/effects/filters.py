"""Filters."""

from __future__ import annotations

from math import log10, sqrt

import pedalboard

from remixkit.errors import StyleError
from remixkit.render.effects.blocks import Processor, board, frequency, within

# Quality of each second-order section of a Butterworth filter, by its slope in decibels an octave.
_BUTTERWORTH = {12.0: (sqrt(0.5),), 24.0: (0.54119610, 1.30656296)}


def lowpass(sample_rate_hz: int, seed: int, /, cutoff_hz: float = 5000.0, slope_db: float = 12.0) -> Processor:
    """Take away what lies above: Butterworth, `slope_db` (6, 12 or 24) an octave."""
    return board(_sections(pedalboard.LowpassFilter, cutoff_hz, slope_db, sample_rate_hz), sample_rate_hz)


def highpass(sample_rate_hz: int, seed: int, /, cutoff_hz: float = 80.0, slope_db: float = 12.0) -> Processor:
    """Take away what lies below: Butterworth, `slope_db` (6, 12 or 24) an octave."""
    return board(_sections(pedalboard.HighpassFilter, cutoff_hz, slope_db, sample_rate_hz), sample_rate_hz)


def peak(sample_rate_hz: int, seed: int, /, freq_hz: float, gain_db: float, q: float = 1.0) -> Processor:
    """Lift or cut around a frequency; a greater `q` is narrower."""
    return board([pedalboard.PeakFilter(*_band(freq_hz, gain_db, q, sample_rate_hz))], sample_rate_hz)


def lowshelf(sample_rate_hz: int, seed: int, /, freq_hz: float = 200.0, gain_db: float = 0.0) -> Processor:
    """Lift or cut everything below a frequency."""
    return board([pedalboard.LowShelfFilter(*_band(freq_hz, gain_db, sqrt(0.5), sample_rate_hz))], sample_rate_hz)


def highshelf(sample_rate_hz: int, seed: int, /, freq_hz: float = 6000.0, gain_db: float = 0.0) -> Processor:
    """Lift or cut everything above a frequency."""
    return board([pedalboard.HighShelfFilter(*_band(freq_hz, gain_db, sqrt(0.5), sample_rate_hz))], sample_rate_hz)


def cabinet(sample_rate_hz: int, seed: int, /, cutoff_hz: float = 5000.0, presence_db: float = 3.0) -> Processor:
    """A guitar's loudspeaker: nothing below 90 Hz, little above `cutoff_hz`, and some bite at half of it."""
    presence = _band(0.5 * cutoff_hz, presence_db, 1.0, sample_rate_hz)
    return board(
        [
            *_sections(pedalboard.HighpassFilter, 90.0, 12.0, sample_rate_hz),
            pedalboard.PeakFilter(*presence),
            *_sections(pedalboard.LowpassFilter, cutoff_hz, 24.0, sample_rate_hz),
        ],
        sample_rate_hz,
    )


def _band(freq_hz: float, gain_db: float, q: float, sample_rate_hz: int) -> tuple[float, float, float]:
    return (
        frequency("freq_hz", freq_hz, sample_rate_hz),
        within("gain_db", gain_db, -48.0, 24.0),
        within("q", q, 0.1, 20.0),
    )


def _sections(
    one_pole: type[pedalboard.Plugin], cutoff_hz: float, slope_db: float, sample_rate_hz: int
) -> list[pedalboard.Plugin]:
    """A Butterworth filter out of what pedalboard has.

    Two one-pole filters have (s + 1)^2 below the line, where a section of quality Q has s^2 + s / Q + 1. A peak filter
    is the one over the other if its gain is A^2 = 2 Q and its quality A / 2 (R. Bristow-Johnson, Audio EQ Cookbook).
    """
    cutoff = frequency("cutoff_hz", cutoff_hz, sample_rate_hz)
    if slope_db == 6.0:
        return [one_pole(cutoff)]
    if slope_db not in _BUTTERWORTH:
        raise StyleError(f"slope_db = {slope_db:g} is out of range", remedy="choose 6, 12 or 24")
    return [
        part
        for q in _BUTTERWORTH[slope_db]
        for part in (
            one_pole(cutoff),
            one_pole(cutoff),
            pedalboard.PeakFilter(cutoff, 20.0 * log10(2 * q), sqrt(q / 2)),
        )
    ]
