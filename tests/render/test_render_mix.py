from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from render_help import BEAT, RATE, arrangement, cc, level_db, need_fluidsynth, part, pitch_hz, soundfont_bytes

from remixkit.errors import SoundFontError, SynthError
from remixkit.model.arrangement import Fx, Part
from remixkit.model.song import Control
from remixkit.render.effects.blocks import Block
from remixkit.render.mix.summing import LONGEST_TAIL_S, RING_S, Mix, mixdown
from remixkit.render.soundfonts import lookup
from remixkit.render.soundfonts.lookup import open_soundfont
from remixkit.render.synth import synthesis

need_fluidsynth()
FONT = lookup.find("TimGM6mb")


def mixed(*parts: Part, seed: int = 1) -> Mix:
    return mixdown(arrangement(*parts, seed=seed), FONT, RATE)


def sound_of(*parts: Part) -> Block:
    return mixed(*parts).sound


def test_the_library_says_what_it_is() -> None:
    assert synthesis.synth_library().version.startswith("2.")


def test_a_missing_library_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    synthesis._calls.cache_clear()
    try:
        with pytest.raises(SynthError, match="not found; run: "):
            synthesis.synth_library()
    finally:
        synthesis._calls.cache_clear()


def test_a_note_sounds_at_its_pitch_and_time() -> None:
    sound = sound_of(part((2, 2, 69)))
    assert not sound[:, : int(0.998 * RATE)].any()
    assert level_db(sound, 1.1, 1.9) > -40
    assert pitch_hz(sound, 1.1, 1.9) == pytest.approx(440, rel=0.005)


def test_pan_is_heard_on_its_side() -> None:
    for pan, near, far in ((0, 0, 1), (127, 1, 0)):
        sound = sound_of(part((0, 2, 69), pan=pan))
        assert level_db(sound[near]) > level_db(sound[far]) + 30
    middle = sound_of(part((0, 2, 69), pan=64))
    assert level_db(middle[0]) == pytest.approx(level_db(middle[1]), abs=0.2)


def test_volume_works_as_general_midi_wants_it_and_once() -> None:
    loud, soft = (level_db(sound_of(part((0, 2, 69), volume=v)), 0, 1) for v in (127, 64))
    assert loud - soft == pytest.approx(40 * np.log10(127 / 64), abs=0.1)


def test_a_bend_by_a_parameter_of_an_octave() -> None:
    controls = (Control(0, "rpn", 0, 12 << 7), Control(BEAT, "bend", 0, 8191))
    sound = sound_of(part((0, 4, 57), controls=controls))
    assert pitch_hz(sound, 0.1, 0.45) == pytest.approx(220, rel=0.01)
    assert pitch_hz(sound, 0.7, 1.9) == pytest.approx(440, rel=0.01)


def test_the_pedal_holds() -> None:
    held = sound_of(part((0, 1, 60), (6, 1, 60), program=0, controls=(cc(0, 64, 127),)))
    let_go = sound_of(part((0, 1, 60), (6, 1, 60), program=0))
    assert level_db(held, 1.5, 2.5) > level_db(let_go, 1.5, 2.5) + 30


def test_expression_and_pressure_reach_the_synthesiser() -> None:
    full = sound_of(part((0, 2, 69)))
    assert level_db(sound_of(part((0, 2, 69), controls=(cc(0, 11, 40),))), 0, 1) < level_db(full, 0, 1) - 15
    pressed = sound_of(part((0, 2, 69), controls=(Control(0, "pressure", 0, 127), Control(0, "key_pressure", 69, 90))))
    assert not np.array_equal(pressed, full)


def test_programs_may_change_on_the_way() -> None:
    controls = (Control(2 * BEAT, "program", 0, 0),)
    changed = sound_of(part((0, 1, 69), (3, 1, 69), program=79, controls=controls))
    straight = sound_of(part((0, 1, 69), (3, 1, 69), program=79))
    assert np.array_equal(changed[:, : RATE // 2], straight[:, : RATE // 2])
    assert not np.allclose(changed[:, 3 * RATE // 2 : 2 * RATE], straight[:, 3 * RATE // 2 : 2 * RATE], atol=1e-3)


def test_drums_are_drums() -> None:
    kick = sound_of(part((0, 1, 36), program=0, is_drum=True))
    assert level_db(kick, 0, 0.2) > -45
    assert pitch_hz(kick, 0, 0.2) < 200
    assert not np.array_equal(kick[:, :4000], sound_of(part((0, 1, 36), program=0))[:, :4000])


def sounding_s(sound: Block) -> float:
    return float(np.flatnonzero(sound.any(axis=0))[-1] / RATE)


def test_reverb_comes_by_its_send_and_rings_on() -> None:
    dry, wet = (sound_of(part((0, 1, 69), reverb=r)) for r in (0, 127))
    assert sounding_s(wet) > sounding_s(dry) + 0.5
    assert level_db(wet, 0.75, 1.0) > -60
    assert level_db(wet, 0.1, 0.5) - level_db(dry, 0.1, 0.5) < 3


def test_twenty_parts_are_all_heard() -> None:
    parts = [part((k, 0.5, 60 + k), name=f"Part {k}") for k in range(20)]
    sound = sound_of(*parts)
    for k in range(20):
        assert pitch_hz(sound, k / 2 + 0.05, k / 2 + 0.25) == pytest.approx(440 * 2 ** ((k - 9) / 12), rel=0.02)


def test_parts_do_not_touch_each_other() -> None:
    flute, drums = part((0, 2, 69), reverb=60), part((0, 1, 36), (1, 1, 38), program=0, is_drum=True, name="Drums")
    both, one, other = sound_of(flute, drums), sound_of(flute), sound_of(drums)
    n = min(one.shape[1], other.shape[1], both.shape[1])
    assert np.allclose(both[:, :n], one[:, :n] + other[:, :n], atol=1e-5)


def test_the_same_again() -> None:
    wobbly = part((0, 2, 69), reverb=80, fx=(Fx("wow_flutter"), Fx("vinyl", {"level_db": -50})))
    first, again = mixed(wobbly, part((0, 2, 60), name="Two")), mixed(wobbly, part((0, 2, 60), name="Two"))
    assert np.array_equal(first.sound, again.sound)
    assert not np.array_equal(first.sound, mixed(wobbly, part((0, 2, 60), name="Two"), seed=2).sound)


def test_effects_stay_on_their_part() -> None:
    left = part((0, 2, 69), pan=0, fx=(Fx("gain", {"gain_db": -40}),))
    right = part((0, 2, 69), pan=127, name="Other")
    sound = sound_of(left, right)
    assert level_db(sound[1], 0, 1) == pytest.approx(level_db(sound_of(right)[1], 0, 1), abs=0.1)
    assert level_db(sound[0], 0, 1) < level_db(sound[1], 0, 1) - 30


def test_a_part_turned_down_stays_as_distorted_as_it_was() -> None:
    guitar = part((0, 2, 45), program=27, fx=(Fx("drive", {"gain_db": 40}),))
    loud, soft = (sound_of(replace(guitar, volume=v)) for v in (127, 40))
    n = min(loud.shape[1], soft.shape[1])
    assert np.allclose(soft[:, :n], loud[:, :n] * (40 / 127) ** 2, atol=1e-5)


def test_the_tail_is_whole_but_not_endless() -> None:
    mix = mixed(part((0, 1, 40), program=0, reverb=127))
    assert mix.music_frames == pytest.approx(RATE / 2, abs=64)
    assert not mix.sound[:, -int(RING_S * RATE) + 64 :].any()
    end_s = sounding_s(mix.sound)
    assert level_db(mix.sound, end_s - 0.1, end_s) < level_db(mix.sound, 0, 0.5) - 50
    endless = mixed(part((0, 1, 69), controls=(cc(0, 64, 127),)))
    assert sounding_s(endless.sound) <= 0.5 + LONGEST_TAIL_S
    assert np.abs(endless.sound[:, int((0.45 + LONGEST_TAIL_S) * RATE) :]).max() < 1e-3


def test_nothing_to_play_is_silence() -> None:
    assert not mixdown(arrangement(part()), FONT, RATE).sound.any()
    assert not mixdown(arrangement(), FONT, RATE).sound.any()


def test_progress_goes_up_to_one() -> None:
    shares: list[float] = []
    mixdown(arrangement(part((0, 4, 69))), FONT, RATE, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_soundfont_that_fluidsynth_refuses(tmp_path: Path) -> None:
    path = tmp_path / "hollow.sf2"
    path.write_bytes(soundfont_bytes([("Piano", 0, 0)]))
    with pytest.raises(SoundFontError, match=r"hollow\.sf2: cannot be loaded"):
        mixdown(arrangement(part((0, 1, 60), program=0)), open_soundfont(path), RATE)


def test_the_same_on_any_number_of_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [part((k % 3, 1, 60 + k), name=f"Part {k}", reverb=60) for k in range(6)]
    sounds = []
    for cores in (1, 4):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        sounds.append(sound_of(*parts))
    assert np.array_equal(*sounds)
