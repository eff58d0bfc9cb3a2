"""A cover as one HTML file: title, form, piano roll and, where FluidSynth is there, a player. Notebooks show it too."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from remixkit.errors import SoundFontError, SynthError
from remixkit.export.roll import SECTIONS, draw_roll
from remixkit.files import replacing
from remixkit.texts import plain_line

if TYPE_CHECKING:
    from remixkit.remix import Cover

TEMPLATE = "cover.html"


@dataclass(frozen=True, slots=True)
class FormBlock:
    """A section as the page draws it: its name, its colour, its share of the cover's length (0-1)."""

    name: str
    colour: str
    share: float


def write(cover: Cover, path: Path) -> tuple[str, ...]:
    """Write the page; everything is inside it.

    Returns
    -------
    tuple of str
        A sentence, if the cover could not be rendered and the page is silent.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with TemporaryDirectory() as folder:
        roll, sound = Path(folder, "roll.png"), Path(folder, "cover.mp3")
        draw_roll([cover.arrangement], roll)
        warnings: tuple[str, ...] = ()
        try:
            cover.write(sound)
        except (SynthError, SoundFontError) as problem:
            warnings = (f"the page has no player: {problem}",)
        page = _template().render(
            title=plain_line(cover.arrangement.title) or "Untitled",
            style=plain_line(cover.arrangement.style),
            composer=plain_line(cover.arrangement.composer),
            blocks=form_blocks(cover),
            roll=_embedded(roll),
            sound=_embedded(sound) if sound.exists() else "",
        )
    with replacing(path) as whole:
        whole.write_text(page, encoding="utf-8")
    return warnings


def form_blocks(cover: Cover) -> tuple[FormBlock, ...]:
    """The cover's sections, in order."""
    made = cover.arrangement
    return tuple(
        FormBlock(s.label.capitalize(), SECTIONS[s.label], (s.end_tick - s.start_tick) / made.end_tick)
        for s in made.sections
    )


def _embedded(path: Path) -> str:
    return b64encode(path.read_bytes()).decode("ascii")


@cache
def _template() -> Any:
    import jinja2

    text = (files("remixkit.export") / "templates" / TEMPLATE).read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
