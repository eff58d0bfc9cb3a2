"""Properties of whole covers, for songs of every shape and each band style."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from charts import BAR, arrange, song
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit import style as styles
from remixkit.arrange.form.cuts import cut_to_length
from remixkit.arrange.form.outline import outline_of
from remixkit.arrange.performance.groove import swung
from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement, Part
from remixkit.style.schema import FormSpec
from remixkit.theory.instruments import instrument

BANDS = ("orchestral", "lofi", "rock", "acoustic-pop")


def leads(cover: Arrangement) -> list[Part]:
    return [p for p in cover.parts if "Melody" in p.name or "Lead" in p.name]


def check_house_rules(analysis: Analysis, style: str, cover: Arrangement) -> None:
    """What holds for any cover of any song."""
    bands = styles.load(style)
    analysis = cut_to_length(analysis, bands.form).analysis
    shift = outline_of(analysis, bands.form).shift_ticks
    assert all(s.end_tick == t.start_tick for s, t in pairwise(cover.sections))
    for line in [cover.end_tick, *(s.start_tick for s in cover.sections)]:
        assert cover.grid.meter.bar_start(line) == line
    for part in cover.parts:
        assert part.notes == tuple(sorted(part.notes)), part.name
        player = instrument(part.program)
        sounding: dict[int, int] = {}
        for n in part.notes:
            assert 0 <= n.start_tick < n.end_tick <= cover.end_tick
            assert 1 <= n.velocity <= 127
            assert n.origin.role == part.role
            assert part.is_drum or player.lowest <= n.pitch <= player.highest, (part.name, n)
            assert sounding.get(n.pitch, 0) <= n.start_tick, (part.name, n)
            sounding[n.pitch] = n.end_tick
    played = sorted((n.start_tick, n.pitch) for p in leads(cover) for n in p.notes)
    for note in analysis.melody:
        at = note.start_tick + shift
        near = [p for s, p in played if abs(s - at) <= 160]
        assert any((p - note.pitch) % 12 == 0 for p in near), (style, note)


@pytest.mark.parametrize("style", BANDS)
@settings(max_examples=14, deadline=None)
@given(
    form=st.text("iAABBSSnO", min_size=1, max_size=7),
    bars_each=st.integers(1, 9),
    meter=st.sampled_from([(4, 4), (4, 4), (3, 4), (6, 8), (2, 4), (5, 4), (7, 8), (12, 8), (9, 8)]),
    bpm=st.floats(35, 260),
    tune=st.booleans(),
    pickup=st.booleans(),
    silent_from_bar=st.none() | st.integers(0, 8),
    seed=st.integers(0, 2**31),
)
def test_any_song_any_seed(style: str, seed: int, **shape: object) -> None:
    analysis = song(**shape)  # type: ignore[arg-type]
    cover = arrange(analysis, styles.load(style), seed=seed)
    check_house_rules(analysis, style, cover)


@pytest.mark.parametrize("style", BANDS)
def test_the_same_again_and_another_seed(style: str) -> None:
    analysis, bands = song(), styles.load(style)
    one, again, other = (arrange(analysis, bands, seed=s) for s in (1, 1, 2))
    assert one == again
    assert [p.notes for p in leads(one)] == [p.notes for p in leads(other)]

    def accompaniment(cover: Arrangement) -> set[tuple[str, int, int]]:
        mine = {p.name for p in leads(cover)}
        return {
            (p.name, n.pitch, round(n.start_tick / 120)) for p in cover.parts if p.name not in mine for n in p.notes
        }

    a, b = accompaniment(one), accompaniment(other)
    assert 0.15 <= 1 - len(a & b) / len(a | b) <= 0.75


@pytest.mark.parametrize(("style", "least"), [("orchestral", 12), ("lofi", 6), ("rock", 6), ("acoustic-pop", 8)])
def test_the_band_is_complete_and_grows_into_the_chorus(style: str, least: int) -> None:
    cover = arrange(song(form="AABBSSnABSSO"), styles.load(style), seed=1)
    assert len(cover.parts) >= least
    playing = {
        s.label: sum(any(s.start_tick <= n.start_tick < s.end_tick - 960 for n in p.notes) for p in cover.parts)
        for s in cover.sections
    }
    assert playing["chorus"] > playing["verse"] > 2

    def loudness(label: str) -> float:
        spans = [(s.start_tick, s.end_tick) for s in cover.sections if s.label == label]
        levels = [n.velocity for p in cover.parts for n in p.notes if any(a <= n.start_tick < b for a, b in spans)]
        return sum(levels) / len(levels)

    assert loudness("chorus") > loudness("verse") + 3


@pytest.mark.parametrize("style", BANDS)
def test_the_lead_is_louder_than_each_player_beside_it(style: str) -> None:
    cover = arrange(song(), styles.load(style), seed=3)
    mine = leads(cover)
    lead = [(p.volume, n) for p in mine for n in p.notes]
    for part in cover.parts:
        if part in mine or part.is_drum:
            continue
        times_as_loud = [
            (m.velocity * volume) / (n.velocity * part.volume)
            for n in part.notes
            for volume, m in lead
            if m.start_tick <= n.start_tick + 60 < m.end_tick
        ]
        assert not times_as_loud or sum(times_as_loud) / len(times_as_loud) > 1.1, part.name


@pytest.mark.parametrize("style", BANDS)
def test_an_intro_is_added_in_whole_bars_and_only_where_there_is_none(style: str) -> None:
    bands = styles.load(style)
    without = arrange(song(form="AABBSS"), bands)
    assert without.sections[0].label == "intro"
    assert min(n.start_tick for p in leads(without) for n in p.notes) >= bands.form.intro_bars * BAR - 60
    assert without.end_tick == (24 + bands.form.intro_bars + bands.form.outro_bars) * BAR
    assert arrange(song(form="iAABBSSO"), bands).end_tick == 32 * BAR


def test_a_pickup_bar_is_the_intros_last() -> None:
    outline = outline_of(song(pickup=True), FormSpec(intro_bars=4))
    assert outline.shift_ticks == 3 * BAR
    assert outline.sections[0].end_tick == 4 * BAR


def test_tempo_moves_towards_the_style_but_not_far() -> None:
    bands = styles.load("lofi")
    assert arrange(song(bpm=80), bands).grid.tempo.bpm_at(BAR) == pytest.approx(80)
    assert arrange(song(bpm=110), bands).grid.tempo.bpm_at(BAR) == pytest.approx(110 * 0.92)
    assert arrange(song(bpm=160), bands).grid.tempo.bpm_at(BAR) == pytest.approx(160)


def test_a_fast_song_is_felt_at_half_rate_and_keeps_its_bars() -> None:
    bands = styles.load("lofi")
    slow, fast = (arrange(song(form="AABBSSAA", bpm=b), bands, seed=1) for b in (80, 160))
    assert slow.end_tick == fast.end_tick

    def snares(cover: Arrangement) -> Counter[int]:
        backbeats = [n for p in cover.parts if p.is_drum for n in p.notes if n.pitch in (37, 38) and n.velocity > 60]
        return Counter(round(n.start_tick / 960) % 4 for n in backbeats)

    assert snares(slow).most_common(2)[0][0] in (1, 3)
    assert snares(fast).most_common(1)[0][0] == 2


def test_the_orchestra_slows_down_at_the_end_and_rock_does_not() -> None:
    analysis = song()
    tempo = arrange(analysis, styles.load("orchestral")).grid.tempo
    assert tempo.changes[-1].bpm < 0.85 * tempo.changes[0].bpm
    assert len(arrange(analysis, styles.load("rock")).grid.tempo.changes) == 1


@pytest.mark.parametrize("style", BANDS)
def test_the_last_chord_rings_through_the_last_bar(style: str) -> None:
    cover = arrange(song(form="AABBSS"), styles.load(style), seed=5)
    last = cover.grid.meter.bar_start(cover.end_tick - 1)
    held = [n for p in cover.parts if not p.is_drum for n in p.notes if n.start_tick >= last - 240]
    assert {n.pitch % 12 for n in held} >= {0, 4, 7}
    assert sum(n.end_tick - n.start_tick >= 0.8 * BAR for n in held) >= 3
    assert all(
        abs(n.start_tick - last) <= 240
        for p in cover.parts
        if p.is_drum and p.role == "drums"
        for n in p.notes
        if n.start_tick >= last - 60
    )


def test_a_drummer_has_two_hands() -> None:
    cover = arrange(song(form="AABBSSnABSSO"), styles.load("rock"), seed=4)
    kit = next(p for p in cover.parts if p.role == "drums")
    at: Counter[int] = Counter()
    for n in kit.notes:
        if n.pitch not in (35, 36, 44):
            at[round(n.start_tick / 60)] += 1
    assert max(at.values()) <= 2


def test_drums_fill_into_joins_and_stop_before_the_last_chorus() -> None:
    cover = arrange(song(form="AABBSSnABSSO"), styles.load("rock"), seed=4)
    kit = next(p for p in cover.parts if p.role == "drums")
    origins = Counter(n.origin.function for n in kit.notes)
    assert origins["fill"] > 20
    before = [
        s
        for s in cover.sections
        if s.label != "chorus" and any(t.label == "chorus" for t in cover.sections if t.start_tick == s.end_tick)
    ]
    bar = (before[-1].end_tick - BAR, before[-1].end_tick)
    groove = [n for n in kit.notes if bar[0] + 480 < n.start_tick < bar[1] - 60 and n.origin.function != "fill"]
    assert not groove


def test_a_section_no_lead_would_take_goes_to_the_first() -> None:
    bands = styles.load("orchestral")
    only_loud = bands.model_copy(
        update={
            "roles": {
                n: r.model_copy(update={"energy": (0.9, 1.0)}) if r.kind == "melody" else r
                for n, r in bands.roles.items()
            }
        }
    )
    analysis = song()
    check_house_rules(analysis, "orchestral", arrange(analysis, only_loud, seed=1))


def test_words_come_with_the_lead() -> None:
    from remixkit.model.song import Lyric

    analysis = song(form="AABB")
    track = replace(analysis.song.tracks[0], lyrics=(Lyric(960, "la"),))
    sung = replace(analysis, song=replace(analysis.song, tracks=(track,)))
    cover = arrange(sung, styles.load("lofi"))
    assert [t.text for p in leads(cover) for t in p.lyrics] == ["la"]
    assert cover.parts[0].lyrics[0].tick == 960 + 4 * BAR


@given(st.integers(0, 20 * 960), st.floats(0.5, 0.75))
def test_swing_keeps_order_and_beats(tick: int, swing: float) -> None:
    assert swung(tick - tick % 480, swing) == tick - tick % 480
    if tick % 480 in (0, 240):
        assert swung(tick + 240, swing) > swung(tick, swing)
    assert abs(swung(tick, swing) - tick) <= 120
