"""The plan of a cover: how sections join, who plays where, as a table, as a file, and back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from charts import BAR, arrange, song, task
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit import remix
from remixkit import style as styles
from remixkit.arrange import BandPlan, plan_band
from remixkit.arrange.form import charting
from remixkit.arrange.form.charting import laid_out
from remixkit.arrange.form.explain import table
from remixkit.arrange.form.outline import outline_of
from remixkit.arrange.form.plan_file import from_toml, to_toml
from remixkit.arrange.form.transitions import with_transitions
from remixkit.arrange.roles.drums import drums
from remixkit.errors import StyleError
from remixkit.style.schema import FormSpec, Style

BANDS = ("orchestral", "lofi", "rock", "acoustic-pop")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FORM = "AABBSSnABSSO"


def form(**keys: object) -> FormSpec:
    return FormSpec.model_validate(keys)


def test_the_band_does_before_a_section_what_the_style_says_for_it() -> None:
    asked = form(endings={"all": "drop", "chorus": "build", "last_chorus": "half"})
    sections = with_transitions(outline_of(song(form=FORM), asked).sections, asked, BAR, seed=3)
    assert [s.transition for s in sections] == [
        "drop", "drop", "drop", "build", "fill", "drop", "drop", "drop", "half", "fill", "drop", "none"
    ]  # fmt: skip


def test_without_a_word_of_the_style_the_band_stops_before_the_last_chorus_only() -> None:
    sections = with_transitions(outline_of(song(form=FORM), form()).sections, form(), BAR, seed=3)
    assert [k for k, s in enumerate(sections) if s.transition == "stop"] == [8]
    assert not any(s.is_down for s in sections)


@given(st.integers(0, 999))
def test_where_the_same_goes_on_nobody_stops_and_two_bars_are_too_short_to_prepare_anything(seed: int) -> None:
    asked = form(endings={"all": ("half", "build", "stop")})
    sections = with_transitions(outline_of(song(form="AABS", bars_each=2), asked).sections, asked, BAR, seed)
    for s, after in pairwise(sections):
        assert s.transition == ("fill" if s.label == after.label else "stop")


def test_a_section_that_is_down_is_played_by_few_and_the_tune_sings_on() -> None:
    bands = styles.load("rock")
    heard = song(form=FORM)
    shapes = {
        chance: bands.model_copy(
            update={"form": bands.form.model_copy(update={"down": {"before_last_chorus": chance}})}
        )
        for chance in (0.0, 1.0)
    }
    up, down = (arrange(heard, shapes[c], seed=2) for c in (0.0, 1.0))
    sections = plan_band(charting.chart(heard, shapes[1.0], seed=2), shapes[1.0]).sections
    before = next(s for s, after in pairwise(sections) if after.is_last_chorus)
    assert before.is_down

    def playing(cover: object) -> dict[str, list[int]]:
        inside = (before.start_tick, before.end_tick - BAR)
        return {
            p.role: [n.velocity for n in p.notes if inside[0] <= n.start_tick < inside[1]]
            for p in cover.parts  # type: ignore[attr-defined]
        }

    full, few = playing(up), playing(down)
    assert full["rhythm_left"]
    assert not few["rhythm_left"]
    assert few["lead"] == full["lead"]
    assert sum(map(len, few.values())) < 0.6 * sum(map(len, full.values()))


def kit(ending: str) -> list[tuple[float, int, int]]:
    style = Style.model_validate({"schema": 2, "title": "T", "form": {"endings": {"all": ending}}})
    on = laid_out(song(form="AS"), style, 0)
    steps = {
        "beat": {"kick": "X...............", "snare": "....X.......X..."},
        "slow": {"kick": "X...............", "snare": "........X......."},
        "rise": {"snare": "x...x...x...x..."},
        "fill_one": {"tom_low": "xxxx"},
    }
    it = task("drums", on, steps=steps, settings={"fills": "fill_one", "vary": 0.0, "crash": False})
    patterns = {"all": ("beat",), "half": ("slow",), "build": ("rise",)}
    it = replace(it, spec=it.spec.model_copy(update={"patterns": patterns}))
    return [(n.start_tick % BAR / 960 + 1, n.pitch, n.velocity) for n in drums(it).notes if n.start_tick >= 2 * BAR]


def test_a_kit_halves_its_time_builds_up_drops_out_or_stops() -> None:
    assert [b for b, p, _ in kit("half") if p == 38] == [3, 3]
    rise = [v for _, p, v in kit("build") if p == 38]
    assert len(rise) == 7
    assert rise == sorted(rise)
    assert rise[-1] > rise[0] + 20
    assert [b for b, p, _ in kit("drop") if p == 38] == [2, 4, 2]
    assert [b for b, p, _ in kit("stop") if p == 38] == [2, 4]
    fills = {e: sum(p == 45 for _, p, _ in kit(e)) for e in ("fill", "half", "build", "stop", "drop", "none")}
    assert fills == {"fill": 4, "half": 4, "build": 4, "stop": 4, "drop": 0, "none": 0}


@pytest.mark.parametrize("style", BANDS)
def test_a_plan_comes_back_from_its_file_and_gives_the_same_cover(style: str) -> None:
    heard, bands = song(form=FORM), styles.load(style)
    own = plan_band(charting.chart(heard, bands, seed=4), bands)
    again = from_toml(to_toml(own, "a\ntable"), own, bands)
    assert again == own
    assert arrange(heard, bands, seed=4, plan=again) == arrange(heard, bands, seed=4)


def test_an_edited_plan_is_what_is_played() -> None:
    heard, bands = song(form="AABBSS"), styles.load("rock")
    own = plan_band(charting.chart(heard, bands, seed=1), bands)
    text = to_toml(own)
    first = text.index("[[sections]]", text.index('"verse"') - 40)
    verse = text[first : text.index("[[sections]]", first + 1)]
    quiet = verse.replace('"drums", ', "").replace('"lead"', '"lead", "harmony"')
    edited = from_toml(text.replace(verse, quiet, 1), own, bands)
    made = arrange(heard, bands, seed=1, plan=edited)
    section = edited.sections[1]
    inside = {
        p.role for p in made.parts if any(section.start_tick <= n.start_tick < section.end_tick - 480 for n in p.notes)
    }
    assert "harmony" in inside
    assert "drums" not in inside
    silent = replace(edited, players=((), *edited.players[1:2], (), *edited.players[3:]))
    warnings = arrange(heard, bands, seed=1, plan=silent).warnings
    assert warnings == ("bars 9-12 (verse) have a tune and no lead: give them one of lead",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"bass"', '"bas"', "sections[0].players: no player of rock is called 'bas'; did you mean 'bass'?"),
        ("intensity", "intensty", "sections[0]: no key is called 'intensty'; did you mean 'intensity'?"),
        ("intensity = 0", "intensity = 2", "sections[0].intensity: 2"),
        ('ending = "', 'ending = "f', "sections[0].ending: no ending is called"),
        ("down = false", 'down = "no"', "sections[0].down: must be true or false"),
        ("bars = [1, 4]", "bars = [1, 5]", "sections[0]: bars 1-4 of the cover are 'intro'"),
        ('style = "rock"', 'style = "lofi"', "style: this is a plan for 'lofi', not 'rock'; name that --style"),
        ("song =", "sing =", "no key is called 'sing'; did you mean 'song'?"),
        ("[[sections]]", "[[sections]", "line 8, column 11: not TOML"),
    ],
)
def test_a_slip_in_a_plan_is_named(old: str, new: str, said: str) -> None:
    heard, bands = song(form="AABBSS"), styles.load("rock")
    own = plan_band(charting.chart(heard, bands, seed=1), bands)
    text = to_toml(own)
    assert old in text
    with pytest.raises(StyleError) as caught:
        from_toml(text.replace(old, new, 1), own, bands, file=Path("plan.toml"))
    assert str(caught.value).startswith("plan.toml: " + said)


def test_a_plan_for_other_bars_is_refused() -> None:
    bands = styles.load("rock")
    long, short = (plan_band(charting.chart(song(form=f), bands), bands) for f in ("AABBSS", "AAS"))
    with pytest.raises(StyleError, match="there are 8, but the cover has 5; write it anew"):
        from_toml(to_toml(long), short, bands)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=30))
def test_any_title_survives_the_file(title: str) -> None:
    bands = styles.load("lofi")
    own = BandPlan(title, "lofi", (), (), ())
    assert from_toml(to_toml(own), own, bands) == own


def test_the_table_shows_every_player_in_every_section() -> None:
    heard, bands = song(form=FORM), styles.load("orchestral")
    own, made = plan_band(charting.chart(heard, bands, seed=1), bands), arrange(heard, bands, seed=1)
    lines = table(own, made, bands, width=90).splitlines()
    assert max(map(len, lines)) <= 90
    tables = [k for k, line in enumerate(lines) if line.startswith("bars")]
    cells = sum(len(lines[k].split()) - 1 for k in tables)
    assert cells == len(own.sections)
    leads = [line for line in lines if line.startswith("lead_violins")]
    assert sum(line.count("*") for line in leads) == sum("lead_violins" in p for p in own.players[:-1])
    for part in made.parts:
        assert sum(line.split(" ")[0] == part.role for line in lines) == len(tables)


def test_the_command_line_explains_writes_and_takes_back_a_plan(cli: object, tmp_path: Path) -> None:
    song_file, file = EXAMPLES / "paper-comet.mid", tmp_path / "plan.toml"
    shown = cli("cover", song_file, "-s", "lofi", "--explain", "-o", file)  # type: ignore[operator]
    assert shown.status == 0, shown.err
    assert "intensity" in shown.out
    assert file.read_text(encoding="utf-8").count("[[sections]]") > 3
    assert not list(tmp_path.glob("*.mid"))
    text = file.read_text(encoding="utf-8").replace('"drums", ', "")
    file.write_text(text, encoding="utf-8")
    made = cli("cover", song_file, "-s", "lofi", "--plan", file, "-o", tmp_path / "out.mid")  # type: ignore[operator]
    assert made.status == 0, made.err
    assert not any(t.is_drum for t in remix.load(tmp_path / "out.mid").tracks)
    lost = cli("cover", song_file, "-s", "lofi", "-o", file)  # type: ignore[operator]
    assert lost.status == 2
    assert "--explain" in lost.err
