"""Directives that change how the notes behind them are read: accidentals, transposition, broken rhythm, drum keys."""

from __future__ import annotations

from remixkit.notation.abc.code.directives import Directive
from remixkit.notation.abc.pitches import REACHES, VoiceSetting, plain_pitch

_LARGEST_TRANSPOSITION = 60
_LARGEST_RATIO = 16


def apply(directive: Directive, setting: VoiceSetting) -> None:
    """Change a setting as a directive says; other directives leave it as it is.

    ``propagate-accidentals`` is ABC 2.1's (section 11.3); ``transpose``, ``rtranspose``, ``ratio``, ``nobarlines`` and
    ``drummap`` are abc2midi's.
    """
    match directive.name, directive.numbers():
        case "propagate-accidentals", _:
            setting.reach = next((reach for reach in REACHES if directive.words[:1] == (reach,)), setting.reach)
        case "midi nobarlines", _:
            setting.reach = "not"
        case "midi barlines", _:
            setting.reach = "octave"
        case "midi transpose", (semitones, *_) if abs(semitones) <= _LARGEST_TRANSPOSITION:
            setting.transpose = semitones
        case "midi rtranspose", (semitones, *_) if abs(setting.transpose + semitones) <= _LARGEST_TRANSPOSITION:
            setting.transpose += semitones
        case "midi ratio", (long, short, *_) if 0 < short <= long <= _LARGEST_RATIO:
            setting.ratio = long, short
        case "midi drummap", (*_, key):
            pitch = plain_pitch(directive.words[0])
            if pitch is not None:
                setting.drum_map = {**(setting.drum_map or {}), pitch: max(0, min(127, key))}
