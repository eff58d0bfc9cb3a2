"""What players owe each other: the bass its room, the tune its place, the ear its dynamics."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from statistics import fmean

import pytest
from charts import BAR, arrange, chart, song, task

from remixkit import style as styles
from remixkit.arrange.form.charting import fingerprint_of, take_seed
from remixkit.arrange.form.outline import outline_of
from remixkit.arrange.performance.clean_up import cleared
from remixkit.arrange.performance.expression import modulation
from remixkit.arrange.playing.task import RoleOutput
from remixkit.arrange.roles.arpeggio import arpeggio
from remixkit.arrange.roles.bass import bass
from remixkit.arrange.roles.countermelody import countermelody
from remixkit.arrange.roles.drums import drums
from remixkit.arrange.roles.lead import lead
from remixkit.arrange.roles.pad import pad
from remixkit.model.song import Note, Origin, Track
from remixkit.model.timing import Grid, TempoChange, TempoMap
from remixkit.style.schema import FormSpec, Style
from remixkit.theory.voicing_candidates import breaches_low_interval


def phrase(*pitches: int, length: int = 1920) -> RoleOutput:
    return RoleOutput(tuple(Note(0, length, p, 80, Origin("it", function="accompaniment")) for p in pitches))


def two(kind: str, **spec: object) -> Style:
    roles = {"low": {"kind": "bass", "program": 43}, "it": {"kind": kind, "program": 48, **spec}}
    return Style.model_validate({"schema": 2, "title": "T", "roles": roles})


def test_a_chord_that_would_blur_with_the_bass_is_raised_and_an_octave_or_a_unison_stays() -> None:
    out = cleared({"low": phrase(40), "it": phrase(40, 44, 47, 52, 64)}, two("pad"))
    assert [n.pitch for n in out["low"].notes] == [40]
    assert [n.pitch for n in out["it"].notes] == [40, 47, 52, 56, 64]


def test_power_chords_stand_on_the_bass_and_the_tune_is_never_moved() -> None:
    power = {"low": phrase(36), "it": phrase(41, 48, 53)}
    assert cleared(power, two("chords", voicing="power"))["it"] == power["it"]
    assert cleared(power, two("melody"))["it"] == power["it"]


def test_what_blurs_at_the_top_of_an_instrument_is_left_out() -> None:
    tuba = two("chords", program=58)
    assert cleared({"low": phrase(45), "it": phrase(46)}, tuba)["it"].notes == ()


@pytest.mark.parametrize("style", ["orchestral", "lofi", "acoustic-pop"])
def test_a_band_is_clear_at_the_bottom(style: str) -> None:
    cover = arrange(song(form="AABBSS"), styles.load(style), seed=2)
    pitched = [n for p in cover.parts if not p.is_drum for n in p.notes]
    ticks = range(120, cover.end_tick, 240)
    muddy = sum(breaches_low_interval([n.pitch for n in pitched if n.start_tick <= t < n.end_tick]) for t in ticks)
    assert muddy / len(ticks) < 0.06


def test_a_bass_that_follows_doubles_the_line_and_holds_what_is_repeated() -> None:
    on = chart()
    first = bass(
        task(
            "bass", on, patterns={"p": "1:bass/1 2:bass/1 3:5/2"}, program=43, register=(28, 47), settings={"vary": 0.0}
        )
    )
    tuba = bass(
        task(
            "bass", on, patterns={"p": "1:bass/4"}, program=58, register=(36, 55),
            settings={"follow": "low"}, done={"low": first},
        )
    )  # fmt: skip
    assert [(n.start_tick, n.pitch % 12) for n in tuba.notes[:4]] == [(0, 0), (1920, 7), (BAR, 9), (BAR + 1920, 4)]
    assert all(n.pitch >= 36 for n in tuba.notes)


def test_the_bass_takes_the_other_octave_rather_than_run_parallel_to_the_tune() -> None:
    up = (Note(BAR - 960, BAR, 67, 90), Note(BAR, 2 * BAR, 76, 90))
    notes = bass(
        task(
            "bass",
            chart(melody=up),
            patterns={"p": "1:bass/4"},
            program=33,
            register=(24, 48),
            settings={"home_pitch": 38},
        )
    ).notes
    before, after = (next(n.pitch for n in notes if n.start_tick == k * BAR) for k in (0, 1))
    assert after % 12 == 9
    assert (67 - before) % 12 != (76 - after) % 12 or after < before


def test_bells_greet_a_section_and_then_ring_only_where_the_tune_rests() -> None:
    tune = (Note(0, BAR, 72, 90), Note(2 * BAR, 3 * BAR, 72, 90))
    bells = task(
        "arpeggio",
        chart(melody=tune),
        patterns={"p": "1:8/1 3:T/1"},
        program=9,
        register=(79, 103),
        settings={"gaps": True, "vary": 0.0},
    )
    assert [n.start_tick / BAR for n in arpeggio(bells).notes] == [0, 1, 1.5, 3, 3.5]


def test_a_section_is_as_loud_among_the_others_as_in_the_source() -> None:
    heard = song(form="AABB")
    played = tuple(replace(n, velocity=110 if n.start_tick < 8 * BAR else 60) for n in heard.song.tracks[0].notes)
    loud_first = replace(heard, song=replace(heard.song, tracks=(replace(heard.song.tracks[0], notes=played),)))
    flat = replace(
        heard,
        song=replace(heard.song, tracks=(Track("flat", 0, 0, False, tuple(replace(n, velocity=80) for n in played)),)),
    )
    assert all(s.loudness is None for s in outline_of(flat, FormSpec()).sections)
    levels = [s.loudness or 0 for s in outline_of(loud_first, FormSpec()).sections]
    assert min(levels[:2]) > max(levels[2:])
    cover = arrange(loud_first, styles.load("rock"), seed=1)
    a, b = ([s for s in cover.sections if s.label == label] for label in ("verse", "prechorus"))

    def loudness(sections: list[object]) -> float:
        return fmean(
            n.velocity
            for p in cover.parts
            for n in p.notes
            if any(s.start_tick <= n.start_tick < s.end_tick for s in sections)  # type: ignore[attr-defined]
        )

    assert loudness(a) > loudness(b) - 6  # type: ignore[arg-type]
    assert loudness(a) - loudness(b) > _difference(heard) + 3  # type: ignore[arg-type]


def _difference(heard: object) -> float:
    cover = arrange(heard, styles.load("rock"), seed=1)  # type: ignore[arg-type]
    spans = {label: [s for s in cover.sections if s.label == label] for label in ("verse", "prechorus")}
    means = [
        fmean(
            n.velocity
            for p in cover.parts
            for n in p.notes
            if any(s.start_tick <= n.start_tick < s.end_tick for s in spans[label])
        )
        for label in ("verse", "prechorus")
    ]
    return means[0] - means[1]


def test_two_songs_are_played_differently_at_one_seed_and_one_song_alike_in_every_key() -> None:
    one, other = song(form="AABB"), song(form="SSnA")
    assert take_seed(fingerprint_of(one), 1) != take_seed(fingerprint_of(other), 1)
    assert take_seed(fingerprint_of(one), 1) != take_seed(fingerprint_of(one), 2)
    higher = replace(one, melody=tuple(replace(n, pitch=n.pitch + 2) for n in one.melody))
    assert take_seed(fingerprint_of(higher), 1) == take_seed(fingerprint_of(one), 1)
    covers = [
        arrange(one, styles.overridden(styles.load("rock"), styles.Overrides(key=k)), seed=1) for k in (None, "+2")
    ]
    drums = [next(p.notes for p in c.parts if p.role == "drums") for c in covers]
    assert drums[0] == drums[1]
    assert [len(s.parts) for s in covers] == [len(covers[0].parts)] * 2
    assert all(a.end_tick == b.start_tick for a, b in pairwise(covers[0].sections))


def test_long_notes_vibrate_and_short_ones_do_not() -> None:
    notes = [Note(0, 480, 72, 90), Note(960, BAR, 72, 90), Note(BAR, BAR + 240, 74, 90)]
    wheel = modulation(notes, Grid(TempoMap((TempoChange(0, 120),))))
    assert {c.number for c in wheel} == {1}
    assert [c.value for c in wheel] == [0, 9, 19, 28, 38, 48, 0]
    assert 960 + 400 <= wheel[1].tick < BAR == wheel[-1].tick


def test_tremolo_strings_grow_through_a_section() -> None:
    grown = pad(task("pad", chart(), program=44, register=(55, 76), settings={"swell": "rise"})).controls
    values = [c.value for c in grown]
    assert values == sorted(values)
    assert values[-1] - values[0] > 50


def test_trumpets_join_in_the_fifth_bar_and_a_short_section_has_them_at_once() -> None:
    tune = tuple(Note(k * 960, k * 960 + 900, 70, 90) for k in range(32))
    wanted = {"settings": {"double": True, "enters_bars": 4}}
    long, short = (
        lead(task("melody", chart(bars=n, melody=tune[: 4 * n]), program=56, **wanted)).notes for n in (8, 4)
    )
    assert min(n.start_tick for n in long) == 4 * BAR
    assert min(n.start_tick for n in short) == 0


def test_a_groove_of_two_bars_varies_in_its_second() -> None:
    steps = {"slow": {"kick": "X.....x...x..... X......x..X.....", "hat": "x.x."}}
    found = set()
    for seed in range(8):
        it = task("drums", chart(bars=8), steps=steps, seed=seed, settings={"vary": 1.0, "crash": False})
        kicks = [n.start_tick for n in drums(it).notes if n.pitch == 36]
        assert [t % (2 * BAR) for t in kicks if t % (2 * BAR) < BAR] == [0, 1440, 2400] * 4
        found.add(tuple(t for t in kicks if t % (2 * BAR) >= BAR))
    assert len(found) > 3


def test_two_countermelodies_neither_rub_nor_double_each_other() -> None:
    tune = (Note(0, 4 * BAR, 79, 90),)
    names = {"program": 60, "register": (48, 69)}
    horn = countermelody(task("countermelody", chart(melody=tune), **names))
    free = countermelody(task("countermelody", chart(melody=tune), **names, seed=7))
    on = task("countermelody", chart(melody=tune), **names, seed=7, done={"horn": horn})
    roles = {**on.style.roles, "horn": on.spec}
    cello = countermelody(replace(on, style=on.style.model_copy(update={"roles": roles})))

    def together(line: RoleOutput) -> list[int]:
        return [
            (a.pitch - b.pitch) % 12
            for a in line.notes
            for b in horn.notes
            if min(a.end_tick, b.end_tick) - max(a.start_tick, b.start_tick) > 240
        ]

    assert not {1, 11} & set(together(cello))
    assert together(cello).count(0) < together(free).count(0)
