"""MIDI as a DAW's user wants it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import mido
import pretty_midi
import pytest
from charts import BAR, arrange, song

import remixkit
from remixkit import style as styles
from remixkit.arrange.daw import with_chord_track, with_split_drums
from remixkit.midi import from_bytes, to_bytes
from remixkit.model.arrangement import Arrangement
from remixkit.theory import keys


@pytest.fixture(scope="module")
def rock() -> Arrangement:
    return arrange(song(form="iABSO"), styles.load("rock"))


def test_chord_symbols_stand_as_text_where_the_chords_begin(tmp_path: Path) -> None:
    cover = remixkit.cover(song(form="ABS"), "piano-ballad")
    cover.write(tmp_path / "a.mid")
    now, texts = 0, []
    for m in mido.MidiFile(tmp_path / "a.mid").tracks[0]:
        now += m.time
        if m.type == "text" and not m.text.startswith("RemixKit: "):
            texts.append((now, m.text))
    assert [tick for tick, _ in texts] == [c.start_tick for c in cover.arrangement.chords]
    at = next(tick for tick, name in texts if name == "C")
    assert set(texts) >= {(at, "C"), (at + BAR, "Am"), (at + 2 * BAR, "F"), (at + 3 * BAR, "G")}
    assert all(not t.lyrics for t in remixkit.load(tmp_path / "a.mid").tracks)


def test_the_chord_track_is_silent_and_holds_every_chord(rock: Arrangement) -> None:
    *players, block = with_chord_track(rock).parts
    assert tuple(players) == rock.parts
    assert (block.name, block.volume) == ("Chords", 0)
    for chord in rock.chords:
        held = {n.pitch % 12 for n in block.notes if n.start_tick <= chord.start_tick < n.end_tick}
        third = 4 if chord.quality == "maj" else 3
        wanted = () if chord.root_pc is None else (chord.root_pc, chord.root_pc + third, chord.root_pc + 7)
        assert held == {pc % 12 for pc in wanted}
        lowest = min((n.pitch for n in block.notes if n.start_tick == chord.start_tick), default=None)
        assert lowest is None or lowest % 12 == (chord.root_pc if chord.bass_pc is None else chord.bass_pc)
    assert keys.chord_symbol_texts(rock.chords, rock.keys)[0].tick == 0


def test_a_split_kit_is_the_same_kit_in_pretty_midi(rock: Arrangement, tmp_path: Path) -> None:
    split = with_split_drums(rock)
    assert [p for p in split.parts if not p.is_drum] == [p for p in rock.parts if not p.is_drum]
    for name, made in (("whole", rock), ("split", split)):
        (tmp_path / f"{name}.mid").write_bytes(to_bytes(made))
    kits = {
        name: [i for i in pretty_midi.PrettyMIDI(str(tmp_path / f"{name}.mid")).instruments if i.is_drum]
        for name in ("whole", "split")
    }
    assert all(len({n.pitch for n in i.notes}) == 1 for i in kits["split"])
    assert {"Drums: Kick", "Drums: Snare", "Drums: Hat"} <= {i.name for i in kits["split"]}
    whole, parted = (Counter((n.pitch, n.velocity, n.start) for i in kits[k] for n in i.notes) for k in kits)
    assert whole == parted
    assert from_bytes(to_bytes(split)).tracks
