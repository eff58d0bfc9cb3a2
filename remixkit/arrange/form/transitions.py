"""Transitions: what the band does in the last bars of one before the next begins, and where it plays down.

fill
    The drummer leads over; everyone else plays on.
drop
    The drums leave the last two beats to the others.
stop
    The band is silent from the second beat or the middle of the last bar on; only a fill is heard.
half
    The last two bars at half time, then a fill: everybody slows down without slowing down.
build
    Two bars of rising snare and eighths.
none
    Everyone plays on.

Roles have patterns of their own for `half`, `build` and `down` where a style names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from remixkit.arrange.form.chart import PlannedSection
from remixkit.seeding import child_rng
from remixkit.style.schema import FormSpec, Transition

# How many bars `half` and `build` last; a section must be twice as long to have them.
LAST_BARS = 2


def with_transitions(
    sections: Sequence[PlannedSection], form: FormSpec, bar_ticks: int, seed: int
) -> tuple[PlannedSection, ...]:
    """The sections with their transitions, and some of them played down, as the style's form asks.

    A name that returns before the same name ends in the same way, most of the time: a habit of the band.
    """
    habits: dict[tuple[str, str], Transition] = {}
    out: list[PlannedSection] = []
    for section, after in zip_longest(sections, sections[1:]):
        if after is None:
            out.append(replace(section, transition="none"))
            break
        long = section.end_tick - section.start_tick >= 2 * LAST_BARS * bar_ticks
        rises = after.is_last_chorus and not section.is_last_chorus
        name = "last_chorus" if rises else after.label
        rng = child_rng(seed, "ending", section.label, name, len(out))
        goes_on = after.label == section.label and not rises
        options = [e for e in _options(form, name) if _suits(e, long=long, goes_on=goes_on)] or ["fill"]
        transition = habits.get((section.label, name))
        if transition not in options or rng.random() < 0.3:
            transition = options[int(rng.integers(len(options)))]
        habits[section.label, name] = transition
        chance = _down_chance(form, section, rises)
        is_down = long and child_rng(seed, "down", len(out)).random() < chance
        out.append(replace(section, transition=transition, is_down=is_down))
    return tuple(out)


def _suits(transition: Transition, *, long: bool, goes_on: bool) -> bool:
    """Two bars of preparation need a section of four; where the same goes on, nobody stops for it."""
    if transition in ("half", "build"):
        return long and not goes_on
    return transition != "stop" or not goes_on


def _down_chance(form: FormSpec, section: PlannedSection, rises: bool) -> float:
    """How often a section of the song is played by few; a chorus never is."""
    if section.source_tick is None or section.label in ("chorus", "intro", "outro"):
        return 0.0
    chances = {str(place): chance for place, chance in form.down.items()}
    return chances.get("before_last_chorus" if rises else section.label, 0.0)


def _options(form: FormSpec, name: str) -> list[Transition]:
    """What the style allows before a section of that name; a stop before the last chorus where it says nothing."""
    named = {str(arrival): endings for arrival, endings in form.endings.items()}
    given = named.get(name, named.get("all"))
    if given is None:
        return ["stop"] if name == "last_chorus" else ["fill"]
    return list(given) if isinstance(given, tuple) else [given]
