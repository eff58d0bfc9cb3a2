"""Albums: what is made, what is made again, what survives a kill, what one bad song does to the others."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import albums
import pytest
from albums import asked, end_hard, hashes, here, made, touched, write_song
from conftest import Done

from remixkit import remix
from remixkit import style as styles
from remixkit.batch import manifest, player_facts, songs, store, worker, worklist
from remixkit.batch.album import make_album
from remixkit.batch.store import Folder
from remixkit.batch.worker_pool import work_here
from remixkit.batch.worklist import SongJob
from remixkit.errors import OutputError, SongError, StyleError

Cli = Callable[..., Done]


@pytest.fixture
def themes(tmp_path: Path) -> Path:
    """Two songs."""
    write_song(tmp_path / "themes" / "one.mid")
    write_song(tmp_path / "themes" / "two.mid", up=5, bpm=120)
    return tmp_path / "themes"


def test_one_command_one_album(cli: Cli, themes: Path, tmp_path: Path) -> None:
    (themes / "bad.mid").write_bytes(b"This is a letter.\n")
    done = cli("batch", themes, "-s", "lofi", "-s", "rock", "-o", "album", "--formats", "mid", "--jobs", "2")
    assert done.status == 3
    covers = [f"{song}.{style}.mid" for song in ("one", "two") for style in ("lofi", "rock")]
    assert done.out.split() == [*(f"album/{c}" for c in covers), "album/index.html"], "a log in the songs' order"
    assert "failed: bad: not a MIDI file" in done.err
    told = json.loads((tmp_path / "album" / "manifest.json").read_text())
    assert [(f["song"], f["style"]) for f in told["failed"]] == [("bad", "")]
    assert set(told["pieces"]) == {c.removesuffix(".mid") for c in covers}
    for name, row in told["pieces"].items():
        assert row["files"][f"{name}.mid"]["sha256"] == hashes(tmp_path / "album")[f"{name}.mid"]
    assert not (tmp_path / "album" / store.SCRATCH).exists()
    one = remix.cover(remix.analyze(themes / "one.mid"), "lofi")
    one.write(tmp_path / "alone.mid")
    assert (tmp_path / "alone.mid").read_bytes() == (tmp_path / "album" / "one.lofi.mid").read_bytes()


def test_a_second_run_does_only_what_is_missing_or_changed(themes: Path, tmp_path: Path) -> None:
    album = tmp_path / "album"
    made(themes, album, "lofi", "rock")
    before = touched(album)
    assert [(s.song, s.made, s.kept) for s in made(themes, album, "lofi", "rock")] == [("one", (), 2), ("two", (), 2)]
    assert touched(album) == before

    (album / "one.rock.mid").unlink()
    steps = {s.song: [e.name for e in s.made] for s in made(themes, album, "lofi", "rock")}
    assert steps == {"two": [], "one": ["one.rock"]}

    (album / "two.lofi.mid").write_bytes(b"cut of")
    write_song(themes / "one.mid", up=2)
    steps = {s.song: [e.name for e in s.made] for s in made(themes, album, "lofi", "rock")}
    assert steps == {"one": ["one.lofi", "one.rock"], "two": ["two.lofi"]}

    assert [len(s.made) for s in made(themes, album, "lofi", "rock", seed=1)] == [2, 2]
    assert [len(s.made) for s in made(themes, album, "lofi", formats="mid,musicxml", seed=1)] == [1, 1]
    assert (album / "one.lofi.musicxml").exists()
    assert "one.rock" in manifest.read(Folder(album)), "what other commands have made stays"


def test_a_style_that_changes_is_played_anew(themes: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('schema = 2\ntitle = "Mine"\nextends = "lofi"\n')
    made(themes, tmp_path / "album", str(mine))
    assert [len(s.made) for s in made(themes, tmp_path / "album", str(mine))] == [0, 0]
    mine.write_text('schema = 2\ntitle = "Mine"\nextends = "lofi"\n[form]\nintro_bars = 1\n')
    assert [len(s.made) for s in made(themes, tmp_path / "album", str(mine))] == [1, 1]


def test_files_of_an_earlier_making_do_not_stay(themes: Path, tmp_path: Path) -> None:
    made(themes, tmp_path / "album", formats="mid,musicxml")
    made(themes, tmp_path / "album", formats="mid", seed=7)
    made(themes, tmp_path / "fresh", formats="mid", seed=7)
    assert hashes(tmp_path / "album") == hashes(tmp_path / "fresh")


class Killed(BaseException):
    """The machine goes off: nothing is cleaned up."""


def test_killed_between_any_two_writes_the_album_is_the_same(
    themes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(themes, tmp_path / "undisturbed", "lofi")
    whole = hashes(tmp_path / "undisturbed")
    monkeypatch.setattr(remix, "analyze", _remembered(remix.analyze))
    adopt, remove = Folder.adopt, Folder.remove
    left = 0

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def call(self: Folder, *arguments: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            real(self, *arguments)

        return call

    monkeypatch.setattr(Folder, "adopt", counted(adopt))
    monkeypatch.setattr(Folder, "remove", counted(remove))
    album, earlier, kills = tmp_path / "album", tmp_path / "earlier", 0
    left = 1000
    made(themes, earlier, "lofi", seed=3)
    while True:
        shutil.rmtree(album, ignore_errors=True)
        shutil.copytree(earlier, album)
        left = kills
        try:
            made(themes, album, "lofi")
            break
        except Killed:
            kills += 1
        left = 1000
        with Folder(album).scratch() as scratch:
            (scratch.parent / "half-written.mid").write_bytes(b"MThd")
        made(themes, album, "lofi")
        assert hashes(album) == whole, f"killed before write {kills}"
    assert kills > 6
    assert hashes(album) == whole


def _remembered(real: Callable[..., object]) -> Callable[..., object]:
    heard: dict[object, object] = {}

    def analyze(song: object, **options: object) -> object:
        key = song.tracks  # type: ignore[attr-defined]
        if key not in heard:
            heard[key] = real(song, **options)
        return heard[key]

    return analyze


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux")
def test_sigkill_ends_the_workers_too_and_the_same_command_goes_on(themes: Path, tmp_path: Path) -> None:
    words = ["-m", "remixkit", "batch", "themes", "-s", "lofi", "-s", "rock", "--formats", "mid", "--jobs", "2", "-o"]
    album = tmp_path / "album"
    run = subprocess.Popen([sys.executable, *words, "album"], cwd=tmp_path, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while not list(album.glob("*.mid")) and time.monotonic() < until:
        time.sleep(0.01)
    workers = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    run.kill()
    run.communicate()
    assert not (album / "index.html").exists(), "it was killed in the middle"
    assert len(workers) >= 2
    until = time.monotonic() + 20
    while any(_is_python(w) for w in workers) and time.monotonic() < until:
        time.sleep(0.02)
    assert not [w for w in workers if _is_python(w)]
    subprocess.run([sys.executable, *words, "album"], cwd=tmp_path, check=True, stdout=subprocess.PIPE)
    made(themes, tmp_path / "alone", "lofi", "rock")
    resumed = hashes(album)
    del resumed["index.html"]
    assert resumed == hashes(tmp_path / "alone")


def _is_python(process: str) -> bool:
    try:
        return b"python" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_worker_that_dies_takes_only_its_song_with_it(tmp_path: Path) -> None:
    jobs = [SongJob(name, "x.mid", b"", (), 0, None, Folder(tmp_path), "") for name in ("once", "never", "b")]
    outcomes = {o.song: [f.reason for f in o.failed] for o in work_here(jobs, 2, end_hard)}
    assert outcomes.pop("never") == ["its worker ended with status 9 2 times; is there enough memory?"]
    assert outcomes == {"once": [], "b": []}


def test_a_full_disk_is_an_error_that_names_the_album(
    cli: Cli, themes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    album = tmp_path / "album"
    with pytest.raises(OutputError, match=r"album: No space left on device; .*the same command goes on"):
        made(themes, album)
    assert hashes(album) == {}
    assert not (album / store.SCRATCH).exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux")
def test_a_folder_that_cannot_be_is_an_error_before_the_work(cli: Cli, themes: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for where in ("/proc/album", "file"):
        done = cli("batch", themes, "-s", "lofi", "--formats", "mid", "-o", where)
        assert (done.status, done.out) == (2, "")
        assert where in done.err
    done = cli("batch", "nowhere", "-s", "lofi", "--formats", "mid", "-o", "album")
    assert (done.status, done.out) == (2, "")
    assert "nowhere" in done.err
    assert not (tmp_path / "album").exists()


def test_a_bug_in_one_song_keeps_its_traceback_and_the_others_go_on(
    themes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = remix.cover

    def broken(analysis: object, style: object, **more: object) -> object:
        if style.name == "rock":  # type: ignore[attr-defined]
            raise IndexError("seventeen")
        return real(analysis, style, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(remix, "cover", broken)
    steps = made(themes, tmp_path / "album", "lofi", "rock")
    assert [[e.style for e in s.made] for s in steps] == [["lofi"], ["lofi"]]
    told = steps[0].failed[0]
    assert told.reason == "a bug of RemixKit: IndexError: seventeen"
    assert "Traceback" in told.trace


def test_an_album_of_another_version_is_not_guessed_at(themes: Path, tmp_path: Path) -> None:
    made(themes, tmp_path / "album")
    (tmp_path / "album" / "manifest.json").write_text('{"schema": 99, "pieces": {}}')
    with pytest.raises(OutputError, match="version 99"):
        made(themes, tmp_path / "album")
    (tmp_path / "album" / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match="remove it"):
        made(themes, tmp_path / "album")
    (tmp_path / "album" / "manifest.json").unlink()
    assert [len(s.made) for s in made(themes, tmp_path / "album")] == [0, 0], "records tell what is finished"


def test_an_album_in_memory(themes: Path, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    made(themes, "memory://album", "lofi", formats="mid,musicxml")
    made(themes, tmp_path / "album", "lofi", formats="mid,musicxml")
    remote = store.store_at("memory://album")
    assert {name: remote.read(name) for name in hashes(tmp_path / "album")} == {
        name: (tmp_path / "album" / name).read_bytes() for name in hashes(tmp_path / "album")
    }
    assert [len(s.made) for s in made(themes, "memory://album", "lofi")] == [0, 0]


def test_songs_are_found_and_named(tmp_path: Path) -> None:
    for place in ("a/theme.mid", "b/theme.mid", "b/Solo.MID", "b/.hidden/x.mid", "b/notes.txt", "album/old.mid"):
        write_song(tmp_path / place)
    found = songs.find([tmp_path], outside=tmp_path / "album")
    assert [s.name for s in found] == ["Solo", "a.theme.mid", "b.theme.mid"]
    assert [s.name for s in songs.find([tmp_path / "b" / "theme.mid", tmp_path / "a" / "theme.mid"])] == [
        "theme.mid-1",
        "theme.mid-2",
    ]
    with pytest.raises(SongError, match="no song"):
        songs.find([tmp_path / "b" / ".hidden" / ".."], outside=tmp_path / "b")


def test_two_styles_of_one_name_are_refused(themes: Path, tmp_path: Path) -> None:
    (tmp_path / "lofi.toml").write_text('schema = 2\ntitle = "Mine"\nextends = "rock"\n')
    with pytest.raises(StyleError, match="two styles"):
        asked(themes, tmp_path / "album", "lofi", str(tmp_path / "lofi.toml"))


def test_few_songs_are_shared_out_by_cover() -> None:
    pieces = [worklist.AlbumPiece(n, None, "", ()) for n in "abc"]
    assert [len(share) for share in worklist.shares(pieces, 24, 2)] == [3]
    assert [len(share) for share in worklist.shares(pieces, 3, 2)] == [1, 1, 1]


def test_a_covers_bars_know_their_source(tmp_path: Path) -> None:
    analysis = remix.analyze(write_song(tmp_path / "song.mid", bpm=90, times=14))
    whole = styles.load("lofi")
    tv = styles.overridden(whole, styles.Overrides(form="tv"))
    for style in (whole, tv):
        cover = remix.cover(analysis, style).arrangement
        bars = player_facts.source_bars(analysis, cover)
        assert len(bars) == player_facts.bar_count(cover)
        lead = {n.start_tick: n.pitch for p in cover.parts for n in p.notes if n.origin.function == "melody"}
        source = {n.start_tick: n.pitch for n in analysis.melody}
        bar = analysis.song.grid.meter.changes[0].bar_ticks
        checked = 0
        for k, b in enumerate(bars):
            if b is None:
                continue
            played = [p % 12 for t, p in sorted(lead.items()) if k * bar - 200 <= t < (k + 1) * bar - 200]
            written = [p % 12 for t, p in sorted(source.items()) if b * bar <= t < (b + 1) * bar]
            assert played == written, (k, b)
            checked += 1
        assert checked > 12
    kept = [b for b in bars if b is not None]
    assert max(b - a for a, b in pairwise(kept)) > 1, "the cut leaves a gap"


def test_ogg_files_do_not_depend_on_the_clock(tmp_path: Path) -> None:
    import numpy as np
    import soundfile

    from remixkit.render.files import tags

    wave = np.sin(np.arange(44100) / 20).astype(np.float32)
    for name in ("a.ogg", "b.ogg"):
        soundfile.write(tmp_path / name, np.stack([wave, wave], axis=1), 44100, format="OGG", subtype="VORBIS")
        tags.steady(tmp_path / name)
    assert (tmp_path / "a.ogg").read_bytes() == (tmp_path / "b.ogg").read_bytes()
    back, _ = soundfile.read(tmp_path / "a.ogg")
    assert np.abs(back[:, 0] - wave).max() < 0.1


def test_a_wrong_soundfont_stops_the_batch(themes: Path, tmp_path: Path) -> None:
    batch = asked(themes, tmp_path / "album", formats="wav")
    assert batch.font is not None
    other = albums.Batch(
        batch.store,
        batch.sources,
        batch.styles,
        batch.endings,
        0,
        worklist.Font(batch.font.name, "0" * 64),
        batch.version,
    )
    worker.held_soundfont.cache_clear()
    with pytest.raises(Exception, match="another than the one"):
        list(make_album(other, 1, here))
