"""From an understood song and a style to a cover: plan, chart, roles, groove."""

from __future__ import annotations

from remixkit.arrange.daw import Daw, for_daw
from remixkit.arrange.engine import arrange, plan_band, roles_called
from remixkit.arrange.form.band_plan import BandPlan
from remixkit.arrange.passthrough import as_it_is, needs_ear, unheard

__all__ = ["BandPlan", "Daw", "arrange", "as_it_is", "for_daw", "needs_ear", "plan_band", "roles_called", "unheard"]
