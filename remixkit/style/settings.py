"""A role's settings class, read: what may stand in a style's `settings` table, and the table as an instance of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import inf
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from remixkit.errors import StyleError
from remixkit.plugin import PatternNames, RoleName
from remixkit.plugins import nearest

Value = float | str | bool
What = Literal["number", "count", "flag", "word", "patterns", "role", "text"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a settings class.

    Parameters
    ----------
    name : str
        Its key in the style.
    what : str
        ``number``; ``count``, a whole number; ``flag``; ``word``, one of `words`; ``patterns``, names of patterns
        divided by blanks; ``role``, a player who stands before this one; ``text``, any other.
    default : bool, int, float, str or None
        None: the role finds it for itself.
    help : str
        One line.
    low, high : float
        Of numbers.
    words : tuple of str
        The choices of a word.
    """

    name: str
    what: What
    default: Value | None
    help: str = ""
    low: float = -inf
    high: float = inf
    words: tuple[str, ...] = ()

    def wrong(self, value: Value) -> str:
        """Why a value does not do; empty if it does. Choices, patterns and roles are not looked up."""
        if self.what == "flag":
            return "" if isinstance(value, bool) else "must be true or false"
        if self.what in ("number", "count"):
            if isinstance(value, bool | str):
                return "must be a number"
            return "" if self.low <= value <= self.high else f"{value:g} is not between {self.low:g} and {self.high:g}"
        return "" if isinstance(value, str) else "must be text in quotes"


def settings_in(settings: type[Any]) -> Mapping[str, Setting]:
    """The settings of a class by name, in its order.

    Raises
    ------
    TypeError
        If a field is of a type that no style can hold.
    """
    hints = get_type_hints(settings)
    return {f.name: _setting(f.name, hints[f.name], f.default, f.metadata) for f in fields(settings)}


def read_settings(kind: str, settings: type[Any], table: Mapping[str, Value]) -> Any:
    """A style's table as an instance of a role's settings class.

    Raises
    ------
    StyleError
        If a setting is unknown or its value does not do; its place is the setting's name.
    """
    known = settings_in(settings)
    given: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise StyleError(f"no {kind} setting is called {name!r}", place=name, remedy=_hint(name, known))
        found = known[name]
        if reason := found.wrong(value):
            raise StyleError(reason, place=name, remedy=f"see docs/arranging.md for the settings of {kind}")
        if found.what == "word" and value not in found.words:
            raise StyleError(
                f"no choice is called {value!r}", place=name, remedy=_hint(str(value), [w for w in found.words if w])
            )
        given[name] = _READ[found.what](value)
    return settings(**given)


_READ: dict[What, Callable[[Any], Any]] = {"number": float, "count": round, "flag": bool}
_READ |= dict.fromkeys(("word", "patterns", "role", "text"), str)


def _setting(name: str, hint: Any, default: Any, metadata: Mapping[str, Any]) -> Setting:
    options = [a for a in get_args(hint) if a is not NoneType] if NoneType in get_args(hint) else []
    hint = options[0] if len(options) == 1 else hint
    plain: dict[Any, What] = {
        bool: "flag",
        int: "count",
        float: "number",
        str: "text",
        PatternNames: "patterns",
        RoleName: "role",
    }
    what: What | None = "word" if get_origin(hint) is Literal else plain.get(hint)
    if what is None:
        raise TypeError(f"the setting {name} is of a type that no style can hold: {hint}")
    words = tuple(get_args(hint)) if what == "word" else ()
    bounds = {k: metadata[k] for k in ("low", "high") if k in metadata}
    return Setting(name, what, default, metadata.get("help", ""), words=words, **bounds)


def _hint(word: str, choices: Any) -> str:
    found = nearest(word, choices)
    return f"did you mean {found!r}?" if found else f"there are: {', '.join(choices) or 'none'}"
