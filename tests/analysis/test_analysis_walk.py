from __future__ import annotations

from itertools import pairwise

import pytest
from analysis_songs import left_hand, shifted, song, tune

from remixkit.analysis import NO_TUNE, analyze
from remixkit.errors import SongError
from remixkit.model.song import Note, Track

PIANO = Track(notes=tuple(sorted(left_hand(16) + tune(16))))
KIT = Track("Drums", 9, 0, is_drum=True, notes=tuple(Note(k * 480, k * 480 + 60, 36, 90) for k in range(64)))


def test_everything_heard_lies_on_the_true_bars() -> None:
    heard = analyze(song(shifted(PIANO, 1500), KIT, meter=(1, 4)))
    assert heard.song.grid.meter.at(0).numerator == 4
    for parts in (heard.chords, heard.keys, heard.sections):
        assert parts[0].start_tick == 0
        assert all(a.end_tick == b.start_tick for a, b in pairwise(parts))
    assert heard.melody
    assert heard.roles[1] == "drums"


def test_hearing_again_what_was_heard_changes_nothing() -> None:
    once = analyze(song(shifted(PIANO, 1500)))
    assert analyze(once.song) == once


def test_drums_alone_cannot_be_covered() -> None:
    with pytest.raises(SongError, match=r"test\.mid: has no notes that could be covered"):
        analyze(song(KIT))


def test_a_song_without_a_tune_says_so() -> None:
    notes = tuple(Note(b * 3840, b * 3840 + 3800, p, 60) for b in range(16) for p in (36, 43, 48))
    heard = analyze(song(Track(notes=notes)))
    assert heard.melody
    assert NO_TUNE in heard.warnings


@pytest.mark.parametrize(
    ("track", "why"), [(5, "has no track 6"), (1, "track 2 is drums"), (2, "track 3 has no notes")]
)
def test_a_track_that_has_no_tune_is_refused(track: int, why: str) -> None:
    with pytest.raises(SongError, match=why):
        analyze(song(PIANO, KIT, Track("empty")), melody_track=track)


def test_the_users_track_has_the_melody() -> None:
    bass = Track("Bass", 1, 33, notes=tuple(left_hand(16)[::5]))
    heard = analyze(song(PIANO, bass), melody_track=1)
    assert heard.roles[1] == "melody"
    assert {n.track for n in heard.melody} == {1}
