"""Boosted decision trees, evaluated in numpy: a trained model is six arrays in an .npz file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees for a binary choice.

    Parameters
    ----------
    feature, left, right : ndarray of int, shape (trees, nodes)
        The column a node asks for and its children; a leaf has itself for both.
    threshold : ndarray of float, shape (trees, nodes)
        Left where the column is at most this.
    value : ndarray of float, shape (trees, nodes)
        A leaf's share of the log-odds.
    baseline : float
        Log-odds before any tree.
    depth : int
        Questions to the deepest leaf.
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float32]
    baseline: float
    depth: int

    def probability(self, columns: Floats) -> Floats:
        """The probability of yes for each row; `columns` has shape (n, features), the result (n,)."""
        out = np.empty(len(columns))
        nodes = self.feature.shape[1]
        root = np.arange(len(self.feature)) * nodes
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        children = np.stack([self.right + root[:, None], self.left + root[:, None]], axis=-1).ravel()
        width = columns.shape[1]
        flat = np.ascontiguousarray(columns, dtype=np.float32)
        for start in range(0, len(columns), BLOCK):
            block = flat[start : start + BLOCK].ravel()
            rows = np.arange(len(block) // max(width, 1))[:, None] * width
            at = np.broadcast_to(root, (len(rows), len(root)))
            for _ in range(self.depth):
                low = block[rows + feature[at]] <= threshold[at]
                at = children[2 * at + low]
            logit = self.baseline + self.value.ravel()[at].sum(1)
            out[start : start + BLOCK] = 1.0 / (1.0 + np.exp(-logit))
        return out


def load(name: str) -> tuple[Trees, ...]:
    """The models of a file in `weights/`, in order."""
    data = files("remixkit.analysis").joinpath(f"weights/{name}").read_bytes()
    with np.load(BytesIO(data)) as arrays:
        count = int(arrays["models"])
        return tuple(
            Trees(
                arrays[f"feature_{k}"].astype(np.int64),
                arrays[f"threshold_{k}"].astype(np.float32),
                arrays[f"left_{k}"].astype(np.int64),
                arrays[f"right_{k}"].astype(np.int64),
                arrays[f"value_{k}"].astype(np.float32),
                float(arrays[f"baseline_{k}"]),
                int(arrays[f"depth_{k}"]),
            )
            for k in range(count)
        )
