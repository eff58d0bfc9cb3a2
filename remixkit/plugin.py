"""What a package of your own gives RemixKit: roles, effects and exporters.

Each is a plain function, offered under an entry point (`remixkit.roles`, `remixkit.effects`, `remixkit.exports`); the
protocols below say how it is called, and RemixKit checks that it can be when it loads it. A role also says what a style
may set and how the engine, the mix and the checks are to treat it::

    from dataclasses import dataclass

    from remixkit.plugin import Note, Origin, RoleOutput, RoleTask, Traits, role, setting


    @dataclass(frozen=True, slots=True)
    class DroneSettings:
        octave: int = setting(3, "the octave of the drone; 4 has middle C", low=0, high=8)


    @role(settings=DroneSettings, traits=Traits(low_register="gives way"))
    def drone(task: RoleTask[DroneSettings]) -> RoleOutput:
        pitch = 12 * (task.settings.octave + 1) + task.chart.keys[0].tonic_pc
        origin = Origin(task.name, function="pedal")
        return RoleOutput(tuple(Note(s.start_tick, s.end_tick, pitch, 60, origin) for s in task.sections))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, is_dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal, NewType, Protocol, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from remixkit.arrange.playing.task import RoleOutput, RoleTask
    from remixkit.model.song import Control, Note, Origin
    from remixkit.remix import Cover

__all__ = [
    "Control",
    "Effect",
    "Exporter",
    "Note",
    "Origin",
    "PatternNames",
    "Role",
    "RoleName",
    "RoleOutput",
    "RoleTask",
    "Traits",
    "role",
    "setting",
]

_ELSEWHERE = {
    "Control": "remixkit.model.song",
    "Note": "remixkit.model.song",
    "Origin": "remixkit.model.song",
    "RoleOutput": "remixkit.arrange.playing.task",
    "RoleTask": "remixkit.arrange.playing.task",
}

_Function = TypeVar("_Function", bound=Callable[..., Any])

PatternNames = NewType("PatternNames", str)
"""A setting of this type holds names of patterns of steps, divided by blanks."""
RoleName = NewType("RoleName", str)
"""A setting of this type names a role that stands before this one in the style; "" is none."""


class Role(Protocol):
    """A player: given the chart and its own table of the style, it returns notes and controls."""

    def __call__(self, task: RoleTask[Any], /) -> RoleOutput:
        """Play.

        Parameters
        ----------
        task : RoleTask
            The song on the cover's timeline, the role's settings, what earlier roles play.

        Returns
        -------
        RoleOutput
            In ticks of the cover, 960 a quarter note, as written: the engine adds range, dynamics and groove.
        """


class Effect(Protocol):
    """An effect: told its parameters, it returns a processor of consecutive blocks of stereo sound."""

    def __call__(
        self, sample_rate_hz: int, seed: int, /, **parameters: float
    ) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
        """Set the effect up.

        Parameters
        ----------
        sample_rate_hz : int
            Of the sound.
        seed : int
            For whatever the effect draws.
        **parameters : float
            As the style has them; their names carry units, and their defaults are the function's own.

        Returns
        -------
        callable
            Blocks of shape (2, frames), float32, in; blocks of the same shape out, whatever their length.
        """


class Exporter(Protocol):
    """A kind of file: given a finished cover, it writes one."""

    def __call__(self, cover: Cover, path: Path, /) -> Sequence[str]:
        """Write.

        Parameters
        ----------
        cover : Cover
            What `remixkit.cover` returns.
        path : Path
            Where to; its ending is the entry point's name.

        Returns
        -------
        sequence of str
            Warnings, one sentence each.
        """


@dataclass(frozen=True, slots=True)
class Traits:
    """How the engine, the mix and the checks treat a role.

    Parameters
    ----------
    leads : bool
        It has the melody: the others listen to it, its part is named so, it keeps the lyrics.
    doubles_when : str
        The setting, a flag, with which a role that leads only joins another lead.
    plays_drums : bool
        Its pitches are drum keys of a kit; nothing moves them.
    fixed_pitch : bool
        Its pitches are meant as they are: no octave is added to bring them into the instrument's range.
    hand : {"left", "right"} or None
        Whose hand it is at a keyboard.
    patterns : {"events", "steps"} or None
        What it reads; a style that names a pattern of the other sort is told so. None: no patterns, or either.
    low_register : {"holds", "gives way"} or None
        Whether its low notes stand and others keep clear of them, or it is the one to move.
    """

    leads: bool = False
    doubles_when: str = ""
    plays_drums: bool = False
    fixed_pitch: bool = False
    hand: Literal["left", "right"] | None = None
    patterns: Literal["events", "steps"] | None = None
    low_register: Literal["holds", "gives way"] | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a role says of itself; `settings` is None where it does not say what a style may set."""

    settings: type[Any] | None = None
    traits: Traits = Traits()


def role(*, settings: type[Any] | None = None, traits: Traits | None = None) -> Callable[[_Function], _Function]:
    """Declare a role's settings and traits, beside its function.

    Parameters
    ----------
    settings : type, optional
        A frozen dataclass whose fields are made by `setting`: numbers, flags, words (a `Literal`), `PatternNames`,
        `RoleName`. Without it a style may set anything, and nothing is checked.
    traits : Traits, optional
        None of them by default.

    Raises
    ------
    TypeError
        If `settings` is no dataclass.
    """
    if settings is not None and not is_dataclass(settings):
        raise TypeError(f"{settings.__name__} is not a dataclass")

    def declare(function: _Function) -> _Function:
        function.declaration = Declaration(settings, traits or Traits())  # type: ignore[attr-defined]
        return function

    return declare


def declaration_of(function: Callable[..., Any]) -> Declaration:
    """What a role says of itself."""
    found = getattr(function, "declaration", None)
    return found if isinstance(found, Declaration) else Declaration()


def setting(default: Any, help: str, *, low: float = -inf, high: float = inf) -> Any:
    """A field of a settings class.

    Parameters
    ----------
    default : bool, int, float, str or None
        What holds where the style says nothing.
    help : str
        One line for the documents.
    low, high : float
        Least and greatest value of a number.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high})


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ELSEWHERE[name]), name)
