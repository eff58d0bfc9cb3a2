"""What a role is given, what it returns, and what the engine does afterwards (`remixkit.plugin` has the protocol).

A role is given the chart, its own table of the style, its settings, and what the roles before it in the style file
play. It returns notes (and controls) on the cover's timeline, at their written place and velocity, with `origin` set.
Afterwards the engine keeps every note inside the instrument's range, scales velocity by section, swings, delays and
humanises, and adds volume, pan and reverb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.model.song import Control, Note
from remixkit.patterns import Pattern
from remixkit.style.schema import RoleSpec, Style

S_co = TypeVar("S_co", covariant=True)


@dataclass(frozen=True, slots=True)
class RoleOutput:
    """What a role plays."""

    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleTask(Generic[S_co]):
    """What a role is given.

    Parameters
    ----------
    name : str
        The role's name in the style, first of the words for `child_rng`.
    spec : RoleSpec
        Its table in the style.
    settings : settings class
        What stands in that table's `settings`, as the role declares it; None where it declares nothing.
    style : Style
        The rest of the style.
    chart : Chart
        The song on the cover's timeline.
    sections : tuple of PlannedSection
        Those in which this role plays.
    patterns : mapping
        Every pattern that the style can name, parsed.
    done : mapping
        What the roles before this one play, by name.
    seed : int
        For `child_rng`.
    """

    name: str
    spec: RoleSpec
    settings: S_co
    style: Style
    chart: Chart
    sections: tuple[PlannedSection, ...]
    patterns: Mapping[str, Pattern]
    done: Mapping[str, RoleOutput] = field(default_factory=dict)
    seed: int = 0
