"""Which SoundFont plays a part: the one that the part names if it is here, else the cover's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remixkit.errors import SoundFontError
from remixkit.model.arrangement import Arrangement
from remixkit.render.soundfonts import catalogue, lookup
from remixkit.render.soundfonts.lookup import SoundFont
from remixkit.render.synth.part_events import Performance, perform


def assign_soundfonts(named: Iterable[str], own: SoundFont) -> tuple[Mapping[str, SoundFont], tuple[str, ...]]:
    """Look up what parts name.

    Parameters
    ----------
    named : iterable of str
        Names or paths, as parts have them; ``""`` means the cover's own.
    own : SoundFont
        The cover's.

    Returns
    -------
    mapping of str to SoundFont
        For each name what will be played.
    tuple of str
        A warning for each that is not here or cannot be used: what plays instead, and how to get it.
    """
    chosen: dict[str, SoundFont] = {"": own}
    warnings: list[str] = []
    for name in dict.fromkeys(named):
        if name not in chosen:
            try:
                chosen[name] = lookup.find(name)
            except SoundFontError as problem:
                chosen[name] = own
                warnings.append(_lacking(name, problem, own))
    return chosen, tuple(warnings)


def performed(
    arrangement: Arrangement, own: SoundFont, sample_rate_hz: int
) -> tuple[list[Performance], tuple[str, ...]]:
    """Every part as it is played on its SoundFont, and the warnings of `assign_soundfonts`."""
    fonts, lacking = assign_soundfonts((p.soundfont for p in arrangement.parts), own)
    tempo = arrangement.grid.tempo
    return [perform(p, tempo, fonts[p.soundfont], sample_rate_hz) for p in arrangement.parts], lacking


def _lacking(name: str, problem: SoundFontError, own: SoundFont) -> str:
    known = catalogue.known(name)
    reason = f"it {problem.reason}" if problem.file else "it is not on this machine"
    if known is not None and known.url:
        remedy = f"`remixkit soundfonts get {known.name}` fetches it"
    elif problem.file:
        remedy = "put a good one there"
    else:
        remedy = "put its file where `remixkit soundfonts list` finds the others"
    return f"the style names the SoundFont {name}, but {reason}; {own.name} plays instead; {remedy}"
