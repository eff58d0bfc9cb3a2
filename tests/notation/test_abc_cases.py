"""Small tunes in ABC, one for each thing the notation has; each says in its first lines what is right.

After ``% pitches:``, ``onsets``, ``lengths``, ``velocities`` (a slash parts the voices), ``meters``, ``tempos``,
``lyrics``, ``chords`` and ``markers``, each value with its place; places and lengths are quarter notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from remixkit.model.song import Song
from remixkit.notation.abc import read_abc

CASES = sorted((Path(__file__).parents[1] / "cases" / "abc").glob("*.abc"))


def number(quarters: float) -> str:
    return f"{quarters:.4f}".rstrip("0").rstrip(".")


def beat(tick: int) -> str:
    return number(tick / 960)


def notes(song: Song, say: Callable[..., str]) -> str:
    return " / ".join(" ".join(map(say, track.notes)) for track in song.tracks)


SAYS: dict[str, Callable[[Song], str]] = {
    "pitches": lambda s: notes(s, lambda n: str(n.pitch)),
    "onsets": lambda s: notes(s, lambda n: beat(n.start_tick)),
    "lengths": lambda s: notes(s, lambda n: beat(n.end_tick - n.start_tick)),
    "velocities": lambda s: notes(s, lambda n: str(n.velocity)),
    "meters": lambda s: " ".join(f"{m.numerator}/{m.denominator}@{beat(m.tick)}" for m in s.grid.meter.changes),
    "tempos": lambda s: " ".join(f"{number(t.bpm)}@{beat(t.tick)}" for t in s.grid.tempo.changes),
    "lyrics": lambda s: " ".join(f"{t.text}@{beat(t.tick)}" for t in s.tracks[0].lyrics),
    "chords": lambda s: " ".join(f"{t.text}@{beat(t.tick)}" for t in s.chord_symbols),
    "markers": lambda s: " ".join(f"{t.text}@{beat(t.tick)}" for t in s.markers),
    "program": lambda s: str(s.tracks[0].program),
    "drums": lambda s: str(sum(t.is_drum for t in s.tracks)),
    "title": lambda s: s.title,
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = dict(re.findall(r"(?m)^% (\w+): (.*)$", text.split("X:")[0]))
    song = read_abc(text, source=path.name)
    assert {key: SAYS[key](song) for key in wanted} == wanted
