"""The two hands of the piano cover, over charts plain and strange."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit import style as styles
from remixkit.arrange.form.chart import Chart, PlannedSection, SourceLine
from remixkit.arrange.piano.bass_line import are_parallel
from remixkit.arrange.piano.cover import left_hand, right_hand
from remixkit.arrange.piano.hands import LEVELS, MELODY_PRIORITY, WeightedNote, faults, fit_hand
from remixkit.arrange.piano.left_keys import CLEAR_FROM
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.errors import StyleError
from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Note, Origin
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.style.role_kinds import settings as settings_of
from remixkit.theory.chords import QUALITIES, parse_label, tones
from remixkit.theory.keys import chord_at

BAR = 3840
ROYAL_ROAD = ("F:maj", "G:maj", "E:min", "A:min")


@cache
def _style():
    style = styles.load("piano-ballad")
    return style, styles.library(style)


def play(chart: Chart, *, seed: int = 1, level: str = "full") -> tuple[RoleOutput, RoleOutput]:
    style, library = _style()
    done: dict[str, RoleOutput] = {}
    for name, hand in (("right_hand", right_hand), ("left_hand", left_hand)):
        spec = style.roles[name]
        spec = spec.model_copy(update={"settings": {**spec.settings, "level": level}})
        done[name] = hand(
            RoleTask(name, spec, settings_of(name, spec), style, chart, chart.sections, library, dict(done), seed)
        )
    return done["right_hand"], done["left_hand"]


def chart_of(
    labels=ROYAL_ROAD,
    *,
    bars=16,
    meter=(4, 4),
    bpm=90.0,
    sections=None,
    melody=None,
    chord_bars=1.0,
    source=(),
) -> Chart:
    meter_map = MeterMap((MeterChange(0, *meter),))
    bar = meter_map.changes[0].bar_ticks
    end = bars * bar
    step = round(chord_bars * bar)
    chords = []
    for k, start in enumerate(range(0, end, step)):
        root, quality, bass = parse_label(labels[k % len(labels)])
        chords.append(ChordSpan(start, min(end, start + step), root, quality if root is not None else "", bass))
    planned = sections or (
        PlannedSection(0, end // 2, "verse", 0.4, 0),
        PlannedSection(end // 2, end, "chorus", 0.97, end // 2, True),
    )
    if melody is None:
        line = (72, 74, 76, 79, 77, 76, 74, 72)
        melody = [
            Note(k * 480, k * 480 + 480, line[k % 8] - 12 * (k % 16 > 8), 80)
            for k in range(end // 480 - 8)
            if k % 16 < 13
        ]
    return Chart(
        Grid(TempoMap((TempoChange(0, bpm),)), meter_map),
        (Key(0, end, 0, "major"),),
        tuple(chords),
        planned,
        tuple(melody),
        source=source,
    )


def tune_places(chart: Chart) -> Counter:
    return Counter((n.start_tick, n.pitch % 12) for n in chart.melody)


def check(chart: Chart, level: str = "full") -> tuple[RoleOutput, RoleOutput]:
    """What holds for every chart: both hands playable, the tune whole, nothing outside, hands not crossed."""
    right, left = play(chart, level=level)
    tempo = chart.grid.tempo
    sung = Counter((n.start_tick, n.pitch % 12) for n in right.notes if n.origin.function == "melody")
    assert sung == tune_places(chart)
    alone = fit_hand(
        [WeightedNote(n, MELODY_PRIORITY) for n in right.notes if n.origin.function == "melody"], tempo, LEVELS[level]
    )
    assert set(faults(right.notes, tempo, LEVELS[level])) <= set(faults(alone, tempo, LEVELS[level]))
    assert faults(left.notes, tempo, LEVELS[level]) == ()
    for note in (*right.notes, *left.notes):
        assert 0 <= note.start_tick < note.end_tick <= chart.end_tick
        assert 21 <= note.pitch <= 108
        assert note.origin.function
    for low in left.notes:
        above = [n.pitch for n in right.notes if n.start_tick <= low.start_tick < n.end_tick]
        assert low.pitch < min(above, default=128)
    return right, left


@pytest.mark.parametrize("level", sorted(LEVELS))
@pytest.mark.parametrize(("meter", "chord_bars"), [((4, 4), 1), ((4, 4), 0.5), ((3, 4), 1), ((6, 8), 0.5), ((7, 8), 1)])
def test_any_meter_and_level(meter, chord_bars, level):
    check(chart_of(meter=meter, chord_bars=chord_bars, bars=8), level)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    bars = draw(st.integers(1, 6))
    labels = [
        "N" if draw(st.integers(0, 9)) == 0 else f"{draw(st.sampled_from('CDEFGAB'))}:{quality}"
        for quality in draw(st.lists(st.sampled_from(sorted(QUALITIES)), min_size=1, max_size=6))
    ]
    pitch, tick, melody = draw(st.integers(45, 85)), draw(st.integers(0, 8)) * 240, []
    for _ in range(draw(st.integers(0, 16))):
        pitch = min(96, max(40, pitch + draw(st.integers(-9, 9))))
        length = draw(st.sampled_from([240, 320, 480, 960, 1920]))
        melody.append(Note(tick, tick + length, pitch, draw(st.integers(1, 127))))
        tick += length + draw(st.sampled_from([0, 0, 240, 3840]))
    end = bars * BAR
    cut = draw(st.integers(0, bars)) * BAR
    label = draw(st.sampled_from(["verse", "prechorus", "chorus", "interlude"]))
    spans = [(a, b) for a, b in ((0, cut), (cut, end)) if b > a]
    sections = tuple(
        PlannedSection(a, b, label if k else "verse", draw(st.floats(0, 1)), a, bool(k))
        for k, (a, b) in enumerate(spans)
    )
    return chart_of(
        labels,
        bars=bars,
        bpm=draw(st.sampled_from([50.0, 96.0, 200.0])),
        sections=sections,
        melody=[n for n in melody if n.end_tick <= end],
        chord_bars=draw(st.sampled_from([0.25, 0.5, 1.0, 2.0])),
    )


@settings(max_examples=30, deadline=None)
@given(charts(), st.sampled_from(sorted(LEVELS)))
def test_any_chart_gives_playable_hands_with_the_tune_whole(chart, level):
    _, left = check(chart, level)
    assert not [i for i in low_intervals(left.notes) if i]


def low_intervals(notes: Sequence[Note]) -> list[bool]:
    """For each pair of left-hand keys held together whether they stand too close for where they lie."""
    return [
        min(a.pitch, b.pitch) < CLEAR_FROM.get(abs(a.pitch - b.pitch), 0)
        for k, a in enumerate(notes)
        for b in notes[k + 1 :]
        if b.start_tick < a.end_tick and a.start_tick < b.end_tick
    ]


def test_the_same_seed_plays_the_same_and_another_seed_keeps_the_tune():
    chart = chart_of(bars=32)
    first, again, other = play(chart, seed=1), play(chart, seed=1), play(chart, seed=7)
    assert first == again
    assert first[0] == other[0]
    assert first[1].notes != other[1].notes


def test_verse_is_single_and_the_last_chorus_is_in_octaves():
    chart = chart_of()
    right, _ = play(chart)
    half = chart.end_tick // 2
    octaves = [n for n in right.notes if n.origin.function == "octave"]
    sung = [n for n in right.notes if n.origin.function == "melody" and n.start_tick >= half]
    assert all(n.start_tick >= half for n in octaves)
    assert len(octaves) >= 0.8 * len(sung)


def test_the_tune_is_most_of_the_right_hand_and_louder_than_the_left():
    chart = chart_of(bars=32)
    right, left = play(chart)
    sung = [n for n in right.notes if n.origin.function in ("melody", "octave")]
    assert len(sung) >= 0.9 * len(right.notes)
    tune = [n.velocity for n in right.notes if n.origin.function == "melody"]
    assert sum(tune) / len(tune) > sum(n.velocity for n in left.notes) / len(left.notes) + 8


def test_the_thumb_sings_where_the_tune_holds():
    held = [Note(k * BAR, k * BAR + BAR, 76, 80) for k in range(15)]
    _, left = check(chart_of(("C:maj", "A:min"), melody=held))
    sung = [n for n in left.notes if n.origin.function == "countermelody"]
    assert len({n.start_tick // BAR for n in sung}) >= 10
    assert all(53 <= n.pitch <= 70 for n in sung)
    moves = [a.pitch != b.pitch for a, b in pairwise(sung)]
    assert sum(moves) >= 0.7 * len(moves)


def test_the_thumb_takes_the_sources_second_voice():
    held = [Note(k * BAR, k * BAR + BAR, 79, 80) for k in range(15)]
    second = tuple(
        Note(k * BAR + at, k * BAR + at + 480, p, 70)
        for k in range(15)
        for at, p in ((960, 72), (1440, 76), (1920, 72), (2400, 64))
    )
    _, left = check(chart_of(("C:maj",), melody=held, source=(SourceLine("second", second),)))
    sung = [n for n in left.notes if n.origin.function == "countermelody"]
    assert len(sung) >= 15
    assert {n.start_tick % BAR for n in sung} <= {960, 1440, 1920, 2400}
    assert {n.pitch % 12 for n in sung} <= {0, 4}


def test_the_left_hand_fills_the_bars_without_tune():
    sections = (PlannedSection(0, 8 * BAR, "intro", 0.3, 0), PlannedSection(8 * BAR, 32 * BAR, "verse", 0.5, 8 * BAR))
    melody = [Note(BAR * 8 + k * 960, BAR * 8 + k * 960 + 960, 72 + k % 3, 80) for k in range(92)]
    right, left = check(chart_of(bars=32, sections=sections, melody=melody, bpm=76.0))
    intro = [n for n in (*right.notes, *left.notes) if n.start_tick < 8 * BAR]
    assert 2.0 <= len(intro) / 32 <= 4.5


def test_a_long_song_has_many_textures():
    sections = tuple(
        PlannedSection(k * 8 * BAR, (k + 1) * 8 * BAR, label, energy, k * 8 * BAR, k == 4)
        for k, (label, energy) in enumerate(
            (("verse", 0.4), ("prechorus", 0.6), ("chorus", 0.9), ("verse", 0.45), ("chorus", 1.0))
        )
    )
    _, left = check(chart_of(bars=40, sections=sections))
    textures = {n.origin.pattern for n in left.notes if n.origin.pattern}
    assert len(textures) >= 5


def test_tune_and_bass_do_not_move_in_fifths_or_octaves():
    chart = chart_of(("F:maj", "G:maj"), melody=[Note(k * BAR, k * BAR + BAR, 72 + 2 * (k % 2), 80) for k in range(15)])
    right, left = play(chart)
    tune = {n.start_tick: n.pitch for n in right.notes if n.origin.function == "melody"}
    bass = {k * BAR: min(n.pitch for n in left.notes if k == n.start_tick // BAR) for k in range(15)}
    steps = [(bass[a], bass[b], tune[a], tune[b]) for a, b in pairwise(sorted(tune)) if (b // BAR) % 8]
    assert not any(are_parallel(*s) for s in steps)


def test_the_left_hand_climbs_into_the_chorus():
    chart = chart_of()
    half = chart.end_tick // 2
    _, left = check(chart)
    climb = [n for n in left.notes if half - 960 <= n.start_tick < half]
    assert [n.start_tick for n in climb] == [half - 960, half - 720, half - 480, half - 240]
    assert [n.pitch for n in climb] == sorted(n.pitch for n in climb)
    assert climb[-1].velocity > climb[0].velocity


def test_an_ending_of_our_own_closes_on_the_added_ninth():
    sections = (PlannedSection(0, 12 * BAR, "chorus", 0.9, 0, True), PlannedSection(12 * BAR, 16 * BAR, "outro", 0.3))
    right, left = check(chart_of(("C:maj",), sections=sections, melody=[Note(0, 960, 72, 80)]))
    last = {n.pitch % 12 for n in (*right.notes, *left.notes) if n.start_tick >= 15 * BAR}
    assert last == {0, 2, 4, 7}


def test_easy_is_a_line_and_a_simple_left_hand():
    right, left = check(chart_of(bars=32, bpm=76.0), "easy")
    full = sum(len(p.notes) for p in play(chart_of(bars=32, bpm=76.0)))
    assert {n.origin.function for n in right.notes} <= {"melody", "stand_in", "final"}
    for hand in (right, left):
        for n in hand.notes:
            together = [o.pitch for o in hand.notes if o.start_tick <= n.start_tick < o.end_tick]
            assert len(together) <= 2
            assert max(together) - min(together) <= 8
    assert len(right.notes) + len(left.notes) < 0.7 * full


def test_a_tune_is_put_into_the_right_hands_octave_by_whole_sections():
    low = [Note(k * 960, k * 960 + 960, 48 + k % 5, 80) for k in range(56)]
    right, _ = check(chart_of(melody=low))
    sung = [n for n in right.notes if n.origin.function == "melody"]
    assert all(60 <= n.pitch <= 84 for n in sung)
    assert len({n.pitch - m.pitch for n, m in zip(sung[:28], low[:28], strict=True)}) == 1


def test_the_left_hand_changes_its_texture_with_the_section():
    chart = chart_of(bars=32)
    _, left = play(chart)
    half = chart.end_tick // 2
    verse = {n.origin.pattern for n in left.notes if n.start_tick < half}
    chorus = {n.origin.pattern for n in left.notes if n.start_tick >= half}
    assert verse - chorus
    assert chorus - verse
    assert sum(n.start_tick >= half for n in left.notes) > 1.2 * sum(n.start_tick < half for n in left.notes)


def test_every_chord_has_its_bass_and_its_third_is_heard():
    chart = chart_of(bars=16)
    _, left = play(chart)
    for chord in chart.chords[:-1]:
        inside = [n for n in left.notes if chord.start_tick <= n.start_tick < chord.end_tick]
        first = min(inside, key=lambda n: (n.start_tick, n.pitch))
        assert first.start_tick == chord.start_tick
        assert 36 <= first.pitch <= 54
        assert first.pitch % 12 in tones(chord)
        assert tones(chord)[1] in {n.pitch % 12 for n in inside}


def test_a_written_slash_bass_is_played():
    chart = chart_of(("C:maj", "G:maj/3", "A:min", "C:maj/5"))
    _, left = play(chart)
    for chord in chart.chords[:-1]:
        first = min((n for n in left.notes if n.start_tick >= chord.start_tick), key=lambda n: (n.start_tick, n.pitch))
        assert first.pitch % 12 == (chord.root_pc if chord.bass_pc is None else chord.bass_pc)


def test_where_no_chord_is_the_left_hand_rests_and_the_tune_goes_on():
    right, left = check(chart_of(("N",)))
    assert left.notes == ()
    assert right.notes


def test_no_tune_gives_lines_made_of_the_chords():
    chart = chart_of(melody=[])
    right, left = check(chart)
    assert left.notes
    assert right.notes
    assert all(n.pitch % 12 in tones(chord_at(chart.chords, n.start_tick)) for n in right.notes)


def test_an_added_intro_sings_the_bars_it_borrows_from():
    tune = [Note(BAR * 4 + k * 960, BAR * 4 + k * 960 + 960, 72 + (0, 4, 7, 4)[k % 4], 80) for k in range(16)]
    sections = (
        PlannedSection(0, 4 * BAR, "intro", 0.2, None, borrows_tick=4 * BAR),
        PlannedSection(4 * BAR, 9 * BAR, "chorus", 0.9, 0, True),
    )
    chart = chart_of(("C:maj",), bars=9, sections=sections, melody=tune)
    right, _ = check(chart)
    intro = [n for n in right.notes if n.start_tick < 4 * BAR]
    assert intro
    sung = {(n.start_tick - 4 * BAR, n.pitch % 12) for n in tune}
    assert all((n.start_tick, n.pitch % 12) in sung for n in intro)
    assert {n.origin for n in intro} == {Origin("right_hand", function="stand_in")}


def test_the_sources_riff_is_kept_where_the_tune_rests():
    riff = tuple(Note(k * 480, k * 480 + 480, (84, 79, 76, 79)[k % 4], 80) for k in range(32))
    melody = [Note(BAR * 4 + k * 960, BAR * 4 + k * 960 + 960, 72, 80) for k in range(100)]
    sections = (PlannedSection(0, 4 * BAR, "intro", 0.2, 0), PlannedSection(4 * BAR, 32 * BAR, "verse", 0.5, 4 * BAR))
    chart = chart_of(("C:maj",), bars=32, sections=sections, melody=melody, source=(SourceLine("riff", riff),))
    right, _ = check(chart)
    intro = [(n.start_tick, n.pitch % 12) for n in right.notes if n.start_tick < 4 * BAR]
    assert len(intro) >= 3
    assert set(intro) <= {(n.start_tick, n.pitch % 12) for n in riff}


def test_the_last_chord_is_rolled_from_the_bass_up():
    chart = chart_of()
    right, left = play(chart)
    last = sorted(n for n in (*right.notes, *left.notes) if n.start_tick >= chart.end_tick - BAR)
    assert len(last) >= 5
    assert [n.pitch for n in last] == sorted(n.pitch for n in last)
    seconds = chart.grid.tempo.to_s([n.start_tick for n in last])
    assert all(0.02 < b - a < 0.05 for a, b in pairwise(seconds))


def test_an_unknown_level_is_the_styles_fault():
    with pytest.raises(StyleError, match=r"roles\.right_hand\.settings\.level: no choice is called 'hard'"):
        play(chart_of(), level="hard")


def test_a_piano_cover_is_two_hands_and_nothing_else() -> None:
    from charts import arrange, song

    from remixkit import style as styles

    made = arrange(song(form="iABSnABSO"), styles.load("piano-ballad"))
    assert [p.name for p in made.parts] == ["Right Hand", "Left Hand"]
