"""A cover, ready to be written or rendered. It knows nothing of styles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remixkit.model.analysis import ChordSpan, Key, Section
from remixkit.model.song import Control, Lyric, Note, SongPassthrough, TrackPassthrough
from remixkit.model.source_map import SourceMap
from remixkit.model.timing import Grid


@dataclass(frozen=True, slots=True)
class Fx:
    """An effect by name and what it is told; parameters carry their unit in their name."""

    name: str
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One player.

    Parameters
    ----------
    name : str
        What a score or a DAW shows; the lead's contains "Melody" or "Lead" (a piano's "Right Hand").
    role : str
        The style's name for it.
    program, bank : int
        General MIDI, zero-based.
    volume, pan, reverb : int
        CC 7, 10 and 91, 0-127; pan 64 is the middle.
    notes, controls : tuple
        Sorted by tick.
    lyrics : tuple of Lyric
        On the melody.
    fx : tuple of Fx
        On this part alone.
    bus : str
        The bus it goes through on its way to the master; "" if none.
    soundfont : str
        Name or path of the SoundFont it is played with where there is one; "" for the cover's own.
    is_lead : bool
        Whether it has the melody and is there for it, not to double it.
    passthrough : TrackPassthrough or None
        A track of a MIDI file that is passed through: to be written as it stands there, with its notes and messages
        and nothing else. None: the writer finds a channel and sets its sound up from the fields above.
    """

    name: str
    role: str
    program: int = 0
    bank: int = 0
    is_drum: bool = False
    volume: int = 100
    pan: int = 64
    reverb: int = 40
    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()
    lyrics: tuple[Lyric, ...] = ()
    fx: tuple[Fx, ...] = ()
    bus: str = ""
    soundfont: str = ""
    is_lead: bool = False
    passthrough: TrackPassthrough | None = None


@dataclass(frozen=True, slots=True)
class Duck:
    """Turned down by `depth_db` whenever the bass drum of a role is struck, and up again within `release_ms`."""

    by: str
    depth_db: float = 4.0
    attack_ms: float = 5.0
    release_ms: float = 180.0


@dataclass(frozen=True, slots=True)
class AutomationRamp:
    """A fader and a low-pass filter that move from one value to another between two ticks."""

    start_tick: int
    end_tick: int
    gain_db: tuple[float, float] = (0.0, 0.0)
    lowpass_hz: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Bus:
    """Parts that go through the same effects.

    Parameters
    ----------
    name : str
        What a part's `bus` says.
    level_db : float
        Its fader.
    reverb : int or None
        What it sends to the common room behind its effects, 0-127; None: its parts send for themselves.
    fx : tuple of Fx
        On the sum of its parts.
    duck : Duck or None
        What turns it down.
    automation : tuple of AutomationRamp
        By section.
    loudness_offset_lu : (float, float) or None
        How much louder than all else it is to be while it sounds, at least and at most, in LU; it is turned up or down
        in each section until it is, within what a fader may do.
    """

    name: str
    level_db: float = 0.0
    reverb: int | None = None
    fx: tuple[Fx, ...] = ()
    duck: Duck | None = None
    automation: tuple[AutomationRamp, ...] = ()
    loudness_offset_lu: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Master:
    """What is done to the sum of all parts: effects, automation by section, loudness, ceiling, fade."""

    target_lufs: float = -14.0
    ceiling_db: float = -1.0
    fx: tuple[Fx, ...] = ()
    fade_out_s: float = 0.0
    buses: tuple[Bus, ...] = ()
    automation: tuple[AutomationRamp, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Arrangement:
    """A cover: parts on a grid, with the sections and chords they were made from.

    `seed` is the players'; `chart_seed` that of form and harmony where these are another take's.
    `source_map` says which bars of the source are played where; None where this is no cover of an analyzed song.
    `passthrough` is for a MIDI file that is passed through whole, in place of title, meters, keys, sections and chords;
    the tempo is the grid's.
    """

    title: str
    style: str
    seed: int
    grid: Grid
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    master: Master = field(default_factory=Master)
    composer: str = ""
    warnings: tuple[str, ...] = ()
    chart_seed: int | None = None
    source_map: SourceMap | None = None
    passthrough: SongPassthrough | None = None

    def __repr__(self) -> str:
        names = ", ".join(part.name for part in self.parts)
        return f"<Arrangement {self.title!r} as {self.style!r}, seed {self.seed}: {names}>"

    @property
    def end_tick(self) -> int:
        """The bar line where the last section ends."""
        return self.sections[-1].end_tick if self.sections else 0
