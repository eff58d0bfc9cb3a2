"""What one cover asks for: another key, another tempo, the size of television."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from charts import BAR, arrange, song
from conftest import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

import remixkit
from remixkit import style as styles
from remixkit.arrange.form.cuts import cut_to_length, passages_of
from remixkit.arrange.form.excerpt import Spanned, excerpt, pickup_ticks
from remixkit.arrange.form.transpose import semitones_to, transposed
from remixkit.errors import StyleError
from remixkit.model.analysis import Analysis, MelodyNote
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Track
from remixkit.style.schema import FormSpec
from remixkit.theory.keys import parse_key

ARRANGING = [info for info in styles.available() if not info.is_passthrough]


def moved(span: Spanned, by: int) -> Spanned:
    return replace(span, start_tick=span.start_tick + by, end_tick=span.end_tick + by)


def moved_by(track: Track, by: int) -> Track:
    return replace(track, notes=tuple(moved(n, by) for n in track.notes))


def seconds(made: Arrangement) -> float:
    return made.grid.tempo.second(made.sections[-1].end_tick)


@pytest.mark.parametrize("text", ["D", "d", "F#m", "Bb minor", "C# Major", "Abm"])
def test_keys_are_read_as_people_write_them(text: str) -> None:
    tonic, mode = parse_key(text)
    assert mode == ("minor" if text in ("F#m", "Bb minor", "Abm") else "major")
    assert tonic == {"D": 2, "d": 2, "F#m": 6, "Bb minor": 10, "C# Major": 1, "Abm": 8}[text]


@pytest.mark.parametrize("text", ["H", "", "D flat", "mm", "+2"])
def test_what_is_no_key_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        parse_key(text)


@pytest.mark.parametrize(
    ("wanted", "steps"),
    [("C", 0), ("D", 2), ("B", -1), ("F#", 6), ("G", -5), ("Am", 0), ("Bm", 2), ("+12", 12), ("-3", -3)],
)
def test_a_key_is_reached_the_shortest_way_and_the_other_mode_is_the_relative(wanted: str, steps: int) -> None:
    assert semitones_to(song(), wanted) == steps


def test_the_whole_cover_moves_with_the_key() -> None:
    style = styles.load("piano-ballad")
    at_home, moved = (arrange(song(), styles.overridden(style, styles.Overrides(key=key))) for key in ("C", "D"))
    assert {k.tonic_pc for k in moved.keys} == {2}
    roots = [c.root_pc for c in at_home.chords]
    assert [c.root_pc for c in moved.chords] == [None if r is None else (r + 2) % 12 for r in roots]
    moved_tune = transposed(song(), semitones_to(song(), "D")).melody
    assert [m.pitch for m in moved_tune] == [m.pitch + 2 for m in song().melody]


@pytest.mark.parametrize("style", ["piano-ballad", "rock"])
def test_a_stated_tempo_is_played(style: str) -> None:
    made = arrange(song(bpm=100), styles.overridden(styles.load(style), styles.Overrides(tempo_bpm=66)))
    assert made.grid.tempo.bpm_at(5 * BAR) == pytest.approx(66, rel=0.01)


def test_a_tempo_for_the_felt_beat_of_a_fast_song_is_taken_as_meant() -> None:
    lofi = styles.load("lofi")
    felt, written = (arrange(song(bpm=160), styles.overridden(lofi, styles.Overrides(tempo_bpm=b))) for b in (75, 150))
    assert felt.grid.tempo.bpm_at(5 * BAR) == written.grid.tempo.bpm_at(5 * BAR) == pytest.approx(150)


@pytest.mark.parametrize("style", ARRANGING, ids=lambda s: s.name)
def test_raw_notes_lie_on_the_grid_and_are_the_same_notes(style: styles.StyleInfo) -> None:
    played = arrange(song(), styles.load(style.name))
    raw = arrange(song(), styles.overridden(styles.load(style.name), styles.Overrides(raw=True)))
    assert all(min(n.start_tick % 120, n.start_tick % 320) == 0 for p in raw.parts for n in p.notes)
    assert [p.name for p in raw.parts] == [p.name for p in played.parts]
    for a, b in zip(raw.parts, played.parts, strict=True):
        assert len(a.notes) == pytest.approx(len(b.notes), rel=0.02, abs=2)


def test_an_easier_level_is_easier_and_only_a_pianist_has_one() -> None:
    style = styles.load("piano-ballad")
    easy, full = (
        arrange(song(), styles.overridden(style, styles.Overrides(level=level))) for level in ("easy", "full")
    )
    assert sum(len(p.notes) for p in easy.parts) < 0.8 * sum(len(p.notes) for p in full.parts)
    with pytest.raises(StyleError, match="no pianist"):
        styles.overridden(styles.load("rock"), styles.Overrides(level="easy"))


def test_wrong_wishes_are_refused_in_one_line() -> None:
    style = styles.load("rock")
    with pytest.raises(StyleError, match="key: 'H' is no key; write D"):
        styles.overridden(style, styles.Overrides(key="H"))
    with pytest.raises(StyleError, match="tempo_bpm"):
        styles.overridden(style, styles.Overrides(tempo_bpm=5))


def test_an_excerpt_is_the_kept_bars_and_nothing_else() -> None:
    whole = song(form="AABBSSO")
    kept = [(0, 8 * BAR), (16 * BAR, 24 * BAR)]
    made = excerpt(whole, kept).analysis
    assert made.end_tick == 16 * BAR
    assert [s.label for s in made.sections] == ["verse", "verse", "chorus", "chorus"]
    expected = [
        (m.start_tick - at + to, m.pitch)
        for (at, end), to in zip(kept, (0, 8 * BAR), strict=True)
        for m in whole.melody
        if at <= m.start_tick < end
    ]
    assert [(m.start_tick, m.pitch) for m in made.melody] == expected
    for spans in (made.keys, made.chords, made.sections):
        assert spans[0].start_tick == 0
        assert spans[-1].end_tick == made.end_tick
        assert all(a.end_tick == b.start_tick for a, b in pairwise(spans))


def with_pickups() -> Analysis:
    """Four sections of four bars; before each section's first bar two quarters lead in, after a rest of two."""
    whole = song(form="ABAS")
    led = [
        m for m in whole.melody if not any(line - BAR <= m.start_tick < line for line in (4 * BAR, 8 * BAR, 12 * BAR))
    ]
    for line, pitch in ((4 * BAR, 60), (8 * BAR, 64), (12 * BAR, 67)):
        led += [MelodyNote(line - 1920, line - 960, pitch, 80, 0), MelodyNote(line - 960, line, pitch + 2, 80, 0)]
    return replace(whole, melody=tuple(sorted(led)))


def test_a_join_takes_the_pickup_into_what_follows_and_leaves_the_other() -> None:
    whole = with_pickups()
    assert pickup_ticks(whole, 12 * BAR) == 1920
    assert pickup_ticks(whole, 2 * BAR) == 0
    made = excerpt(whole, [(0, 4 * BAR), (12 * BAR, 16 * BAR)]).analysis
    led = [(m.start_tick, m.pitch) for m in made.melody if 3 * BAR <= m.start_tick < 4 * BAR]
    assert led == [(4 * BAR - 1920, 67), (4 * BAR - 960, 69)]


@pytest.mark.parametrize("style", ARRANGING, ids=lambda s: s.name)
def test_tv_size_lasts_89_seconds_and_keeps_verse_and_chorus(style: styles.StyleInfo) -> None:
    heard = song(form="iAABSnABSSO", bars_each=8, bpm=130)
    made = arrange(heard, styles.overridden(styles.load(style.name), styles.Overrides(form="tv")))
    assert seconds(made) == pytest.approx(89.0, abs=0.5)
    labels = [s.label for s in made.sections]
    assert {"verse", "prechorus", "chorus"} <= set(labels)
    assert "interlude" not in labels
    assert any("cut to 89 s: bars 1-" in w for w in made.warnings)


def test_a_song_that_is_short_enough_stays_whole_and_keeps_its_tempo() -> None:
    style = styles.load("lofi")
    short = song(bpm=120)
    plain, cut = arrange(short, style), arrange(short, styles.overridden(style, styles.Overrides(form="tv")))
    assert cut.grid == plain.grid
    assert any("shorter than 89 s" in w for w in cut.warnings)


@settings(max_examples=25, deadline=None)
@given(st.text("iABSnO", min_size=4, max_size=12), st.integers(80, 170), st.integers(30, 120))
def test_any_song_can_be_cut_and_only_on_its_phrases(form: str, bpm: int, length_s: int) -> None:
    heard = song(form=form, bars_each=8, bpm=bpm)
    made = cut_to_length(heard, FormSpec(length_s=length_s)).analysis
    assert made.end_tick % (8 * BAR) == 0
    assert made.end_tick <= heard.end_tick
    assert made.sections[-1].end_tick == made.chords[-1].end_tick == made.end_tick


@pytest.mark.parametrize("ahead", [0, 60])
def test_a_cover_begins_with_its_first_note_not_with_bars_of_set_up(ahead: int) -> None:
    """Nor does it begin a bar too soon where that note is struck a little before its bar."""
    early = song(form="ABS")
    late = replace(
        early,
        song=replace(early.song, tracks=tuple(moved_by(t, 2 * BAR) for t in early.song.tracks)),
        melody=tuple(
            replace(m, start_tick=m.start_tick + 2 * BAR, end_tick=m.end_tick + 2 * BAR) for m in early.melody
        ),
        sections=(replace(early.sections[0], end_tick=6 * BAR), *(moved(s, 2 * BAR) for s in early.sections[1:])),
        chords=tuple(moved(c, 2 * BAR) for c in early.chords),
        keys=(replace(early.keys[0], end_tick=early.end_tick + 2 * BAR),),
    )
    hasty = replace(late.melody[0], start_tick=late.melody[0].start_tick - ahead)
    first = late.song.tracks[0]
    notes = (replace(first.notes[0], start_tick=first.notes[0].start_tick - ahead), *first.notes[1:])
    late = replace(
        late,
        melody=(hasty, *late.melody[1:]),
        song=replace(late.song, tracks=(replace(first, notes=notes), *late.song.tracks[1:])),
    )
    style = styles.load("piano-ballad")
    assert arrange(late, style).end_tick == arrange(early, style).end_tick
    assert min(n.start_tick for p in arrange(late, style).parts for n in p.notes) < BAR


def test_long_sections_part_into_phrases() -> None:
    heard = song(form="AS", bars_each=20)
    edges = [p.start_tick // BAR for p in passages_of(heard)]
    assert edges == [0, 8, 16, 20, 28, 36]


def test_the_command_line_takes_the_three_wishes(cli: object, tmp_path: Path) -> None:
    out = tmp_path / "cut.mid"
    done = cli("cover", EXAMPLES / "paper-comet.mid", "-s", "rock", "--form", "tv", "--key", "Em", "-o", out)  # type: ignore[operator]
    assert done.status == 0, done.err
    assert "cut to 89 s" in done.err
    heard = remixkit.analyze(out)
    assert heard.song.grid.tempo.second(heard.end_tick) == pytest.approx(89, abs=3)


@pytest.mark.parametrize(("silent_bars", "left"), [(1, 1), (4, 1), (6, 1)])
def test_a_cover_does_not_wait_where_the_transcription_does(silent_bars: int, left: int) -> None:
    """A general pause of a bar (2 s at 120 BPM) stays, of more than that the rest goes."""
    whole = song(form="ABSA", bars_each=8, bpm=120)
    hole = range(12 * BAR, (12 + silent_bars) * BAR)
    tracks = tuple(
        replace(
            t,
            notes=tuple(
                replace(n, end_tick=min(n.end_tick, hole.start)) if n.start_tick < hole.start else n
                for n in t.notes
                if n.start_tick not in hole
            ),
        )
        for t in whole.song.tracks
    )
    tune = tuple(n for n in whole.melody if n.start_tick not in hole)
    chords = tuple(replace(c, root_pc=None) if c.start_tick in hole else c for c in whole.chords)
    holed = replace(whole, song=replace(whole.song, tracks=tracks), melody=tune, chords=chords)
    made = cut_to_length(holed, FormSpec()).analysis
    assert cut_to_length(replace(holed, chords=whole.chords), FormSpec()).analysis.end_tick == whole.end_tick, (
        "a rest over chords"
    )
    assert made.end_tick == whole.end_tick - (silent_bars - left) * BAR
    if silent_bars > left:
        assert any("in which nothing sounds" in w for w in made.warnings), made.warnings
        after = [n.start_tick for n in made.melody if n.start_tick >= hole.start]
        assert min(after) == (12 + left) * BAR
