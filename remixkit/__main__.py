"""``python -m remixkit`` is ``remixkit``."""

from __future__ import annotations

import sys

from remixkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
