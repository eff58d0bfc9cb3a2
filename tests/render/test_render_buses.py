from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from render_help import BEAT, RATE, arrangement, cc, level_db, need_fluidsynth, part, sine

from remixkit.errors import StyleError
from remixkit.model.analysis import Section
from remixkit.model.arrangement import Arrangement, AutomationRamp, Bus, Duck, Fx, Master, Part
from remixkit.model.timing import TempoMap
from remixkit.render.effects.blocks import Block
from remixkit.render.effects.chain import chain
from remixkit.render.mix.automation import Sweep, automation_fader, ducking
from remixkit.render.mix.level_rider import LevelRider
from remixkit.render.mix.summing import mixdown
from remixkit.render.soundfonts import lookup
from remixkit.render.synth.part_events import frame_clock

need_fluidsynth()
FONT = lookup.find("TimGM6mb")
FRAMES = frame_clock(TempoMap(), RATE)


def sound_of(*parts: Part, buses: tuple[Bus, ...] = (), ramps: tuple[AutomationRamp, ...] = ()) -> Block:
    return mixdown(arrangement(*parts, master=Master(buses=buses, automation=ramps)), FONT, RATE).sound


def gain_db(loud: Block, soft: Block, start_s: float = 0.0, end_s: float = 1.0) -> float:
    return level_db(loud, start_s, end_s) - level_db(soft, start_s, end_s)


def test_a_bus_that_does_nothing_changes_nothing() -> None:
    flute, horn = part((0, 2, 69), reverb=50), part((0, 2, 60), program=60, name="Horn")
    through = sound_of(replace(flute, bus="wind"), replace(horn, bus="wind"), buses=(Bus("wind"),))
    assert np.allclose(through, sound_of(flute, horn), atol=1e-6)


def test_a_bus_turns_its_parts_up_and_down_and_no_others() -> None:
    left, right = part((0, 2, 69), pan=0, bus="wind"), part((0, 2, 69), pan=127, name="Other")
    plain, lower = (sound_of(left, right, buses=(Bus("wind", level_db=db),)) for db in (0.0, -12.0))
    assert gain_db(plain[0], lower[0]) == pytest.approx(12, abs=0.5)
    assert gain_db(plain[1], lower[1]) == pytest.approx(0, abs=0.1)


def test_parts_share_the_effects_of_their_bus() -> None:
    """A compressor on a bus hears both parts; on each part it would hear half as much."""
    fx = (Fx("compressor", {"threshold_db": -50, "ratio": 10}),)
    one, two = (part((0, 2, pitch), name=str(pitch), volume=127) for pitch in (69, 76))
    on_each = sound_of(replace(one, fx=fx), replace(two, fx=fx))
    on_bus = sound_of(replace(one, bus="b"), replace(two, bus="b"), buses=(Bus("b", fx=fx),))
    assert gain_db(on_each, on_bus, 0.5, 1.0) > 1


def test_a_bus_sends_from_behind_its_effects() -> None:
    muffled = Bus("b", reverb=127, fx=(Fx("lowpass", {"cutoff_hz": 300, "slope_db": 24}),))
    high = part((0, 0.5, 96), reverb=127, bus="b")
    behind, before = sound_of(high, buses=(muffled,)), sound_of(high, buses=(replace(muffled, reverb=None),))
    assert level_db(behind, 0.4, 0.8) < level_db(before, 0.4, 0.8) - 20


def test_the_bass_drum_ducks_the_bus() -> None:
    organ = part((0, 8, 69), program=19, bus="music")
    kick = part((2, 0.5, 36), program=0, is_drum=True, role="drums", name="Drums", pan=0, volume=1)
    bus = Bus("music", duck=Duck("drums", 6.0, 5.0, 200.0))
    ducked, plain = (sound_of(organ, kick, buses=(b,)) for b in (bus, Bus("music")))
    ratio = np.abs(ducked[1]).reshape(-1, 64).max(axis=1) / (np.abs(plain[1]).reshape(-1, 64).max(axis=1) + 1e-9)
    at = [int(s * RATE / 64) for s in (0.99, 1.01, 1.105, 1.25)]
    assert ratio[at[0]] == pytest.approx(1, abs=0.01)
    assert ratio[at[1]] == pytest.approx(0.5, abs=0.03)
    assert 0.6 < ratio[at[2]] < 0.9
    assert ratio[at[3]] == pytest.approx(1, abs=0.01)


def test_only_the_bass_drum_ducks_and_a_soft_one_less() -> None:
    def fader(*notes: tuple[float, float, int], velocity: int = 100, role: str = "drums") -> float:
        drums = part(*notes, is_drum=True, role=role)
        drums = replace(drums, notes=tuple(replace(n, velocity=velocity) for n in drums.notes))
        found = ducking(Duck("drums", 8.0), [drums], FRAMES, RATE)
        return 1.0 if found is None else float(found.gains.min())

    assert fader((0, 1, 38), (1, 1, 42)) == 1.0
    assert fader((0, 1, 36), role="other") == 1.0
    assert fader((0, 1, 36)) == pytest.approx(10 ** (-8 / 20))
    assert fader((0, 1, 36), velocity=50) == pytest.approx(10 ** (-4 / 20))


def test_strokes_that_follow_fast_never_jump() -> None:
    drums = part(*((k / 8, 0.1, 36) for k in range(32)), is_drum=True, role="drums")
    found = ducking(Duck("drums", 12.0, 5.0, 400.0), [drums], FRAMES, RATE)
    assert found is not None
    gain = found.over(0, 4 * RATE)
    assert np.abs(np.diff(gain)).max() < 1 / (0.005 * RATE) + 1e-4
    assert gain.min() == pytest.approx(10 ** (-12 / 20), abs=1e-3)


def test_a_fader_moves_over_its_section_and_comes_back() -> None:
    fader = automation_fader([AutomationRamp(2 * BEAT, 6 * BEAT, (-12.0, 0.0))], FRAMES)
    assert fader is not None
    at = 20 * np.log10(fader.over(0, 5 * RATE))
    assert at[int(0.9 * RATE)] == 0
    assert at[int(1.1 * RATE)] == pytest.approx(-11.4, abs=0.4)
    assert at[2 * RATE] == pytest.approx(-6, abs=0.4)
    assert at[int(3.5 * RATE)] == 0
    assert automation_fader([AutomationRamp(0, BEAT)], FRAMES) is None


def swept(sound: Block, *ramps: AutomationRamp, size: int = 32768) -> Block:
    sweep = Sweep(ramps, FRAMES, RATE)
    starts = range(0, sound.shape[1] // size * size, size)
    return np.concatenate([sweep.over(sound[:, s : s + size], s) for s in starts], axis=1)


def test_a_filter_opens_without_a_click() -> None:
    tone, high = sine(400, 8), sine(5000, 8)
    ramp = AutomationRamp(2 * BEAT, 10 * BEAT, lowpass_hz=(500.0, 8000.0))
    out, dark = swept(tone, ramp), swept(high, ramp)
    assert np.abs(np.diff(out[0], n=2)).max() < 1.2 * np.abs(np.diff(tone[0], n=2)).max()
    assert np.array_equal(dark[:, : int(0.8 * RATE)], high[:, : int(0.8 * RATE)])
    levels = [level_db(dark, s, s + 0.2) - level_db(high, s, s + 0.2) for s in (1.1, 2.0, 3.0, 4.0, 4.7, 6.0)]
    assert levels[0] < -30
    assert levels == sorted(levels)
    assert levels[-1] == pytest.approx(0, abs=0.01)


def test_sections_that_follow_hand_the_filter_on() -> None:
    ramps = (
        AutomationRamp(0, 4 * BEAT, lowpass_hz=(500.0, 1000.0)),
        AutomationRamp(4 * BEAT, 8 * BEAT, lowpass_hz=(1000.0, 500.0)),
    )
    out, high = swept(sine(5000, 6), *ramps), sine(5000, 6)
    assert max(level_db(out, s, s + 0.1) for s in np.arange(0.2, 3.8, 0.1)) < level_db(high) - 18


def test_the_whole_moves_by_section() -> None:
    flute = part((0, 8, 69))
    plain, moved = sound_of(flute), sound_of(flute, ramps=(AutomationRamp(4 * BEAT, 8 * BEAT, (-6.0, -6.0)),))
    assert gain_db(plain, moved, 0.5, 1.9) == pytest.approx(0, abs=0.01)
    assert gain_db(plain, moved, 2.2, 3.8) == pytest.approx(6, abs=0.05)


def with_sections(made: Arrangement) -> Arrangement:
    return replace(made, sections=(Section(0, 8 * BEAT, "verse"), Section(8 * BEAT, 16 * BEAT, "chorus")))


@pytest.mark.parametrize(("volume", "turned"), [(40, 1), (127, -1)])
def test_a_tune_is_brought_to_where_it_is_heard(volume: int, turned: int) -> None:
    tune = part((0, 16, 76), volume=volume, bus="lead", pan=0)
    rest = part((0, 16, 57), volume=80, program=19, name="Organ", pan=127, controls=(cc(8, 7, 100),))

    def loudness_offset_lu(wanted: tuple[float, float] | None) -> list[float]:
        buses = (Bus("lead", loudness_offset_lu=wanted),)
        made = with_sections(arrangement(tune, rest, master=Master(buses=buses)))
        left, right = mixdown(made, FONT, RATE).sound
        return [level_db(left, a, b) - level_db(right, a, b) for a, b in ((0.5, 3.5), (4.5, 7.5))]

    before, after = loudness_offset_lu(None), loudness_offset_lu((3.0, 5.0))
    assert all(turned * (b - a) > 1 for a, b in zip(before, after, strict=True))


def test_what_stands_right_is_left_alone_and_pauses_do_not_count() -> None:
    lead, rest = sine(1000, 20, level=0.2), sine(1000, 20, level=0.1)
    lead[:, : 10 * RATE] = 0

    def added(loudness_offset_lu: tuple[float, float], size: int = 40000) -> Block:
        total, rider = rest.copy(), LevelRider([0, 10 * RATE, lead.shape[1]], loudness_offset_lu, RATE)
        for start in range(0, 20 * RATE, size):
            stop = min(start + size, lead.shape[1])
            block = lead[:, start:stop]
            rider.add(block if block.any() else None, total, stop)
        rider.finish(total)
        return total

    assert np.allclose(added((3.0, 9.0)), rest + lead, atol=1e-6)
    raised = added((8.0, 9.0)) - rest
    assert not raised[:, : 10 * RATE].any()
    assert level_db(raised, 12, 19) - level_db(lead, 12, 19) == pytest.approx(2, abs=0.1)
    assert np.allclose(raised, added((8.0, 9.0), 13000) - rest, atol=1e-6)


def test_a_part_whose_bus_is_not_there_is_heard_all_the_same() -> None:
    assert level_db(sound_of(part((0, 2, 69), bus="gone")), 0, 1) > -45


@pytest.mark.parametrize(
    ("fx", "reason"),
    [
        (
            Fx("lowpass", {"cutof_hz": 500.0}),
            "Keys: lowpass: no parameter is called 'cutof_hz'; did you mean 'cutoff_hz'",
        ),
        (Fx("lowpass", {"cutoff_hz": "dark"}), "Keys: lowpass: cutoff_hz = 'dark' is not a number"),  # type: ignore[dict-item]
        (Fx("gain"), "Keys: gain: gain_db is missing; add gain_db"),
    ],
)
def test_effects_put_together_in_python_are_checked_too(fx: Fx, reason: str) -> None:
    with pytest.raises(StyleError, match=reason):
        chain([fx], RATE, 1, "Keys")
