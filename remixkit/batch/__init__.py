"""Many songs in many styles: an album folder that is made in parallel, resumed after anything, and mixed to a tape."""

from __future__ import annotations

from remixkit.batch.album import Batch, Step, begin, contents, make_album
from remixkit.batch.manifest import Entry, Failure

__all__ = ["Batch", "Entry", "Failure", "Step", "begin", "contents", "make_album"]
