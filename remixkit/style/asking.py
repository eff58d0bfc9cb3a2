"""What one cover asks of a style over what its file says: a key, a tempo, a form, a level."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ValidationError

from remixkit.errors import StyleError
from remixkit.style.difficulty import Level, with_level
from remixkit.style.schema import FormSpec, HarmonySpec, Style

Form = Literal["full", "tv"]

# A TV-size opening: ninety seconds less half a second of silence at each end (craft).
TV_SIZE_S = 89.0


def asked(
    style: Style,
    *,
    key: str | None = None,
    tempo_bpm: float | None = None,
    form: Form | None = None,
    level: Level | None = None,
    raw: bool = False,
) -> Style:
    """The style with what is asked in place of its own; what is None stays the style's.

    Parameters
    ----------
    style : Style
        As `load` returns it.
    key : str, optional
        "D", "F#m", or signed semitones: "+2".
    tempo_bpm : float, optional
        20 to 400.
    form : str, optional
        ``"tv"`` cuts the song to 89 seconds, ``"full"`` leaves it whole.
    level : str, optional
        How hard a piano cover may be to play: ``"easy"``, ``"medium"``, ``"full"``.
    raw : bool
        Notes on the grid, without swing, lay-back and human deviations.

    Raises
    ------
    StyleError
        If the key or the tempo is none, or a level is asked of a style without a pianist.
    """
    if level is not None:
        style = with_level(style, level)
    harmony = {} if key is None else {"key": key}
    outline: dict[str, Any] = {} if tempo_bpm is None else {"tempo_bpm": tempo_bpm}
    if form is not None:
        outline["length_s"] = TV_SIZE_S if form == "tv" else None
    try:
        return style.model_copy(
            update={
                "harmony": HarmonySpec.model_validate({**style.harmony.model_dump(), **harmony}),
                "groove": style.groove.model_copy(update={"quantised": style.groove.quantised or raw}),
                "form": FormSpec.model_validate({**style.form.model_dump(), **outline}),
            }
        )
    except ValidationError as problem:
        finding = problem.errors(include_url=False)[0]
        raise StyleError(
            finding["msg"].removeprefix("Value error, ").removeprefix("Input "), place=str(finding["loc"][-1])
        ) from None
