"""What shortens a pattern's text: ``[...]*4`` repeats, ``<a b>`` alternates from one time round to the next.

Both are TidalCycles' mini-notation (https://tidalcycles.org/docs/reference/mini_notation), on steps and on events. A
text with alternations stands for several rounds; what is read here is a list of them, each a tuple of items.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import lcm
from typing import TypeVar

from remixkit.errors import StyleError

Item = TypeVar("Item")
Round = tuple[Item, ...]
Repeat = Callable[[Round[Item], int], Round[Item]]

MOST_ITEMS = 4096
"""In all rounds of a pattern, however it is written."""
MOST_TIMES = 64
"""How often a group may be repeated."""
DEEPEST = 8
"""Groups inside groups."""

_REMEDY = "write [x . x]*2 for a repeat, <a b> for an alternation"


def rounds(
    tokens: Sequence[str], read: Callable[[str], Round[Item]], repeat: Repeat[Item], place: str
) -> list[Round[Item]]:
    """The rounds that tokens stand for.

    Parameters
    ----------
    tokens : sequence of str
        Items, and among them ``"["``, ``"]*N"``, ``"<"`` and ``">"``.
    read : callable
        An item's text to what it stands for, in the way of the notation at hand.
    repeat : callable
        What a group is when it is played so many times.
    place : str
        For messages.

    Raises
    ------
    StyleError
        If a bracket does not close, a group is empty, or the pattern grows past `MOST_ITEMS` or `DEEPEST`.
    """
    depths = accumulate((token in ("[", "<")) - _closes(token) for token in tokens)
    if len(tokens) > MOST_ITEMS or max(depths, default=0) > DEEPEST:
        raise StyleError("the groups are too many or too deep", place=place, remedy=f"{DEEPEST} deep at most")
    found, end = _sequence(tokens, 0, "", read, repeat, place)
    if end != len(tokens):
        raise StyleError(f"{tokens[end]!r} closes nothing", place=place, remedy=_REMEDY)
    return found


def _sequence(
    tokens: Sequence[str], at: int, closing: str, read: Callable[[str], Round[Item]], repeat: Repeat[Item], place: str
) -> tuple[list[Round[Item]], int]:
    """One item after the other, up to a token that closes; and where that token stands."""
    found: list[Round[Item]] = [()]
    while at < len(tokens) and not _closes(tokens[at]):
        part, at = _element(tokens, at, read, repeat, place)
        found = _one_after_the_other(found, part, place)
    if closing and (at == len(tokens) or not tokens[at].startswith(closing)):
        raise StyleError(f"a group is not closed by {closing!r}", place=place, remedy=_REMEDY)
    return found, at


def _element(
    tokens: Sequence[str], at: int, read: Callable[[str], Round[Item]], repeat: Repeat[Item], place: str
) -> tuple[list[Round[Item]], int]:
    if tokens[at] == "[":
        inner, end = _sequence(tokens, at + 1, "]", read, repeat, place)
        times = _times(tokens[end], place)
        if times * sum(map(len, inner)) > MOST_ITEMS:
            raise StyleError("the repeats make it too long", place=place, remedy=f"{MOST_ITEMS} items at most")
        return [repeat(r, times) for r in inner], end + 1
    if tokens[at] == "<":
        choices: list[list[Round[Item]]] = []
        at += 1
        while at < len(tokens) and tokens[at] != ">":
            if _closes(tokens[at]):
                break
            choice, at = _element(tokens, at, read, repeat, place)
            choices.append(choice)
        if at == len(tokens) or tokens[at] != ">" or not choices:
            raise StyleError("an alternation is empty or not closed by '>'", place=place, remedy=_REMEDY)
        length = len(choices) * lcm(*map(len, choices))
        _bound(length, place)
        return [choices[k % len(choices)][k // len(choices) % len(choices[k % len(choices)])] for k in range(length)], (
            at + 1
        )
    return [read(tokens[at])], at + 1


def _one_after_the_other(a: list[Round[Item]], b: list[Round[Item]], place: str) -> list[Round[Item]]:
    length = lcm(len(a), len(b))
    _bound(length * max(1, max(map(len, a)) + max(map(len, b))), place)
    return [a[k % len(a)] + b[k % len(b)] for k in range(length)]


def _bound(items: int, place: str) -> None:
    if items > MOST_ITEMS:
        raise StyleError("the alternations make it too long", place=place, remedy=f"{MOST_ITEMS} items at most")


def _closes(token: str) -> bool:
    return token.startswith("]") or token == ">"


def _times(token: str, place: str) -> int:
    text = token[1:].removeprefix("*")
    if token == "]":
        return 1
    if not (token.startswith("]*") and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MOST_TIMES):
        raise StyleError(f"{token!r} is no repeat", place=place, remedy=f"write ]*2, {MOST_TIMES} times at most")
    return int(text)
