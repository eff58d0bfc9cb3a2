"""Parts and bars of an earlier take, kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from charts import BAR, arrange, song

from remixkit import midi
from remixkit import style as styles
from remixkit.arrange import roles_called
from remixkit.arrange.daw import Daw, for_daw
from remixkit.arrange.takes.keeping import seeds_on, with_kept, with_locked, with_redone
from remixkit.errors import SongError
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note, Song, Track, each_pitch_alone

Rows = list[tuple[int, int, int, int]]


def take(style: str, seed: int, folder: Path, daw: Daw = Daw()) -> tuple[Arrangement, Song]:  # noqa: B008
    """On the chart of seed 1."""
    made = arrange(song(form="iABSABSO"), styles.load(style), seed=seed, chart_seed=1)
    midi.write(for_daw(made, daw), folder / f"{seed}.mid")
    return made, midi.read(folder / f"{seed}.mid")


def rows(part: Part) -> Rows:
    return sorted((n.start_tick, n.end_tick, n.pitch, n.velocity) for n in each_pitch_alone(part.notes))


@pytest.mark.parametrize("style", ["lofi", "rock"])
def test_locked_parts_are_the_old_take_and_the_others_the_new(style: str, tmp_path: Path) -> None:
    (old, written), (new, _) = take(style, 1, tmp_path), take(style, 2, tmp_path)
    mixed = with_locked(new, written, ["drums", "bass"])
    for was, is_, fresh in zip(old.parts, mixed.parts, new.parts, strict=True):
        assert rows(is_) == rows(was if is_.role in ("drums", "bass") else fresh)
    assert rows(old.parts[-1]) is not None
    assert any(rows(a) != rows(b) for a, b in zip(old.parts, new.parts, strict=True))


def test_redone_bars_are_new_and_all_others_old(tmp_path: Path) -> None:
    (old, written), (new, _) = take("lofi", 1, tmp_path), take("lofi", 2, tmp_path)
    mixed = with_redone(new, written, (9, 12))
    start, end = 8 * BAR, 12 * BAR
    eighth = BAR // 8
    for was, is_, fresh in zip(old.parts, mixed.parts, new.parts, strict=True):

        def struck(part: Part, first: int, last: int) -> list[tuple[int, int]]:
            return [(t, p) for t, _, p, _ in rows(part) if first <= t < last]

        assert struck(is_, start, end - eighth) == struck(fresh, start, end - eighth)
        for first, last in ((0, start - eighth), (end, mixed.end_tick)):
            assert struck(is_, first, last) == struck(was, first, last)
    assert any(struck(a, start, end) != struck(b, start, end) for a, b in zip(old.parts, new.parts, strict=True))


def test_the_same_take_locked_whole_is_itself(tmp_path: Path) -> None:
    old, written = take("piano-ballad", 3, tmp_path)
    again = with_locked(old, written, [p.role for p in old.parts])
    assert midi.to_bytes(again) == midi.to_bytes(old)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    (new, _), (_, other) = take("lofi", 1, tmp_path), take("rock", 2, tmp_path)
    with pytest.raises(SongError, match="give a take of this song in this style"):
        with_locked(new, other, ["drums"])
    _, same = take("lofi", 4, tmp_path)
    with pytest.raises(SongError, match="did you mean 'drums'"):
        with_locked(new, same, ["drum"])
    without = replace(same, tracks=tuple(t for t in same.tracks if t.name != "Drums"))
    with pytest.raises(SongError, match="has no part 'Drums' to be kept"):
        with_locked(new, without, ["drums"])
    with pytest.raises(SongError, match="has no bars 900-901"):
        with_redone(new, same, (900, 901))


def test_a_take_says_whose_chords_it_plays(tmp_path: Path) -> None:
    made, written = take("lofi", 3, tmp_path)
    assert written.seeds == (3, 1)
    assert seeds_on(written, None) == (4, 1)
    assert seeds_on(written, 9) == (9, 1)
    assert made.chords == arrange(song(form="iABSABSO"), styles.load("lofi"), seed=1).chords
    plain = arrange(song(form="iABSABSO"), styles.load("lofi"), seed=7)
    assert midi.from_bytes(midi.to_bytes(plain)).seeds == (7, 7)


def test_a_file_that_names_no_seed_is_taken_with_a_warning(tmp_path: Path) -> None:
    made, written = take("lofi", 3, tmp_path)
    mixed = with_kept(made, replace(written, seeds=None), lock=["drums"])
    assert [w for w in mixed.warnings if w not in made.warnings] == [
        "3.mid does not say which seed's form and chords it has: those of 1 are taken"
    ]
    assert seeds_on(replace(written, seeds=None), None) == (1, 0)


def test_a_take_written_for_a_daw_is_the_same_take(tmp_path: Path) -> None:
    new, _ = take("lofi", 2, tmp_path)
    old, plain = take("lofi", 1, tmp_path)
    _, dressed = take("lofi", 1, tmp_path, Daw(chord_track=True, split_drums=True, bars_from=4))
    assert "Drums" not in [t.name for t in dressed.tracks]
    for lock, redo in ((["drums", "bass"], None), ([], (9, 12))):
        from_dressed, from_plain = (with_kept(new, t, lock=lock, redo=redo) for t in (dressed, plain))
        assert [rows(p) for p in from_dressed.parts] == [rows(p) for p in from_plain.parts]
        assert from_dressed.warnings == new.warnings
    kept = with_kept(new, dressed, lock=["drums"])
    assert {p.role: rows(p) for p in kept.parts}["drums"] == {p.role: rows(p) for p in old.parts}["drums"]


def test_locked_parts_stay_in_redone_bars(tmp_path: Path) -> None:
    (old, written), (new, _) = take("lofi", 1, tmp_path), take("lofi", 2, tmp_path)
    mixed = with_kept(new, written, lock=["drums"], redo=(9, 12))
    redone = with_redone(new, written, (9, 12))
    for was, is_, other in zip(old.parts, mixed.parts, redone.parts, strict=True):
        assert rows(is_) == rows(was if is_.role == "drums" else other)


def test_a_kept_tune_is_still_the_tune(tmp_path: Path) -> None:
    (old, written), (new, _) = take("lofi", 1, tmp_path), take("lofi", 2, tmp_path)
    mixed = with_locked(new, written, [p.role for p in new.parts])

    def tune(made: Arrangement) -> list[tuple[int, int]]:
        return sorted((n.start_tick, n.pitch) for p in made.parts for n in p.notes if n.origin.function == "melody")

    assert tune(mixed) == tune(old) != []


def test_a_track_that_is_no_part_is_left_out_and_named(tmp_path: Path) -> None:
    new, written = take("lofi", 1, tmp_path)
    mine = replace(written, tracks=(*written.tracks, Track("My Guitar", notes=(Note(0, 960, 60),))))
    assert any("'My Guitar'" in w for w in with_kept(new, mine, lock=["drums"]).warnings)


def test_a_take_in_another_key_is_refused(tmp_path: Path) -> None:
    _, written = take("lofi", 1, tmp_path)
    lofi = styles.overridden(styles.load("lofi"), styles.Overrides(key="+2"))
    higher = arrange(song(form="iABSABSO"), lofi, seed=2, chart_seed=1)
    with pytest.raises(SongError, match="another key"):
        with_locked(higher, written, ["drums"])


def test_parts_that_share_a_channel_come_back_as_they_were(tmp_path: Path) -> None:
    old, written = take("orchestral", 3, tmp_path)
    assert sum(not p.is_drum for p in old.parts) > 15, "some parts share a channel"
    again = with_locked(old, written, [p.role for p in old.parts])
    assert [rows(a) for a in again.parts] == [rows(b) for b in old.parts]
    setup = {7, 10, 91, 0, 32, 121}
    assert not [
        c for p in again.parts for c in p.controls if c.kind == "program" or (c.kind == "cc" and c.number in setup)
    ]


def test_who_plays_anew_plays_to_what_is_kept() -> None:
    """The rock bass strikes under the bass drum: under that of the kept drums, not of some that are not heard."""
    rock, analysis = styles.load("rock"), song(form="iABSABSO")
    old = arrange(analysis, rock, seed=1)
    new = arrange(analysis, rock, seed=2, chart_seed=1, held={"drums": 1})
    kept, other, bass = (
        {p.role: p for p in made.parts}[role] for made, role in ((new, "drums"), (old, "bass"), (new, "bass"))
    )
    assert rows(kept) == rows({p.role: p for p in old.parts}["drums"])
    assert rows(bass) != rows(other)
    kicks = [n.start_tick for n in kept.notes if n.pitch in (35, 36)]
    under = [n for n in bass.notes if n.origin.function == "kick"]
    assert len(under) > 5
    assert all(min(abs(n.start_tick - k) for k in kicks) < BAR // 32 for n in under)


def test_parts_are_held_by_their_own_names_too() -> None:
    lofi = styles.load("lofi")
    assert roles_called(lofi, ["DRUMS", "upright bass"]) == ("drums", "bass")
