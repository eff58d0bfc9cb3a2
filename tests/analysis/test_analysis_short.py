"""Songs too short to have a form are heard all the same."""

from __future__ import annotations

import pytest

from remixkit.analysis import analyze
from remixkit.model.song import Note, Song, Track


@pytest.mark.parametrize("bars", range(1, 12))
def test_a_few_bars_are_a_song(bars: int) -> None:
    notes = tuple(Note(k * 960, k * 960 + 900, 60 + (k * 5) % 12) for k in range(4 * bars))
    heard = analyze(Song("Scrap", (Track("Piano", notes=notes),)))
    assert heard.sections[0].start_tick == 0
    assert heard.sections[-1].end_tick == heard.end_tick >= notes[-1].start_tick
    assert heard.melody


def test_a_bar_of_one_frame_is_a_song() -> None:
    from remixkit.analysis.harmony.chord_search import find_chords
    from remixkit.model.timing import Grid, MeterChange, MeterMap

    song = Song("Dot", (Track(notes=(Note(0, 400, 60),)),), Grid(meter=MeterMap((MeterChange(0, 1, 8),))))
    assert [(c.start_tick, c.end_tick) for c in find_chords(song, ("chords",))] == [(0, 480)]
