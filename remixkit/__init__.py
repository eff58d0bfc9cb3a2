"""RemixKit turns MIDI transcriptions into finished covers.

>>> import remixkit
>>> song = remixkit.load("examples/paper-comet.mid")
>>> cover = remixkit.cover(song, "lofi", seed=1)
>>> cover.write("paper-comet.lofi.mid")

Importing the package is cheap: each name is fetched when it is first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remixkit.remix import Cover, analyze, cover, load

    __version__: str

__all__ = ["Cover", "__version__", "analyze", "cover", "load"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("remixkit")
    elif name in __all__:
        from remixkit import remix

        value = getattr(remix, name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
