"""Takes and files for a DAW, from the command line and from Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from conftest import Done

import remixkit
from remixkit import midi
from remixkit.arrange import Daw
from remixkit.cli.options import targets
from remixkit.model.song import Song

Cli = Callable[..., Done]
Rows = list[tuple[int, int, int]]


def tracks(path: Path) -> dict[str, Rows]:
    return {t.name: [(n.start_tick, n.end_tick, n.pitch) for n in t.notes] for t in midi.read(path).tracks}


def refused(done: Done, *words: str) -> None:
    assert (done.status, done.out) == (2, ""), done
    assert len(done.err.strip().splitlines()) == 1
    assert all(word in done.err for word in words), done.err


@pytest.fixture
def takes(cli: Cli, short_song: Path, tmp_path: Path) -> tuple[Path, Path]:
    assert cli("cover", short_song, "--style", "lofi", "--takes", 2, "-o", "a.mid").status == 0
    return tmp_path / "a.take1.mid", tmp_path / "a.take2.mid"


def test_takes_are_the_seeds_from_the_given_one_on(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    done = cli("cover", short_song, "-s", "lofi", "--seed", 4, "--takes", 2, "-o", "a.mid", "-o", "{take}/b.mid")
    refused(done, "folder")
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    done = cli("cover", short_song, "-s", "lofi", "--seed", 4, "--takes", 2, "-o", "a.mid", "-o", "{take}/b.mid")
    assert done.out.split() == ["a.take1.mid", "1/b.mid", "a.take2.mid", "2/b.mid"]
    for k in (1, 2):
        assert cli("cover", short_song, "-s", "lofi", "--seed", 3 + k, "-o", f"seed{k}.mid").status == 0
        alone = (tmp_path / f"seed{k}.mid").read_bytes()
        assert alone == (tmp_path / f"a.take{k}.mid").read_bytes() == (tmp_path / f"{k}/b.mid").read_bytes()


def test_a_takes_number_stands_before_the_whole_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    jobs = targets.plan(Path("s.mid"), ["lofi"], ["x.lead.pdf", "y.{take}.{style}.rpp"], takes=2)
    assert [str(p) for job in jobs for p in job.paths] == [
        "x.take1.lead.pdf", "y.1.lofi.rpp", "x.take2.lead.pdf", "y.2.lofi.rpp",
    ]  # fmt: skip
    jobs = targets.plan(Path("s.mid"), ["lofi"], [], takes=2)
    assert [str(p) for p in jobs[1].paths] == ["s.lofi.take2.mid", "s.lofi.take2.wav"]


def test_locked_parts_stay_and_the_others_are_made_anew(cli: Cli, short_song: Path, takes: tuple[Path, Path]) -> None:
    done = cli("cover", short_song, "-s", "lofi", "--lock", "drums,bass", "--from", takes[0], "-o", "new.mid")
    assert (done.status, done.out) == (0, "new.mid\n"), done.err
    old, new = tracks(takes[0]), tracks(short_song.parent / "new.mid")
    assert old.keys() == new.keys()
    same = {name for name in old if old[name] == new[name]}
    assert {"Drums", "Upright Bass"} <= same
    assert same != old.keys(), "without --seed the others play another take"


def test_python_does_the_same(cli: Cli, short_song: Path, takes: tuple[Path, Path]) -> None:
    assert cli("cover", short_song, "-s", "lofi", "--redo", "5-6", "--from", takes[0], "-o", "new.mid").status == 0
    made = remixkit.cover(short_song, "lofi", take=takes[0], redo=(5, 6))
    made.write(short_song.parent / "python.mid")
    written = (short_song.parent / "new.mid").read_bytes()
    assert written == (short_song.parent / "python.mid").read_bytes()
    assert midi.from_bytes(written).seeds == (1, 0)
    with pytest.raises(ValueError, match="need one"):
        remixkit.cover(short_song, "lofi", lock=["drums"])
    with pytest.raises(ValueError, match="need one"):
        remixkit.cover(short_song, "lofi", take=takes[0])


def test_options_that_lack_each_other(cli: Cli, short_song: Path, takes: tuple[Path, Path]) -> None:
    take = takes[0]
    cover = ("cover", short_song, "-s", "lofi", "-o", "x.mid")
    refused(cli(*cover, "--lock", "drums"), "--lock", "--from")
    refused(cli(*cover, "--redo", "3-4"), "--redo", "--from")
    refused(cli(*cover, "--from", take), "--lock", "--redo")
    refused(cli(*cover, "--from", take, "--redo", "4-3"), "4-3")
    refused(cli(*cover, "--from", take, "--redo", "90-91"), "a.take1.mid", "no bars 90-91")
    refused(cli(*cover, "--from", take, "--lock", "drumz"), "did you mean 'drums'")
    refused(cli(*cover, "--from", "nope.mid", "--lock", "drums"), "nope.mid")
    refused(cli(*cover, "--from", take, "--lock", "drums", "-o", take), "replace the earlier take")
    both = ("cover", short_song, "-s", "lofi", "-s", "rock", "-o", "{style}.mid")
    refused(cli(*both, "--from", take, "--lock", "drums"), "one style")
    assert not (short_song.parent / "x.mid").exists()


def song_of(path: Path) -> Song:
    return midi.read(path)


def test_what_a_daw_gets_no_sheet_and_no_sound_has(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    outputs = ("-o", "a.mid", "-o", "a.musicxml")
    assert cli("cover", short_song, "-s", "lofi", *outputs).status == 0
    plain, sheet = song_of(tmp_path / "a.mid"), (tmp_path / "a.musicxml").read_bytes()
    wishes = ("--chord-track", "--split", "drums", "--bars-from", "3")
    assert cli("cover", short_song, "-s", "lofi", *outputs, *wishes).status == 0
    dressed = song_of(tmp_path / "a.mid")
    assert (tmp_path / "a.musicxml").read_bytes() == sheet
    names = [t.name for t in dressed.tracks]
    assert "Chords" in names
    assert {n.partition(": ")[0] for n in names if ": " in n} == {"Drums"}
    moved = [n.start_tick - 2 * 3840 for t in dressed.tracks if t.name != "Chords" for n in t.notes]
    assert sorted(moved) == sorted(n.start_tick for t in plain.tracks for n in t.notes)
    made = remixkit.cover(short_song, "lofi", daw=Daw(chord_track=True, split_drums=True, bars_from=3))
    made.write(tmp_path / "b.mid")
    assert (tmp_path / "b.mid").read_bytes() == (tmp_path / "a.mid").read_bytes()
    assert made.arrangement == remixkit.cover(short_song, "lofi").arrangement


@pytest.mark.parametrize("wish", [("--chord-track",), ("--split", "drums"), ("--bars-from", "2")])
def test_a_wish_for_a_daw_needs_a_file_for_one(cli: Cli, short_song: Path, wish: tuple[str, ...]) -> None:
    refused(cli("cover", short_song, "-s", "lofi", "-o", "a.musicxml", *wish), wish[0], ".mid")


@pytest.mark.parametrize("bars_from", [1, 4])
def test_bars_are_numbered_from_where_is_asked(short_song: Path, tmp_path: Path, bars_from: int) -> None:
    remixkit.cover(short_song, "lofi", daw=Daw(bars_from=bars_from)).write(tmp_path / "a.mid")
    head = mido.MidiFile(tmp_path / "a.mid").tracks[0]
    now, marker = 0, None
    for m in head:
        now += m.time
        if m.type == "marker" and marker is None:
            marker = now
        if m.type in ("set_tempo", "time_signature", "key_signature"):
            assert now == 0, m
    assert marker == (bars_from - 1) * 3840
    assert now % 3840 == 0
    with pytest.raises(ValueError, match="from 0"):
        Daw(bars_from=0)
