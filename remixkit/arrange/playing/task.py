"""The contract of a role: what it is given, what it returns, and what the engine does afterwards.

A role is a plain function ``role(task: RoleTask) -> Phrase``. It is given the chart, its own table of the style, and
the phrases of the roles that stand before it in the style file. It returns notes (and controls) on the cover's
timeline, at their written place and velocity, with `origin` set. Afterwards the engine keeps every note inside the
instrument's range, scales velocity by section, swings, delays and humanises, and adds volume, pan and reverb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.model.song import Control, Note
from remixkit.patterns import Pattern
from remixkit.style.schema import RoleSpec, Style


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a role plays."""

    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleTask:
    """What a role is given.

    Parameters
    ----------
    name : str
        The role's name in the style, first of the words for `child_rng`.
    spec : RoleSpec
        Its table in the style.
    style : Style
        The rest of the style.
    chart : Chart
        The song on the cover's timeline.
    sections : tuple of PlannedSection
        Those in which this role plays.
    patterns : mapping
        Every pattern that the style can name, parsed.
    done : mapping
        Phrases of the roles before this one, by name.
    seed : int
        For `child_rng`.
    """

    name: str
    spec: RoleSpec
    style: Style
    chart: Chart
    sections: tuple[PlannedSection, ...]
    patterns: Mapping[str, Pattern]
    done: Mapping[str, Phrase] = field(default_factory=dict)
    seed: int = 0
