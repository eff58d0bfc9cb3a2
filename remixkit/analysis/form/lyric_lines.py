"""What the words tell of form: a chorus has the same words each time, a verse has new ones.

Only songs whose words tell lines sung again from lines sung once are heeded (craft). Lines end where the file says so,
or where nobody sings for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from remixkit.model.song import Lyric, Song
from remixkit.model.timing import TICKS_PER_QUARTER

LONGEST_REST_TICK = 5 * TICKS_PER_QUARTER
SHORTEST_LATIN, SHORTEST_OTHER = 8, 5
FEWEST_LINES, FEWEST_SYLLABLES = 4, 60
NEARLY_SAME = 0.9
BREAKS = ("\n", "/", "\\")
MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class SungLine:
    """A sung line: from its first syllable to its last, and its letters alone, lower case."""

    start_tick: int
    end_tick: int
    letters: str


def sung_lines(texts: Sequence[Lyric]) -> list[SungLine]:
    """Syllables in order -> lines; one begins with a line feed, or a slash as karaoke writes it."""
    lines: list[list[Lyric]] = []
    for text in texts:
        rests = bool(lines) and text.tick - lines[-1][-1].tick > LONGEST_REST_TICK
        if not lines or rests or text.text.startswith(BREAKS) or lines[-1][-1].text.endswith("\n"):
            lines.append([])
        lines[-1].append(text)
    return [SungLine(line[0].tick, line[-1].tick, letters_of("".join(t.text for t in line))) for line in lines]


def letters_of(words: str) -> str:
    """The letters and digits of some words, case folded."""
    return "".join(c for c in words.casefold() if c.isalnum())


def sung_again(song: Song, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """What the words say of each bar, (bars,): 1 where lines are sung that return, -1 where they do not, else 0.

    All 0 if the song has too few lines of either kind. A line that returns among lines that do not says nothing, nor
    does one that does not among lines that do.

    Parameters
    ----------
    song : Song
        On its true bar grid.
    edges : (bars + 1,) int
        Ticks of the bar lines.
    """
    out = np.zeros(len(edges) - 1)
    texts = max((t.lyrics for t in song.tracks), key=len, default=())
    if len(texts) < FEWEST_SYLLABLES:
        return out
    lines = [line for line in sung_lines(texts) if is_long(line.letters)][:MOST_LINES]
    again = returning([line.letters for line in lines])
    if min(again.count(True), again.count(False)) < FEWEST_LINES:
        return out
    for k, (line, returns) in enumerate(zip(lines, again, strict=True)):
        beside = [again[j] for j in (k - 1, k + 1) if 0 <= j < len(lines)]
        if returns not in beside:
            continue
        first, last = np.clip(np.searchsorted(edges, (line.start_tick, line.end_tick), side="right") - 1, 0, None)
        out[first : last + 1] += 1 if returns else -1
    return np.sign(out)


def is_long(letters: str) -> bool:
    """Whether a line is long enough to be known again."""
    return len(letters) >= (SHORTEST_LATIN if letters.isascii() else SHORTEST_OTHER)


def returning(lines: Sequence[str]) -> list[bool]:
    """Whether each line stands elsewhere too, but for a letter or two."""
    out = [False] * len(lines)
    for a, b in combinations(range(len(lines)), 2):
        if (not out[a] or not out[b]) and nearly_same(lines[a], lines[b]):
            out[a] = out[b] = True
    return out


def nearly_same(one: str, other: str) -> bool:
    """Whether two lines are the same but for a letter or two."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > (1 - NEARLY_SAME) * max(len(one), len(other)):
        return False
    match = SequenceMatcher(None, one, other, autojunk=False)
    return match.real_quick_ratio() >= NEARLY_SAME and match.quick_ratio() >= NEARLY_SAME <= match.ratio()
