from __future__ import annotations

import numpy as np
import pytest
from render_help import RATE, level_db

from remixkit.errors import StyleError
from remixkit.render.effects.blocks import Block
from remixkit.render.effects.space import hall


def noise(seconds: float) -> Block:
    return (0.1 * np.random.default_rng(3).standard_normal((2, int(seconds * RATE)))).astype(np.float32)


def answer(**more: float) -> Block:
    click = np.zeros((2, 5 * RATE), np.float32)
    click[:, 0] = 1.0
    return hall(RATE, 1, wet_db=0.0, **more)(click) - click


def falls_by_60_db(sound: Block) -> float:
    """Seconds, from how the energy that is still to come falls by 25 dB (Schroeder's backward integral)."""
    left = np.cumsum((sound.astype(np.float64) ** 2).sum(axis=0)[::-1])[::-1]
    fallen = 10 * np.log10(left / left[0] + 1e-12)
    start, end = (int(np.argmax(fallen < db)) for db in (-5, -30))
    return 60 / 25 * (end - start) / RATE


def test_it_is_the_same_in_any_blocks_and_for_every_seed() -> None:
    sound = noise(2)
    whole, process = hall(RATE, 1)(sound), hall(RATE, 2)
    pieces = [process(sound[:, a:b]) for a, b in ((0, 9000), (9000, 41768), (41768, 60000), (60000, 2 * RATE))]
    assert np.allclose(np.concatenate(pieces, axis=1), whole, atol=1e-6)


def test_it_comes_back_as_loud_as_it_says() -> None:
    sound = noise(6)
    wet = hall(RATE, 1, wet_db=-12.0)(sound) - sound
    assert level_db(wet, 4) - level_db(sound, 4) == pytest.approx(-12, abs=1)


@pytest.mark.parametrize("decay_s", [0.8, 2.4])
def test_it_rings_as_long_as_it_says(decay_s: float) -> None:
    assert falls_by_60_db(answer(decay_s=decay_s, damping=0.0)) == pytest.approx(decay_s, rel=0.2)


def test_damping_takes_the_treble_sooner() -> None:
    open_, damped = (np.diff(answer(damping=d), n=2) for d in (0.0, 1.0))
    assert level_db(damped, 0.8, 1.2) < level_db(open_, 0.8, 1.2) - 15


def test_the_direct_sound_comes_first_and_left_is_not_right() -> None:
    came = answer(predelay_ms=30.0)
    assert np.abs(came[:, : int(0.029 * RATE)]).max() < 1e-4
    assert abs(np.corrcoef(came[0, RATE // 5 :], came[1, RATE // 5 :])[0, 1]) < 0.1


def test_out_of_range() -> None:
    with pytest.raises(StyleError, match=r"decay_s = 60 is out of range; choose between 0\.3 and 6"):
        hall(RATE, 1, decay_s=60.0)
