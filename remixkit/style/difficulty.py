"""How hard a piano cover may be to play: a style's own setting, or what one cover asks for."""

from __future__ import annotations

from typing import Literal, get_args

from remixkit.errors import StyleError
from remixkit.plugins import nearest
from remixkit.style import role_kinds
from remixkit.style.schema import Style

Level = Literal["easy", "medium", "full"]
LEVELS: tuple[Level, ...] = get_args(Level)


def with_level(style: Style, level: str) -> Style:
    """The style with its pianist's hands at a level.

    Parameters
    ----------
    style : Style
        As `load` returns it.
    level : str
        ``"easy"``: the tune and a simple left hand, two keys at once within a sixth; ``"medium"``: three keys within an
        octave, octaves in the chorus; ``"full"``: a concert pianist's hands.

    Raises
    ------
    StyleError
        If there is no such level, or the style has no pianist.
    """
    if level not in LEVELS:
        raise StyleError(
            f"{level!r} is not a level",
            place="level",
            remedy=f"did you mean {nearest(level, LEVELS) or 'medium'!r}? there are: {', '.join(LEVELS)}",
        )
    hands = {name: role for name, role in style.roles.items() if role_kinds.has_level(role)}
    if not hands:
        raise StyleError(
            f"{style.title!r} has no pianist", place="level", remedy="use piano-ballad, or leave the level out"
        )
    easier = {n: r.model_copy(update={"settings": {**r.settings, "level": level}}) for n, r in hands.items()}
    return style.model_copy(update={"roles": {**style.roles, **easier}})
