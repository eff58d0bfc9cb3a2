"""What is handed on from a MIDI file as it stands: all of it with `none`, or the tracks that a style keeps."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mido
import pytest
from albums import made, write_song
from conftest import EXAMPLES, Done
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_files import meta, note, song, sysex
from mido.midifiles import midifiles

import remixkit
from remixkit import midi
from remixkit import style as styles
from remixkit.arrange import passed_song
from remixkit.arrange.form.excerpt import excerpt
from remixkit.export import reaper
from remixkit.model.song import Message, Note, Song, SongPassthrough, Track, TrackPassthrough
from remixkit.model.timing import Grid, TempoChange, TempoMap

GM_ON = bytes.fromhex("f0 7e 7f 09 01 f7")
CHORUS = bytes.fromhex("f0 41 10 42 12 40 01 38 04 03 f7")
NAME, END_MARK = b"\xff\x03", b"\xff\x2f"
Event = tuple[int, bytes]
Run = Callable[..., Done]


def events(path: Path, name: str | None = None) -> list[Event]:
    """(tick, bytes) of all a file holds but its end marks, or of its track of a name; sorted."""
    found = []
    with patch.object(midifiles, "read_meta_message", _raw):
        file = mido.MidiFile(path)
    for track in file.tracks:
        tick, told = 0, []
        for m in track:
            tick += m.time
            told.append((tick * 960 // file.ticks_per_beat, bytes(m.bytes())))
        named = next((d[3:].decode() for _, d in told if d[:2] == NAME), "") if name else None
        found += [e for e in told if e[1][:2] != END_MARK and named == name]
    return sorted(found)


def _raw(file: Any, delta: int) -> mido.UnknownMetaMessage:
    """mido would read texts as Latin-1 and forget the time of what it does not know."""
    kind = midifiles.read_byte(file)
    data = midifiles.read_bytes(file, midifiles.read_variable_int(file))
    return mido.UnknownMetaMessage(kind, data, time=delta)


def handed_on(content: bytes, folder: Path, style: str = "none", **wishes: object) -> list[Event]:
    (folder / "in.mid").write_bytes(content)
    remixkit.cover(folder / "in.mid", style, **wishes).write(folder / "out.mid")  # type: ignore[arg-type]
    return events(folder / "out.mid")


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example whose singer bends, and has words, a nested parameter, pressure and system exclusives."""
    file = mido.MidiFile(EXAMPLES / "paper-comet.mid")
    vocal = next(t for t in file.tracks if t.name == "Vocal")
    extra: list[mido.Message | mido.MetaMessage] = [
        mido.Message.from_bytes(GM_ON),
        mido.Message.from_bytes(CHORUS),
        *(mido.Message("control_change", channel=0, control=n, value=v) for n, v in ((101, 0), (100, 0), (6, 12))),
    ]
    at = next(k for k, m in enumerate(vocal) if m.type == "note_on")
    vocal[at:at] = extra
    for k in range(at + len(extra) + 1, len(vocal) - 1, 9):
        vocal.insert(k, mido.Message("pitchwheel", channel=0, pitch=37 * k % 8000 - 4000))
        vocal.insert(k, mido.Message("aftertouch", channel=0, value=k % 128))
        vocal.insert(k, mido.MetaMessage("lyrics", text=f"la{k}"))
    path = tmp_path_factory.mktemp("sung") / "sung.mid"
    file.save(path)
    return path


def style_of(folder: Path, keep: str, extends: str = "lofi") -> Path:
    path = folder / "mine.toml"
    path.write_text(f'schema = 2\ntitle = "Mine"\nextends = "{extends}"\nkeep = {keep}\n', encoding="utf-8")
    return path


# --- none: the song as it is ----------------------------------------------------------------------------------------


def test_every_event_comes_back_and_none_is_added(tmp_path: Path) -> None:
    conductor = (
        meta(0x03, "曲".encode("cp932"))
        + meta(0x51, bytes.fromhex("07a120"))
        + meta(0x58, bytes([3, 2, 24, 8]))
        + meta(0x59, bytes([0xFE, 1]))
        + meta(0x06, b"Verse", at=96)
        + meta(0x07, b"lights")
        + meta(0x02, b"(c)")
    )
    singer = (
        meta(0x03, b"Vocal")
        + sysex(CHORUS[1:-1])
        + bytes.fromhex("00 b3 65 00  00 b3 64 00  00 b3 06 0c")
        + bytes.fromhex("00 e3 11 22  00 d3 33  00 a3 40 55  00 c3 05  60 c3 06")
        + note(64, channel=3, length=48)
        + meta(0x05, "ラ".encode("cp932"))
        + note(64, channel=3, length=96)
    )
    spoken = meta(0x03, b"notes to self") + meta(0x01, b"louder!", at=5)
    out = handed_on(song(conductor, singer, spoken), tmp_path)
    assert out == events(tmp_path / "in.mid")
    assert len(out) == 24


ticks = st.integers(0, 40_000)
byte7 = st.integers(0, 127)


@st.composite
def tracks(draw: st.DrawFn, channel: int) -> Track:
    """A track as a file can hold it: of one pitch, what begins first ends first."""
    notes: list[Note] = []
    for pitch in draw(st.sets(byte7, max_size=3)):
        starts = sorted(draw(st.lists(ticks, min_size=1, max_size=4)))
        ends = sorted(s + draw(st.integers(1, 4000)) for s in starts)
        notes += [Note(s, e, pitch, draw(st.integers(1, 127))) for s, e in zip(starts, ends, strict=True)]
    told = draw(st.lists(st.tuples(ticks, data(channel)), max_size=12))
    head = [NAME + draw(st.text("abcア", min_size=1, max_size=4)).encode(), bytes([0xC0 | channel, draw(byte7)])]
    said = [*((0, d) for d in head), *sorted(told, key=lambda e: e[0])]
    return Track(
        channel=channel,
        notes=tuple(sorted(notes)),
        passthrough=TrackPassthrough(channel, tuple(Message(*m) for m in said)),
    )


def data(channel: int) -> st.SearchStrategy[bytes]:
    """A channel message that ends no notes, a system exclusive, a text or a lyric."""
    pairs = st.tuples(st.sampled_from([0xA0, 0xB0, 0xE0]), st.integers(0, 119), byte7)
    return st.one_of(
        pairs.map(lambda m: bytes([m[0] | channel, m[1], m[2]])),
        st.tuples(st.sampled_from([0xC0, 0xD0]), byte7).map(lambda m: bytes([m[0] | channel, m[1]])),
        st.binary(max_size=9).map(lambda b: b"\xf0\x41" + bytes(x & 127 for x in b) + b"\xf7"),
        st.tuples(st.sampled_from([1, 5]), st.binary(max_size=200)).map(lambda m: bytes([0xFF, m[0]]) + m[1]),
    )


@st.composite
def songs(draw: st.DrawFn) -> Song:
    channels = draw(st.lists(st.integers(0, 15), min_size=1, max_size=4, unique=True))
    us = st.integers(150_000, 2_000_000)
    tempos = {0: draw(us), **draw(st.dictionaries(st.integers(1, 40_000), us, max_size=4))}
    kept = [
        t for t, before in zip(sorted(tempos), [-1, *sorted(tempos)], strict=False) if tempos[t] != tempos.get(before)
    ]
    markers = [Message(t, b"\xff\x06" + b"x") for t in sorted(draw(st.lists(ticks, max_size=3)))]
    return Song(
        tracks=tuple(draw(tracks(c)) for c in channels),
        grid=Grid(TempoMap(tuple(TempoChange(t, 60e6 / tempos[t]) for t in kept))),
        passthrough=SongPassthrough(((Message(0, bytes.fromhex("ff 58 04 02 18 08")), *markers),)),
    )


@given(songs())
@settings(max_examples=40, deadline=None)
def test_any_song_comes_back_equal(original: Song) -> None:
    back = midi.from_bytes(midi.to_bytes(passed_song(original)))
    assert [(t.channel, t.notes, t.passthrough) for t in back.tracks if t.passthrough is not None] == [
        (t.channel, t.notes, t.passthrough) for t in original.tracks
    ]
    assert back.passthrough == original.passthrough
    assert back.grid.tempo == original.grid.tempo
    assert midi.to_bytes(passed_song(back)) == midi.to_bytes(passed_song(original))


def test_channels_that_share_a_track_become_parts_and_keep_what_they_are_told(tmp_path: Path) -> None:
    both = meta(0x03, b"Both") + sysex(CHORUS[1:-1]) + note(60, channel=0) + note(64, channel=1)
    out = handed_on(song(both, kind=0), tmp_path)
    before = events(tmp_path / "in.mid")
    assert [e for e in before if e not in out] == []
    assert [d for _, d in out if (0, d) not in before and d[:2] not in (NAME, b"\xff\x51") and d[0] == 0xFF] == []
    parts = remixkit.cover(tmp_path / "in.mid", "none").arrangement.parts
    assert [(p.passthrough and p.passthrough.channel, [n.pitch for n in p.notes]) for p in parts] == [
        (0, [60]),
        (1, [64]),
    ]


@pytest.mark.parametrize("division", [1, 24, 100, 384, 480])
def test_every_event_keeps_its_tick_whatever_the_file_counts_in(tmp_path: Path, division: int) -> None:
    notes = [note(60, at=k, length=k % 3) for k in range(1, 120)]
    bends = [bytes([k, 0xE0, 0, k]) for k in range(1, 120)]
    content = song(meta(0x03, b"a") + b"".join(notes), b"".join(bends), division=division)
    out = handed_on(content, tmp_path)
    (tmp_path / "again").mkdir()
    assert handed_on((tmp_path / "out.mid").read_bytes(), tmp_path / "again") == out
    files = [mido.MidiFile(tmp_path / name) for name in ("in.mid", "out.mid")]
    assert [f.ticks_per_beat for f in files] == [division] * 2
    starts, bent = ([_ticks(f, kind) for f in files] for kind in ("note_on", "pitchwheel"))
    assert starts[0] == starts[1]
    assert bent[0] == bent[1]


def _ticks(file: mido.MidiFile, kind: str) -> list[int]:
    return sorted(
        now
        for track in file.tracks
        for now, m in zip(accumulate(m.time for m in track), track, strict=True)
        if m.type == kind
    )


def test_a_system_exclusive_in_packets_is_whole_and_one_without_an_end_gets_it(tmp_path: Path) -> None:
    packets = bytes.fromhex("00 f7 01 55  00 f0 03 41 10 42  60 f7 03 12 40 f7  00 f0 02 43 10")
    out = handed_on(song(packets + note(60)), tmp_path)
    assert [(t, d.hex(" ")) for t, d in out if d[0] == 0xF0] == [(0, "f0 41 10 42 12 40 f7"), (192, "f0 43 10 f7")]
    (warning,) = remixkit.load(tmp_path / "in.mid").warnings
    assert warning == "1 system exclusive was left out that no instrument understands."


def test_drums_alone_are_handed_on(tmp_path: Path, cli: Run) -> None:
    (tmp_path / "in.mid").write_bytes(song(meta(0x03, b"Kit") + note(36, channel=9) + note(38, channel=9)))
    done = cli("cover", "in.mid", "--style", "none", "-o", "out.mid", "-o", "out.rpp", "-o", "out.dawproject")
    assert (done.status, done.err) == (0, "")
    struck = [d for _, d in events(tmp_path / "out.mid") if d[0] & 0xF0 == 0x90]
    assert struck == [b"\x99\x24\x40", b"\x99\x26\x40"]


def test_none_beside_a_cover_hands_on_the_file_and_not_what_was_heard(tmp_path: Path, cli: Run, sung: Path) -> None:
    assert cli("cover", sung, "--style", "none", "-o", "alone.mid").status == 0
    assert cli("cover", sung, "--style", "none", "--style", "lofi", "-o", "{style}.mid").status == 0
    assert (tmp_path / "alone.mid").read_bytes() == (tmp_path / "none.mid").read_bytes()


def test_key_and_tempo_move_the_notes_but_the_drums_and_nothing_else(tmp_path: Path) -> None:
    head = meta(0x51, bytes.fromhex("07a120")) + meta(0x59, bytes([0, 0]))
    content = song(head, note(60) + bytes.fromhex("00 a0 3c 11 00 e0 11 22"), note(36, channel=9))
    plain = handed_on(content, tmp_path)
    moved = handed_on(content, tmp_path, key="+2", tempo_bpm=90)
    changed = [(a, b) for a, b in zip(plain, moved, strict=True) if a != b]
    assert {(a[1].hex(" "), b[1].hex(" ")) for a, b in changed} == {
        ("90 3c 40", "90 3e 40"),
        ("80 3c 40", "80 3e 40"),
        ("a0 3c 11", "a0 3e 11"),
        ("ff 59 02 00 00", "ff 59 02 02 00"),
        ("ff 51 03 07 a1 20", "ff 51 03 0a 2c 2b"),
    }
    assert [a[0] for a in plain] == [b[0] for b in moved]


def test_a_song_that_is_handed_on_is_not_cut(short_song: Path, cli: Run) -> None:
    done = cli("cover", short_song, "--style", "none", "--form", "tv", "-o", "out.mid")
    assert (done.status, done.err) == (
        2,
        "error: form: a song that is passed through stays whole; leave --form out, or take a style with players\n",
    )


def test_a_score_is_handed_on_as_a_file_that_we_set_up(tmp_path: Path) -> None:
    (tmp_path / "in.abc").write_text("X:1\nT:Air\nM:4/4\nL:1/4\nK:D\nD E F A|\n", encoding="utf-8")
    remixkit.cover(tmp_path / "in.abc", "none").write(tmp_path / "out.mid")
    told = [d for _, d in events(tmp_path / "out.mid")]
    assert [d[1] for d in told if d[0] == 0x90 and d[2]] == [62, 64, 66, 69]
    assert b"\xff\x03\x03Air" in told


def test_styles_list_has_it_last(cli: Run) -> None:
    assert [info.name for info in styles.available()][-1] == "none"
    shown = cli("styles", "show", "none").out
    assert "all tracks" in shown
    assert "Players" not in shown


def test_an_album_may_have_the_songs_as_they_are(tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "one.mid")
    made(tmp_path / "songs", tmp_path / "album", "none", "lofi")
    (tmp_path / "none.mid").write_bytes(b"")
    remixkit.cover(tmp_path / "songs" / "one.mid", "none").write(tmp_path / "none.mid")
    assert (tmp_path / "album" / "one.none.mid").read_bytes() == (tmp_path / "none.mid").read_bytes()


# --- keep: tracks of the source beside a style's players --------------------------------------------------------------


def test_a_kept_track_is_word_for_word_the_sources_on_the_covers_bars(sung: Path, tmp_path: Path) -> None:
    cover = remixkit.cover(sung, style_of(tmp_path, '["vocal"]'))
    cover.write(tmp_path / "out.mid")
    cover.write(tmp_path / "again.mid")
    assert (tmp_path / "out.mid").read_bytes() == (tmp_path / "again.mid").read_bytes()
    source, kept = events(sung, "Vocal"), events(tmp_path / "out.mid", "Vocal")
    shift = next(t for t, d in kept if d[0] == 0x90) - next(t for t, d in source if d[0] == 0x90)
    assert shift % (4 * 960) == 0
    wanted = sorted((t + shift if t or d[0] == 0xFF else 0, d) for t, d in source if d != GM_ON and d[:2] != NAME)
    assert [e for e in kept if e[1][:2] != NAME] == wanted
    assert {d[0] for _, d in kept} >= {0x90, 0xB0, 0xD0, 0xE0, 0xF0, 0xFF}
    plain = remixkit.cover(sung, "lofi").arrangement
    assert cover.arrangement.parts[: len(plain.parts)] == plain.parts, "the band plays as without it"
    assert cover.arrangement.grid == plain.grid


def test_a_kept_track_has_its_channel_to_itself_and_resets_nobody(sung: Path, tmp_path: Path) -> None:
    cover = remixkit.cover(sung, style_of(tmp_path, "[1, 7]"))
    assert any("1 reset of the whole instrument" in w for w in cover.arrangement.warnings)
    cover.write(tmp_path / "out.mid")
    assert GM_ON not in [d for _, d in events(tmp_path / "out.mid")]
    channels = {
        t.name: {m.channel for m in t if not m.is_meta and m.type != "sysex"}
        for t in mido.MidiFile(tmp_path / "out.mid").tracks[1:]
    }
    assert channels.pop("Vocal") == {0}
    assert channels.pop("Drums 2") == channels.pop("Drums") == {9}
    assert all(0 not in c and len(c) == 1 for c in channels.values())


def test_the_bands_own_leads_may_go_for_a_kept_one(sung: Path, tmp_path: Path) -> None:
    style = style_of(tmp_path, '["Vocal"]')
    gone = "".join(f'[roles.{name}]\nkind = "none"\n' for name in ("lead", "lead_high"))
    style.write_text(style.read_text(encoding="utf-8") + gone, encoding="utf-8")
    cover = remixkit.cover(sung, styles.check(style)).arrangement
    assert [p.name for p in cover.parts if p.lyrics] == ["Vocal"]
    assert not any("Melody" in p.name for p in cover.parts)
    assert not any("no lead" in w for w in cover.warnings)


def test_a_kept_track_follows_the_key(sung: Path, tmp_path: Path) -> None:
    plain, higher = (
        remixkit.cover(sung, style_of(tmp_path, '["Vocal", "Drums"]'), key=key).arrangement.parts[-2:]
        for key in (None, "+3")
    )
    assert [n.pitch + 3 for n in plain[0].notes] == [n.pitch for n in higher[0].notes]
    assert plain[1] == higher[1], "drums have no key"
    assert plain[0].passthrough == higher[0].passthrough


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        ('["Vocl"]', "keep: has no track called 'Vocl', which the style 'mine' keeps; did you mean 'Vocal'?"),
        ("[99]", "keep: has no track 99, which the style 'mine' keeps; there are 7"),
    ],
)
def test_a_track_that_is_not_there_is_told_in_a_line(
    sung: Path, cli: Run, tmp_path: Path, keep: str, said: str
) -> None:
    for extends in ("lofi", "none"):
        done = cli("cover", sung, "--style", style_of(tmp_path, keep, extends), "-o", "out.mid")
        assert (done.status, done.err) == (2, f"error: sung.mid: {said}\n")


def test_some_tracks_may_be_handed_on_alone(sung: Path, tmp_path: Path) -> None:
    (alone,) = remixkit.cover(sung, style_of(tmp_path, '["Bass"]', "none")).arrangement.parts
    assert alone.name == "Bass"


def test_a_cut_song_tells_a_kept_player_what_was_set_in_the_bars_that_are_gone(sung: Path) -> None:
    analysis = remixkit.analyze(sung)
    bar = 4 * 960
    told = [(0, "c0 05"), (bar, "e0 00 20"), (bar, "e0 00 30"), (bar + 1, "ff 05 61"), (bar + 2, "b0 40 7f")]
    track = Track(passthrough=TrackPassthrough(0, tuple(Message(t, bytes.fromhex(d)) for t, d in told)))
    whole = replace(analysis, song=replace(analysis.song, tracks=(track,)))
    cut = excerpt(whole, [(2 * bar, 4 * bar)]).analysis.song.tracks[0].passthrough
    assert [(m.tick, m.data.hex(" ")) for m in cut.messages] == [(0, "c0 05"), (0, "e0 00 30"), (0, "b0 40 7f")]


def test_a_reaper_item_has_all_the_kept_part_is_told_and_its_fader_stays_up(sung: Path, tmp_path: Path) -> None:
    cover = remixkit.cover(sung, style_of(tmp_path, '["Vocal"]'))
    vocal = next(p for p in cover.arrangement.parts if p.name == "Vocal")
    said = [d for _, d in midi.messages(vocal)]
    assert CHORUS in said
    assert any(d[:2] == b"\xb0\x07" for d in said), "its own volume"
    text = reaper.reaper_tree(cover.arrangement, tmp_path / "x.rpp", {})
    (track,) = [t for t in text.findall("TRACK") if t.find("NAME")[1] == "Vocal"]
    assert track.find("VOLPAN")[1:3] == ["1", "0"]
    blocks = [b[0] for b in track.findall(".//X")]
    assert base64.b64encode(CHORUS).decode() in blocks
