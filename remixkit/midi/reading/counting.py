"""Numbers in sentences."""

from __future__ import annotations


def count(n: int, one: str, many: str = "") -> str:
    """A number with its noun, "1 bar" or "3 bars"; `many` is the plural where it is not `one` and an s."""
    return f"1 {one}" if n == 1 else f"{n} {many or one + 's'}"


def was(n: int) -> str:
    """The verb that fits a number: "was" or "were"."""
    return "was" if n == 1 else "were"
