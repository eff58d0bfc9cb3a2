"""What every project file says of a part: its colour, its fader and pan, its clips, its stem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from remixkit.arrange.daw import CHORD_TRACK, bars_later
from remixkit.model.arrangement import Arrangement, Part
from remixkit.theory.instruments import instrument
from remixkit.theory.keys import chord_symbol_texts

if TYPE_CHECKING:
    from remixkit.render.mix.stems import Stem

DRUM_COLOUR, OTHER_COLOUR = "#8c8c8c", "#9a86c9"
# One hue a family, as orchestral templates have them: strings warm, winds green, brass gold, keys blue.
COLOURS = {
    "keys": "#4f86c6",
    "organ": "#3f6fa8",
    "mallets": "#5bb5c9",
    "plucked": "#5bb5a0",
    "guitar": "#c96f4a",
    "bass": "#7a5c3e",
    "strings": "#b5544d",
    "voice": "#c77fae",
    "brass": "#d0a23c",
    "reed": "#6aa84f",
    "pipe": "#8cc06a",
    "percussion": DRUM_COLOUR,
}


def colour(part: Part) -> str:
    """``"#rrggbb"``, by the part's family."""
    return DRUM_COLOUR if part.is_drum else COLOURS.get(instrument(part.program).family, OTHER_COLOUR)


def fader_gain(part: Part) -> float:
    """What CC 7 does to the level, as General MIDI recommends: the square of its share, 0-1.

    A part kept from the source brings its own CC 7 and 10 along; its fader stands at 1, its pan in the middle.
    """
    return 1.0 if part.passthrough else (part.volume / 127) ** 2


def pan(part: Part) -> float:
    """From -1, left, to 1, right."""
    return 0.0 if part.passthrough else max(-1.0, (part.pan - 64) / 63)


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a part, from bar line to bar line or chord to chord; the ticks of `part` count from its start."""

    name: str
    start_tick: int
    end_tick: int
    part: Part


def first_tick(arrangement: Arrangement) -> int:
    """Where the cover begins; before it are empty bars, if any."""
    return arrangement.sections[0].start_tick if arrangement.sections else 0


def clips(part: Part, arrangement: Arrangement) -> tuple[Clip, ...]:
    """A part as a DAW shows it: one clip from the cover's beginning to its end; the chord track, one a chord.

    A chord's clip is called as the chord is: ``"F#m7/A"``.
    """
    start = first_tick(arrangement)
    if part.role != CHORD_TRACK:
        return (Clip(part.name, start, arrangement.end_tick, bars_later(part, -start)),)
    names = chord_symbol_texts(arrangement.chords, arrangement.keys)
    return tuple(
        Clip(name.text, c.start_tick, c.end_tick, bars_later(_within(part, c.start_tick, c.end_tick), -c.start_tick))
        for c, name in zip(arrangement.chords, names, strict=True)
    )


def _within(part: Part, start: int, end: int) -> Part:
    return replace(part, notes=tuple(n for n in part.notes if start <= n.start_tick < end))


def with_rest(arrangement: Arrangement, stems: Mapping[str, Stem]) -> Arrangement:
    """The arrangement with a silent part for each stem that is no part's: what buses add to several parts together."""
    whose = {stem_role(part, stems) for part in arrangement.parts}
    rest = tuple(Part(name=role, role=role) for role in stems if role not in whose)
    return replace(arrangement, parts=(*arrangement.parts, *rest))


def stem_role(part: Part, stems: Mapping[str, Stem]) -> str | None:
    """Under which role a part's sound is found, if there is one: the pieces of a kit have that of the whole."""
    kit = part.role.rpartition(".")[0] if part.is_drum else ""
    return next((role for role in (part.role, kit) if role in stems), None)


def stem_name(part: Part) -> str:
    """The name of the track that a part's sound is on."""
    return f"{part.name.partition(': ')[0] if part.is_drum else part.name} (stem)"


def section_name(arrangement: Arrangement, index: int) -> str:
    """A section's name as a marker shows it: ``"Verse 2"`` where there are several."""
    label = arrangement.sections[index].label
    same = [i for i, s in enumerate(arrangement.sections) if s.label == label]
    name = label.capitalize()
    return f"{name} {same.index(index) + 1}" if len(same) > 1 else name
