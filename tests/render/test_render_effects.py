from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_help import RATE, level_db, sine

from remixkit import plugins
from remixkit.errors import PluginError, StyleError
from remixkit.model.arrangement import Fx
from remixkit.render.effects.blocks import LEAST_FRAMES, Block, Processor, board, ratio
from remixkit.render.effects.chain import chain

NAMES = [
    "bitcrush", "cabinet", "chorus", "compressor", "delay", "drive", "gain", "highpass", "highshelf", "lowpass",
    "lowshelf", "peak", "reverb", "saturation", "tremolo", "vinyl", "width", "wow_flutter",
]  # fmt: skip
NEEDED = {"gain": {"gain_db": -3.0}, "peak": {"freq_hz": 800.0, "gain_db": 6.0}}


def made(name: str, seed: int = 1, **params: float) -> Processor:
    processor: Processor = plugins.load(plugins.EFFECTS, name)(RATE, seed, **(NEEDED.get(name, {}) | params))
    return processor


def noise(seconds: float, level: float = 0.1) -> Block:
    frames = int(seconds * RATE) // 64 * 64
    return (level * np.random.default_rng(3).standard_normal((2, frames))).astype(np.float32)


def in_blocks(process: Processor, sound: Block, cuts: list[int]) -> Block:
    return np.concatenate([process(sound[:, a:b]) for a, b in pairwise([0, *cuts, sound.shape[1]])], axis=1)


def test_all_of_them_are_offered() -> None:
    assert set(NAMES) <= set(plugins.names(plugins.EFFECTS))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6, deadline=None)
@given(sizes=st.lists(st.integers(LEAST_FRAMES, 20000), max_size=3))
def test_an_effect_gives_the_same_in_any_blocks(name: str, sizes: list[int]) -> None:
    sound = noise(1.6)
    before = sound.copy()
    whole = made(name)(sound)
    assert whole.shape == sound.shape
    assert whole.dtype == np.float32
    assert np.isfinite(whole).all()
    assert np.array_equal(sound, before)
    assert np.allclose(in_blocks(made(name), sound, [int(c) for c in np.cumsum(sizes, dtype=int)]), whole, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_silence_stays_finite_and_without_direct_current(name: str) -> None:
    out = made(name)(np.zeros((2, RATE), np.float32))
    assert np.isfinite(out).all()
    assert abs(float(out.mean())) < 1e-4
    if name != "vinyl":
        assert np.abs(out).max() < 1e-6


@pytest.mark.parametrize(("slope_db", "octave_db"), [(6.0, 6.4), (12.0, 12.3), (24.0, 24.1)])
def test_filters_fall_as_they_say(slope_db: float, octave_db: float) -> None:
    for name, above, below in (("lowpass", 2000.0, 1000.0), ("highpass", 500.0, 1000.0)):
        process = [made(name, cutoff_hz=1000.0, slope_db=slope_db) for _ in range(3)]
        at_cutoff = level_db(process[0](sine(1000, 1)), 0.2) - level_db(sine(1000, 1))
        assert at_cutoff == pytest.approx(-3.01, abs=0.1)
        octave = level_db(process[1](sine(above, 1)), 0.2) - level_db(process[2](sine(below, 1)), 0.2) - 3.01
        assert octave == pytest.approx(-octave_db, abs=0.9)


def test_a_butterworth_filter_is_one() -> None:
    impulse = np.zeros((2, 1 << 15), np.float32)
    impulse[:, 0] = 1.0
    for slope_db, order in ((12.0, 2), (24.0, 4)):
        found = np.abs(np.fft.rfft(made("lowpass", cutoff_hz=2000.0, slope_db=slope_db)(impulse)[0]))
        hz = np.fft.rfftfreq(1 << 15, 1 / RATE)
        warped = np.tan(np.pi * hz[:-1] / RATE) / np.tan(np.pi * 2000.0 / RATE)
        assert np.allclose(found[:-1], 1 / np.sqrt(1 + warped ** (2 * order)), atol=1e-4)


def test_shelves_and_peaks_lift_where_they_say() -> None:
    for name, params, hz, expected in (
        ("lowshelf", {"freq_hz": 400.0, "gain_db": 6.0}, 60, 6.0),
        ("lowshelf", {"freq_hz": 400.0, "gain_db": 6.0}, 6000, 0.0),
        ("highshelf", {"freq_hz": 3000.0, "gain_db": -9.0}, 14000, -9.0),
        ("peak", {"freq_hz": 1000.0, "gain_db": 5.0, "q": 1.0}, 1000, 5.0),
    ):
        lift = level_db(made(name, **params)(sine(hz, 1)), 0.2) - level_db(sine(hz, 1), 0.2)
        assert lift == pytest.approx(expected, abs=0.3)


def test_a_compressor_holds_back_by_its_ratio_and_keeps_the_picture() -> None:
    loud = sine(500, 2, level=ratio(-6.0)) * np.array([[1.0], [0.5]], np.float32)
    out = made("compressor", threshold_db=-18.0, ratio=4.0, attack_ms=5.0, release_ms=200.0)(loud)
    assert level_db(out, 1) - level_db(loud, 1) == pytest.approx(-9.0, abs=1.5)
    assert level_db(out[0], 1) - level_db(out[1], 1) == pytest.approx(6.02, abs=0.01)
    soft = sine(500, 1, level=ratio(-30.0))
    assert np.allclose(made("compressor", threshold_db=-18.0, ratio=4.0)(soft), soft, atol=1e-4)


def test_saturation_adds_odd_harmonics_and_little_level() -> None:
    out = made("saturation", drive_db=9.0)(sine(440, 1, level=0.3))
    spectrum = 20 * np.log10(np.abs(np.fft.rfft(out[0, :44032] * np.hanning(44032))) + 1e-9)
    hz = np.fft.rfftfreq(44032, 1 / RATE)
    at = [spectrum[np.abs(hz - 440 * k) < 5].max() for k in (1, 2, 3)]
    assert at[2] > at[0] - 40
    assert at[1] < at[0] - 80
    assert level_db(out) - level_db(sine(440, 1, level=0.3)) == pytest.approx(0, abs=2)


def test_an_amplifier_folds_little_back() -> None:
    out = made("drive", gain_db=24.0)(sine(5010, 1, level=0.15))[:, :44032]
    spectrum = 20 * np.log10(np.abs(np.fft.rfft(out[0] * np.hanning(44032))) + 1e-9)
    hz = np.fft.rfftfreq(44032, 1 / RATE)
    own = np.min([np.abs(hz - 5010 * k) for k in (1, 3)], axis=0) < 10
    assert spectrum[~own & (hz > 20)].max() < spectrum.max() - 40
    assert level_db(out, 0.1) == pytest.approx(level_db(sine(5010, 1, level=0.15)), abs=3)


def test_a_sampler_has_few_values_and_holds_them() -> None:
    out = made("bitcrush", bits=4.0, rate_hz=11025.0)(sine(100, 1, level=0.9))
    assert len(np.unique(out)) <= 16
    assert (np.diff(out[0]) == 0).mean() > 0.74


def test_tape_sways_by_its_cents() -> None:
    out = made("wow_flutter", wow_cents=8.0, flutter_cents=0.0)(sine(1000, 8))[0].astype(np.float64)
    turning = np.fft.ifft(np.fft.fft(out) * (np.fft.fftfreq(len(out)) > 0))
    hz = np.diff(np.unwrap(np.angle(turning))) * RATE / (2 * np.pi)
    cents = 1200 * np.log2(hz[RATE:-RATE] / 1000)
    assert 4 < np.abs(cents).max() <= 8.2


def test_tremolo_reaches_its_depth_and_stereo_sways() -> None:
    out = made("tremolo", rate_hz=5.0, depth=0.5)(np.ones((2, RATE), np.float32))
    assert out.min() == pytest.approx(0.5, abs=1e-3)
    assert out.max() == pytest.approx(1.0, abs=1e-3)
    assert np.array_equal(out[0], out[1])
    swaying = made("tremolo", rate_hz=5.0, depth=0.5, stereo=1.0)(np.ones((2, RATE), np.float32))
    assert np.allclose(swaying.sum(axis=0), 1.5, atol=1e-5)


def test_a_chorus_widens() -> None:
    out = made("chorus")(sine(440, 2))
    assert np.corrcoef(out[0, RATE:], out[1, RATE:])[0, 1] < 0.999


def test_an_echo_comes_in_time_and_softer_each_time() -> None:
    click = np.zeros((2, 2 * RATE), np.float32)
    click[:, 0] = 1.0
    out = made("delay", time_ms=500.0, feedback=0.5, wet_db=-6.0, cutoff_hz=20000.0)(click)[0]
    first, second = (float(np.abs(out[at - 20 : at + 60]).sum()) for at in (RATE // 2, RATE))
    assert first > 0.2
    assert second == pytest.approx(0.5 * first, rel=0.1)
    assert np.abs(out[100 : RATE // 2 - 100]).max() < 1e-4


def test_a_larger_room_rings_longer() -> None:
    click = np.zeros((2, 4 * RATE), np.float32)
    click[:, 0] = 1.0
    small, large = (made("reverb", room=r, wet_db=0.0)(click) for r in (0.2, 0.8))
    assert level_db(large, 1.0, 1.5) > level_db(small, 1.0, 1.5) + 15


def test_a_record_has_its_level_and_its_own_dust() -> None:
    silence = np.zeros((2, 8 * RATE), np.float32)
    first, other = (made("vinyl", seed=s, level_db=-40.0)(silence) for s in (1, 2))
    assert level_db(first) == pytest.approx(-40, abs=1.5)
    assert np.abs(first).max() < ratio(-12.0)
    assert not np.array_equal(first, other)
    assert np.array_equal(first, made("vinyl", seed=1, level_db=-40.0)(silence))


def test_width() -> None:
    sound = noise(0.2)
    mono = made("width", amount=0.0)(sound)
    assert np.array_equal(mono[0], mono[1])
    assert np.allclose(made("width", amount=1.0)(sound), sound, atol=1e-6)


def test_a_value_out_of_range_names_the_part_and_the_effect() -> None:
    with pytest.raises(StyleError, match="Keys: lowpass: cutoff_hz = 5 is out of range; choose between 10 and 20000"):
        chain([Fx("lowpass", {"cutoff_hz": 5.0})], RATE, 1, "Keys")
    with pytest.raises(PluginError, match="did you mean 'lowpass'"):
        chain([Fx("lowpas")], RATE, 1, "Keys")


def test_a_chain_is_its_effects_in_order() -> None:
    both = chain([Fx("gain", {"gain_db": 20.0}), Fx("saturation", {"drive_db": 12.0})], RATE, 1, "Keys")
    assert both is not None
    sound = noise(0.1)
    assert np.allclose(both(sound), made("saturation", drive_db=12.0)(sound * ratio(20.0)), atol=1e-6)
    assert chain([], RATE, 1, "Keys") is None


def test_a_board_remembers() -> None:
    import pedalboard

    process = board([pedalboard.Delay(0.01, 0.0, 1.0)], RATE)
    click = np.zeros((2, 256), np.float32)
    click[:, 0] = 1.0
    assert not process(click).any()
    assert process(np.zeros((2, 256), np.float32)).any()
