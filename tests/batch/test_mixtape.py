"""Tapes: the order, the joins, the loudness, the chapters, as other programs read them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, permutations
from pathlib import Path

import mutagen
import numpy as np
import pytest
from albums import made, write_song
from conftest import Done
from hypothesis import given
from hypothesis import strategies as st
from render_help import RATE, need_fluidsynth, sine

from remixkit.batch import crossfades, mixtape, order, tape_files
from remixkit.batch.crossfades import Music
from remixkit.batch.order import Ends
from remixkit.errors import OutputError
from remixkit.render.files import decode, encode
from remixkit.render.files.tags import Tags
from remixkit.render.master.loudness import integrated_lufs, step_powers

need_fluidsynth()

Cli = Callable[..., Done]
C, G, A_MINOR, F_SHARP = (0, "major"), (7, "major"), (9, "minor"), (6, "major")


def piece(song: str, key: tuple[int, str] = C, bpm: float = 100.0, seconds: float = 100.0) -> Ends:
    return Ends(song, key, key, bpm, bpm, seconds)


def music(bars: int, bar_s: float, key: tuple[int, str] = C, fade_out_s: float = 0.0) -> Music:
    end = bars * bar_s
    return Music(tuple(k * bar_s for k in range(bars)), end, fade_out_s, piece("x", key, 240 / bar_s, end))


def test_fifths_are_near_and_tempi_are_felt() -> None:
    assert order.key_steps(C, G) == 1
    assert order.key_steps(C, A_MINOR) < 1
    assert order.key_steps(C, F_SHARP) == 6
    assert order.tempo_octaves(80, 160) == 0
    assert order.tempo_octaves(80, 82) == pytest.approx(order.tempo_octaves(164, 80))


@given(st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["major", "minor"]), st.floats(60, 180)), max_size=6))
def test_the_order_is_nearly_the_best_there_is(rows: list[tuple[int, str, float]]) -> None:
    pieces = [piece(str(k), (tonic, mode), bpm) for k, (tonic, mode, bpm) in enumerate(rows)]
    found = order.tape_order(pieces, 1e9)
    assert sorted(found) == list(range(len(pieces)))

    def price(tape: tuple[int, ...]) -> float:
        return sum(order.step_cost(pieces[a], pieces[b]) for a, b in pairwise(tape))

    best = min(map(price, permutations(range(len(pieces)))), default=0.0)
    assert price(found) <= 1.35 * best + 1.0


def test_a_tape_ends_with_the_piece_that_fills_it() -> None:
    pieces = [piece(str(k), seconds=100) for k in range(10)]
    assert len(order.tape_order(pieces, 350)) == 4
    assert order.tape_order([], 100) == ()
    twice = [piece("a"), piece("a"), piece("b", F_SHARP)]
    assert order.tape_order(twice, 1e9)[1] == 2, "a song does not follow itself"


def test_bars_in_step_sound_together_and_others_wait_for_the_end() -> None:
    a = music(32, 3.0)
    assert crossfades.crossfade(a, music(32, 3.0, G)) == crossfades.Crossfade(84.0, 12.0)
    assert crossfades.crossfade(a, music(64, 1.5)) == crossfades.Crossfade(84.0, 12.0), "two short bars fill a long one"
    assert crossfades.crossfade(a, music(32, 3.05)) == crossfades.Crossfade(93.0, 3.0), "one bar, before drums flam"
    assert crossfades.crossfade(a, music(32, 3.4)) == crossfades.Crossfade(96.0, 0.0)
    assert crossfades.crossfade(a, music(32, 3.0, F_SHARP)) == crossfades.Crossfade(96.0, 0.0)
    assert crossfades.crossfade(music(32, 3.0, fade_out_s=3), music(32, 3.4)) == crossfades.Crossfade(93.0, 0.0)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three songs in two keys and two tempi, in one style."""
    folder = tmp_path_factory.mktemp("tape")
    for name, up, bpm in (("one", 0, 180), ("two", 6, 150), ("three", 7, 180)):
        write_song(folder / "themes" / f"{name}.mid", up=up, bpm=bpm, times=2)
    made(folder / "themes", folder / "album", "piano-ballad", formats="flac")
    return folder / "album"


def test_a_tape_as_players_read_it(cli: Cli, album: Path, tmp_path: Path) -> None:
    done = cli("mixtape", album, "--style", "piano-ballad", "--minutes", "5", "-o", "study.flac")
    assert done.status == 0, done.err
    assert done.out.split() == ["study.flac", "study.cue", "study.txt", "study.m3u8"]
    assert "only" in done.err, "three short songs do not fill five minutes"
    sound, rate = decode.read(tmp_path / "study.flac")
    assert integrated_lufs(step_powers(sound, rate)) == pytest.approx(-14.0, abs=0.5)
    assert np.abs(sound).max() < 10 ** (-0.9 / 20)
    quiet = np.abs(sound[:, : -3 * rate]).reshape(2, -1)[:, : sound.shape[1] // rate * rate - 3 * rate]
    seconds = np.abs(quiet[:, : quiet.shape[1] // rate * rate].reshape(2, -1, rate)).max(axis=(0, 2))
    assert seconds.min() > 0.01, "there is no gap"

    tags = mutagen.File(tmp_path / "study.flac").tags
    assert (tags["title"], tags["album"], tags["tracknumber"]) == (["study"], ["study"], ["1"])
    starts = [tags[f"CHAPTER{k:03d}"][0] for k in (1, 2, 3)]
    names = [tags[f"CHAPTER{k:03d}NAME"][0] for k in (1, 2, 3)]
    assert starts[0] == "00:00:00.000"
    assert starts == sorted(starts)
    assert [n.split(" ")[0] for n in names][1] != "two", "the far key is at an end"
    assert (tmp_path / "study.txt").read_text(encoding="utf-8").splitlines()[0] == f"00:00 {names[0]}"
    cue = (tmp_path / "study.cue").read_text(encoding="utf-8")
    assert cue.count("INDEX 01 ") == 3
    assert 'FILE "study.flac" WAVE' in cue
    listed = [x for x in (tmp_path / "study.m3u8").read_text(encoding="utf-8").splitlines() if x[0] != "#"]
    assert [(tmp_path / x).resolve().exists() for x in listed] == [True] * 3


def test_the_next_piece_begins_on_a_bar_line(album: Path) -> None:
    tracks = mixtape.lay_out(album, ["piano-ballad"], 5)
    lines = {e.name: crossfades.music_of(e.song, m, 0.0).lines_s for e, m in mixtape.contents(mixtape.Folder(album))}
    for a, b in pairwise(tracks):
        assert any(abs(b.start_s - a.start_s - line) < 1e-9 for line in lines[a.entry.name])


def test_the_same_album_gives_the_same_tape(album: Path, tmp_path: Path) -> None:
    tracks = mixtape.lay_out(album, [], 5)
    for name in ("a", "b"):
        mixtape.record(tracks[:2], tmp_path / f"{name}.flac", title="Tape")
    assert (tmp_path / "a.flac").read_bytes() == (tmp_path / "b.flac").read_bytes()


@pytest.mark.parametrize("name", ["a.mp3", "a.wav"])
def test_id3_chapters(tmp_path: Path, name: str) -> None:
    chapters = [tape_files.Chapter(s, s + 1, f"星 {s}", "Lo-fi", "C major", 100, 1) for s in (0.0, 1.25)]
    encode.write(sine(440, 2.5), tmp_path / name, RATE, encode.EncodingOptions(tags=Tags("Old")))
    tape_files.tag(tmp_path / name, "Tape", chapters)
    tags = mutagen.File(tmp_path / name).tags
    found = sorted(tags.getall("CHAP"), key=lambda c: c.start_time)
    assert [(c.start_time, c.sub_frames["TIT2"].text[0]) for c in found] == [
        (0, "星 0.0 – Lo-fi"),
        (1250, "星 1.25 – Lo-fi"),
    ]
    assert [str(tags[f]) for f in ("TIT2", "TALB", "TRCK")] == ["Tape", "Tape", "1"]
    assert decode.length(tmp_path / name)[0] >= 2.49 * RATE, "the sound is still there"


def test_ogg_chapters(tmp_path: Path) -> None:
    chapters = [tape_files.Chapter(s, s + 1, "星", "", "C major", 100, 1) for s in (0.0, 61.25)]
    encode.write(sine(440, 1), tmp_path / "a.ogg", RATE)
    tape_files.tag(tmp_path / "a.ogg", "Tape", chapters)
    tags = mutagen.File(tmp_path / "a.ogg").tags
    assert (tags["CHAPTER002"], tags["CHAPTER002NAME"], tags["album"]) == (["00:01:01.250"], ["星"], ["Tape"])
    decode.read(tmp_path / "a.ogg")


def test_times_count_hours_where_there_are_any() -> None:
    chapters = [tape_files.Chapter(s, s + 9, "Song", "", "C major", 100, 9) for s in (0.0, 61.5, 3725.0)]
    assert tape_files.times(chapters) == "0:00:00 Song\n0:01:01 Song\n1:02:05 Song\n"
    assert "INDEX 01 62:05:00" in tape_files.cue_sheet("x.wav", "X", chapters)


def test_an_album_without_sound_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    write_song(tmp_path / "themes" / "one.mid")
    made(tmp_path / "themes", tmp_path / "album")
    with pytest.raises(OutputError, match="flac among its --formats"):
        mixtape.lay_out(tmp_path / "album", [], 5)
    done = cli("mixtape", "nowhere", "-o", "x.flac")
    assert (done.status, done.out) == (2, "")
    assert "nowhere" in done.err
