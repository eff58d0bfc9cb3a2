"""The example songs: composed for RemixKit, given to the public domain (CC0), written out here note by note.

    python examples/compose.py [FOLDER]

Three songs, as people's transcriptions come:

paper-comet     an opening. D major, 160 BPM, full band; intro riff, A, B, a royal-road chorus (IV-V-iii-vi),
                interlude, and the last chorus lifted by a whole tone.
lantern-river   an ending. G major, 6/8, opens with a pickup; piano, music box, strings, light drums, and a
                ritardando.
last-train      a ballad. F sharp minor, everything in one piano track, so the tune is not labelled.

A line of music is text: bars between ``|``, each a row of ``pitch/length`` with ``r`` for a rest; lengths count
quarters (eighths in 6/8). A bar that does not add up is an error, which is how the composer was kept honest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mido

QUARTER = 480
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
QUALITIES = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11),
    "sus4": (0, 5, 7), "add9": (0, 2, 4, 7), "5": (0, 7),
}  # fmt: skip
DRUMS = {"kick": 36, "rim": 37, "snare": 38, "hat": 42, "open": 46, "ride": 51, "crash": 49, "tom1": 50, "tom2": 47,
         "tom3": 45, "shaker": 70}  # fmt: skip
STROKES = {"X": 112, "x": 92, "o": 48}


@dataclass(frozen=True, slots=True, order=True)
class Tone:
    """A note in ticks."""

    start: int
    end: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in ticks: pitch classes from the root, and the bass."""

    start: int
    end: int
    pcs: tuple[int, ...]
    bass: int


@dataclass(slots=True)
class Player:
    """A track in the making."""

    name: str
    channel: int
    program: int = 0
    volume: int = 100
    pan: int = 64
    tones: list[Tone] = field(default_factory=list)
    pedals: list[tuple[int, int]] = field(default_factory=list)


# ---------------------------------------------------------------- notation


def pitch_class(name: str) -> int:
    """``F#`` -> 6."""
    return (LETTERS[name[0]] + name.count("#") - name.count("b")) % 12


def pitch(name: str) -> int:
    """``F#4`` -> 66; C4 is middle C."""
    return 12 * (int(name[-1]) + 1) + LETTERS[name[0]] + name.count("#") - name.count("b")


def line(text: str, at: int, bar: int, unit: int, *, lift: int = 0, velocity: int = 90) -> list[Tone]:
    """Tones of a line of music that begins at tick `at`; the first of each bar is a little stronger."""
    tones = []
    for count, content in enumerate(part for part in text.split("|") if part.strip()):
        tick = at + count * bar
        for token in content.split():
            name, _, length = token.partition("/")
            end = tick + round(float(length) * unit)
            if name != "r":
                accent = 6 if (tick - at) % bar == 0 else 3 if (tick - at) % (2 * unit) == 0 else 0
                tones.append(Tone(tick, end - (end - tick) // 12, pitch(name) + lift, velocity + accent))
            tick = end
        if tick != at + (count + 1) * bar:
            raise ValueError(f"bar {count + 1} does not add up: {content.strip()}")
    return tones


def changes(text: str, at: int, bar: int, *, lift: int = 0) -> list[Chord]:
    """Chords of a row of bars; several in one bar share it evenly."""
    chords = []
    for count, content in enumerate(text.split("|")):
        symbols = content.split()
        step = bar // len(symbols)
        for k, symbol in enumerate(symbols):
            upper, _, bass = symbol.partition("/")
            found = re.fullmatch(r"([A-G][#b]?)(.*)", upper)
            if found is None:
                raise ValueError(f"not a chord: {symbol}")
            root = pitch_class(found[1]) + lift
            pcs = tuple((root + step_up) % 12 for step_up in QUALITIES[found[2]])
            start = at + count * bar + k * step
            chords.append(Chord(start, start + step, pcs, (pitch_class(bass) + lift) % 12 if bass else root % 12))
    return chords


def above(pc: int, floor: int) -> int:
    """The lowest pitch of a pitch class at or above `floor`."""
    return floor + (pc - floor) % 12


def close_voicing(chord: Chord, near: Sequence[int], floor: int = 55) -> list[int]:
    """The inversion within an octave and a half above `floor` that lies nearest to the voicing before it."""
    options = []
    for turn in range(len(chord.pcs)):
        order = chord.pcs[turn:] + chord.pcs[:turn]
        voicing = [above(order[0], floor)]
        for pc in order[1:]:
            voicing.append(above(pc, voicing[-1] + 1))
        options.append(voicing)
    centre = sum(near) / len(near) if near else floor + 9
    return min(options, key=lambda v: (abs(sum(v) / len(v) - centre), v))


# ---------------------------------------------------------------- playing


def steps(player: Player, rows: dict[str, str], at: int, bar: int, bars: int, shift: int = 0) -> None:
    """Drum patterns: one character a sixteenth, repeated for `bars` bars."""
    for drum, row in rows.items():
        hits = row.replace(" ", "")
        for k in range(bars * bar * 4 // QUARTER):
            stroke = STROKES.get(hits[k % len(hits)])
            if stroke:
                tick = at + k * QUARTER // 4
                player.tones.append(Tone(tick, tick + QUARTER // 8, DRUMS[drum], max(1, min(127, stroke + shift))))


def strum(
    player: Player, chords: Sequence[Chord], rhythm: str, velocity: int, *, power: bool = False, floor: int = 55
) -> None:
    """Block chords in a rhythm of sixteenths from each chord's start: ``x`` strikes, ``-`` holds, ``.`` rests."""
    near: list[int] = []
    for chord in chords:
        root = above(chord.bass if power else chord.pcs[0], 40)
        near = [root, root + 7, root + 12] if power else close_voicing(chord, near, floor)
        sixteenths = (chord.end - chord.start) * 4 // QUARTER
        for found in re.finditer(r"[xX]-*", rhythm[:sixteenths]):
            start = chord.start + found.start() * QUARTER // 4
            end = chord.start + found.end() * QUARTER // 4 - QUARTER // 16
            loud = velocity + (8 if found[0][0] == "X" else 0)
            player.tones += [Tone(start, end, p, loud + (4 if p == near[-1] else 0)) for p in near]


def roots(player: Player, chords: Sequence[Chord], figure: str, velocity: int, step: int) -> None:
    """A bass: one character a step; R root, 5 fifth, 8 octave, a approaches the next root, . rests, - holds."""
    for chord, after in zip(chords, [*chords[1:], chords[0]], strict=True):
        low = above(chord.bass, 28)
        fifth = low + 7 if (chord.bass + 7) % 12 in chord.pcs else low + 12
        target = above(after.bass, 28)
        pitches = {"R": low, "5": fifth, "8": low + 12, "a": target - 1 if target > 28 else target + 2}
        for found in re.finditer(r"[R58a]-*", figure[: (chord.end - chord.start) // step]):
            start = chord.start + found.start() * step
            end = chord.start + found.end() * step - step // 8
            player.tones.append(Tone(start, end, pitches[found[0][0]], velocity + (6 if found.start() == 0 else 0)))


def arpeggio(player: Player, chords: Sequence[Chord], figure: str, velocity: int, step: int, floor: int = 43) -> None:
    """Broken chords: digits pick chord tones upward from the bass (0), one a step; . rests."""
    for chord in chords:
        ladder = [above(chord.bass, floor)]
        while len(ladder) < 10:
            ladder.append(min(above(pc, ladder[-1] + 1) for pc in chord.pcs))
        for k, sign in enumerate(figure[: (chord.end - chord.start) // step]):
            if sign != ".":
                start = chord.start + k * step
                player.tones.append(
                    Tone(start, start + step * 7 // 8, ladder[int(sign)], velocity + (7 if k == 0 else 0))
                )
        player.pedals += [(chord.start, 127), (chord.end - QUARTER // 16, 0)]


def pad(player: Player, chords: Sequence[Chord], velocity: int, floor: int = 53) -> None:
    """Held chords, moving as little as they can."""
    near: list[int] = []
    for chord in chords:
        near = close_voicing(chord, near, floor)
        player.tones += [Tone(chord.start, chord.end - QUARTER // 16, p, velocity) for p in near]


# ---------------------------------------------------------------- writing


def write(
    path: Path,
    title: str,
    players: Sequence[Player],
    *,
    meter: tuple[int, int],
    key: str,
    tempi: Sequence[tuple[int, float]],
) -> None:
    """A type 1 file: title, meter, key and tempo in track 0, then a track a player. `tempi` counts quarters."""
    song = mido.MidiFile(type=1, ticks_per_beat=QUARTER, charset="utf-8")
    head: list[tuple[int, int, mido.messages.BaseMessage]] = [
        (0, 0, mido.MetaMessage("track_name", name=title)),
        (0, 0, mido.MetaMessage("copyright", text="RemixKit examples, CC0")),
        (0, 0, mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1])),
        (0, 0, mido.MetaMessage("key_signature", key=key)),
        *((tick, 1, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))) for tick, bpm in tempi),
    ]
    song.tracks.append(_track(head))
    for p in players:
        drums = p.channel == 9
        rows: list[tuple[int, int, mido.messages.BaseMessage]] = [
            (0, 0, mido.MetaMessage("track_name", name=p.name)),
            *([] if drums else [(0, 0, mido.Message("program_change", channel=p.channel, program=p.program))]),
            (0, 0, mido.Message("control_change", channel=p.channel, control=7, value=p.volume)),
            (0, 0, mido.Message("control_change", channel=p.channel, control=10, value=p.pan)),
            *((t, 1, mido.Message("control_change", channel=p.channel, control=64, value=v)) for t, v in p.pedals),
        ]
        for tone in sorted(p.tones):
            on = mido.Message("note_on", channel=p.channel, note=tone.pitch, velocity=tone.velocity)
            off = mido.Message("note_off", channel=p.channel, note=tone.pitch)
            rows += [(tone.start, 3, on), (tone.end, 2, off)]
        song.tracks.append(_track(rows))
    song.save(path)


def _track(rows: list[tuple[int, int, mido.messages.BaseMessage]]) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(rows, key=lambda row: row[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=QUARTER))
    return track


# ---------------------------------------------------------------- paper-comet, an opening

RIFF = """
| B4/.5 F#5/.5 D5/.5 B4/.5 C#5/.75 D5/.75 F#5/.5 | E5/.5 D5/.5 B4/1 r/.5 A4/.5 B4/.5 D5/.5
| F#5/.75 E5/.75 D5/.5 A4/1 D5/.5 E5/.5 | C#5/.75 D5/.75 E5/.5 E5/1 r/1 |"""
RIFF_HIGH = RIFF.rsplit("| C#5", 1)[0] + "| E5/.75 F#5/.75 A5/.5 A5/1 r/1 |"
RIFF_TURN = """
| B4/.5 F#5/.5 D5/.5 B4/.5 C#5/.75 D5/.75 F#5/.5 | E5/.5 D5/.5 B4/1 r/.5 A4/.5 B4/.5 D5/.5
| C#5/.75 D5/.75 E5/.5 E5/1 C#5/.5 E5/.5 | D#5/.75 E5/.75 F#5/.5 F#5/1 r/1 |"""
RIFF_END = """
| G5/.5 F#5/.5 D5/.5 B4/.5 D5/.75 E5/.75 F#5/.5 | E5/.5 C#5/.5 A4/1 r/.5 A4/.5 C#5/.5 E5/.5
| F#5/.75 E5/.75 D5/.5 A4/1 D5/.5 E5/.5 | D5/4 |"""

COMET_A = """
| r/.5 D4/.5 E4/.5 F#4/.5 F#4/.75 E4/.75 D4/.5 | E4/1.5 C#4/.5 A3/1 r/1
| r/.5 D4/.5 E4/.5 F#4/.5 A4/.75 F#4/.75 E4/.5 | F#4/1.5 E4/.5 C#4/1 r/1
| r/.5 B3/.5 D4/.5 E4/.5 F#4/.75 E4/.75 D4/.5 | A4/1.5 F#4/.5 D4/1 r/.5 D4/.5
| E4/.75 F#4/.75 G4/.5 G4/.75 F#4/.75 E4/.5 | A4/2 r/1 F#4/.5 A4/.5 |"""
COMET_B = """
| B4/2 A4/1 F#4/1 | A4/1.5 F#4/.5 E4/1 r/1 | B4/2 A4/1 F#4/1 | A4/1.5 F#4/.5 D4/1 r/.5 D4/.5
| E4/1 F#4/.5 G4/1 F#4/.5 E4/1 | F#4/1 G4/.5 A4/1 G4/.5 F#4/1
| G4/1 A4/.5 B4/1 A4/.5 B4/1 | C#5/2 r/.5 A4/.5 B4/.5 C#5/.5 |"""
COMET_CHORUS = """
| D5/1.5 B4/.5 D5/1 E5/1 | E5/1.5 C#5/.5 A4/1 r/.5 A4/.5 | C#5/1.5 A4/.5 C#5/1 D5/1 | D5/1.5 B4/.5 F#4/1 r/.5 F#4/.5
| B4/.5 B4/.5 B4/.5 A4/.5 B4/.5 C#5/.5 D5/1 | C#5/.5 C#5/.5 C#5/.5 B4/.5 C#5/.5 D5/.5 E5/1
| D5/2 A4/.5 B4/.5 A4/.5 F#4/.5 | A4/2 r/1 A4/.5 C#5/.5
| D5/1.5 B4/.5 D5/1 E5/1 | E5/1.5 C#5/.5 A4/1 r/.5 A4/.5 | C#5/1.5 A4/.5 C#5/1 D5/1 | D#5/1.5 B4/.5 F#4/1 r/.5 B4/.5
| E5/.5 E5/.5 E5/.5 D5/.5 E5/1 D5/.5 E5/.5 | F#5/1.5 E5/.5 C#5/1 A4/.5 C#5/.5 | D5/3 r/1 | r/4 |"""

CHORDS_RIFF = "Bm | G | D | A"
CHORDS_A = "D | A/C# | Bm7 | F#m/A | Gmaj7 | D/F# | Em7 | Asus4 A"
CHORDS_B = "Bm7 | F#m7 | Gmaj7 | D/F# | Em7 | F#m7 | G | A"
CHORDS_CHORUS = "G | A | F#m7 | Bm7 | G | A | D | D/F# | G | A | F#m7 | B7 | Em7 | A7 | D | D"

BEAT = {"kick": "X.....x.X.x.....", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."}
BEAT_LIGHT = {"kick": "X.......x.x.....", "rim": "....x.......x...", "hat": "x.o.x.o.x.o.x.o."}
BEAT_BUILD = {"kick": "X...X...X...X...", "snare": "....x.......x..o", "hat": "x.x.x.x.x.x.x.x."}
BEAT_CHORUS = {"kick": "X..x..x.X..x..x.", "snare": "....X.......X...", "open": "x...x...x...x..."}
FILL = {"kick": "X...X...........", "snare": "....X...X.xx....", "tom1": "............x...", "tom2": ".............x..",
        "tom3": "..............xx"}  # fmt: skip
FILL_SHORT = {"kick": "X.....x.X.......", "snare": "....X.......xxXX", "hat": "x.x.x.x.x.x....."}
CRASH = {"crash": "X..............."}


@dataclass(frozen=True, slots=True)
class Passage:
    """Some bars of the opening, and how loud the band is in them."""

    chords: str
    band: str
    tune: str = ""
    riff: str = ""
    lift: int = 0
    fill: bool = True


def paper_comet(path: Path) -> None:
    """The opening."""
    bar = 4 * QUARTER
    vocal = Player("Vocal", 0, program=65, volume=112)
    lead = Player("Lead Guitar", 1, program=30, volume=88, pan=50)
    piano = Player("Piano", 2, program=0, volume=86, pan=74)
    guitar = Player("Rhythm Guitar", 3, program=29, volume=78, pan=24)
    strings = Player("Strings", 4, program=48, volume=76, pan=96)
    bass = Player("Bass", 5, program=33, volume=100)
    drums = Player("Drums", 9, volume=104)
    form = [
        Passage(CHORDS_RIFF, "thin", riff=RIFF, fill=False),
        Passage(CHORDS_RIFF, "full", riff=RIFF_HIGH),
        Passage(CHORDS_A, "verse", COMET_A),
        Passage(CHORDS_B, "build", COMET_B),
        Passage(CHORDS_CHORUS, "chorus", COMET_CHORUS),
        Passage("Bm | G | A | B", "full", riff=RIFF_TURN),
        Passage(CHORDS_CHORUS, "chorus", COMET_CHORUS, lift=2),
        Passage("G | A | D | D", "full", riff=RIFF_END, lift=2, fill=False),
    ]
    at = 0
    for part in form:
        chords = changes(part.chords, at, bar, lift=part.lift)
        bars = (chords[-1].end - at) // bar
        loud = {"thin": 78, "verse": 76, "build": 84, "full": 94, "chorus": 100}[part.band]
        vocal.tones += line(part.tune, at, bar, QUARTER, lift=part.lift, velocity=loud)
        lead.tones += line(part.riff, at, bar, QUARTER, lift=part.lift, velocity=loud - 4)
        if part.band == "thin":
            strum(piano, chords, "X---..x-..x---..", 66)
            steps(drums, {"hat": "x...x...x...x..."}, at, bar, bars - 1)
            steps(drums, FILL_SHORT, at + (bars - 1) * bar, bar, 1)
        else:
            groove = {"verse": BEAT_LIGHT, "build": BEAT_BUILD, "full": BEAT, "chorus": BEAT_CHORUS}[part.band]
            for first in range(0, bars, 4):
                last = first + 4 >= bars
                closed = part.fill or not last
                steps(drums, groove, at + first * bar, bar, 3 if closed else 4, loud - 96)
                if closed:
                    steps(drums, FILL if last else FILL_SHORT, at + (first + 3) * bar, bar, 1, loud - 96)
            if part.band != "verse":
                for first in range(0, bars, 8):
                    steps(drums, CRASH, at + first * bar, bar, 1)
        if part.band == "verse":
            roots(bass, chords, "R-.R--5-", 88, QUARTER // 2)
            strum(piano, chords, "X---....x---....", 62, floor=48)
            strum(guitar, chords, "x.x.x.x.x.x.x.x.", 58, power=True)
        elif part.band == "build":
            roots(bass, chords, "R---R-Ra", 92, QUARTER // 2)
            strum(piano, chords, "X-----x-----x---", 70, floor=50)
            strum(guitar, chords, "X---------------", 70, power=True)
            pad(strings, chords, 64)
        elif part.band in ("full", "chorus"):
            roots(bass, chords, "RRRRRR8a", 100, QUARTER // 2)
            strum(piano, chords, "X-----X-----X-x-", 78)
            strum(guitar, chords, "X-----x-x-x-X-x-", 88, power=True)
            pad(strings, chords, 74 if part.band == "chorus" else 62)
        at = chords[-1].end
    final = changes("Eadd9", at, bar)
    for player, pitches in (
        (piano, (52, 59, 64, 66, 71)),
        (guitar, (40, 47, 52)),
        (strings, (64, 68, 71)),
        (bass, (28,)),
    ):
        player.tones += [Tone(at, final[0].end, p, 92) for p in pitches]
    lead.tones.append(Tone(at, final[0].end, 76, 96))
    steps(drums, {"kick": CRASH["crash"], "crash": CRASH["crash"]}, at, bar, 1)
    players = [vocal, lead, piano, guitar, strings, bass, drums]
    write(path, "Paper Comet", players, meter=(4, 4), key="D", tempi=[(0, 160)])


# ---------------------------------------------------------------- lantern-river, an ending

RIVER_PICKUP = "| r/4 G4/1 A4/1 |"
RIVER_INTRO = "| B4/3 A4/2 F#4/1 | G4/3 r/1 D4/1 G4/1 | B4/1 C5/1 E5/1 D5/2 A4/1 | G4/5 r/1 |"
RIVER_A = """
| r/1 D4/1 G4/1 B4/2 A4/1 | A4/2 F#4/1 D4/2 r/1 | r/1 E4/1 G4/1 B4/2 A4/1 | G4/2 F#4/1 D4/2 r/1
| r/1 E4/1 G4/1 C5/2 B4/1 | B4/2 G4/1 D4/2 D4/1 |"""
RIVER_A_OPEN = RIVER_A + " E4/2 G4/1 A4/2 C5/1 | A4/4 r/2 |"
RIVER_A_SHUT = RIVER_A + " C5/2 B4/1 A4/2 F#4/1 | G4/4 r/1 G4/1 |"
RIVER_B = """
| B4/3 C5/2 B4/1 | A4/3 B4/2 A4/1 | G4/3 A4/2 G4/1 | D4/5 r/1
| E4/1 G4/1 B4/1 C5/2 B4/1 | D5/3 B4/2 A4/1 | G4/1 A4/1 B4/1 C5/2 E5/1 | D5/4 r/1 B4/1 |"""
RIVER_CHORUS = """
| E5/3 D5/2 B4/1 | G4/3 r/1 G4/1 A4/1 | D5/3 C5/2 A4/1 | B4/3 r/1 G4/1 B4/1
| E5/3 F#5/2 G5/1 | E5/3 D5/2 C5/1 | B4/1 C5/1 E5/1 D5/2 A4/1 |"""
RIVER_CHORUS_OPEN = RIVER_CHORUS + " B4/4 r/1 B4/1 |"
RIVER_CHORUS_SHUT = RIVER_CHORUS + " G4/5 r/1 |"

FILL_COMPOUND = {"kick": "X...........", "tom1": "......x.....", "tom2": "........x...", "tom3": "..........x."}
RIVER_CHORDS_A = "G | D/F# | Em7 | Bm/D | C | G/B | Am7 |"
RIVER_CHORDS_B = "Cmaj7 | Bm7 | Am7 | G | Cmaj7 | Bm7 | Am7 | D"
RIVER_CHORDS_CHORUS = "Em7 | C | D | G | Em7 | C | Am7 D | G"


def lantern_river(path: Path) -> None:
    """The ending. Lengths count eighths; a bar is six of them."""
    eighth, bar = QUARTER // 2, 3 * QUARTER
    flute = Player("Melody", 0, program=73, volume=108)
    box = Player("Music Box", 1, program=10, volume=84, pan=80)
    piano = Player("Piano", 2, program=0, volume=88, pan=54)
    strings = Player("Strings", 3, program=48, volume=74, pan=40)
    bass = Player("Bass", 4, program=32, volume=96)
    drums = Player("Drums", 9, volume=86)
    box.tones += line(RIVER_PICKUP, 0, bar, eighth, velocity=70)
    form = [
        ("Em7 | C | Am7 D | G", RIVER_INTRO, "box"),
        (RIVER_CHORDS_A + "D", RIVER_A_OPEN, "alone"),
        (RIVER_CHORDS_A.replace("Am7 |", "Am7 D |") + "G", RIVER_A_SHUT, "light"),
        (RIVER_CHORDS_B, RIVER_B, "light"),
        (RIVER_CHORDS_CHORUS, RIVER_CHORUS_OPEN, "full"),
        (RIVER_CHORDS_CHORUS, RIVER_CHORUS_SHUT, "full"),
        ("Em7 | C | Am7 D | G", RIVER_INTRO, "box"),
    ]
    at = bar
    for text, tune, band in form:
        chords = changes(text, at, bar)
        bars = (chords[-1].end - at) // bar
        loud = {"box": 68, "alone": 76, "light": 82, "full": 96}[band]
        (box if band == "box" else flute).tones.extend(line(tune, at, bar, eighth, velocity=loud))
        arpeggio(piano, chords, "012343" if band != "full" else "023532", loud - 16, eighth)
        if band in ("light", "full"):
            roots(bass, chords, "R--5--" if band == "light" else "R--R-5", loud, eighth)
            groove = {"kick": "X.......o...", "rim": "......x.....", "shaker": "x.o.o.x.o.o."}
            if band == "full":
                groove = {"kick": "X.......x...", "snare": "......X.....", "ride": "x.o.x.x.o.x."}
                steps(drums, {"crash": "x..........."}, at, bar, 1, -16)
            steps(drums, groove, at, bar, bars - 1, loud - 104)
            steps(drums, FILL_COMPOUND, at + (bars - 1) * bar, bar, 1, loud - 110)
        if band == "full" or (band == "light" and text == RIVER_CHORDS_B):
            pad(strings, chords, loud - 26)
        at = chords[-1].end
    last = changes("Gadd9", at, bar)
    arpeggio(piano, last, "012345", 52, eighth)
    box.tones.append(Tone(at, at + bar, pitch("G5"), 60))
    tempi = [(0, 84.0), *((at - bar * k, bpm) for k, bpm in ((2, 78.0), (1, 68.0), (0, 54.0)))]
    players = [flute, box, piano, strings, bass, drums]
    write(path, "Lantern River", players, meter=(6, 8), key="G", tempi=tempi)


# ---------------------------------------------------------------- last-train, a ballad

TRAIN_A = """
| C#5/1.5 B4/.5 A4/1 G#4/1 | A4/1.5 F#4/.5 C#4/1 r/1 | D5/1.5 C#5/.5 B4/1 A4/1 | G#4/3 r/.5 C#4/.5
| F#4/.5 G#4/.5 A4/1.5 B4/.5 C#5/1 | E5/1.5 D5/.5 C#5/1 B4/1 | A4/.5 B4/.5 C#5/1 B4/1.5 G#4/.5 | A4/3 r/1 |"""
TRAIN_CHORUS = """
| F#5/2 E5/1 C#5/1 | E5/1.5 D5/.5 B4/1 r/.5 B4/.5 | D5/2 C#5/1 A4/1 | C#5/1.5 B4/.5 G#4/1 r/.5 G#4/.5
| A4/.5 B4/.5 C#5/1.5 D5/.5 E5/1 | F#5/1.5 E5/.5 D5/1 C#5/1 | B4/.5 C#5/.5 D5/1 C#5/1 G#4/1 | F#4/3 r/1 |"""
TRAIN_CHORDS_A = "F#m | F#m/E | D | C#7 | Bm7 | E | A E/G# | F#m"
TRAIN_CHORDS_CHORUS = "D | E | Bm7 | F#m | D | E | Bm7 C#7 | F#m"


def last_train(path: Path) -> None:
    """The ballad: both hands in one track."""
    bar = 4 * QUARTER
    piano = Player("Piano", 0, program=0, volume=100)
    at = 0
    for text, tune, figure, loud in (
        ("F#m | D | Bm7 | C#7", "", "01234321", 56),
        (TRAIN_CHORDS_A, TRAIN_A, "012.3.2.", 70),
        (TRAIN_CHORDS_CHORUS, TRAIN_CHORUS, "01234323", 84),
        ("F#m | D | Bm7 C#7 | F#m", "", "012343..", 54),
    ):
        chords = changes(text, at, bar)
        right = line(tune, at, bar, QUARTER, velocity=loud)
        left = Player("", 0)
        arpeggio(left, chords, figure, loud - 16, QUARTER // 2, floor=38)
        free = [
            t for t in left.tones if not any(t.pitch == r.pitch and t.start < r.end and r.start < t.end for r in right)
        ]
        piano.tones += right + free
        piano.pedals += left.pedals
        at = chords[-1].end
    tempi = [(0, 76.0), (at - 2 * bar, 72.0), (at - bar, 62.0)]
    write(path, "Last Train", [piano], meter=(4, 4), key="F#m", tempi=tempi)


SONGS: dict[str, Callable[[Path], None]] = {
    "paper-comet.mid": paper_comet,
    "lantern-river.mid": lantern_river,
    "last-train.mid": last_train,
}


def main() -> None:
    """Write all songs into the folder named, or beside this script."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, compose in SONGS.items():
        compose(folder / name)


if __name__ == "__main__":
    main()
