"""What is not an album's stays as it is: hostile manifests, a user's own files, two batches at once, what is closed."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from albums import asked, hashes, here, made, write_song
from conftest import Done

from remixkit.batch import contents, manifest, songs, store, worker
from remixkit.batch.album import make_album
from remixkit.batch.guards import album_lock, records
from remixkit.batch.mixtape import lay_out
from remixkit.batch.store import Folder
from remixkit.batch.worker import Outcome
from remixkit.batch.worklist import SongJob
from remixkit.errors import OutputError

Cli = Callable[..., Done]
NAMES = ("../canary.mid", "/tmp/canary.mid", "C:\\canary.mid", "C:canary.mid", "//host/x.mid", "https://host/x.mid",
         "..\\canary.mid", ".canary.mid", "sources/../../canary.mid", "notes.mid", "one.lofi", "one.lofi.mid/x.mid",
         "one.lofi.mid\n", "one.lofi.\0mid", "")  # fmt: skip


@pytest.fixture
def themes(tmp_path: Path) -> Path:
    """One song."""
    write_song(tmp_path / "themes" / "one.mid")
    return tmp_path / "themes"


@pytest.fixture
def album(themes: Path, tmp_path: Path) -> Path:
    """A finished album of one cover."""
    made(themes, tmp_path / "album")
    return tmp_path / "album"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("in_record", [False, True])
def test_a_name_that_is_not_plain_is_refused_and_nothing_outside_is_touched(
    themes: Path, album: Path, tmp_path: Path, name: str, in_record: bool
) -> None:
    canary, notes = tmp_path / "canary.mid", album / "notes.mid"
    canary.write_text("mine")
    notes.write_text("mine, too")
    path = album / ("facts/one.lofi.json" if in_record else "manifest.json")
    told = json.loads(path.read_text())
    row = told["entry"] if in_record else told["pieces"]["one.lofi"]
    row["key"], row["files"] = "0" * 64, {name: {"bytes": 4, "sha256": "0" * 64}}
    path.write_text(json.dumps(told))
    if in_record:
        (album / "manifest.json").unlink()
        (album / "one.lofi.mid").unlink()
        assert [len(s.made) for s in made(themes, album)] == [1]
    else:
        with pytest.raises(OutputError, match="is not what a batch writes"):
            made(themes, album)
    assert canary.read_text() == "mine"
    assert notes.read_text() == "mine, too"


def test_pieces_of_other_names_are_refused(themes: Path, album: Path) -> None:
    told = json.loads((album / "manifest.json").read_text())
    told["pieces"]["../one.lofi"] = told["pieces"].pop("one.lofi")
    (album / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(OutputError, match=r"pieces\.\.\./one\.lofi"):
        made(themes, album)


WRONG = (None, True, -1, 1e300, "x", [], {}, [[]], [None], {"a": 1}, [1, 2], 1 << 70)


def _variants(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a tree, of a list its first."""
    yield path
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _variants(value, (*path, key))
    elif isinstance(tree, list) and tree:
        yield from _variants(tree[0], (*path, 0))


def _with(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    out = copy.copy(tree)
    out[path[0]] = _with(tree[path[0]], path[1:], value)
    return out


@pytest.mark.parametrize("name", ["manifest.json", "facts/one.lofi.json"])
def test_wrong_types_anywhere_are_refused_or_do_no_harm(album: Path, name: str) -> None:
    whole = json.loads((album / name).read_text())
    tried = 0
    for path in _variants(whole):
        for value in WRONG:
            (album / name).write_text(json.dumps(_with(whole, path, value)))
            try:
                list(contents(Folder(album)))
                lay_out(album, [], 1.0)
            except OutputError:
                pass
            tried += 1
    assert tried > 149


@pytest.mark.parametrize("text", ["[" * 100_000, '{"schema": ' + "1" * 5000 + "}", '{"schema": NaN}', "\ud800", "{"])
def test_a_manifest_that_is_none_is_said(themes: Path, album: Path, text: str) -> None:
    (album / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(OutputError, match="is no manifest of an album"):
        made(themes, album)


def test_a_users_files_stay(cli: Cli, themes: Path, tmp_path: Path) -> None:
    write_song(themes / "two.mid")
    mine = {".work/notes.txt": "w", "one.lofi.mid": "a cover of my own", "two.txt": "t", "facts/readme.txt": "f"}
    for name, text in mine.items():
        (tmp_path / "album" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "album" / name).write_text(text)
    done = cli("batch", themes, "-s", "lofi", "-o", "album", "--formats", "mid", "--jobs", "1")
    assert done.status == 3
    assert "failed: one in lofi: one.lofi.mid is in the album and not made by it" in done.err
    assert (tmp_path / "album" / "two.lofi.mid").exists()
    assert (tmp_path / "album" / "index.html").exists()
    assert {n: (tmp_path / "album" / n).read_text() for n in mine} == mine


@pytest.mark.parametrize("name", ["index.html", "manifest.json", ".remixkit/notes.txt", "facts", "sources"])
def test_what_stands_where_ours_would_is_said_before_the_work(
    cli: Cli, themes: Path, tmp_path: Path, name: str
) -> None:
    theirs = tmp_path / "album" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"name": "My page"}')
    done = cli("batch", themes, "-s", "lofi", "-o", "album", "--formats", "mid", "--jobs", "1")
    assert (done.status, done.out) == (2, "")
    assert name.split("/")[0] in done.err
    assert theirs.read_text() == '{"name": "My page"}'
    assert [p.name for p in (tmp_path / "album").rglob("*") if p.is_file()] == [theirs.name]


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_folders_of_an_album_that_lead_elsewhere_are_refused(themes: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "facts").symlink_to(tmp_path / "mine")
    with pytest.raises(OutputError, match="is in the way"):
        made(themes, tmp_path / "album")
    assert not list((tmp_path / "mine").iterdir())


def test_files_that_a_killed_run_was_making_are_ours(
    themes: Path, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Folder, local: Path, name: str) -> None:
        if name.startswith("facts/"):
            calls.append(name)
            if len(calls) == 2:
                raise KeyboardInterrupt
        real(self, local, name)

    calls: list[str] = []
    real = Folder.adopt
    monkeypatch.setattr(Folder, "adopt", killed)
    with pytest.raises(KeyboardInterrupt):
        made(themes, album, formats="mid,musicxml", seed=1)
    assert (album / "one.lofi.musicxml").exists()
    monkeypatch.undo()
    assert [len(s.made) for s in made(themes, album, seed=2)] == [1]
    made(themes, album.parent / "fresh", seed=2)
    assert hashes(album) == hashes(album.parent / "fresh")


def test_of_two_batches_at_once_one_is_told(themes: Path, tmp_path: Path) -> None:
    first = make_album(asked(themes, tmp_path / "album", "lofi", "rock"), 1, here)
    next(first)
    with pytest.raises(OutputError, match=rf"another batch is at work in it \(process {os.getpid()} on "):
        made(themes, tmp_path / "album")
    list(first)
    assert [len(s.made) for s in made(themes, tmp_path / "album")] == [0]
    assert not (tmp_path / "album" / store.SCRATCH).exists()


def test_ten_rounds_of_two_batches_at_once(tmp_path: Path) -> None:
    script = "import sys,time;from pathlib import Path;from remixkit.batch.guards.album_lock import locked\n"
    script += "with locked(Path('lock'), Path('al')):\n print('in', flush=True); sys.stdin.read(); Path('n').unlink()\n"
    for _ in range(10):
        (tmp_path / "lock").write_text(json.dumps({"host": album_lock.socket.gethostname(), "pid": 1 << 30}))
        (tmp_path / "n").touch()
        words = [sys.executable, "-c", script]
        pair = [subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE) for _ in range(2)]  # fmt: skip
        until = time.monotonic() + 60
        while all(p.poll() is None for p in pair) and time.monotonic() < until:
            time.sleep(0.01)
        told = [p.communicate() for p in pair]
        assert sorted(p.returncode for p in pair) == [0, 1], told
        assert [e for _, e in told if b"another batch" in e], told
        assert not (tmp_path / "lock").exists()


def test_stale_locks_are_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    for note, age_s, is_stale in (
        ({"host": album_lock.socket.gethostname(), "pid": 1 << 30}, 0, True),
        ({"host": album_lock.socket.gethostname(), "pid": os.getpid()}, 3600, False),
        ({"host": "another", "pid": 1}, album_lock.STALE_S / 2, False),
        ({"host": "another", "pid": 1}, album_lock.STALE_S * 2, True),
        (["no", "note"], 60, True),
    ):
        lock.write_text(json.dumps(note))
        os.utime(lock, (time.time() - age_s,) * 2)
        if is_stale:
            with album_lock.locked(lock, tmp_path):
                assert str(os.getpid()) in lock.read_text()
            assert not lock.exists()
        else:
            with pytest.raises(OutputError, match="another batch"), album_lock.locked(lock, tmp_path):
                pass


def test_a_song_and_a_folder_that_cannot_be_read_do_not_end_a_batch(
    cli: Cli, themes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_song(themes / "closed.mid")
    write_song(themes / "shut" / "in.mid")
    (themes / "huge.mid").touch()
    os.truncate(themes / "huge.mid", songs.MOST_BYTES + 1)
    digest, scan = songs.digest, os.scandir

    def closed(path: Path) -> str:
        if path.stem == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return digest(path)

    def shut(path: Any = ".") -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(songs, "digest", closed)
    monkeypatch.setattr(os, "scandir", shut)
    steps = {s.song: s for s in made(themes, tmp_path / "album")}
    told = json.loads((tmp_path / "album" / "manifest.json").read_text())
    assert [e.name for e in steps["one"].made] == ["one.lofi"]
    assert {f["song"].rpartition("/")[2]: f["reason"] for f in told["failed"]} == {
        "closed": "Permission denied",
        "huge": "100 MB; a song has at most 100 MB",
        "shut": "this folder: Permission denied",
    }


def test_a_name_that_the_disk_cannot_hold_is_the_songs_fault(themes: Path, tmp_path: Path) -> None:
    write_song(themes / f"{'a' * 240}.mid")
    steps = {s.song[:3]: s for s in made(themes, tmp_path / "album")}
    assert [e.name for e in steps["one"].made] == ["one.lofi"]
    assert sum(len(s.failed) + len(s.made) for s in steps.values()) == 2
    assert "one.lofi" in manifest.read(Folder(tmp_path / "album"))


def test_too_little_memory_is_one_songs_failure() -> None:
    assert "not enough memory" in worker.failure("a", "lofi", MemoryError()).reason
    assert len(worker.failure("a", "lofi", IndexError("x" * 100_000)).reason) < 500


def test_what_a_worker_says_is_looked_for(themes: Path, tmp_path: Path) -> None:
    def elsewhere(jobs: Any) -> Iterator[Outcome]:
        for job in jobs:
            away = SongJob(**{n: getattr(job, n) for n in job.__slots__} | {"store": Folder(tmp_path / "away")})
            yield worker.do_job(away)

    steps = list(make_album(asked(themes, tmp_path / "album"), 1, elsewhere))
    assert [f.reason for f in steps[0].failed] == [
        f"its worker made it, but not in {tmp_path / 'album'}: do all workers reach that place?"
    ]
    assert not steps[0].made


def test_what_fits(album: Path) -> None:
    music = json.loads((album / "facts/one.lofi.json").read_text())["music"]
    assert records.music_fits(music)
    assert not records.music_fits({**music, "bars_s": [2.0, 1.0]})
    assert not records.music_fits({**music, "keys": [[0.0, 1.0, "H flat"]]})
