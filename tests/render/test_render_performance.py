from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_help import BEAT, RATE, cc, part, write_soundfont

from remixkit.model.arrangement import Part
from remixkit.model.song import Control, Note
from remixkit.model.timing import TempoChange, TempoMap
from remixkit.render.soundfonts import lookup
from remixkit.render.soundfonts.lookup import SoundFont, open_soundfont
from remixkit.render.synth.part_events import QUANTUM, Performance, perform

FONT = lookup.find("TimGM6mb")


def played(some: Part, font: SoundFont = FONT, tempo: TempoMap | None = None) -> Performance:
    return perform(some, tempo or TempoMap(), font, RATE)


def told(performance: Performance) -> list[str]:
    return [f"{e.frame / RATE:.2f} {e.action} {e.number} {e.value}" for e in performance.events]


def test_a_phrase_as_the_synthesiser_hears_it() -> None:
    phrase = part((0, 1, 60), (1, 1, 62), controls=(cc(0.5, 64, 127), Control(BEAT, "bend", 0, -8192)), pan=20)
    assert told(played(phrase)) == [
        "0.00 preset 0 79",
        "0.00 cc 10 20",
        "0.00 on 60 100",
        "0.25 cc 64 127",
        "0.50 off 60 0",
        "0.50 bend 0 0",
        "0.50 on 62 100",
        "1.00 off 62 0",
    ]


def test_a_pitch_struck_again_is_not_cut_by_the_first_release() -> None:
    assert told(played(part((0, 4, 60), (1, 1, 60))))[2:] == [
        "0.00 on 60 100",
        "0.50 off 60 0",
        "0.50 on 60 100",
        "1.00 off 60 0",
    ]


def test_parameters_and_banks_become_controllers(tmp_path: Path) -> None:
    font = open_soundfont(write_soundfont(tmp_path / "gs.sf2", [("Ocarina", 79, 0), ("Ukulele", 24, 8)]))
    controls = (Control(0, "rpn", 0, 12 << 7 | 5), cc(1, 0, 8), cc(1, 32, 0), Control(BEAT, "program", 0, 24))
    assert told(played(part(controls=controls), font))[2:] == [
        "0.00 cc 101 0",
        "0.00 cc 100 0",
        "0.00 cc 6 12",
        "0.00 cc 38 5",
        "0.00 cc 101 127",
        "0.00 cc 100 127",
        "0.50 preset 8 24",
    ]


def test_tempo_changes_and_the_files_own_clock() -> None:
    tempo = TempoMap((TempoChange(0, 60.0), TempoChange(BEAT, 120.0)), start_s=3.0)
    assert [s for s in told(played(part((2, 1, 60)), tempo=tempo)) if " on" in s] == ["1.50 on 60 100"]


def test_what_lies_before_the_first_bar_comes_with_it() -> None:
    early = replace(part(), notes=(Note(-40, 100, 60, 80),))
    assert told(played(early))[2] == "0.00 on 60 80"


def test_the_fader_follows_volume_and_leaves_it_out_of_the_events() -> None:
    moving = played(part((0, 4, 60), volume=127, controls=(cc(2, 7, 64), cc(3, 91, 127)), reverb=0))
    assert not [e for e in moving.events if e.action == "cc" and e.number in (7, 91)]
    gain = np.broadcast_to(moving.volume.over(0, 2 * RATE), 2 * RATE)
    assert gain[0] == 1.0
    assert gain[int(0.99 * RATE)] == 1.0
    assert gain[int(1.02 * RATE)] == pytest.approx((64 / 127) ** 2, abs=1e-6)
    assert np.abs(np.diff(gain)).max() < 0.005
    assert moving.reverb.over(0, 100) == 0.0
    assert moving.reverb.over(2 * RATE, 100) == 1.0


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 8 * BEAT), st.integers(0, 127)), max_size=30), st.integers(2000, 30000))
def test_a_fader_is_the_same_in_any_blocks(moves: list[tuple[int, int]], size: int) -> None:
    controls = tuple(Control(t, "cc", 7, v) for t, v in sorted(moves))
    fader = played(part(controls=controls)).volume
    whole = np.broadcast_to(fader.over(0, 4 * RATE), 4 * RATE)
    pieces = [
        np.broadcast_to(fader.over(at, min(size, 4 * RATE - at)), min(size, 4 * RATE - at))
        for at in range(0, 4 * RATE, size)
    ]
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-6)


notes = st.builds(
    lambda start, length, pitch: Note(start, start + length, pitch, 80),
    st.integers(0, 4 * BEAT),
    st.integers(1, 2 * BEAT),
    st.integers(60, 62),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(notes, max_size=40))
def test_every_note_that_starts_stops_before_its_pitch_starts_again(some: list[Note]) -> None:
    performance = played(replace(part(), notes=tuple(sorted(some))))
    sounding: set[int] = set()
    for event in performance.events:
        assert event.frame % QUANTUM == 0
        if event.action == "on":
            assert event.number not in sounding
            sounding.add(event.number)
        elif event.action == "off":
            sounding.remove(event.number)
    assert not sounding


def test_a_missing_instrument_is_said_and_replaced(tmp_path: Path) -> None:
    small = open_soundfont(write_soundfont(tmp_path / "small.sf2", [("Piano", 0, 0)]))
    flute = played(part((0, 1, 60), name="Flute"), small)
    assert flute.warnings == ("Flute: small has no program 79; Piano plays instead",)
    assert told(flute)[0] == "0.00 preset 0 0"
    drums = played(part((0, 1, 36), name="Drums", program=0, is_drum=True), small)
    assert drums.warnings == ("Drums: small has no drum kit 0; the part is silent",)
    assert not [e for e in drums.events if e.action == "on"]
