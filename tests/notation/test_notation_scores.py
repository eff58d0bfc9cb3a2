"""Scores: what we write down, music21 and MusicXML readers read back as the same notes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.model.analysis import Analysis, ChordSpan, Key, Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import KeySignature, Lyric, Note, Song, Text, Track
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.notation.engraving import Piece, beams, pieces, quantised, struck, triplet_marks, voices
from remixkit.notation.scores import from_music21, to_music21, write_musicxml

BAR = 3840


def heard(notes: tuple[Note, ...]) -> list[tuple[int, int, int, int]]:
    return [(n.start_tick, n.end_tick, n.pitch, n.velocity) for n in notes]


TUNE = (
    Note(0, 720, 78, 90),
    Note(720, 960, 76, 80),
    Note(960, 4800, 74, 85),  # over the bar line
    Note(4800, 5120, 73, 70),  # triplet
    Note(5120, 5440, 71, 70),
    Note(5440, 5760, 70, 70),
    Note(5760, 7680, 66, 60),
)
HANDS = (
    Note(0, 960, 66, 50),
    Note(0, 3840, 50, 60),
    Note(960, 1920, 69, 50),
    Note(3840, 7680, 47, 64),
    Note(3840, 7680, 62, 64),
)
BEAT = (Note(0, 100, 36, 100), Note(0, 100, 42, 60), Note(960, 1000, 38, 90), Note(1920, 1990, 60, 50))


def arrangement() -> Arrangement:
    return Arrangement(
        title="Song",
        style="lofi",
        seed=1,
        grid=Grid(TempoMap((TempoChange(0, 92.0), TempoChange(BAR, 80.0))), MeterMap()),
        keys=(Key(0, 2 * BAR, 11, "minor"),),
        chords=(ChordSpan(0, BAR, 11, "min9"), ChordSpan(BAR, 2 * BAR, 6, "7(b9)", 10)),
        sections=(Section(0, BAR, "verse"), Section(BAR, 2 * BAR, "chorus")),
        parts=(
            Part("Melody", "melody", program=71, notes=TUNE, lyrics=(Lyric(0, "hi"), Lyric(730, "ka\\"))),
            Part("Piano", "keys", program=0, notes=HANDS),
            Part("Drums", "kit", is_drum=True, notes=BEAT),
        ),
        composer="Nobody",
    )


def test_a_readable_score_has_what_a_player_needs() -> None:
    from music21 import expressions, harmony, key, meter, note, percussion, tempo

    score = to_music21(arrangement())
    melody, upper, lower, drums = score.parts
    assert [p.partName for p in score.parts] == ["Melody", "Piano", "Piano", "Drums"]
    assert [type(p.getInstrument()).__name__ for p in (melody, upper, drums)] == [
        "Clarinet", "Piano", "UnpitchedPercussion",
    ]  # fmt: skip
    assert [len(p.getElementsByClass("Measure")) for p in score.parts] == [2, 2, 2, 2]
    assert [[n.pitches[-1].midi for n in p.flatten().notes] for p in (upper, lower)] == [[66, 69, 62], [50, 47]]
    assert score.metadata.title == "Song"
    assert score.metadata.composer == "Nobody"
    flat = melody.flatten()
    assert [(s.ratioString, s.offset) for s in flat.getElementsByClass(meter.TimeSignature)] == [("4/4", 0.0)]
    assert [(k.sharps, k.mode) for k in flat.getElementsByClass(key.Key)] == [(2, "minor")]
    assert [(m.number, m.offset) for m in flat.getElementsByClass(tempo.MetronomeMark)] == [(92, 0.0)]
    words = [(t.content, t.getOffsetInHierarchy(melody)) for t in melody[expressions.TextExpression]]
    assert words == [("rit.", 4.0)], "a last bar that is slower is no new tempo"
    assert [m.content for m in flat.getElementsByClass(expressions.RehearsalMark)] == ["Verse", "Chorus"]
    assert [c.figure for c in flat.getElementsByClass(harmony.ChordSymbol)] == ["Bm9", "F#7b9/A#"]
    sung = [n for n in flat.notes if isinstance(n, note.Note)]
    assert [n.nameWithOctave for n in sung][:3] == ["F#5", "E5", "D5"]
    assert "A#4" in [n.nameWithOctave for n in sung], "the leading tone of B minor"
    assert [n.lyric for n in sung][:3] == ["hi", "ka", None]
    together = drums.flatten().getElementsByClass(percussion.PercussionChord).first()
    assert {n.storedInstrument.percMapPitch for n in together.notes} == {36, 42}


def test_accidentals_are_shown_where_they_differ() -> None:
    notes = tuple(Note(k * 960, k * 960 + 960, p) for k, p in enumerate((66, 65, 65, 66, 66)))
    song = Song(tracks=(Track(notes=notes),), key_signatures=(KeySignature(0, 1),))
    shown = [
        (n.name, n.pitch.accidental.displayStatus if n.pitch.accidental else None)
        for n in to_music21(song).flatten().notes
    ]
    assert shown == [("F#", False), ("F", True), ("F", None), ("F#", True), ("F#", False)]


def test_readable_and_exact_scores_read_back_as_the_same_song() -> None:
    for readable in (True, False):
        song = from_music21(to_music21(arrangement(), readable=readable), source="x")
        melody, *piano, drums = song.tracks
        assert [t.name for t in piano] == (["Piano", "Piano"] if readable else ["Piano"])
        assert [(t.program, t.is_drum) for t in (melody, piano[0], drums)] == [(71, False), (0, False), (0, True)]
        assert heard(melody.notes) == heard(TUNE)
        assert heard(tuple(sorted(n for t in piano for n in t.notes))) == heard(HANDS)
        assert [(n.start_tick, n.pitch, n.velocity) for n in drums.notes] == [
            (n.start_tick, n.pitch, n.velocity) for n in BEAT
        ]
        assert song.tracks[0].lyrics == (Lyric(0, "hi"), Lyric(720, "ka"))
        assert song.markers == (Text(0, "Verse"), Text(BAR, "Chorus"))
        assert [(c.tick, c.bpm) for c in song.grid.tempo.changes] == [(0, 92.0), (BAR, 80.0)][: 1 if readable else 2]
        assert song.key_signatures == (KeySignature(0, 2, "minor"),)
        assert (song.title, song.composer, song.source, song.warnings) == ("Song", "Nobody", "x", ())


def test_musicxml_is_the_same_each_time_and_reads_back(tmp_path: Path) -> None:
    from music21 import converter

    first, second = tmp_path / "a.musicxml", tmp_path / "b.musicxml"
    write_musicxml(to_music21(arrangement()), first)
    write_musicxml(to_music21(arrangement()), second)
    assert first.read_bytes() == second.read_bytes()
    song = from_music21(converter.parse(first, forceSource=True))
    melody, upper, lower, drums = (t.notes for t in song.tracks)
    for played, notes in ((melody, TUNE), (tuple(sorted((*upper, *lower))), HANDS)):
        assert [x[:3] for x in heard(played)] == [x[:3] for x in heard(notes)]
    assert {n.pitch for n in drums if n.pitch != 60} == {36, 38, 42}
    text = first.read_text()
    assert "encoding-date" not in text, "the same on any day"
    assert "<staves>2</staves>" in text
    assert "<chromatic>-2</chromatic>" in text, "the clarinet is written for a player in B flat"
    assert "<step>G</step>" in text.partition('<part id="P2">')[0]
    assert text.count("<tuplet ") == 2, "one bracket around the triplet"


def test_a_flat_score_is_made_readable_when_it_is_written(tmp_path: Path) -> None:
    from music21 import converter

    target = tmp_path / "flat.musicxml"
    write_musicxml(to_music21(arrangement(), readable=False), target)
    assert converter.parse(target, forceSource=True).parts[0].hasMeasures()


def test_an_analysis_is_written_with_its_chords_and_sections() -> None:
    song = Song(title="S", tracks=(Track(name="Tune", notes=TUNE), Track(name="Nothing")))
    a = arrangement()
    analysis = Analysis(song, a.keys, a.chords, (), a.sections, ("melody", "empty"))
    score = to_music21(analysis)
    assert len(score.parts) == 1
    assert from_music21(score).markers == (Text(0, "Verse"), Text(BAR, "Chorus"))


def test_a_bare_stream_is_a_song_of_one_track() -> None:
    from music21 import converter

    song = from_music21(converter.parse("tinyNotation: 3/4 c4 d2 e2. 4/4 f1"))
    assert [(n.start_tick, n.end_tick, n.pitch) for n in song.tracks[0].notes] == [
        (0, 960, 60), (960, 2880, 62), (2880, 5760, 64), (5760, 9600, 65),
    ]  # fmt: skip
    assert song.grid.meter.changes == (MeterChange(0, 3, 4), MeterChange(5760, 4, 4))


def test_scores_of_others_a_pickup_lies_before_its_bar() -> None:
    from music21 import meter, note, stream

    part = stream.Part()
    first = stream.Measure(number=0)
    first.append([meter.TimeSignature("3/4"), note.Note("C5", quarterLength=1)])
    first.paddingLeft = 2.0
    second = stream.Measure(number=1)
    second.append(note.Note("D5", quarterLength=3))
    part.append([first, second])
    song = from_music21(stream.Score([part]))
    assert heard(song.tracks[0].notes) == [(1920, 2880, 72, 80), (2880, 5760, 74, 80)]
    assert song.grid.meter.changes == (MeterChange(0, 3, 4),)


def test_scores_of_others_repeats_dynamics_graces_and_transposition() -> None:
    from music21 import bar, dynamics, instrument, note, stream

    part = stream.Part([instrument.Horn()])
    part.atSoundingPitch = False
    measure = stream.Measure(number=1)
    measure.append([dynamics.Dynamic("ff"), note.Note("C5").getGrace(), note.Note("C5", quarterLength=4)])
    measure.rightBarline = bar.Repeat(direction="end")
    part.append(measure)
    song = from_music21(stream.Score([part]))
    assert [(n.start_tick, n.pitch) for n in song.tracks[0].notes] == [(0, 65), (BAR, 65)]
    assert song.tracks[0].notes[0].velocity > 100
    assert song.tracks[0].program == 60
    assert song.warnings == ("grace notes were left out",)


def test_an_empty_song_is_an_empty_score() -> None:
    assert from_music21(to_music21(Song(title="Nothing"))).tracks == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 63), st.integers(1, 20), st.integers(40, 90)),
        max_size=16,
        unique_by=lambda n: (n[0], n[2]),
    ),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (2, 2), (12, 8)]),
)
def test_notes_on_the_grid_survive_notation(drawn: list[tuple[int, int, int]], meter: tuple[int, int]) -> None:
    last: dict[int, int] = {}
    notes = []
    for start, length, pitch in sorted(drawn):
        if last.get(pitch, 0) <= start:
            notes.append(Note(start * 240, (start + length) * 240, pitch))
            last[pitch] = start + length
    grid = Grid(meter=MeterMap((MeterChange(0, *meter),)))
    laid = voices(notes, most=99)
    rows = [pieces(v, grid.meter, grid.meter.bar_end(30000), fill=True) for v in laid]
    for row in rows:
        for bar, line in row.items():
            assert line[0].start_tick == bar
            assert all(a.end_tick == b.start_tick for a, b in pairwise(line))
            assert line[-1].end_tick == bar + grid.meter.at(bar).bar_ticks
    if len(laid) <= 4:
        song = from_music21(to_music21(Song(tracks=(Track(notes=tuple(notes)),), grid=grid)))
        assert [heard(t.notes) for t in song.tracks] == ([heard(tuple(notes))] if notes else [])


def test_played_notes_are_put_on_sixteenths_or_triplets() -> None:
    played = [Note(12, 230, 60), Note(475, 960, 62), Note(968, 1270, 64), Note(1290, 1600, 65), Note(1605, 1900, 67)]
    assert [(n.start_tick, n.end_tick) for n in quantised(played, MeterMap())] == [
        (0, 240), (480, 960), (960, 1280), (1280, 1600), (1600, 1920),
    ]  # fmt: skip


def test_what_needs_too_many_voices_is_shortened_not_lost() -> None:
    notes = [Note(k * 240, 7680, 60 + k) for k in range(6)]
    laid = voices(notes, most=4)
    assert len(laid) == 4
    assert sorted(p for v in laid for s in v for p in s.pitches) == [60, 61, 62, 63, 64, 65]


def test_values_do_not_hide_the_beat() -> None:
    def lengths(start: int, end: int, meter: MeterMap) -> list[int]:
        (line,) = [row for bar, row in pieces(voices([Note(start, end, 60)])[0], meter, BAR, fill=False).items()]
        return [p.end_tick - p.start_tick for p in line if p.pitches]

    common, compound = MeterMap(), MeterMap((MeterChange(0, 6, 8),))
    assert lengths(0, 3840, common) == [3840]
    assert lengths(480, 1440, common) == [960], "a syncopated quarter"
    assert lengths(240, 1920, common) == [720, 960]
    assert lengths(0, 1200, common) == [960, 240]
    assert lengths(960, 1920, compound) == [480, 480]


def test_beams_and_brackets() -> None:
    line = [
        Piece(0, 480, (60,)),
        Piece(480, 720, (60,)),
        Piece(720, 960, (60,)),
        Piece(960, 1440, (60,)),
        Piece(1440, 1920),
    ]
    assert beams(line, MeterMap()) == [("start",), ("continue", "start"), ("stop", "stop"), (), ()]
    triplet = [Piece(0, 320, (60,)), Piece(320, 960, (62,)), Piece(960, 1920, (64,))]
    assert triplet_marks(triplet, MeterMap()) == ["start", "stop", None]


def test_drum_strokes_are_written_up_to_the_next() -> None:
    hits = [Note(0, 60, 36), Note(480, 500, 42), Note(960, 990, 38)]
    assert [n.end_tick for n in struck(hits, MeterMap())] == [480, 960, 1920]
