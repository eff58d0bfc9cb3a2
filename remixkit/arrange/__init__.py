"""From an analyzed song and a style to a cover: chart, plan, play, finish."""

from __future__ import annotations

from remixkit.arrange.daw import Daw, for_daw
from remixkit.arrange.engine import Take, finish, play, roles_called
from remixkit.arrange.form.band_plan import BandPlan, plan_band
from remixkit.arrange.form.chart import Chart
from remixkit.arrange.form.charting import chart
from remixkit.arrange.passthrough import needs_analysis, pass_through, passed_song, unanalyzed

__all__ = [
    "BandPlan",
    "Chart",
    "Daw",
    "Take",
    "chart",
    "finish",
    "for_daw",
    "needs_analysis",
    "pass_through",
    "passed_song",
    "plan_band",
    "play",
    "roles_called",
    "unanalyzed",
]
