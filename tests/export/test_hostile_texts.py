"""Titles and names out of strangers' files: every output stays valid, and nothing in them is obeyed."""

from __future__ import annotations

import re
import tomllib
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import mido
import pytest
import rpp
from albums import write_song
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import remixkit
from remixkit.arrange.form import plan_file
from remixkit.batch import tape_files
from remixkit.batch.tape_files import Chapter
from remixkit.export import album_page
from remixkit.export.page_layout import Heading
from remixkit.model.song import Lyric
from remixkit.remix import Cover
from remixkit.render.files import encode
from remixkit.render.files.tags import Tags

NASTY = [
    *"\x00\x07\x1b\x7f\x9b\n\r\t\x0b\x85\u2028\ufffe\uffff\ud800\u202e\U0001f3b9", '"', "'", "`", "<", ">", "&", "|",
    "\\", "/", "#", "$", "[/x]", "&#0;", "</script>", "]]>", "{{7*7}}", "#{1}", "\n../../etc/passwd\n", "夜", "$\\x$",
]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(NASTY) | st.characters(), max_size=8).map("".join)
ALL = "".join(NASTY)


@cache
def plain_cover(style: str = "piano-ballad") -> Cover:
    with TemporaryDirectory() as folder:
        return remixkit.cover(write_song(Path(folder, "song.mid")), style)


def cover(text: str, style: str = "piano-ballad") -> Cover:
    made = plain_cover(style)
    first = made.arrangement.parts[0]
    sung = tuple(Lyric(n.start_tick, text) for n in first.notes[:2])
    parts = (replace(first, name=text, lyrics=sung), *made.arrangement.parts[1:])
    arrangement = replace(made.arrangement, title=text, composer=text, style=text, parts=parts)
    return replace(made, arrangement=arrangement, plan=replace(made.plan, title=text))


SOME = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@SOME
@given(HOSTILE)
@example(ALL)
def test_scores_and_projects_are_valid(text: str) -> None:
    made = cover(text)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        paths = [home / f"x.{ending}" for ending in ("mid", "musicxml", "lead.musicxml", "rpp", "dawproject")]
        made.write(*paths, warn=lambda sentence: None)
        mido.MidiFile(paths[0], charset="utf-8")
        for path in paths[1:3]:
            assert ElementTree.parse(path).getroot().tag == "score-partwise"
        tracks = [e for e in rpp.loads(paths[3].read_text("utf-8")) if getattr(e, "tag", "") == "TRACK"]
        assert len(tracks) == len(made.arrangement.parts)
        with zipfile.ZipFile(paths[4]) as archive:
            for name in ("project.xml", "metadata.xml"):
                ElementTree.fromstring(archive.read(name))
        plan_file.write(home / "plan.toml", made.plan, made.explain())
        tomllib.loads((home / "plan.toml").read_text("utf-8"))


def test_hostile_text_is_printed_and_drawn(tmp_path: Path) -> None:
    from remixkit.export.roll import draw_roll

    made = cover(ALL)
    made.write(tmp_path / "x.pdf", tmp_path / "x.lead.pdf", warn=lambda sentence: None)
    assert (tmp_path / "x.lead.pdf").read_bytes().startswith(b"%PDF")
    draw_roll([made.arrangement], tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 1000


def test_a_heading_is_no_program_for_the_typesetter() -> None:
    from remixkit.export import page_layout

    plain, hostile = (page_layout._document(Heading(t), [], [], ["Font"]) for t in ("x", '"] #panic("obeyed") ['))
    assert plain == hostile


@SOME
@given(HOSTILE)
@example(ALL)
def test_a_line_is_an_entry(text: str) -> None:
    chapters = [Chapter(0.0, 9.0, text, text, "C major", 120.0, 9.0)]
    with TemporaryDirectory() as folder:
        target = Path(folder, "tape.flac")
        tape_files.write_beside(target, text, chapters, [Path(folder, "a.flac")])
        cue, times, playlist = (target.with_suffix(e).read_text("utf-8") for e in (".cue", ".txt", ".m3u8"))
    assert len(cue.splitlines()) == 6
    assert all(line.count('"') in (0, 2) for line in cue.splitlines())
    assert len(times.splitlines()) == 1
    assert [line for line in playlist.splitlines() if not line.startswith("#")] == ["a.flac"]


@SOME
@given(HOSTILE)
@example(ALL)
def test_a_page_holds_no_script_of_others(text: str) -> None:
    page = album_page.html(text, [album_page.PageSong(text, ())])
    assert page.encode()
    assert len(re.findall(r"<script", page)) == len(re.findall(r"<script", album_page.html("", [])))


@pytest.mark.parametrize("ending", [".flac", ".ogg", ".mp3", ".wav"])
def test_tags_are_read_by_others(ending: str, tmp_path: Path) -> None:
    import mutagen
    import numpy as np

    from remixkit.texts import plain_line

    path = tmp_path / f"x{ending}"
    text = plain_line(ALL)
    sound = np.zeros((2, 4410), np.float32)
    encode.write(sound, path, 44100, encode.EncodingOptions(tags=Tags(text, text, text)))
    assert mutagen.File(path) is not None


def test_a_title_is_shown_and_not_obeyed(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    song = mido.MidiFile(write_song(tmp_path / "[/x]\x1b[31m.mid"), charset="utf-8")
    song.tracks[0].insert(0, mido.MetaMessage("track_name", name="[/x] \u009b31m\u202e"))
    song.tracks[1].insert(0, mido.MetaMessage("track_name", name="[bold]\u009b"))
    song.save(tmp_path / "[/x]\x1b[31m.mid")
    done = cli("analyze", tmp_path / "[/x]\x1b[31m.mid")
    assert done.status == 0
    assert not set(done.out + done.err) & set("\x1b\x9b\u202e")
    assert "[/x]" in done.out
    assert "[bold]" in done.out
