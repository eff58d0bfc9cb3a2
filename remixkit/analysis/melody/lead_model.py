"""The trained judge of leads: boosted trees and a logistic regression, the mean of whose log-odds counts.

Trees alone lean on what our own bands have in common; a straight line alone misses what depends on what. Trained by
`benchmarks/train_lead.py`.
"""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis import trees

Floats = NDArray[np.float64]

NAME = "lead.npz"
SURE = 4.0
"""Log-odds are cut here: one bar does not outweigh its neighbours."""


def lead_odds(rows: Floats) -> Floats:
    """The log-odds, -4 to 4, that a track leads in a bar.

    Parameters
    ----------
    rows : ndarray, shape (n, features)
        As `lead_features.lead_table` has them.

    Returns
    -------
    ndarray, shape (n,)
    """
    (boosted,) = trees.load(NAME)
    with np.load(BytesIO(files("remixkit.analysis").joinpath(f"weights/{NAME}").read_bytes())) as arrays:
        weights, bias = arrays["weights"].astype(np.float64), float(arrays["bias"])
    p = np.clip(boosted.probability(rows), 1e-4, 1 - 1e-4)
    both = (np.log(p / (1 - p)), rows @ weights + bias)
    out: Floats = np.mean([np.clip(x, -SURE, SURE) for x in both], axis=0)
    return out
