"""What may be wanted of a cover, and of the files it is written to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixkit.arrange.daw import Daw
from remixkit.arrange.form.band_plan import BandPlan
from remixkit.style import Overrides

if TYPE_CHECKING:
    from remixkit.render.files.encode import Bits
    from remixkit.render.files.tags import Art
    from remixkit.render.mix.stems import StemOptions


@dataclass(frozen=True, slots=True)
class CoverOptions(Overrides):
    """Which cover is wanted of a song in a style; `Overrides` says what may be wanted in place of the style's own.

    Parameters
    ----------
    seed : int, optional
        Another seed gives another take with the same melody; the same seed gives the same cover. Without it 0, or, if
        something is kept of an earlier take, the one after that take's.
    melody_track : int, str or mapping, optional
        Where the melody is, if the ear errs: a place in ``song.tracks`` (from 0) or a track's name.
    plan : str, Path or BandPlan, optional
        Who plays where: a plan's file, or `Cover.plan` of another take, edited.
    take : Song, path or music21 stream, optional
        An earlier take of this cover, of which something is kept: the MIDI that was written of it, edited or not. The
        new one is played on its form and harmony.
    lock : collection of str
        The parts to keep of it, by role or name.
    redo : (int, int), optional
        First and last bar that are not kept, counted from 1 as on the sheet; with `lock`, of the other parts.
    daw : Daw
        What files for a DAW have beside the players.

    Raises
    ------
    ValueError
        If there is something to keep but no take, or a take but nothing to keep.
    """

    seed: int | None = None
    melody_track: int | str | Mapping[str, int | str] | None = None
    plan: str | Path | BandPlan | None = None
    take: Any = None
    lock: Collection[str] = ()
    redo: tuple[int, int] | None = None
    daw: Daw = field(default_factory=Daw)

    def __post_init__(self) -> None:
        if (self.take is not None) != bool(self.lock or self.redo):
            raise ValueError("lock and redo say what to keep of a take, and need one")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a cover's files are written.

    Parameters
    ----------
    soundfont : str or Path, optional
        A SoundFont's name or file; the default one rides with the package.
    rate_hz, bits, stems, art
        As `render.render` takes them.
    """

    soundfont: str | Path | None = None
    rate_hz: int = 44100
    bits: Bits = 16
    stems: StemOptions | None = None
    art: Art | None = None
