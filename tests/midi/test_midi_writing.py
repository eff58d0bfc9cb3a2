"""What is written is what was arranged, for our reader and for others'."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mido
import pretty_midi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit import midi
from remixkit.errors import OutputError
from remixkit.midi.writer import key_name
from remixkit.model.analysis import Key, Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Lyric, Note, each_pitch_alone
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap

GRID = Grid(
    TempoMap((TempoChange(0, 120.0), TempoChange(3840, 90.0))),
    MeterMap((MeterChange(0, 4, 4), MeterChange(3840, 3, 4))),
)
LEAD = Part(
    "Melody",
    "lead",
    program=73,
    volume=110,
    pan=70,
    reverb=50,
    notes=(Note(0, 960, 72, 90, "melody"), Note(960, 1920, 72, 80), Note(3840, 6000, 76, 100)),
    controls=(Control(0, "rpn", 0, 2 << 7), Control(0, "cc", 11, 90), Control(960, "bend", 0, -2048)),
    lyrics=(Lyric(0, "ゆ"), Lyric(960, "め")),
)
DRUMS = Part("Drums", "drums", program=8, is_drum=True, notes=(Note(0, 100, 36, 100), Note(960, 1000, 38, 90)))


def arrangement(*parts: Part, grid: Grid = GRID) -> Arrangement:
    return Arrangement(
        title="夢の歌",
        style="lofi",
        seed=1,
        grid=grid,
        keys=(Key(0, 3840, 9, "major"), Key(3840, 6720, 10, "minor")),
        chords=(),
        sections=(Section(0, 3840, "verse"), Section(3840, 6720, "chorus")),
        parts=parts,
        composer="Hata Motohiro",
    )


def as_lines(data: bytes) -> list[str]:
    """A file as text: one line an event."""
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    lines = [f"type {file.type}, {file.ticks_per_beat} a quarter"]
    for track in file.tracks:
        tick = 0
        lines.append("track")
        for message in track:
            tick += message.time
            values = {k: v for k, v in sorted(message.dict().items()) if k not in ("type", "time")}
            lines.append(" ".join([f"{tick:5}", message.type, *(f"{k}={v}" for k, v in values.items())]))
    return lines


def test_a_cover_event_by_event() -> None:
    assert (
        as_lines(midi.to_bytes(arrangement(LEAD, DRUMS)))
        == """\
type 1, 960 a quarter
track
    0 track_name name=夢の歌
    0 text text=Composer: Hata Motohiro
    0 text text=RemixKit: lofi, seed 1
    0 set_tempo tempo=500000
    0 time_signature clocks_per_click=24 denominator=4 notated_32nd_notes_per_beat=8 numerator=4
    0 key_signature key=A
    0 marker text=verse
 3840 set_tempo tempo=666667
 3840 time_signature clocks_per_click=24 denominator=4 notated_32nd_notes_per_beat=8 numerator=3
 3840 key_signature key=Bbm
 3840 marker text=chorus
 6720 end_of_track
track
    0 track_name name=Melody
    0 program_change channel=0 program=73
    0 control_change channel=0 control=7 value=110
    0 control_change channel=0 control=10 value=70
    0 control_change channel=0 control=91 value=50
    0 control_change channel=0 control=101 value=0
    0 control_change channel=0 control=100 value=0
    0 control_change channel=0 control=6 value=2
    0 control_change channel=0 control=38 value=0
    0 control_change channel=0 control=101 value=127
    0 control_change channel=0 control=100 value=127
    0 control_change channel=0 control=11 value=90
    0 lyrics text=ゆ
    0 note_on channel=0 note=72 velocity=90
  960 note_off channel=0 note=72 velocity=64
  960 pitchwheel channel=0 pitch=-2048
  960 lyrics text=め
  960 note_on channel=0 note=72 velocity=80
 1920 note_off channel=0 note=72 velocity=64
 3840 note_on channel=0 note=76 velocity=100
 6000 note_off channel=0 note=76 velocity=64
 6720 end_of_track
track
    0 track_name name=Drums
    0 program_change channel=9 program=8
    0 control_change channel=9 control=7 value=100
    0 control_change channel=9 control=10 value=64
    0 control_change channel=9 control=91 value=40
    0 note_on channel=9 note=36 velocity=100
  100 note_off channel=9 note=36 velocity=64
  960 note_on channel=9 note=38 velocity=90
 1000 note_off channel=9 note=38 velocity=64
 6720 end_of_track""".splitlines()
    )


def test_another_reader_hears_the_same() -> None:
    read = pretty_midi.PrettyMIDI(io.BytesIO(midi.to_bytes(arrangement(LEAD, DRUMS))))
    lead, drums = read.instruments
    assert (lead.name, lead.program, lead.is_drum, drums.is_drum) == ("Melody", 73, False, True)
    heard = [(n.pitch, round(n.start, 4), round(n.end, 4)) for n in lead.notes]
    # 120 quarters a minute for a bar of four, then 90.
    assert heard == [(72, 0.0, 0.5), (72, 0.5, 1.0), (76, 2.0, 3.5)]
    assert read.get_downbeats().tolist() == [0.0, 2.0]


def test_a_cover_comes_back_whole() -> None:
    song = midi.from_bytes(midi.to_bytes(arrangement(LEAD, DRUMS)))
    assert (song.title, song.composer, song.warnings) == ("夢の歌", "Hata Motohiro", ())
    assert [(m.tick, m.text) for m in song.markers] == [(0, "verse"), (3840, "chorus")]
    assert [(k.tick, k.sharps, k.mode) for k in song.key_signatures] == [(0, 3, "major"), (3840, -5, "minor")]
    assert song.tracks[0].lyrics == LEAD.lyrics
    assert song.tracks[1].is_drum


def notes() -> st.SearchStrategy[tuple[Note, ...]]:
    note = st.builds(
        lambda start, length, pitch, velocity: Note(start, start + length, pitch, velocity),
        st.integers(0, 20_000),
        st.integers(1, 4_000),
        st.integers(0, 127),
        st.integers(1, 127),
    )
    return st.lists(note, max_size=12).map(lambda many: tuple(sorted(many)))


def controls() -> st.SearchStrategy[tuple[Control, ...]]:
    tick, seven = st.integers(0, 20_000), st.integers(0, 127)
    # 0 and 32 choose banks, 6, 38 and 98-101 parameters, from 120 on are channel modes: they mean more than themselves.
    plain = st.sampled_from([1, 2, 5, 7, 10, 11, 64, 66, 67, 71, 74, 91, 93])
    control = st.one_of(
        st.builds(Control, tick, st.just("cc"), plain, seven),
        st.builds(Control, tick, st.just("bend"), st.just(0), st.integers(-8192, 8191)),
        st.builds(Control, tick, st.just("program"), st.just(0), seven),
        st.builds(Control, tick, st.just("pressure"), st.just(0), seven),
        st.builds(Control, tick, st.just("key_pressure"), seven, seven),
        st.builds(Control, tick, st.just("rpn"), st.integers(0, 5), st.integers(0, 16_383)),
    )
    # Of two registered parameters at one tick the later counts.
    return st.lists(control, max_size=8, unique_by=lambda c: (c.tick, c.kind == "rpn" and c.number)).map(
        lambda many: tuple(sorted(many, key=lambda c: c.tick))
    )


def grids() -> st.SearchStrategy[Grid]:
    tempos = st.dictionaries(st.integers(1, 20_000), st.integers(20_000, 2_000_000), max_size=4)
    bars = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 13), st.sampled_from([2, 4, 8, 16])), max_size=4)

    def grid(us_at: dict[int, int], runs: list[tuple[int, int, int]]) -> Grid:
        meters, tick = [], 0
        for count, numerator, denominator in runs:
            change = MeterChange(tick, numerator, denominator)
            if not meters or (meters[-1].numerator, meters[-1].denominator) != (numerator, denominator):
                meters.append(change)
            tick += count * change.bar_ticks
        tempos = [TempoChange(0, 120.0)]
        for at, us in sorted(us_at.items()):
            if tempos[-1].bpm != 60e6 / us:
                tempos.append(TempoChange(at, 60e6 / us))
        return Grid(TempoMap(tuple(tempos)), MeterMap(tuple(meters or [MeterChange(0, 4, 4)])))

    return st.builds(grid, tempos, bars)


@settings(max_examples=60, deadline=None)
@given(notes(), controls(), grids(), st.integers(0, 127), st.booleans())
def test_what_is_written_is_read(
    played: tuple[Note, ...], turned: tuple[Control, ...], grid: Grid, program: int, is_drum: bool
) -> None:
    part = Part("P", "p", program=program, is_drum=is_drum, notes=played, controls=turned)
    data = midi.to_bytes(arrangement(part, grid=grid))
    song = midi.from_bytes(data)
    [track] = song.tracks
    assert track.notes == each_pitch_alone(sorted(played, key=lambda n: -n.velocity))
    own = (Control(0, "cc", 7, 100), Control(0, "cc", 10, 64), Control(0, "cc", 91, 40))
    assert track.controls == own + turned
    first = min((n.start_tick for n in played), default=-1)
    at_first = [c.value for c in turned if c.kind == "program" and c.tick <= first]
    assert (track.program, track.is_drum) == (at_first[-1] if at_first else program, is_drum)
    assert song.grid == grid
    assert data == midi.to_bytes(arrangement(part, grid=grid))


@given(notes())
def test_notes_as_a_channel_sounds_them_never_overlap_and_none_vanishes_but_doubles(played: tuple[Note, ...]) -> None:
    clean = each_pitch_alone(sorted(played, key=lambda n: -n.velocity))
    assert {(n.start_tick, n.pitch) for n in clean} == {(n.start_tick, n.pitch) for n in played}
    for pitch in {n.pitch for n in clean}:
        same = [n for n in clean if n.pitch == pitch]
        assert all(a.end_tick <= b.start_tick for a, b in pairwise(same))
        assert same[-1] == max(n for n in played if n.pitch == pitch)


def test_every_track_ends_on_the_same_bar_line() -> None:
    late = Part("Late", "late", notes=(Note(6000, 7000, 60),))
    file = mido.MidiFile(file=io.BytesIO(midi.to_bytes(arrangement(late, DRUMS))))
    # The sections end at 6720, the late note at 7000; the bar of 3/4 it lies in ends at 9600.
    assert {sum(m.time for m in track) for track in file.tracks} == {9600}


def test_fifteen_parts_have_a_channel_each_and_all_drums_the_tenth() -> None:
    parts = [Part(f"P{k}", "p", program=k, notes=(Note(0, 10, 60),)) for k in range(15)]
    tracks = midi.from_bytes(midi.to_bytes(arrangement(*parts, DRUMS, DRUMS))).tracks
    assert [t.channel for t in tracks] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 9, 9]


def test_of_many_parts_those_that_sound_alike_share_a_channel() -> None:
    parts = [Part(f"P{k}", "p", program=k % 8, notes=(Note(0, 10, 40 + k),)) for k in range(20)]
    tracks = midi.from_bytes(midi.to_bytes(arrangement(*parts))).tracks
    assert [t.program for t in tracks] == [k % 8 for k in range(20)]
    assert len({t.channel for t in tracks}) == 8


def test_of_many_parts_that_all_differ_the_rest_goes_to_a_second_port() -> None:
    parts = [Part(f"P{k}", "p", program=k, notes=(Note(0, 10, 60),)) for k in range(18)]
    data = midi.to_bytes(arrangement(*parts))
    ports = [[m.port for m in t if m.type == "midi_port"] for t in mido.MidiFile(file=io.BytesIO(data)).tracks[1:]]
    assert ports == [[]] * 15 + [[1]] * 3
    assert [t.program for t in midi.from_bytes(data).tracks] == list(range(18))


def test_of_many_parts_those_that_play_in_turn_hand_a_channel_over() -> None:
    bar = 3840
    players = [Part(f"P{k}", "p", program=k, notes=(Note(0, 40 * bar, 60),)) for k in range(14)]
    oboe = Part("Oboe", "o", program=68, pan=30, notes=(Note(0, bar, 70), Note(8 * bar, 9 * bar, 72)))
    oboe = replace(oboe, controls=(Control(0, "cc", 11, 90), Control(bar, "cc", 11, 50), Control(5 * bar, "cc", 11, 1)))
    violin = Part("Violin", "v", program=40, pan=90, notes=(Note(3 * bar, 4 * bar, 74),))
    data = midi.to_bytes(arrangement(*players, oboe, violin))
    tracks = midi.from_bytes(data).tracks
    assert [t.program for t in tracks] == [*range(14), 68, 40]
    assert tracks[14].channel == tracks[15].channel
    assert not any(m.type == "midi_port" for t in mido.MidiFile(file=io.BytesIO(data)).tracks for m in t)
    channel = f" channel={tracks[14].channel} "
    turns = [
        line.split()
        for line in as_lines(data)
        if channel in f"{line} " and ("program_change" in line or "control=10 " in line)
    ]
    assert [(int(words[0]) // bar, words[-1]) for words in turns] == [
        (0, "program=68"),
        (0, "value=30"),
        (8, "program=68"),
        (8, "value=30"),
        (3, "program=40"),
        (3, "value=90"),
    ]
    swells = [(c.tick // bar, c.value) for c in tracks[14].controls if (c.kind, c.number) == ("cc", 11)]
    assert swells == [(0, 90), (1, 50), (8, 1)]


def test_a_bank_is_written_before_its_program() -> None:
    lines = as_lines(midi.to_bytes(arrangement(Part("P", "p", program=3, bank=8))))
    at = lines.index("    0 program_change channel=0 program=3")
    assert lines[at - 2 : at] == [
        "    0 control_change channel=0 control=0 value=8",
        "    0 control_change channel=0 control=32 value=0",
    ]


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic_pc", range(12))
def test_every_key_comes_back(tonic_pc: int, mode: str) -> None:
    name = key_name(Key(0, 960, tonic_pc, mode))  # type: ignore[arg-type]
    tonic = name.removesuffix("m")
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[tonic[0]]
    assert (natural + tonic.count("#") - tonic.count("b")) % 12 == tonic_pc
    assert name.endswith("m") == (mode == "minor")


@pytest.mark.parametrize(
    "part",
    [
        Part("P", "p", notes=(Note(-1, 10, 60),)),
        Part("P", "p", notes=(Note(10, 10, 60),)),
        Part("P", "p", notes=(Note(0, 10, 128),)),
        Part("P", "p", notes=(Note(0, 10, 60, 0),)),
        Part("P", "p", controls=(Control(-5, "cc", 1, 1),)),
        Part("P", "p", controls=(Control(0, "bend", 0, 9000),)),
        Part("P", "p", program=128),
    ],
)
def test_what_midi_cannot_carry_is_an_error(part: Part) -> None:
    with pytest.raises(ValueError, match=r".+"):
        midi.to_bytes(arrangement(part))


def test_a_title_that_is_no_unicode_is_written_all_the_same() -> None:
    broken = Arrangement("caf\udce9", "lofi", 1, Grid(), (), (), (), (LEAD,))
    assert midi.from_bytes(midi.to_bytes(broken)).title == "caf\ufffd"


def test_the_target_is_the_whole_file_or_untouched(tmp_path: Path) -> None:
    target = tmp_path / "cover.mid"
    midi.write(arrangement(LEAD), target)
    before = target.read_bytes()
    assert before == midi.to_bytes(arrangement(LEAD))
    with pytest.raises(ValueError, match="velocity"):
        midi.write(arrangement(Part("P", "p", notes=(Note(0, 10, 60, 0),))), target)
    assert target.read_bytes() == before
    with pytest.raises(OutputError):
        midi.write(arrangement(LEAD), tmp_path / "none" / "cover.mid")
    assert [p.name for p in tmp_path.iterdir()] == ["cover.mid"]


def test_the_bytes_are_the_same_in_another_process() -> None:
    code = (
        "from test_midi_writing import arrangement, LEAD, DRUMS; from remixkit import midi; import hashlib;"
        "print(hashlib.sha256(midi.to_bytes(arrangement(LEAD, DRUMS))).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
