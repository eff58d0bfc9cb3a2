"""The steps from a song to its cover, and what each hands to the next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from charts import BAR, song

import remixkit
from remixkit import arrange
from remixkit import style as styles
from remixkit.arrange.form import charting
from remixkit.arrange.options import CoverOptions
from remixkit.evaluate.melody_match import aligned, melody_voices
from remixkit.model.song import Note

FORM = "iABSABSO"


@pytest.mark.parametrize("kept", [False, True])
def test_a_cover_has_one_chart(monkeypatch: pytest.MonkeyPatch, kept: bool, tmp_path: Path) -> None:
    take = remixkit.cover(song(form=FORM), "rock", seed=1)
    take.write(tmp_path / "take.mid")
    made = []
    lay_out = charting.laid_out
    monkeypatch.setattr(charting, "laid_out", lambda *told: made.append(lay_out(*told)) or made[-1])
    wanted = {"take": tmp_path / "take.mid", "lock": ["bass"]} if kept else {}
    cover = remixkit.cover(song(form=FORM), "rock", seed=2, form="tv", plan=None, **wanted)
    assert len(made) == 1
    assert cover.chart is not None
    assert cover.chart.chords == made[0].chords


def test_the_steps_one_by_one_make_the_cover() -> None:
    heard, style = song(form=FORM), styles.load("lofi")
    chart = arrange.chart(heard, style, seed=3)
    plan = arrange.plan_band(chart, style)
    made = arrange.finish(arrange.play(chart, plan, style, seed=3), style)
    cover = remixkit.cover(heard, "lofi", seed=3)
    assert (made, plan, chart) == (cover.arrangement, cover.plan, cover.chart)


@pytest.mark.parametrize("style", ["piano-ballad", "orchestral", "lofi", "rock", "acoustic-pop"])
@pytest.mark.parametrize(("key", "form"), [(None, None), ("+3", None), ("-5", "tv")])
def test_the_map_finds_the_melody_where_it_is_played(style: str, key: str | None, form: styles.Form | None) -> None:
    heard = song(form="AABSnAABSSnBSSO", bpm=80)
    made = remixkit.cover(heard, style, CoverOptions(key=key, form=form)).arrangement
    assert made.source_map is not None
    assert made.source_map.semitones == int(key or 0)
    found = melody_voices(made, heard)
    assert found.melody
    assert sum(map(bool, found.sung)) >= 0.97 * len(found.sung)
    source = {(n.start_tick, (n.pitch + int(key or 0)) % 12) for n in heard.melody}
    for n in found.melody:
        assert (made.source_map.to_source(n.start_tick), n.pitch % 12) in source


def test_without_a_map_the_place_is_found_by_ear() -> None:
    heard = song(form="AABBSSO")
    made = remixkit.cover(heard, "lofi", key="+2").arrangement
    melody = [Note(n.start_tick, n.end_tick, n.pitch) for n in heard.melody]
    lead = [n for p in made.parts if p.is_lead for n in p.notes]
    found = aligned(melody, lead, heard.end_tick)
    assert made.source_map is not None
    assert found.to_cover(0) == made.source_map.to_cover(0)
    assert (found.semitones - 2) % 12 == 0
    assert melody_voices(replace(made, source_map=None), heard).sung == melody_voices(made, heard).sung


def test_a_cut_cover_knows_which_bars_it_left_out() -> None:
    heard = song(form="AABSnAABSSnBSSO", bpm=80)
    made = remixkit.cover(heard, "rock", form="tv").arrangement
    assert made.source_map is not None
    bars = [made.source_map.to_source(start) for start, _ in made.grid.meter.bars(made.end_tick)]
    played = [b // BAR for b in bars if b is not None]
    assert played == sorted(set(played))
    assert len(played) < heard.end_tick // BAR
    warning = next(w for w in made.warnings if w.startswith("cut to 89 s"))
    assert f"bars {played[0] + 1}-" in warning


def test_empty_bars_ahead_move_the_map_along() -> None:
    heard = song(form=FORM)
    plain = remixkit.cover(heard, "rock")
    later = arrange.for_daw(plain.arrangement, arrange.Daw(bars_from=4))
    assert plain.arrangement.source_map is not None
    assert later.source_map is not None
    assert later.source_map.lead_in_ticks == plain.arrangement.source_map.lead_in_ticks + 3 * BAR


@pytest.mark.parametrize("style", ["piano-ballad", "orchestral", "lofi", "rock", "acoustic-pop"])
def test_leads_are_the_parts_that_say_so_in_their_names(style: str) -> None:
    parts = remixkit.cover(song(form="AABBSSABSS"), style).arrangement.parts
    leads = [p.name.lower() for p in parts if p.is_lead]
    assert leads
    assert leads == [
        p.name.lower() for p in parts if any(w in p.name.lower() for w in ("melody", "lead", "right hand"))
    ]


def test_who_leads_is_not_read_out_of_a_name() -> None:
    made = remixkit.cover(song(form="AABBSS"), "rock").arrangement
    lead = next(p for p in made.parts if p.is_lead)
    renamed = replace(made, parts=tuple(replace(p, name=f"Part {k}") for k, p in enumerate(made.parts)))
    assert set(melody_voices(renamed, song(form="AABBSS")).lead) == set(lead.notes)


def test_a_file_says_by_names_who_leads(tmp_path: Path) -> None:
    made = remixkit.cover(song(form="AABBSS"), "lofi")
    made.write(tmp_path / "a.mid")
    read = arrange.passed_song(remixkit.load(tmp_path / "a.mid"))
    assert [p.name for p in read.parts if p.is_lead] == [p.name for p in made.arrangement.parts if p.is_lead]


def test_options_may_be_given_by_name_or_as_one() -> None:
    heard = song(form="AABBSS")
    named = remixkit.cover(heard, "lofi", seed=2, raw=True)
    assert named.arrangement == remixkit.cover(heard, "lofi", CoverOptions(seed=2, raw=True)).arrangement
    with pytest.raises(TypeError, match="sede"):
        remixkit.cover(heard, "lofi", sede=2)
    with pytest.raises(ValueError, match="need one"):
        CoverOptions(lock=("bass",))
