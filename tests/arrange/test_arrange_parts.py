"""What single modules promise: quantising, the plan, tempo, degrees, counter-lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from charts import BAR, chart, song, task
from hypothesis import given
from hypothesis import strategies as st

from remixkit.arrange.form.charting import laid_out
from remixkit.arrange.form.outline import intensities, outline_of
from remixkit.arrange.form.quantise import is_sequenced, softly_quantised
from remixkit.arrange.performance.expression import bends
from remixkit.arrange.playing.tones import degree_interval, into
from remixkit.arrange.roles.countermelody import countermelody
from remixkit.arrange.roles.harmony_voice import harmony_voice
from remixkit.arrange.roles.percussion import timpani
from remixkit.arrange.roles.riff import riff
from remixkit.model.analysis import ChordSpan, Key, Section
from remixkit.model.song import Note
from remixkit.model.timing import Grid
from remixkit.style.schema import FormSpec, Style

C_MAJOR = Key(0, 10 * BAR, 0, "major")
HUMAN = (31, -22, 44, -37, 18, -50, 27, 39, -15, -46, 33, 21)


def test_a_performed_line_is_pulled_to_the_grid_and_a_sequenced_one_is_left() -> None:
    played = [Note(960 + k * 480 + d, 960 + k * 480 + d + 400, 60 + k, 80) for k, d in enumerate(HUMAN)]
    for before, after, k in zip(played, softly_quantised(played), range(12), strict=True):
        goal = 960 + k * 480
        assert abs(after.start_tick - goal) == pytest.approx(abs(before.start_tick - goal) / 4, abs=1)
        assert after.pitch == before.pitch
    exact = [Note(k * 480, k * 480 + 400, 60, 80) for k in range(12)]
    assert softly_quantised(exact) == tuple(exact)
    triplets = [Note(k * 320, k * 320 + 300, 60, 80) for k in range(12)]
    assert is_sequenced(triplets)
    assert softly_quantised(triplets) == tuple(triplets)


def test_played_triplets_stay_triplets() -> None:
    played = [Note(k * 320 + d // 2, k * 320 + d // 2 + 300, 60, 80) for k, d in enumerate(HUMAN)]
    assert all(abs(n.start_tick - k * 320) <= 7 for k, n in enumerate(softly_quantised(played)))


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 3000), st.integers(40, 90)), max_size=60))
def test_quantising_keeps_notes_and_order(raw: list[tuple[int, int, int]]) -> None:
    notes = sorted(Note(s, s + d, p, 80) for s, d, p in raw)
    out = softly_quantised(notes)
    assert [n.pitch for n in out] == [n.pitch for n in notes]
    assert all(a.start_tick <= b.start_tick for a, b in pairwise(out))
    assert all(
        n.end_tick > n.start_tick and abs(n.start_tick - m.start_tick) <= 120 for n, m in zip(out, notes, strict=True)
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(["intro", "verse", "prechorus", "chorus", "interlude", "outro"]), st.floats(0, 1)),
        min_size=1,
    )
)
def test_intensities_lie_between_nothing_and_all(raw: list[tuple[str, float]]) -> None:
    sections = tuple(Section(k * BAR, (k + 1) * BAR, label, energy) for k, (label, energy) in enumerate(raw))  # type: ignore[arg-type]
    out = intensities(sections)
    assert all(0.1 <= x <= 1 for x in out)
    if len(out) > 1:
        assert max(out) >= 0.9


def test_the_last_chorus_is_the_climax_and_is_marked() -> None:
    outline = outline_of(song(form="ASABSSO"), FormSpec())
    marked = [s for s in outline.sections if s.is_last_chorus]
    assert [s.start_tick // BAR for s in marked] == [16, 20]
    assert all(s.intensity >= 0.95 for s in marked)


def test_no_intro_before_a_song_that_begins_without_its_tune_and_none_longer_than_a_quarter() -> None:
    assert outline_of(song(form="nAASS"), FormSpec(intro_bars=4)).shift_ticks == 0
    assert outline_of(song(form="A", bars_each=2), FormSpec(intro_bars=4)).shift_ticks == 0
    assert outline_of(song(form="AA"), FormSpec(intro_bars=4)).shift_ticks == 2 * BAR


def test_an_added_ending_comes_home() -> None:
    style = Style.model_validate({"schema": 2, "title": "T", "form": {"outro_bars": 4}})
    on = laid_out(song(form="AABB"), style, 0)
    assert [(c.root_pc, c.quality) for c in on.chords[-3:]] == [(5, "maj"), (5, "min"), (0, "maj")]
    assert on.chords[-1].end_tick == on.end_tick == 20 * BAR


@pytest.mark.parametrize(
    ("quality", "degree", "semitones"),
    [
        ("maj", "T", 16),
        ("min", "3", 3),
        ("dim", "5", 6),
        ("sus4", "3", 5),
        ("maj7", "7", 11),
        ("maj", "7", 12),
        ("min9", "9", 14),
    ],
)
def test_degrees(quality: str, degree: str, semitones: int) -> None:
    assert degree_interval(ChordSpan(0, BAR, 0, quality), degree, C_MAJOR) == semitones


def test_a_ninth_outside_the_key_becomes_the_octave() -> None:
    assert degree_interval(ChordSpan(0, BAR, 4, "min"), "9", C_MAJOR) == 12
    assert degree_interval(ChordSpan(0, BAR, 2, "min"), "9", C_MAJOR) == 14


@given(st.integers(0, 127), st.integers(20, 90))
def test_into_moves_by_octaves_only(pitch: int, low: int) -> None:
    moved = into(pitch, low, low + 11)
    assert low <= moved <= low + 11
    assert (moved - pitch) % 12 == 0


def tune() -> tuple[Note, ...]:
    moving = [Note(k * 480, k * 480 + 440, 72 + (k % 3), 90) for k in range(8)]
    held = [Note(BAR, 2 * BAR, 76, 90)]
    again = [Note(2 * BAR + k * 480, 2 * BAR + k * 480 + 440, 72 + (k % 2) * 5, 90) for k in range(8)]
    return (*moving, *held, *again)


def test_the_countermelody_moves_where_the_tune_holds_and_never_rubs() -> None:
    horn = countermelody(task("countermelody", chart(melody=tune()), program=60, register=(48, 69)))
    onsets = [sum(k * BAR <= n.start_tick < (k + 1) * BAR for n in horn.notes) for k in range(4)]
    assert onsets[1] > onsets[0]
    assert onsets[3] > onsets[2]
    for n in horn.notes:
        for m in tune():
            shared = min(n.end_tick, m.end_tick) - max(n.start_tick, m.start_tick)
            assert shared < 120 or (n.pitch - m.pitch) % 12 not in (1, 11)


def test_fills_between_phrases_stay_out_of_the_tunes_way() -> None:
    guitar = countermelody(
        task(
            "countermelody",
            chart(melody=tune()),
            program=24,
            register=(60, 79),
            settings={"hold": False, "step_beats": 0.5},
        )
    )
    assert guitar.notes
    assert not [n for n in guitar.notes if n.start_tick < BAR - 480]


def test_the_second_voice_is_a_third_or_sixth_below_or_a_chord_tone() -> None:
    below = harmony_voice(task("harmony_voice", chart(melody=tune()), program=48, register=(55, 84)))
    assert len(below.notes) >= 12
    lead = {n.start_tick: n for n in tune()}
    assert all(3 <= lead[n.start_tick].pitch - n.pitch <= 9 for n in below.notes)


def test_an_added_intro_remembers_the_tune() -> None:
    style = Style.model_validate({"schema": 2, "title": "T", "form": {"intro_bars": 4}})
    on = laid_out(song(form="AABBSSO"), style, 0)
    quote = riff(task("riff", on, program=10, register=(72, 96)))
    assert on.sections[0].source_tick is None
    assert quote.notes
    assert max(n.end_tick for n in quote.notes) <= on.sections[0].end_tick
    source = on.sections[0].borrows_tick or 0
    theirs = {n.pitch % 12 for n in on.melody if source <= n.start_tick < source + 4 * BAR}
    assert {n.pitch % 12 for n in quote.notes} <= theirs


def test_timpani_roll_into_the_chorus_and_stay_on_their_drums() -> None:
    style = Style.model_validate({"schema": 2, "title": "T"})
    on = laid_out(song(form="AABBSS"), style, 0)
    drum = timpani(task("timpani", on, program=47, register=(40, 55), whole=True))
    rolls = [n for n in drum.notes if n.origin.function == "roll" and 15 * BAR <= n.start_tick < 16 * BAR]
    assert len(rolls) == 16
    assert rolls[0].velocity < 50 < rolls[-1].velocity
    assert all(40 <= n.pitch <= 55 for n in drum.notes)


def test_bends_come_to_rest_and_stay_in_range() -> None:
    notes = [Note(k * 1920, k * 1920 + 1900, (60, 70, 62, 72)[k], 100) for k in range(4)]
    controls = bends(notes, Grid(), slides=True, vibrato=True)
    values = [c for c in controls if c.kind == "bend"]
    assert next(c for c in controls if c.kind == "rpn").value == 2 << 7
    assert all(-8192 <= c.value <= 8191 for c in values)
    for n in notes:
        inside = [c.value for c in values if n.start_tick <= c.tick < n.end_tick]
        assert inside[-1] == 0
        assert (min(inside) == -8192) == (n.pitch != 62)
