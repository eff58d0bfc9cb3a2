"""Sound: SoundFonts, synthesis, effects, mix, master and files. Nothing here knows of styles."""

from remixkit.render.session import RenderReport, render
from remixkit.render.soundfonts.lookup import SoundFont

__all__ = ["RenderReport", "SoundFont", "render"]
