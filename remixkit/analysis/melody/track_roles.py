"""What each track is for: tune, second voice, bass, chords, pad, arpeggio, riff, drums, percussion, effects."""

from __future__ import annotations

import re

import numpy as np

from remixkit.analysis.features import beats_one_pitch
from remixkit.analysis.melody.track_facts import SongFacts, TrackFacts
from remixkit.midi.reading.drum_channels import DRUM_NAMES
from remixkit.midi.spec import DRUM_VOICES
from remixkit.model.analysis import TrackRole
from remixkit.model.song import Song, Track

TUNE_NAMES = re.compile(
    r"\bmel|melod|\bvoc|vocal|\bvox\b|\bvo\d*\b|\bsing|\blead|\bsolo|\bvoice\b|\bsong\b|"
    r"メロ|主旋律|主線|ボーカル|ヴォーカル|ボ-カル|うた|歌|リード|旋律|メイン",
    re.IGNORECASE,
)
NOT_TUNE_NAMES = re.compile(
    r"\b(back|bk|harm|cho|chor|sub|2nd|second|counter|echo|delay|rhythm|rhy|bass|drum|perc|pad|arp|chord)|"
    r"コーラス|ハモ|サブ|対旋律|エコー|ディレイ|ベース|ドラム|伴奏|コード|裏",
    re.IGNORECASE,
)
SUNG_NAMES = re.compile(r"\bvoc|vocal|\bvox\b|\bvo\d*\b|\bsing|ボーカル|ヴォーカル|ボ-カル|うた|歌", re.IGNORECASE)
BASS_NAMES = re.compile(r"\bbass\b|\bbs\b|ベース|contrabass", re.IGNORECASE)
SINGING_PROGRAMS = {22, 40, 52, 53, 54, 56, 64, 65, 66, 67, 68, 71, 72, 73, 75, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87}
HELD_PROGRAMS = {*range(48, 52), *range(88, 96)}
BASS_PROGRAMS = set(range(32, 40))
SYNTH_PROGRAMS = set(range(80, 104))
STRUCK_PROGRAMS = set(range(112, 120))
NOISE_PROGRAMS = {*range(120, 128), *range(96, 104)}
KIT = {DRUM_VOICES[voice] for voice in ("kick", "kick2", "snare", "snare2", "hat", "hat_pedal", "hat_open")}
LOW_PITCH = 52
MONOPHONIC = 0.8
SUNG_LYRICS = 0.45
LONGEST_STROKE_BEATS = 0.5


def is_named_tune(track: Track) -> bool:
    """Whether a track's name says that it has the tune."""
    return bool(TUNE_NAMES.search(track.name)) and not NOT_TUNE_NAMES.search(track.name)


def is_sung(track: Track, facts: TrackFacts) -> bool:
    """Whether a track is a singer's, by its name or by lyrics that fall on its onsets."""
    return bool(SUNG_NAMES.search(track.name)) or facts.lyrics > SUNG_LYRICS


def melody_score(track: Track, facts: TrackFacts) -> float:
    """How much a track looks like the one with the tune.

    Name, monophony, register, coverage, loudness and repetition weigh as arrangers' craft has it; the note-by-note
    model and lyrics that fall on its onsets come next to a name.
    """
    if not facts.notes or track.is_drum or track.program in STRUCK_PROGRAMS:
        return -9.0
    named = is_named_tune(track)
    score = (
        5.0 * named
        + 2.0 * (named and bool(SUNG_NAMES.search(track.name)))
        - 1.5 * bool(NOT_TUNE_NAMES.search(track.name))
    )
    score += 2.0 * facts.single
    score += float(np.clip((facts.pitch - 60) / 12, -1, 1))
    score += 1.0 if 0.3 <= facts.coverage <= 0.9 else min(1.0, facts.coverage / 0.3)
    score += 0.5 * float(np.clip(facts.loudness, -2, 2))
    score -= 2.0 * (facts.pitch < 50) + facts.repetition
    score -= 4.0 * max(0.0, 0.2 - facts.coverage) / 0.2
    score += 3.0 * facts.tune
    score += 8.0 * max(0.0, facts.lyrics - 0.3)
    score += 0.5 * (track.program in SINGING_PROGRAMS) - 0.7 * (track.program in HELD_PROGRAMS)
    score -= 3.0 * (track.program in BASS_PROGRAMS) + 1.5 * (track.program in NOISE_PROGRAMS)
    return score - 1.5 * (facts.density > 3.2)


def track_roles(song: Song, facts: SongFacts, main: int | None, *, is_told: bool = False) -> tuple[TrackRole, ...]:
    """A role for each track.

    Parameters
    ----------
    song : Song
        On its true grid.
    facts : SongFacts
        As `describe` gives them.
    main : int or None
        The track that leads longest (`Leads.main`).
    is_told : bool
        Whether that is the user's word.

    Returns
    -------
    tuple of TrackRole
        At most one track is "melody": where the melody lies inside chords, that part keeps its role.
    """
    return tuple(
        "melody" if i == main and (is_told or _is_line(t, f)) else _role(t, f)
        for i, (t, f) in enumerate(zip(song.tracks, facts.tracks, strict=True))
    )


def _is_line(track: Track, facts: TrackFacts) -> bool:
    marked = is_named_tune(track) or facts.lyrics > SUNG_LYRICS
    return marked or (facts.single >= 0.5 and facts.together < 1.7)


def _role(track: Track, facts: TrackFacts) -> TrackRole:
    if not facts.notes:
        return "empty"
    if track.is_drum:
        return "drums" if sum(n.pitch in KIT for n in track.notes) >= 0.25 * facts.notes else "percussion"
    if track.program in STRUCK_PROGRAMS or is_struck(track, facts):
        return "percussion"
    if track.program in NOISE_PROGRAMS and (facts.coverage < 0.2 or track.program >= 120):
        return "effects"
    if _is_bass(track, facts):
        return "bass"
    if facts.together >= 1.7:
        held = facts.length_beats >= 1.8 or (track.program in HELD_PROGRAMS and facts.length_beats >= 0.9)
        return "pad" if held else "chords"
    if facts.leaps >= 0.55 and facts.density >= 1.5 and facts.high - facts.low >= 9:
        return "arpeggio"
    if facts.repetition >= 0.5:
        return "riff"
    if facts.single < 0.5:
        return "pad" if facts.length_beats >= 1.8 else "chords"
    return "second"


def is_struck(track: Track, facts: TrackFacts) -> bool:
    """Whether a pitched channel plays drums: by its name, or because a synthesiser beats one pitch, short and often."""
    if DRUM_NAMES.search(track.name):
        return True
    return track.program in SYNTH_PROGRAMS and beats_one_pitch(track) and facts.length_beats <= LONGEST_STROKE_BEATS


def _is_bass(track: Track, facts: TrackFacts) -> bool:
    if track.program in BASS_PROGRAMS or BASS_NAMES.search(track.name):
        return facts.pitch < 60
    return facts.pitch < LOW_PITCH and facts.single > MONOPHONIC
