from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_help import RATE, level_db, sine
from scipy.signal import resample_poly

from remixkit.model.arrangement import Fx, Master
from remixkit.render.effects.blocks import Block, ratio
from remixkit.render.master.leveller import level
from remixkit.render.master.limiter import GROUP, true_peaks
from remixkit.render.master.loudness import SILENT_LUFS, integrated_lufs, step_powers
from remixkit.render.master.mastering import mastered
from remixkit.render.mix.summing import Ending, Mix


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def lufs(sound: Block) -> float:
    return integrated_lufs(step_powers(sound, RATE))


def reference_lufs(sound: Block) -> float:
    return float(pyloudnorm.Meter(RATE).integrated_loudness(sound.T.astype(np.float64)))


def reference_peak_db(sound: Block) -> float:
    return float(20 * np.log10(max(np.abs(resample_poly(c.astype(np.float64), 4, 1)).max() for c in sound)))


def music(seconds: float, seed: int = 5) -> Block:
    """Chords that swell, with a click on every beat: much louder at its peaks than on average."""
    frames = int(seconds * RATE) // 64 * 64
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / RATE
    sound = sum(np.sin(2 * np.pi * hz * t + rng.uniform(0, 6)) for hz in (110, 220, 277, 330)) * (0.3 + 0.2 * np.sin(t))
    beats = np.exp(-80 * (t % 0.5)) * rng.standard_normal(frames)
    return (0.1 * np.stack([sound + 3 * beats, sound + 2 * beats])).astype(np.float32)


def test_loudness_is_what_pyloudnorm_measures() -> None:
    quiet_and_loud = np.concatenate([music(6) * np.float32(0.02), music(4), np.zeros((2, RATE), np.float32)], axis=1)
    for sound in (music(5), quiet_and_loud, sine(100, 3), (music(3) * np.array([[1], [0.1]], np.float32))):
        assert lufs(sound) == pytest.approx(reference_lufs(sound), abs=0.05)


def test_a_full_tone_has_the_loudness_of_the_recommendation() -> None:
    tone = sine(997, 5, level=1.0) * np.array([[1], [0]], np.float32)
    assert lufs(tone) == pytest.approx(-3.01, abs=0.05)


def test_silence_has_no_loudness() -> None:
    assert lufs(np.zeros((2, RATE), np.float32)) == SILENT_LUFS
    assert integrated_lufs(np.zeros(0)) == SILENT_LUFS
    assert lufs(sine(997, 0.2)) > -20


def test_a_true_peak_lies_between_the_samples(pool: Executor) -> None:
    frames = np.arange(GROUP * 100)
    wave = np.sin(np.pi / 2 * frames + np.pi / 4).astype(np.float32)
    peaks = true_peaks(np.stack([wave, 0 * wave]), pool)
    assert np.abs(wave).max() == pytest.approx(ratio(-3.01), abs=1e-3)
    assert 20 * np.log10(peaks[20:-20].max()) == pytest.approx(0.0, abs=0.02)


def test_peaks_at_block_edges_are_seen(pool: Executor) -> None:
    sound = np.zeros((2, 3 * 1024 * GROUP), np.float32)
    sound[1, [1024 * GROUP - 1, 1024 * GROUP]] = 0.5
    peaks = true_peaks(sound, pool)
    assert peaks[1023] == peaks[1024]
    assert peaks.max() == pytest.approx(reference_like(sound), abs=0.01)


def reference_like(sound: Block) -> float:
    return ratio(reference_peak_db(sound))


shapes = st.sampled_from(["noise", "clicks", "square", "nyquist", "burst", "sine"])


def made(shape: str, seed: int) -> Block:
    rng = np.random.default_rng(seed)
    n = 256 * GROUP
    if shape == "noise":
        wave = rng.standard_normal((2, n))
    elif shape == "clicks":
        wave = np.where(rng.random((2, n)) < 0.003, rng.uniform(-1, 1, (2, n)), 0.0) + 1e-3 * rng.standard_normal(
            (2, n)
        )
    elif shape == "square":
        wave = np.sign(np.sin(np.arange(n) * rng.uniform(0.01, 1.5))) * np.ones((2, 1))
    elif shape == "nyquist":
        wave = np.cos(np.pi * np.arange(n)) * rng.choice([-1.0, 1.0], (2, n))
    elif shape == "burst":
        wave = rng.standard_normal((2, n)) * (np.arange(n) % 3000 < 200)
    else:
        wave = np.sin(np.arange(n) * rng.uniform(0.05, 3.0)) * np.array([[1.0], [-0.7]])
    return (wave * rng.uniform(0.001, 3.0)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(shapes, st.integers(0, 99)), min_size=1, max_size=4), st.floats(-20, -6), st.floats(-6, 0))
def test_no_true_peak_passes_the_ceiling(parts: list[tuple[str, int]], target: float, ceiling: float) -> None:
    sound = np.concatenate([made(*p) for p in parts], axis=1)
    with ThreadPoolExecutor(1) as pool:
        out = level(sound, target, ceiling, RATE, pool)
        found = 20 * np.log10(float(true_peaks(out.sound, pool).max()) + 1e-9)
    assert np.isfinite(out.sound).all()
    assert found <= ceiling + 0.01
    assert found == pytest.approx(out.true_peak_db, abs=0.01)
    assert out.warnings or abs(out.lufs - target) <= 0.5


@pytest.mark.parametrize(("target", "ceiling"), [(-9.0, -1.0), (-14.0, -1.0), (-18.0, -2.0), (-30.0, 0.0)])
def test_music_gets_its_loudness_under_its_ceiling(target: float, ceiling: float, pool: Executor) -> None:
    out = level(music(8), target, ceiling, RATE, pool)
    assert reference_lufs(out.sound) == pytest.approx(target, abs=0.2)
    assert out.lufs == pytest.approx(reference_lufs(out.sound), abs=0.1)
    assert reference_peak_db(out.sound) <= ceiling + 0.02
    assert not out.warnings


def test_what_needs_no_limiting_is_only_made_louder(pool: Executor) -> None:
    sound = sine(300, 2, level=0.05)
    out = level(sound.copy(), -20.0, -1.0, RATE, pool).sound
    assert np.allclose(out / out.max(), sound / sound.max(), atol=1e-6)


def test_the_limiter_turns_down_before_a_peak_and_up_again_behind_it(pool: Executor) -> None:
    sound = sine(300, 4, level=0.2)
    sound[:, RATE * 2 : RATE * 2 + 40] *= 20
    out = level(sound.copy(), -14.0, -1.0, RATE, pool).sound
    gain = out[0, 100:] / np.where(np.abs(sound[0, 100:]) > 0.01, sound[0, 100:], np.nan)
    ahead, at, later = (np.nanmedian(gain[int(s * RATE) - 100 :][:200]) for s in (1.9, 2.0, 2.9))
    assert at < 0.5 * ahead
    assert later == pytest.approx(ahead, rel=0.01)


def finished(master: Master, sound: Block, music_s: float, pool: Executor) -> Block:
    return mastered(Mix(sound.copy(), int(music_s * RATE), Ending(0, 0, 0), {}, ()), master, RATE, 1, pool).sound


def test_a_fade_ends_with_the_music(pool: Executor) -> None:
    out = finished(Master(-20, -1, (), 2.0), music(6), 5.0, pool)
    assert out.shape[1] == pytest.approx(5 * RATE, abs=GROUP)
    assert np.abs(out[:, -50:]).max() < 1e-4
    assert level_db(out, 4.5) < level_db(out, 2, 3) - 10


def test_what_still_sounds_at_the_end_is_not_cut_off(pool: Executor) -> None:
    out = finished(Master(-20, -1), music(4), 2.0, pool)
    assert out.shape[1] >= 4 * RATE - 64
    assert np.abs(out[:, -20:]).max() < 1e-3
    assert level_db(out, 2.0, 2.4) == pytest.approx(level_db(out, 1.0, 1.4), abs=3)


def test_silence_behind_the_music_is_cut(pool: Executor) -> None:
    sound = np.concatenate([music(3), np.zeros((2, 3 * RATE), np.float32)], axis=1)
    assert finished(Master(-20, -1), sound, 3.0, pool).shape[1] < 3.2 * RATE


def test_an_echo_on_the_master_rings_out(pool: Executor) -> None:
    sound = np.concatenate([music(2), np.zeros((2, 64 * 1300), np.float32)], axis=1)
    out = finished(Master(-20, -1, (Fx("delay", {"time_ms": 400, "wet_db": -6}),)), sound, 2.0, pool)
    assert out.shape[1] > 2.3 * RATE


def test_direct_current_is_taken_away(pool: Executor) -> None:
    out = finished(Master(-20, -1), music(4) + np.float32(0.2), 4.0, pool)
    assert abs(float(out[:, RATE:].mean())) < 1e-3


def test_a_threshold_means_the_same_in_every_song(pool: Executor) -> None:
    master = Master(-14, -1, (Fx("compressor", {"threshold_db": -20, "ratio": 4}), Fx("saturation")))
    soft, loud = (finished(master, music(4) * np.float32(g), 4.0, pool) for g in (0.02, 1.5))
    assert np.allclose(soft, loud, atol=2e-3)


def test_silence_stays_silent_and_is_said(pool: Executor) -> None:
    done = mastered(
        Mix(np.zeros((2, RATE // 64 * 64), np.float32), RATE // 2, Ending(0, 0, 0), {}, ()), Master(), RATE, 1, pool
    )
    assert not done.sound.any()
    assert done.warnings == ("nothing can be heard",)
