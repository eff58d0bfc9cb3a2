"""What may stand in a style file. TOML tables become these, frozen; a key that is not here is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from remixkit.model.analysis import SectionName
from remixkit.patterns import Meter
from remixkit.theory.chords import Colour as Colour
from remixkit.theory.chords import Voicing as Voicing
from remixkit.theory.keys import parse_key

PatternKey = Literal[
    "intro", "verse", "prechorus", "chorus", "bridge", "interlude", "outro", "half", "build", "down", "all"
]
# What the band does in a section's last bars; `remixkit.arrange.form.transitions` says how each is played.
Transition = Literal["fill", "drop", "stop", "half", "build", "none"]
Arrival = Literal["intro", "verse", "prechorus", "chorus", "bridge", "interlude", "outro", "last_chorus", "all"]
Place = Literal["verse", "prechorus", "bridge", "interlude", "before_last_chorus"]
Midi7 = Annotated[int, Field(ge=0, le=127)]
_SEMITONES = re.compile(r"[+-](\d|1[0-2])")
Unit = Annotated[float, Field(ge=0.0, le=1.0)]


class Table(BaseModel):
    """A table of a style file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FormSpec(Table):
    """Tempo and outline.

    The cover's tempo is the source's, moved into `tempo_range_bpm` but never by more than `tempo_change_max`
    (a share of the source's). Where the source is faster than `half_time_above_bpm` the beat is felt at half rate:
    drums and chord patterns stretch over twice the time, bars and notes stay. `tempo_bpm` states the tempo outright;
    `length_s` has the song cut, on the joins of its sections, to that length.

    `endings` names, for the section that follows (or for `all`), what the band may do before it; `down` is how often
    a section is played by few; `finale` is how the cover ends.
    """

    tempo_range_bpm: tuple[float, float] = (40.0, 240.0)
    tempo_change_max: Unit = 0.08
    half_time_above_bpm: float | None = None
    tempo_bpm: float | None = Field(default=None, ge=20, le=400)
    length_s: float | None = Field(default=None, ge=20, le=3600)
    intro_bars: int = Field(default=0, ge=0, le=16)
    outro_bars: int = Field(default=0, ge=0, le=16)
    ritardando: Unit = 0.0
    rubato: Unit = 0.0
    endings: Mapping[Arrival, Transition | tuple[Transition, ...]] = Field(default_factory=dict)
    down: Mapping[Place, Unit] = Field(default_factory=dict)
    finale: Literal["soft", "big"] = "soft"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.tempo_range_bpm
        if not 20 <= low <= high <= 400:
            raise ValueError(f"tempo_range_bpm = [{low:g}, {high:g}] must rise, within 20 to 400")
        return self


class HarmonySpec(Table):
    """The key, how chords are coloured, how often they are replaced (0 never, 1 wherever the melody allows).

    `inversions` is how often a chord is put on its third where the bass then walks by step, `suspensions` how often a
    dominant's third is delayed, `pedal` how often the tonic is held under an intro or a prechorus.

    `key` is a key ("D", "F#m") or signed semitones ("+2"); without it the cover is in the song's own.
    """

    key: str | None = None
    colour: Colour = "triads"
    reharmonise: Unit = 0.0
    inversions: Unit = 0.0
    suspensions: Unit = 0.0
    pedal: Unit = 0.0

    @field_validator("key")
    @classmethod
    def _is_key(cls, key: str | None) -> str | None:
        if key is not None and not _SEMITONES.fullmatch(key):
            try:
                parse_key(key)
            except ValueError:
                raise ValueError(f"{key!r} is no key; write D, F#m or semitones, as in +2") from None
        return key


class GrooveSpec(Table):
    """Feel.

    `swing` is the place of the second sixteenth within two (0.5 is straight); `late_ms` is for a role or a drum voice.
    `quantised` leaves all of it out: every note on the grid, for those who go on in a DAW.
    """

    swing: float = Field(default=0.5, ge=0.5, le=0.75)
    late_ms: Mapping[str, float] = Field(default_factory=dict)
    humanise_ms: float = Field(default=4.0, ge=0.0, le=40.0)
    humanise_velocity: float = Field(default=4.0, ge=0.0, le=30.0)
    quantised: bool = False


class FxSpec(BaseModel):
    """An effect: its name, and its parameters beside it."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, float]

    name: str


class DuckSpec(Table):
    """Turned down by `depth_db` with every bass drum of the role `by`, and up again within `release_ms`."""

    by: str
    depth_db: float = Field(default=4.0, ge=0, le=24)
    attack_ms: float = Field(default=5.0, ge=0.5, le=100)
    release_ms: float = Field(default=180.0, ge=10, le=2000)


class MoveSpec(Table):
    """What a fader (`gain_db`) and a low-pass filter (`lowpass_hz`) do over a section, from its start to its end."""

    gain_db: tuple[float, float] = (0.0, 0.0)
    lowpass_hz: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        if not all(-24 <= g <= 12 for g in self.gain_db):
            raise ValueError("gain_db must lie between -24 and 12")
        if self.lowpass_hz is not None and not all(100 <= f <= 20000 for f in self.lowpass_hz):
            raise ValueError("lowpass_hz must lie between 100 and 20000")
        return self


class BusSpec(Table):
    """What several players go through together: effects, a fader, a share of the room, what turns it down.

    `loudness_offset_lu` keeps it, section by section, louder than everything else by at least and at most so many LU.
    """

    level_db: float = Field(default=0.0, ge=-24, le=12)
    reverb: Midi7 | None = None
    fx: tuple[FxSpec, ...] = ()
    duck: DuckSpec | None = None
    sections: Mapping[SectionName, MoveSpec] = Field(default_factory=dict)
    loudness_offset_lu: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if (
            self.loudness_offset_lu is not None
            and not -12 <= self.loudness_offset_lu[0] <= self.loudness_offset_lu[1] <= 24
        ):
            raise ValueError("loudness_offset_lu must rise, within -12 to 24, as in [3, 9]")
        return self


class RoleSpec(Table):
    """A player: what it does (`kind`), with what (`program`), where, how loud, and in which sections.

    A role plays in the sections whose intensity lies in `energy` and whose name is in `sections`. `patterns`
    names a pattern, or several to choose from, for each section; `all` is for those not named. `settings` are the
    kind's own. `soundfont` names another SoundFont than the cover's, for this player, where there is one.
    """

    kind: str
    name: str | None = None
    program: Midi7 = 0
    bank: int = Field(default=0, ge=0, le=16383)
    register_: tuple[Midi7, Midi7] | None = Field(default=None, alias="register")
    velocity: int = Field(default=80, ge=1, le=127)
    volume: Midi7 = 100
    pan: Midi7 = 64
    reverb: Midi7 = 40
    energy: tuple[Unit, Unit] = (0.0, 1.0)
    sections: tuple[SectionName, ...] = ("intro", "verse", "prechorus", "chorus", "bridge", "interlude", "outro")
    voicing: Voicing = "close"
    patterns: Mapping[PatternKey, str | tuple[str, ...]] = Field(default_factory=dict)
    settings: Mapping[str, float | str | bool] = Field(default_factory=dict)
    fx: tuple[FxSpec, ...] = ()
    bus: str = ""
    soundfont: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.register_ is not None and self.register_[0] > self.register_[1]:
            raise ValueError("register must rise, as in [48, 72]")
        if self.energy[0] > self.energy[1]:
            raise ValueError("energy must rise, as in [0.3, 1.0]")
        return self


class BarSpec(BaseModel):
    """What a pattern is in one meter: `events`, or one string of steps for each drum voice; `beats` is its length."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, str]

    events: str | None = None
    beats: float | None = Field(default=None, gt=0, le=64)
    weight: float | None = Field(default=None, gt=0)


class PatternSpec(BarSpec):
    """A pattern in bars of four, and in `meter` what it is in others; without a weight it is drawn as often as any."""

    meter: Mapping[Meter, BarSpec] = Field(default_factory=dict)


class PatternFile(Table):
    """A file of styles/patterns: patterns, written as in a style."""

    patterns: Mapping[str, PatternSpec] = Field(default_factory=dict)


class MasterSpec(Table):
    """The sum: loudness, ceiling, effects, what moves by section, and the fade at the end."""

    target_lufs: float = Field(default=-14.0, ge=-40, le=-6)
    ceiling_db: float = Field(default=-1.0, ge=-20, le=0)
    fade_out_s: float = Field(default=0.0, ge=0, le=30)
    fx: tuple[FxSpec, ...] = ()
    sections: Mapping[SectionName, MoveSpec] = Field(default_factory=dict)


class Style(Table):
    """A style: everything a cover of it needs beside the song. `name` is its file's, without the ending.

    `soundfont` names the SoundFont it sounds best with; it is not used unless asked for. `keep` names tracks of the
    source, or gives their numbers as `remixkit analyze` counts them, that are handed on beside the players; ``"*"`` is
    all of them. Without players the song is handed on as it is.
    """

    name: str = ""

    schema_: Literal[2] = Field(alias="schema")
    title: str
    description: str = ""
    extends: str | None = None
    form: FormSpec = Field(default_factory=FormSpec)
    harmony: HarmonySpec = Field(default_factory=HarmonySpec)
    groove: GrooveSpec = Field(default_factory=GrooveSpec)
    roles: Mapping[str, RoleSpec] = Field(default_factory=dict)
    patterns: Mapping[str, PatternSpec] = Field(default_factory=dict)
    buses: Mapping[str, BusSpec] = Field(default_factory=dict)
    soundfont: str | None = None
    keep: tuple[Annotated[str, Field(min_length=1)] | Annotated[int, Field(ge=1)], ...] = ()
    master: MasterSpec = Field(default_factory=MasterSpec)

    @property
    def is_passthrough(self) -> bool:
        """Whether it has no players: the song, or some of its tracks, is handed on as it is."""
        return not self.roles


def strict_json(tables: Mapping[str, Any]) -> str:
    """TOML's tables as JSON, pydantic's strictest form: arrays may be tuples, but "4" is no number, 1.5 no integer."""
    return json.dumps(tables, default=str)
