"""What a reader passes over, gathered and said in a few sentences."""

from __future__ import annotations

from collections import Counter

from remixkit.notation.abc.abc_limits import MAX_WARNINGS, echo


class Complaints:
    """Gathers what could not be read, or was read though it is no good ABC."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}
        self._unread: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self.annotations = 0
        self.grace_notes = 0

    def say(self, sentence: str) -> None:
        """Add a sentence, once."""
        if len(self._said) < MAX_WARNINGS:
            self._said[sentence] = None

    def unread(self, text: str, line: int) -> None:
        """Count a piece of music code that means nothing."""
        self._unread[text] += 1
        self._first.setdefault(text, line)

    def sentences(self) -> tuple[str, ...]:
        """All of it, at most `MAX_WARNINGS` sentences."""
        out = list(self._said)
        if self.annotations:
            out.append(f"{_counted(self.annotations, 'annotation')} left out")
        if self.grace_notes:
            out.append(f"{_counted(self.grace_notes, 'grace note')} left out")
        if self._unread:
            words = ", ".join(f"{echo(t)} (line {self._first[t]})" for t in list(self._unread)[:4])
            more = " and more" if len(self._unread) > 4 else ""
            out.append(f"what means nothing in music code was passed over: {words}{more}")
        return tuple(out[:MAX_WARNINGS])


def _counted(number: int, noun: str) -> str:
    return f"1 {noun} was" if number == 1 else f"{number} {noun}s were"
