"""A song of eight synthesisers without a singer's name, for the tests of form; its tunes were made up for it."""

from __future__ import annotations

from collections.abc import Sequence

from remixkit.model.song import Note, Song, Text, Track
from remixkit.model.timing import Grid, MeterMap, TempoChange, TempoMap

Q = 960
BAR = 4 * Q
CHORDS = {
    "intro": (9, 5, 0, 7),
    "verse": (9, 9, 5, 7),
    "prechorus": (2, 4, 5, 7),
    "chorus": (5, 7, 4, 9),
    "bridge": (10, 5, 3, 7),
    "interlude": (9, 5, 0, 7),
    "outro": (5, 7, 9, 9),
}
MINOR = {9, 4, 2}
TUNES = {
    "verse": "eea.g.e.|dde...d.|ccf.e.c.|ddb.....|eea.g.e.|dded..c.|aaf.e.d.|d.......",
    "prechorus": "f.fff.g.|g.ggg.a.|a.aaa.b.|b.bbb...|f.fff.g.|g.ggg.a.|a.a.b.b.|b.......",
    "chorus": "C.Cba.g.|b.bag.d.|b.Cbg.e.|a..gabC.|C.Cba.g.|b.bag.D.|E.EDC.b.|a.......",
    "bridge": "d...f...|a...g...|g...f...|g.......|f...d...|c...f...|g...f...|d.......",
}
PITCHES = dict(zip("cdefgabCDE", (60, 62, 64, 65, 67, 69, 71, 72, 74, 76), strict=True))
LOUD = {"intro": 60, "verse": 70, "prechorus": 80, "chorus": 100, "bridge": 68, "interlude": 72, "outro": 62}
SIZES = {"intro": 8, "interlude": 4, "outro": 4}
WORDS = {
    "chorus": ("light of the evening", "carry me over", "light of the morning", "bring me home again"),
    "verse": ("walking down {} street", "counting {} windows", "somebody is calling {}", "and I answer {}"),
}


def tune(name: str, start: int, up: int) -> list[Note]:
    """The eighths of a section's tune; a note lasts until the next letter or dot ends."""
    notes = []
    for bar, row in enumerate(TUNES.get(name, "").split("|")):
        for k, letter in enumerate(row):
            if letter != ".":
                held = len(row[k + 1 :]) - len(row[k + 1 :].lstrip(".")) + 1
                at = start + bar * BAR + k * Q // 2
                notes.append(Note(at, at + held * Q // 2 - 30, PITCHES[letter] + up, LOUD[name] + 10))
    return notes


def synth_song(plan: Sequence[str], *, lift: int = 0, words: bool = False, silent_bar_before: int = -1) -> Song:
    """The sections of a plan by lead, second voice, keys, pad, arpeggio, bass, bell and drums, none of them named.

    `lift` moves the last chorus by semitones; `words` sings the verses on new words and the choruses on the same;
    before section `silent_bar_before` lies an empty bar.
    """
    parts: list[list[Note]] = [[] for _ in range(8)]
    texts: list[Text] = []
    at = 0
    for k, name in enumerate(plan):
        at += BAR * (k == silent_bar_before)
        up = lift if k == max(j for j, n in enumerate(plan) if n == "chorus") else 0
        loud, bars = LOUD[name], SIZES.get(name, 8)
        lead = tune(name, at, up)
        parts[0] += lead
        if name == "chorus":
            parts[1] += [Note(n.start_tick, n.end_tick, n.pitch - 4, loud - 20) for n in lead]
        for bar in range(bars):
            root, line = CHORDS[name][bar % 4] + up, at + bar * BAR
            tones = (0, 3 if root - up in MINOR else 4, 7)
            for beat in range(4):
                parts[2] += [
                    Note(line + beat * Q, line + beat * Q + Q - 60, 55 + (root + t - 55) % 12, loud - 15) for t in tones
                ]
            if name in ("chorus", "prechorus", "bridge"):
                parts[3] += [Note(line, line + BAR - 30, 60 + (root + t) % 12, loud - 25) for t in tones]
            if name in ("intro", "interlude", "chorus"):
                parts[4] += [
                    Note(line + e * Q // 2, line + e * Q // 2 + 400, 72 + (root + tones[e % 3]) % 12, loud - 25)
                    for e in range(8)
                ]
            eighths = range(0, 8, 1 if name == "chorus" else 4)
            parts[5] += [Note(line + e * Q // 2, line + e * Q // 2 + 440, 33 + (root - 33) % 12, loud) for e in eighths]
            if name in ("intro", "outro"):
                parts[6].append(Note(line, line + 2 * Q, 84 + root % 12, loud - 20))
            strokes = [(b * Q, 36 if b % 2 == 0 else 38) for b in range(4)]
            strokes += [(e * Q // 2, 42) for e in range(8)] if name != "intro" else []
            parts[7] += [Note(line + t, line + t + 120, p, loud) for t, p in strokes]
        if words and name in WORDS:
            for row, line_of_words in enumerate(WORDS[name]):
                for j, word in enumerate(
                    line_of_words.format(("first", "second", "third", "fourth")[plan[:k].count(name)]).split()
                ):
                    texts.append(Text(at + 2 * row * BAR + j * Q, ("\n" if j == 0 else " ") + word))
        at += bars * BAR
    programs = (81, 80, 4, 89, 81, 38, 14, 0)
    tracks = tuple(
        Track(
            channel=9 if k == 7 else k,
            program=programs[k],
            is_drum=k == 7,
            notes=tuple(sorted(notes)),
            lyrics=tuple(texts) if k == 0 else (),
        )
        for k, notes in enumerate(parts)
    )
    return Song(tracks=tracks, grid=Grid(TempoMap((TempoChange(0, 140.0),)), MeterMap()))
