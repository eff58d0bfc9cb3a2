"""Overrides: a key, a tempo, a form, a level for one cover, over what its style's file says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from remixkit.errors import StyleError
from remixkit.style.difficulty import Level, with_level
from remixkit.style.schema import FormSpec, HarmonySpec, Style

Form = Literal["full", "tv"]

# A TV-size opening: ninety seconds less half a second of silence at each end (craft).
TV_SIZE_S = 89.0


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is wanted of one cover in place of what its style says; what is None stays the style's.

    Parameters
    ----------
    key : str, optional
        The key to play in: "D", "F#m", or semitones up or down, "+2".
    tempo_bpm : float, optional
        The tempo, 20 to 400, instead of the one that song and style agree on.
    form : str, optional
        ``"tv"`` cuts the song to 89 seconds, as openings are on television; ``"full"`` leaves it whole.
    level : str, optional
        How hard a piano cover may be to play: ``"easy"``, ``"medium"`` or ``"full"``.
    raw : bool
        Notes on the grid, without swing, lay-back and human deviations, to go on with in a DAW.
    """

    key: str | None = None
    tempo_bpm: float | None = None
    form: Form | None = None
    level: Level | None = None
    raw: bool = False


def overridden(style: Style, overrides: Overrides) -> Style:
    """A style with overrides in place of its own.

    Raises
    ------
    StyleError
        If the key or the tempo is none, or a level is wanted of a style without a pianist.
    """
    if overrides.level is not None:
        style = with_level(style, overrides.level)
    harmony = {} if overrides.key is None else {"key": overrides.key}
    form: dict[str, Any] = {} if overrides.tempo_bpm is None else {"tempo_bpm": overrides.tempo_bpm}
    if overrides.form is not None:
        form["length_s"] = TV_SIZE_S if overrides.form == "tv" else None
    try:
        return style.model_copy(
            update={
                "harmony": HarmonySpec.model_validate({**style.harmony.model_dump(), **harmony}),
                "groove": style.groove.model_copy(update={"quantised": style.groove.quantised or overrides.raw}),
                "form": FormSpec.model_validate({**style.form.model_dump(), **form}),
            }
        )
    except ValidationError as problem:
        finding = problem.errors(include_url=False)[0]
        raise StyleError(
            finding["msg"].removeprefix("Value error, ").removeprefix("Input "), place=str(finding["loc"][-1])
        ) from None
