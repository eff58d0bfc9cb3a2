"""RemixKit turns MIDI transcriptions into finished covers.

>>> import remixkit
>>> song = remixkit.load("examples/paper-comet.mid")
>>> cover = remixkit.cover(song, "lofi", seed=1)
>>> cover.write("paper-comet.lofi.mid")

Importing the package is cheap: each name is fetched when it is first used (PEP 562). What stands in ``__all__`` is the
public interface, with `remixkit.plugin` for packages that add roles, effects and exporters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remixkit import style as styles
    from remixkit.arrange.daw import Daw
    from remixkit.arrange.form.band_plan import BandPlan
    from remixkit.arrange.options import CoverOptions, WriteOptions
    from remixkit.errors import (
        OutputError,
        PluginError,
        SongError,
        SoundFontError,
        StyleError,
        SynthError,
        UserError,
    )
    from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
    from remixkit.model.arrangement import Arrangement, Part
    from remixkit.model.song import Note, Song, Track
    from remixkit.model.timing import Grid, MeterMap, TempoMap
    from remixkit.remix import Cover, analyze, cover, load
    from remixkit.style.schema import Style

    __version__: str

_HOMES = {
    "remixkit.remix": ("Cover", "analyze", "cover", "load"),
    "remixkit.arrange.options": ("CoverOptions", "WriteOptions"),
    "remixkit.arrange.form.band_plan": ("BandPlan",),
    "remixkit.arrange.daw": ("Daw",),
    "remixkit.style.schema": ("Style",),
    "remixkit.model.song": ("Note", "Song", "Track"),
    "remixkit.model.timing": ("Grid", "MeterMap", "TempoMap"),
    "remixkit.model.analysis": ("Analysis", "ChordSpan", "Key", "MelodyNote", "Section"),
    "remixkit.model.arrangement": ("Arrangement", "Part"),
    "remixkit.errors": (
        "OutputError",
        "PluginError",
        "SongError",
        "SoundFontError",
        "StyleError",
        "SynthError",
        "UserError",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Analysis",
    "Arrangement",
    "BandPlan",
    "ChordSpan",
    "Cover",
    "CoverOptions",
    "Daw",
    "Grid",
    "Key",
    "MelodyNote",
    "MeterMap",
    "Note",
    "OutputError",
    "Part",
    "PluginError",
    "Section",
    "Song",
    "SongError",
    "SoundFontError",
    "Style",
    "StyleError",
    "SynthError",
    "TempoMap",
    "Track",
    "UserError",
    "WriteOptions",
    "__version__",
    "analyze",
    "cover",
    "load",
    "styles",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module, metadata

    if name == "__version__":
        value: Any = metadata.version("remixkit")
    elif name == "styles":
        value = import_module("remixkit.style")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
