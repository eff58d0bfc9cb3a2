"""`remixkit analyze` and `remixkit roll`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import EXAMPLES, Done

Cli = Callable[..., Done]

HARTE = re.compile(r"N|[A-G][#b]*(:[a-z0-9]+(\([^)]*\))?)?(/[#b]*\d+)?")


def heard(cli: Cli, song: Path | str, *words: str) -> dict[str, Any]:
    done = cli("analyze", song, "--json", *words)
    assert done.status == 0, done.err
    facts = json.loads(done.out)
    assert isinstance(facts, dict)
    return facts


@pytest.mark.parametrize("name", ["paper-comet", "lantern-river", "last-train"])
def test_the_object_keeps_its_promises(cli: Cli, name: str) -> None:
    facts = heard(cli, EXAMPLES / f"{name}.mid")
    assert list(facts) == [
        "title", "duration_s", "tempo_bpm", "meter", "beats_s", "downbeats_s", "keys", "chords", "melody", "sections",
        "tracks", "warnings",
    ]  # fmt: skip
    for rows in (facts["keys"], facts["chords"], facts["sections"]):
        assert all(a["end_s"] == b["start_s"] for a, b in pairwise(rows)), "no gaps"
    assert all(a["end_s"] <= b["start_s"] + 1e-3 for a, b in pairwise(facts["melody"])), "one voice"
    assert all(row["end_s"] > row["start_s"] >= 0 for key in ("chords", "melody") for row in facts[key])
    assert all(HARTE.fullmatch(c["label"]) for c in facts["chords"])
    assert set(facts["downbeats_s"]) <= set(facts["beats_s"])
    assert facts["beats_s"] == sorted(facts["beats_s"])
    assert all(0 <= s["energy"] <= 1 for s in facts["sections"])
    assert facts["melody"]


def test_an_opening(cli: Cli) -> None:
    facts = heard(cli, EXAMPLES / "paper-comet.mid")
    assert (facts["title"], facts["meter"]) == ("Paper Comet", "4/4")
    assert facts["tempo_bpm"] == pytest.approx(160, abs=0.1)
    assert facts["duration_s"] == pytest.approx(97.5, abs=0.5)
    assert facts["downbeats_s"][:3] == pytest.approx([0.0, 1.5, 3.0], abs=0.01)
    keys = [(k["tonic"], k["mode"]) for k in facts["keys"]]
    assert (keys[0], keys[-1]) == (("D", "major"), ("E", "major")), "the last chorus is lifted"
    assert [t["name"] for t in facts["tracks"]] == [
        "Vocal", "Lead Guitar", "Piano", "Rhythm Guitar", "Strings", "Bass", "Drums",
    ]  # fmt: skip
    roles = {t["name"]: t["role"] for t in facts["tracks"]}
    assert (roles["Vocal"], roles["Bass"], roles["Drums"]) == ("melody", "bass", "drums")
    assert {t["name"]: t["channel"] for t in facts["tracks"]}["Drums"] == 10
    chorus = [s for s in facts["sections"] if s["label"] == "chorus"]
    assert any(abs(s["start_s"] - 36.0) < 0.1 for s in chorus), "bar 25"
    inside = [c["label"] for c in facts["chords"] if 35.9 <= c["start_s"] < 41.9]
    assert [re.split("[:/]", label)[0] for label in inside] == ["G", "A", "F#", "B"], "royal road"


def test_a_pickup_in_compound_meter(cli: Cli) -> None:
    facts = heard(cli, EXAMPLES / "lantern-river.mid")
    assert facts["meter"] == "6/8"
    assert facts["tempo_bpm"] == pytest.approx(56, abs=0.2), "dotted quarters"
    bar = 3 * 60 / 84
    assert facts["downbeats_s"][:4] == pytest.approx([0.0, bar, 2 * bar, 3 * bar], abs=0.02)
    assert (facts["keys"][0]["tonic"], facts["keys"][0]["mode"]) == ("G", "major")
    assert {facts["tracks"][n["track"]]["name"] for n in facts["melody"]} >= {"Melody"}


def test_a_tune_hidden_in_a_piano_track(cli: Cli) -> None:
    facts = heard(cli, EXAMPLES / "last-train.mid")
    beat = 60 / 76
    first = [n["pitch"] for n in facts["melody"] if 16 * beat - 0.1 < n["start_s"] < 24 * beat - 0.1]
    sung = [73, 71, 69, 68, 69, 66, 61]
    assert len([p for p in sung if p in first]) >= 5
    assert facts["keys"][0]["tonic"] == "F#"


def test_the_ear_can_be_corrected(cli: Cli) -> None:
    facts = heard(cli, EXAMPLES / "paper-comet.mid", "--melody", "Lead Guitar")
    assert {n["track"] for n in facts["melody"]} == {1}
    assert heard(cli, EXAMPLES / "paper-comet.mid", "--melody", "2")["melody"] == facts["melody"]


def test_the_ear_can_be_corrected_by_section(cli: Cli) -> None:
    facts = heard(cli, EXAMPLES / "paper-comet.mid", "--melody", "chorus=Lead Guitar")
    guitar = {n["start_s"] for n in facts["melody"] if n["track"] == 1}
    for s in facts["sections"]:
        inside = {n["track"] for n in facts["melody"] if s["start_s"] <= n["start_s"] < s["end_s"] - 1e-3}
        assert s["label"] != "chorus" or inside <= {1}
    assert guitar
    numbered = heard(cli, EXAMPLES / "paper-comet.mid", "--melody", "sabi=2")
    assert numbered["melody"] == facts["melody"]
    for given, why in (("chorus=", "chorus="), ("refrein=2", "refrein"), ("chorus=9", "track 9")):
        done = cli("analyze", EXAMPLES / "paper-comet.mid", "--melody", given)
        assert done.status == 2
        assert why in done.err


def test_each_section_has_a_lead_and_a_runner_up(cli: Cli) -> None:
    facts = heard(cli, EXAMPLES / "paper-comet.mid")
    for s in facts["sections"]:
        lead = s["lead"]
        assert facts["tracks"][lead["track"]]["name"] == lead["name"]
        assert 0 <= lead["confidence"] <= 1
        assert lead["runner_up"]["track"] != lead["track"]
    assert "Vocal" in {s["lead"]["name"] for s in facts["sections"] if s["label"] == "chorus"}


def test_tables_for_people(cli: Cli) -> None:
    done = cli("analyze", EXAMPLES / "paper-comet.mid")
    assert done.status == 0, done.err
    for word in ("Paper Comet", "D major", "160 BPM", "4/4", "chorus", "F#m7", "Vocal", "melody", "drums"):
        assert word in done.out


def test_a_picture(cli: Cli, tmp_path: Path) -> None:
    assert cli("analyze", EXAMPLES / "last-train.mid", "-o", "x.png", "--json").status == 0
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    done = cli("analyze", EXAMPLES / "last-train.mid", "-o", "x.jpg")
    assert (done.status, done.out) == (2, "")
    assert ".png" in done.err


def test_roll_shows_source_and_cover(cli: Cli, tmp_path: Path) -> None:
    from matplotlib.image import imread

    song = EXAMPLES / "last-train.mid"
    assert cli("roll", song, "-o", "one.png").out == "one.png\n"
    assert cli("roll", song, "-s", "piano-ballad", "-o", "two.png").status == 0
    one, two = imread(tmp_path / "one.png"), imread(tmp_path / "two.png")
    assert two.shape[0] == 2 * one.shape[0]
    for half in (one, two[: one.shape[0]], two[one.shape[0] :]):
        red = (np.abs(half[..., :3] - np.array([0xD1, 0x49, 0x5B]) / 255) < 0.02).all(axis=-1)
        assert red.sum() > 500, "the tune is in colour"
    assert cli("roll", song, "-o", "x.png", "--bars", "5-2").status == 2
