"""From an understood song and a style to a cover: plan, chart, roles, groove."""

from __future__ import annotations

from remixkit.arrange.engine import arrange

__all__ = ["arrange"]
