"""What a role kind lets a style set: names and what may stand behind them, so that a wrong one is caught by name.

A role declares its settings with `takes`; one that does not is not checked. ::

    @takes(gate=SHARE, voices=between(1, 8))
    def chords(task: RoleTask) -> Phrase: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Literal, TypeVar

Value = float | str | bool
_Role = TypeVar("_Role", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Setting:
    """What one setting may be.

    Parameters
    ----------
    what : str
        ``number`` from `low` to `high`; ``flag``; ``word``, one of `words`; ``patterns``, names of patterns divided by
        blanks; ``role``, a player who stands before this one.
    """

    what: Literal["number", "flag", "word", "patterns", "role"]
    low: float = -inf
    high: float = inf
    words: tuple[str, ...] = ()

    def wrong(self, value: Value) -> str:
        """Why a value does not do; empty if it does."""
        if self.what == "flag":
            return "" if isinstance(value, bool) else "must be true or false"
        if self.what == "number":
            if isinstance(value, bool | str):
                return "must be a number"
            return "" if self.low <= value <= self.high else f"{value:g} is not between {self.low:g} and {self.high:g}"
        return "" if isinstance(value, str) else "must be text in quotes"


FLAG = Setting("flag")
SHARE = Setting("number", 0.0, 1.0)
PATTERNS = Setting("patterns")
ROLE = Setting("role")


def between(low: float, high: float) -> Setting:
    """A number in that range."""
    return Setting("number", low, high)


def one_of(*words: str) -> Setting:
    """One of these words."""
    return Setting("word", words=words)


def takes(**settings: Setting) -> Callable[[_Role], _Role]:
    """Say which settings a role knows."""

    def declare(role: _Role) -> _Role:
        role.settings = settings  # type: ignore[attr-defined]
        return role

    return declare


def declared(role: Callable[..., Any]) -> Mapping[str, Setting] | None:
    """The settings a role knows; None if it does not say."""
    return getattr(role, "settings", None)
