"""From an understood song and a style to a cover: plan, chart, roles, groove."""

from __future__ import annotations

from remixkit.arrange.band_plan import BandPlan
from remixkit.arrange.engine import arrange, plan_band

__all__ = ["BandPlan", "arrange", "plan_band"]
