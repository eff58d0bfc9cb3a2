"""A small net that reads a song bar by bar, evaluated in numpy.

Dilated convolutions look from each bar line at the lines around it (Yu & Koltun 2016); between them each line hears
what is thought of the lines where the same music stands elsewhere. Trained by `benchmarks/train_form.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEIGHTS = "weights/form_net.npz"
FARTHEST = 4.0
MOST_CERTAIN = 9.0


@dataclass(frozen=True, slots=True)
class Net:
    """The weights of one net.

    Parameters
    ----------
    mean, spread : (features,) float
        Of the columns in training; a column counts as its distance from the mean in spreads, within +-4.
    first, first_bias : (features, hidden), (hidden,) float
        From the columns to what a line says.
    near, near_bias : (layers, taps, hidden, hidden), (layers, hidden) float
        From the lines around, `dilation` bars apart, to what is added.
    far, far_bias : (layers, hidden, hidden), (layers, hidden) float
        The same from the lines where the same music stands.
    last, last_bias : (hidden,), float
        To the log odds.
    dilation : (layers,) int
        In bars.
    """

    mean: Floats
    spread: Floats
    first: Floats
    first_bias: Floats
    near: Floats
    near_bias: Floats
    far: Floats
    far_bias: Floats
    last: Floats
    last_bias: Floats
    dilation: NDArray[np.int64]

    def log_odds(self, columns: Floats, trust: Floats) -> Floats:
        """That a section begins at each line, (bars,), within +-9.

        Parameters
        ----------
        columns : (bars, features) float
        trust : (bars, bars) float
            How much each line listens to each other one; a row sums to 1 at most.
        """
        scaled = np.clip((columns - self.mean) / self.spread, -FARTHEST, FARTHEST)
        said = np.maximum(scaled @ self.first + self.first_bias, 0.0)
        for layer, step in enumerate(self.dilation.tolist()):
            more = (trust @ said) @ self.far[layer] + self.far_bias[layer] + self.near_bias[layer]
            taps = len(self.near[layer])
            for tap in range(taps):
                more += moved(said, (tap - taps // 2) * step) @ self.near[layer, tap]
            said = said + np.maximum(more, 0.0)
        return np.asarray(np.clip(said @ self.last + self.last_bias, -MOST_CERTAIN, MOST_CERTAIN))


def moved(rows: Floats, by: int) -> Floats:
    """Row i is what was row i + `by`, zeros where there is none."""
    n = len(rows)
    out = np.zeros_like(rows)
    a, b = max(0, -by), min(n, n - by)
    if b > a:
        out[a:b] = rows[a + by : b + by]
    return out


def load() -> tuple[Net, ...]:
    """The nets whose opinions are averaged."""
    data = files("remixkit.analysis").joinpath(WEIGHTS).read_bytes()
    with np.load(BytesIO(data)) as arrays:
        names = [name for name in Net.__dataclass_fields__ if name != "dilation"]
        dilation = arrays["dilation"].astype(np.int64)
        return tuple(
            Net(**{name: arrays[f"{name}_{k}"].astype(np.float64) for name in names}, dilation=dilation)
            for k in range(int(arrays["models"]))
        )
