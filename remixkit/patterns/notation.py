"""Pattern notation: one bar (or a few) of what a player does, as a line of text.

Pitched patterns are events, ``beat:degrees/length@velocity``, drum patterns strings of steps. Beats are quarter notes
and count from 1, as players count; in `Event` and `Hit` they count from 0, as computers do. docs/styles.md teaches it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from remixkit.errors import StyleError
from remixkit.patterns.events import parse_events
from remixkit.patterns.nouns import METER_BEATS, Meter, Pattern
from remixkit.patterns.steps import parse_steps

_LEAST_BEATS = 4.0


def parse_pattern(
    name: str,
    *,
    events: str | None = None,
    steps: Mapping[str, str],
    beats: float | None = None,
    weight: float = 1.0,
    meter: Meter | None = None,
) -> Pattern:
    """A pattern from its text.

    Parameters
    ----------
    name : str
        For messages, and the pattern's name.
    events : str, optional
        ``"1:all/1.5@70  2.5:top/1"``: beat from 1, degrees joined by ``+`` (in brackets if you like), length in quarter
        notes (to the next event where left out), velocity (80 where left out). Two decimals are enough for a third:
        ``1.33`` is a triplet's second note.
    steps : mapping of str to str
        A string a drum voice: ``X`` accent, ``x`` hit, ``o`` ghost note, ``1``-``9`` a velocity of 14 times as much,
        ``.`` rest; ``|`` and blanks are only for the eye. Here and in events ``[..]*2`` is played twice, and ``<a b>``
        is a the first time round, b the second (`remixkit.patterns.groups`).
    beats : float, optional
        The pattern's length in quarter notes. Where it is left out, a step is a sixteenth and shorter voices repeat;
        events fill whole beats, at least a bar. Where it stands, each voice's steps share it evenly: 12 steps in 4
        beats are triplets. With alternations it is the length of one time round.
    weight : float
        How often it is drawn among several.
    meter : {"3/4", "6/8"}, optional
        What its bars are, if not of four quarters.

    Raises
    ------
    StyleError
        With the pattern's name, the token that cannot be read, and the nearest one that can.
    """
    if events is None and not steps:
        raise StyleError("the pattern is empty", place=name, remedy='give it events = "..." or a drum voice\'s steps')
    if beats is not None and not (math.isfinite(beats) and 0 < beats <= 64):
        raise StyleError(f"beats = {beats} cannot be a length", place=f"{name}.beats", remedy="use 0.25 to 64")
    least = _LEAST_BEATS if meter is None else METER_BEATS
    from_events, event_beats = parse_events(name, events, beats, least) if events is not None else ((), 0.0)
    from_steps, step_beats = parse_steps(name, steps, beats)
    return Pattern(name, max(event_beats, step_beats), from_events, from_steps, weight, meter)
