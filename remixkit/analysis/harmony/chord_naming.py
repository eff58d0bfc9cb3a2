"""What a chord is called once it is known where it stands: its third, its seventh if diminished, its bass.

The network was trained on piano songs and is asked for a chord wherever something sounds. Where a band leaves out what
makes a chord, as in power chords and lines in octaves, the chord is named from what sounds around it (craft).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from remixkit.analysis.features import MIDDLE_C, Floats, Frames, Sounding, window_mean
from remixkit.model.analysis import ChordSpan

LOCAL_REACH = 32
BASS_SHARE = 0.6
THIRD_SHARE = 0.02
HOLLOW_SONG = 0.18
LONE_SHARE = 0.98
LONE_FRAMES = 4
SEVENTH_SHARE = 0.5
TRIADS = ("maj", "min")

CHORD_TONES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "dim": (0, 3, 6),
    "hdim7": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "maj6": (0, 4, 7, 9),
    "dim7": (0, 3, 6, 9),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A chord from frame `first` to `last` (exclusive); `root_pc` is None and `quality` empty where there is none.

    `has_bass` is False where what sounds lies too high to be a bass.
    """

    first: int
    last: int
    root_pc: int | None
    quality: str
    has_bass: bool = True

    def has(self, pc: int) -> bool:
        """Whether a pitch class is a tone of the chord."""
        return self.root_pc is not None and (pc - self.root_pc) % 12 in CHORD_TONES[self.quality]


def named(chords: Sequence[Heard], frames: Frames, sounding: Sounding) -> tuple[ChordSpan, ...]:
    """The chords as they are written, neighbours of one name joined."""
    around = window_mean(sounding.chroma, LOCAL_REACH)
    known = with_thirds(lone_pitches(chords, sounding, around), sounding, around)
    return merged([chord_span(h, frames, sounding) for h in known])


def lone_pitches(chords: Sequence[Heard], sounding: Sounding, around: Floats) -> list[Heard]:
    """Give spans of a single pitch class, a held note or a line in octaves, a chord that is there beside them.

    The chord before goes on if it has the tone. If not, a low tone is a root, as a riff's; under a high one the chord
    after it begins early if it has the tone, or else there is none.
    """
    out: list[Heard] = []
    for k, h in enumerate(chords):
        mass = sounding.chroma[h.first : h.last].sum(axis=0)
        pc = int(mass.argmax())
        if h.root_pc is None or h.last - h.first < LONE_FRAMES or mass[pc] < LONE_SHARE * mass.sum():
            out.append(h)
            continue
        low = sounding.lowest[h.first : h.last].min() < MIDDLE_C
        beside = [*out[-1:], *(() if low else chords[k + 1 : k + 2])]
        root, quality = next(((c.root_pc, c.quality) for c in beside if c.has(pc)), (None, ""))
        if low and root is None:
            minor, major = around[(h.first + h.last) // 2, [(pc + 3) % 12, (pc + 4) % 12]]
            root, quality = pc, "min" if minor > major else "maj"
        out.append(replace(h, root_pc=root, quality=quality, has_bass=bool(low)))
    return out


def with_thirds(chords: Sequence[Heard], sounding: Sounding, around: Floats) -> list[Heard]:
    """Make triads in which no third sounds, as power chords, major or minor by the third that is heard around them.

    A song that has few such chords is not concerned: what is missing in a piano's bar is better guessed by the model.
    """
    hollow: dict[int, str] = {}
    whole = empty = 0
    for k, h in enumerate(chords):
        if h.root_pc is None or h.quality not in TRIADS:
            continue
        whole += h.last - h.first
        thirds = [(h.root_pc + 3) % 12, (h.root_pc + 4) % 12]
        if sounding.chroma[h.first : h.last, thirds].mean() < THIRD_SHARE:
            minor, major = around[h.first : h.last, thirds].sum(axis=0)
            hollow[k] = "min" if minor > major else "maj"
            empty += h.last - h.first
    if empty < HOLLOW_SONG * whole:
        return list(chords)
    return [replace(h, quality=hollow.get(k, h.quality)) for k, h in enumerate(chords)]


def chord_span(heard: Heard, frames: Frames, sounding: Sounding) -> ChordSpan:
    """A chord in ticks, with its bass; a diminished one whose seventh sounds too is named so, from its bass."""
    begin, end = int(frames.edges[heard.first]), int(frames.edges[heard.last])
    root, quality = heard.root_pc, heard.quality
    if root is None:
        return ChordSpan(begin, end, None)
    bass, chroma = sounding.bass[heard.first : heard.last], sounding.chroma[heard.first : heard.last].mean(axis=0)
    if quality == "dim" and chroma[(root + 9) % 12] > SEVENTH_SHARE * chroma[root]:
        quality = "dim7"
        lowest = int(bass.sum(axis=0).argmax())
        root = lowest if (lowest - root) % 3 == 0 else root
    return ChordSpan(begin, end, root, quality, slash_bass(bass, root, quality) if heard.has_bass else None)


def slash_bass(bass: Floats, root: int, quality: str) -> int | None:
    """The pitch class that lies lowest for longest under a chord, None where that is the root.

    A tone foreign to the chord counts only if it holds for most of the span: a passing bass is no inversion.
    """
    share = bass.sum(axis=0) / max(float(bass.sum()), 1e-9)
    # The bass of the first eighth decides among tones that share the span.
    share += 0.15 * bass[0]
    lowest = int(share.argmax())
    own = (lowest - root) % 12 in CHORD_TONES[quality]
    if lowest == root or share[lowest] < (0.4 if own else BASS_SHARE):
        return None
    return lowest


def merged(chords: Sequence[ChordSpan]) -> tuple[ChordSpan, ...]:
    """Neighbours of the same chord joined."""
    out: list[ChordSpan] = []
    for c in chords:
        if out and replace(out[-1], end_tick=c.end_tick) == replace(c, start_tick=out[-1].start_tick):
            out[-1] = replace(out[-1], end_tick=c.end_tick)
        else:
            out.append(c)
    return tuple(out)
