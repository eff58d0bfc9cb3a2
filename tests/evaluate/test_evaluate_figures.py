"""What `remixkit.evaluate` says of small arrangements whose figures are known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.evaluate.arc import arc, spearman
from remixkit.evaluate.harmony_measures import chord_tone_rate, clash, low_intervals, parallels
from remixkit.evaluate.melody_match import align, matches, melody_voices
from remixkit.evaluate.melody_measures import (
    lead_precision,
    melody_on_top,
    melody_recall,
    melody_velocity_lead,
    silent_sections,
)
from remixkit.evaluate.moments import slot, sounding
from remixkit.evaluate.playability import out_of_range, unplayable
from remixkit.evaluate.rhythm import groove_similarities
from remixkit.evaluate.take_difference import difference
from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note, Song, Track
from remixkit.model.source_map import SourceMap
from remixkit.model.timing import Grid, MeterChange, MeterMap

BEAT = 960
BAR = 4 * BEAT
SCALE = (72, 74, 76, 77, 79, 77, 76, 74)


def note(beat: float, pitch: int, *, beats: float = 1.0, velocity: int = 80) -> Note:
    start = round(beat * BEAT)
    return Note(start, start + round(beats * BEAT), pitch, velocity)


def tune(*, at: float = 0, up: int = 0, velocity: int = 90) -> tuple[Note, ...]:
    """Eight quarter notes."""
    return tuple(note(at + k, p + up, velocity=velocity) for k, p in enumerate(SCALE))


def analysis(*, more: tuple[Note, ...] = (), sections: tuple[Section, ...] = ()) -> Analysis:
    """A source of two bars (or of its sections) whose melody is `tune()`."""
    notes = tune()
    end = sections[-1].end_tick if sections else 2 * BAR
    return Analysis(
        song=Song("Test", (Track("Vocal", notes=notes), Track("Band", notes=more))),
        keys=(Key(0, end, 0, "major"),),
        chords=(ChordSpan(0, end, 0, "maj"),),
        melody=tuple(MelodyNote(n.start_tick, n.end_tick, n.pitch, n.velocity, 0) for n in notes),
        sections=sections or (Section(0, end, "verse"),),
        roles=("melody", "chords"),
    )


def cover(
    lead: tuple[Note, ...], rest: tuple[Note, ...] = (), *, name: str = "Violin (Melody)", **more: object
) -> Arrangement:
    end = max(n.end_tick for n in (*lead, *rest))
    made = Arrangement(
        title="Test",
        style="Test",
        seed=0,
        grid=Grid(),
        keys=(Key(0, end, 0, "major"),),
        chords=(ChordSpan(0, end, 0, "maj"),),
        sections=(Section(0, end, "verse"),),
        parts=(
            Part(name, "lead", is_lead=True, notes=tuple(sorted(lead))),
            Part("Band", "band", notes=tuple(sorted(rest))),
        ),
    )
    return replace(made, **more)


def test_a_player_a_little_off_the_beat_is_on_it() -> None:
    assert [slot(t) for t in (-100, 0, 100, 140, 240)] == [0, 0, 0, 1, 1]


def test_a_note_sounds_while_it_is_held_and_at_least_where_it_begins() -> None:
    held = sounding([note(0, 60, beats=1), note(2, 62, beats=0.01)])
    assert sorted(held) == [0, 1, 2, 3, 8]


def test_the_melody_is_found_behind_an_intro_and_in_another_key() -> None:
    assert align(tune(), tune(at=8, up=3)) == (2 * BAR, 3)


def test_a_transposition_by_octaves_is_none() -> None:
    assert align(tune(), tune(at=4, up=-12)) == (BAR, 0)


@given(
    st.lists(st.integers(55, 85), min_size=8, max_size=30).filter(lambda pitches: len(set(pitches)) > 4),
    st.integers(0, 64),
    st.integers(-18, 18),
)
def test_a_melody_that_was_moved_as_a_whole_is_found_whole(pitches: list[int], sixteenths: int, semitones: int) -> None:
    moved = [note(k / 2 + sixteenths / 4, p + semitones) for k, p in enumerate(pitches)]
    source = [note(k / 2, p) for k, p in enumerate(pitches)]
    shift, up = align(source, moved)
    placed = [replace(n, start_tick=n.start_tick + shift, pitch=n.pitch + up) for n in source]
    assert all(matches(placed, moved))


def test_of_two_places_that_fit_the_one_in_the_songs_own_key_is_taken_and_then_the_nearer() -> None:
    assert align(tune(), (*tune(at=4, up=2), *tune(at=16), *tune(at=32))) == (4 * BAR, 0)


def test_recall_counts_the_melody_notes_that_the_lead_plays() -> None:
    found = melody_voices(cover(tune(at=4, up=2)[:6], tune(at=4, up=2)), analysis())
    assert melody_recall(found) == 6 / 8


def test_a_lead_a_beat_late_against_the_rest_of_itself_is_not_recalled() -> None:
    late = tuple(replace(n, start_tick=n.start_tick + BEAT // 2, end_tick=n.end_tick + BEAT // 2) for n in tune()[4:])
    assert melody_recall(melody_voices(cover(tune()[:4] + late), analysis())) == 0.5


def test_precision_counts_what_in_the_lead_is_not_the_tune_and_not_its_octave() -> None:
    octave, third = tune(up=12), (note(0, 64), note(1, 65))
    assert lead_precision(melody_voices(cover(tune() + octave + third), analysis())) == 16 / 18


def test_a_section_in_which_the_lead_rests_while_the_source_sings_is_silent() -> None:
    sections = (Section(0, BAR, "verse"), Section(BAR, 2 * BAR, "prechorus"), Section(2 * BAR, 3 * BAR, "outro"))
    whole, half = (melody_voices(cover(notes), analysis()) for notes in (tune(), tune()[:4]))
    assert silent_sections(whole, sections) == 0
    assert silent_sections(half, sections) == 1
    assert silent_sections(melody_voices(cover(tune()[:5]), analysis()), sections) == 1
    assert silent_sections(melody_voices(cover(tune()[:6]), analysis()), sections) == 0


def test_the_tune_is_covered_by_a_higher_note_but_not_by_its_own_octave() -> None:
    above = (note(0, 88), note(1, 86), note(2, 60))
    assert melody_on_top(melody_voices(cover(tune(), above), analysis())) == 7 / 8


def test_a_note_that_is_held_over_the_tune_covers_it_too() -> None:
    assert melody_on_top(melody_voices(cover(tune(), (note(0, 86, beats=4),)), analysis())) == pytest.approx(5 / 8)


def test_velocity_of_the_tune_is_held_against_the_mean_of_what_sounds_with_it() -> None:
    rest = (note(0, 48, velocity=60), note(0, 52, velocity=80), note(3, 50, velocity=75))
    assert melody_velocity_lead(melody_voices(cover(tune(velocity=90), rest), analysis())) == pytest.approx(
        (20 + 15) / 2
    )


def test_a_soft_octave_under_the_tune_is_not_taken_for_it() -> None:
    doubled = cover(tune(velocity=90) + tune(up=-12, velocity=60), (note(0, 48, velocity=70),))
    assert melody_velocity_lead(melody_voices(doubled, analysis())) == 20


def test_chord_tones() -> None:
    chords = (ChordSpan(0, BAR, 0, "maj"), ChordSpan(BAR, 2 * BAR, 7, "maj"))
    notes = [note(0, 48), note(1, 65), note(4, 55), note(5, 72)]
    assert chord_tone_rate(notes, chords) == 0.5
    assert chord_tone_rate(notes, chords, below=60) == 1.0


def test_a_pushed_note_belongs_to_the_coming_chord_and_a_short_one_does_not() -> None:
    chords = (ChordSpan(0, BAR, 0, "maj"), ChordSpan(BAR, 2 * BAR, 7, "maj"))
    assert chord_tone_rate([note(3.5, 50, beats=1.5)], chords) == 1.0
    assert chord_tone_rate([note(3.5, 50, beats=0.4)], chords) == 0.0


def test_clash_is_the_accompaniments_time_a_semitone_from_the_tune() -> None:
    sung = [note(0, 72, beats=2), note(2, 76, beats=2)]
    assert clash(sung, [note(0, 59, beats=4)]) == pytest.approx(0.5)
    assert clash(sung, [note(0, 60, beats=4)]) == 0.0


@pytest.mark.parametrize(("pitches", "muddy"), [((36, 40), 1.0), ((48, 52), 0.0), ((36, 43), 0.0), ((31, 38), 1.0)])
def test_low_intervals(pitches: tuple[int, int], muddy: float) -> None:
    assert low_intervals([note(0, p) for p in pitches]) == muddy


def test_a_low_interval_with_a_note_that_is_still_held_counts_at_its_onset() -> None:
    assert low_intervals([note(0, 36, beats=2), note(1, 40)]) == 0.5


@pytest.mark.parametrize(
    ("bass", "top", "per_100"),
    [
        ((48, 50), (67, 69), 100),  # fifths
        ((48, 50), (72, 74), 100),  # octaves
        ((48, 50), (72, 69), 0),  # octave to fifth
        ((50, 48), (69, 79), 0),  # contrary motion to an octave and fifth
        ((48, 48), (67, 67), 0),  # nothing moves
        ((48, 50), (64, 66), 0),  # thirds
    ],
)
def test_parallels_of_tune_and_bass(bass: tuple[int, int], top: tuple[int, int], per_100: float) -> None:
    chords = (ChordSpan(0, BAR, 0, "maj"), ChordSpan(BAR, 2 * BAR, 2, "min"))
    low = [note(0, bass[0]), note(1, bass[0] + 12), note(4, bass[1]), note(5, bass[1] + 12)]
    assert parallels([note(3, top[0]), note(4, top[1])], low, chords) == per_100


def test_a_tune_that_pauses_before_the_change_still_moves_over_it() -> None:
    chords = (ChordSpan(0, BAR, 0, "maj"), ChordSpan(BAR, 2 * BAR, 2, "min"))
    low = [note(0, 48), note(4, 50)]
    assert parallels([note(2, 67), note(4, 69)], low, chords) == 100
    assert parallels([note(0, 67), note(4, 69)], low, chords) is None


WIDE = (note(0, 40), note(0, 60), note(1, 50), note(2, 52))


def test_onsets_that_a_hand_cannot_take() -> None:
    assert unplayable(cover(WIDE, name="Left Hand")) == pytest.approx(1 / 3)
    assert unplayable(cover(WIDE[1:], name="Left Hand")) == 0.0


def test_a_band_has_no_pianists_hands() -> None:
    assert unplayable(cover(tune(), WIDE)) is None


def test_out_of_range_knows_the_instrument_and_leaves_drums_alone() -> None:
    notes = (note(0, 50), note(1, 60), note(2, 70), note(3, 80))
    violin, kit = Part("Violin", "violin", program=40, notes=notes), Part("Kit", "kit", is_drum=True, notes=notes)
    assert out_of_range(cover(tune(), (), parts=(violin, kit))) == 0.25


def test_groove_of_bars_alike_half_alike_and_unlike() -> None:
    bar = [note(b, 60, beats=0.25) for b in range(4)]
    same = [note(4 + b, 60, beats=0.25) for b in range(4)]
    other = [note(8 + b, 60, beats=0.25) for b in (0, 1, 2.5, 3.5)]
    assert groove_similarities([*bar, *same, *other], MeterMap()).tolist() == [1.0, 0.75]


def test_bars_of_different_length_have_no_groove_together() -> None:
    meter = MeterMap((MeterChange(0, 3, 4), MeterChange(2880, 4, 4)))
    assert len(groove_similarities([note(0, 60), note(3, 60), note(7, 60)], meter)) == 1


SECTIONS = tuple(Section(k * BAR, (k + 1) * BAR, "verse") for k in range(4))


def band(velocities: tuple[int, ...], counts: tuple[int, ...], *, bars_later: int = 0) -> tuple[Note, ...]:
    return tuple(
        note(4 * (bars_later + k) + j / 4, 60, beats=0.25, velocity=v)
        for k, (v, count) in enumerate(zip(velocities, counts, strict=True))
        for j in range(count)
    )


def test_an_arc_that_follows_and_one_that_goes_against_the_source() -> None:
    source = analysis(more=band((60, 70, 80, 90), (2, 9, 6, 12)), sections=SECTIONS)
    source = replace(source, song=replace(source.song, tracks=source.song.tracks[1:]))
    intro = (Section(0, BAR, "intro"),)
    later = tuple(replace(s, start_tick=s.start_tick + BAR, end_tick=s.end_tick + BAR) for s in SECTIONS)
    made = cover(band((50, 60, 70, 80), (12, 6, 9, 2), bars_later=1), sections=intro + later)
    found = arc(made, source, SourceMap.whole(4 * BAR).shifted(BAR))
    assert found.velocity == pytest.approx(1.0)
    assert found.density == pytest.approx(-1.0)


def test_a_source_with_one_velocity_has_no_arc_of_velocity() -> None:
    source = analysis(more=band((80, 80, 80, 80), (2, 9, 6, 12)), sections=SECTIONS)
    source = replace(source, song=replace(source.song, tracks=source.song.tracks[1:]))
    found = arc(cover(band((50, 60, 70, 80), (2, 9, 6, 12)), sections=SECTIONS), source, SourceMap.whole(4 * BAR))
    assert found.velocity is None
    assert found.density == pytest.approx(1.0)


def test_a_cover_with_one_velocity_has_no_arc_of_velocity_either() -> None:
    assert spearman([5, 5, 5, 5], [1, 2, 3, 4]) is None
    assert spearman([1, 2, 3, 4], [5, 5, 5, 5]) is None


def test_two_values_have_no_rank_correlation() -> None:
    assert spearman([1, 2], [1, 2]) is None
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)


def test_takes_differ_by_what_the_accompaniment_does_not_share() -> None:
    one = cover(tune() + tune(up=-12, velocity=70), (note(0, 48), note(1, 50), note(2, 52)))
    other = cover(tune(), (note(0, 48), note(1, 50), note(2, 53), note(3, 55)))
    found = difference(one, other, analysis())
    assert found.melody == 0.0
    assert found.accompaniment == pytest.approx(1 - 2 / 5)


def test_drums_are_accompaniment() -> None:
    kits = [Part("Kit", "kit", is_drum=True, notes=(note(0, 36), note(2, snare))) for snare in (38, 40)]
    one, other = (cover(tune(), parts=(Part("Lead", "lead", notes=tune()), kit)) for kit in kits)
    assert difference(one, other, analysis()).accompaniment == pytest.approx(1 - 1 / 3)


def test_a_take_with_another_tune_is_told() -> None:
    moved = (*tune()[:4], *(replace(n, pitch=n.pitch + 12) for n in tune()[4:]))
    assert difference(cover(tune()), cover(moved), analysis()).melody == pytest.approx(1 - 4 / 12)
