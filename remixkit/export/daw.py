"""What a DAW's user wants beside the players: the chords as a track, the drum kit piece by piece."""

from __future__ import annotations

from dataclasses import replace

from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note
from remixkit.patterns import DRUM_VOICES
from remixkit.theory.chords import bass_pc, tones

CHORDS = "Chords"
_VOICES = {pitch: name for name, pitch in DRUM_VOICES.items()}
_BASS, _LOWEST = 36, 54
_VELOCITY = 64


def with_chord_track(arrangement: Arrangement) -> Arrangement:
    """The cover and a silent part "Chords": each chord as a block in close position, its bass below.

    The bass lies from C2 to B2, the other notes from F#3 to F4.
    """
    notes = []
    for chord in arrangement.chords:
        if chord.root_pc is None:
            continue
        low = bass_pc(chord)
        pitches = {_BASS + (chord.root_pc if low is None else low)}
        pitches |= {_LOWEST + (pc - _LOWEST) % 12 for pc in tones(chord)}
        notes += [Note(chord.start_tick, chord.end_tick, p, _VELOCITY, "chords/symbol") for p in sorted(pitches)]
    block = Part(name=CHORDS, role="chord_track", volume=0, reverb=0, notes=tuple(sorted(notes)))
    return replace(arrangement, parts=(*arrangement.parts, block))


def with_split_drums(arrangement: Arrangement) -> Arrangement:
    """The cover with a part for each piece of a drum kit, ``"Drums: Snare"``, in place of one for all."""
    parts: list[Part] = []
    for part in arrangement.parts:
        if not part.is_drum:
            parts.append(part)
            continue
        pitches = sorted({n.pitch for n in part.notes})
        parts += [
            replace(
                part,
                name=f"{part.name}: {_voice(pitch)}",
                role=f"{part.role}.{pitch}",
                notes=tuple(n for n in part.notes if n.pitch == pitch),
            )
            for pitch in pitches
        ]
    return replace(arrangement, parts=tuple(parts))


def _voice(pitch: int) -> str:
    return _VOICES.get(pitch, f"note {pitch}").replace("_", " ").capitalize()
