"""Parts and bars of an earlier take, kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from charts import BAR, song

from remixkit import midi
from remixkit import style as styles
from remixkit.arrange import arrange
from remixkit.arrange.takes import with_locked, with_redone
from remixkit.errors import SongError
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Song

Rows = list[tuple[int, int, int, int]]


def take(style: str, seed: int, folder: Path) -> tuple[Arrangement, Song]:
    made = arrange(song(form="iABSABSO"), styles.load(style), seed=seed)
    midi.write(made, folder / f"{seed}.mid")
    return made, midi.read(folder / f"{seed}.mid")


def rows(part: Part) -> Rows:
    return sorted((n.start_tick, n.end_tick, n.pitch, n.velocity) for n in midi.untangled(part.notes))


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
    for was, is_, fresh in zip(old.parts, mixed.parts, new.parts, strict=True):
        onsets = [(n.start_tick, n.pitch) for n in is_.notes]
        assert [o for o in onsets if start <= o[0] < end] == [
            (n.start_tick, n.pitch) for n in fresh.notes if start <= n.start_tick < end
        ]
        assert [o for o in onsets if not start <= o[0] < end] == [
            (t, p) for t, _, p, _ in rows(was) if not start <= t < end
        ]


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
    with pytest.raises(SongError, match="has no bars 900-901"):
        with_redone(new, same, (900, 901))
