"""Every exception that is a user's to mend.

Bugs are not caught and keep their traceback; what stands here has a message of one line that says
which file, which place in it, what is wrong and what to do. The command line turns it into exit status 2.
"""

from __future__ import annotations

from pathlib import Path

MOST_LETTERS = 300


def echoed(text: str, most: int = MOST_LETTERS) -> str:
    """What is echoed of somebody's words: a line's worth, its middle left out."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 2 :]}"


class UserError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    reason : str
        What is wrong, without a full stop.
    file : Path or str, optional
        The file it concerns.
    place : str, optional
        Where in the file: a key, a byte offset, a bar.
    remedy : str, optional
        What to do about it.
    """

    def __init__(
        self, reason: str, *, file: Path | str | None = None, place: str | None = None, remedy: str | None = None
    ) -> None:
        self.reason = echoed(reason)
        self.file = None if file is None else str(file)
        self.place = None if place is None else echoed(place)
        self.remedy = None if remedy is None else echoed(remedy, 2 * MOST_LETTERS)
        super().__init__(self.reason)

    def __str__(self) -> str:
        head = ": ".join(x for x in (echoed(self.file or ""), self.place, self.reason) if x)
        return f"{head}; {self.remedy}" if self.remedy else head


class SongError(UserError):
    """A song that cannot be read, or in which there is nothing to cover."""


class StyleError(UserError):
    """A style file that does not fit the schema, or a style that does not exist."""


class SoundFontError(UserError):
    """A SoundFont that is missing, broken or empty."""


class SynthError(UserError):
    """The synthesiser's system library is missing or too old."""


class OutputError(UserError):
    """A target that cannot be written: unknown ending, read-only folder, full disk."""


class PluginError(UserError):
    """A role, effect or exporter that no installed package offers, or that cannot be called as it should."""
