"""The command line. Importing it loads neither numpy nor music21; each command fetches what it needs."""

from __future__ import annotations

from remixkit.cli.app import main

__all__ = ["main"]
