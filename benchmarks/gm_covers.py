"""Every MIDI file of a folder in every style: whether it ends well, and how long it takes.

    python benchmarks/gm_covers.py FOLDER [--most N] [--markdown]

A cover ends well with exit 0 and a MIDI file that mido reads and that has notes, or with exit 2 and a reason. A file's
styles are made by one command, so its time is that of one analysis and four arrangements, start-up included.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import mido

STYLES = ("piano-ballad", "orchestral", "lofi", "rock")
LIMIT_S = 300


@dataclass(frozen=True)
class Row:
    """One file: exit status, seconds, notes a style, and the first line of what was said."""

    name: str
    status: int
    seconds: float
    notes: dict[str, int] = field(default_factory=dict)
    reason: str = ""

    @property
    def is_well(self) -> bool:
        """Done, or refused with a reason."""
        if self.status == 2:
            return bool(self.reason) and "Traceback" not in self.reason
        return self.status == 0 and len(self.notes) == len(STYLES) and all(self.notes.values())


def cover(song: Path) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        styles = [word for style in STYLES for word in ("--style", style)]
        command = [sys.executable, "-m", "remixkit", "cover", str(song), *styles, "-o", f"{folder}/{{style}}.mid"]
        start = time.monotonic()
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return Row(song.name, 124, LIMIT_S, reason="no answer")
        seconds = time.monotonic() - start
        notes = {style: count(Path(folder) / f"{style}.mid") for style in STYLES if done.returncode == 0}
    said = [line for line in done.stderr.strip().splitlines() if not line.startswith("warning: ")]
    lines = said if done.returncode == 2 else said[-1:]
    return Row(song.name, done.returncode, seconds, notes, " ".join(lines))


def count(path: Path) -> int:
    return sum(m.type == "note_on" and m.velocity > 0 for track in mido.MidiFile(path).tracks for m in track)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, help="how many files")
    parser.add_argument("--markdown", action="store_true", help="print a summary for docs/benchmarks.md at the end")
    given = parser.parse_args()
    files = sorted(p for p in given.folder.rglob("*") if p.suffix.lower() in (".mid", ".midi", ".kar"))[: given.most]
    rows = []
    for song in files:
        row = cover(song)
        rows.append(row)
        counts = " ".join(f"{n:6d}" for n in row.notes.values()) or row.reason
        print(
            f"{'ok  ' if row.is_well else 'FAIL'} {row.status:3d} {row.seconds:6.1f} s  {counts}  {song.name}",
            flush=True,
        )
    if given.markdown:
        print(markdown(rows))
    if not rows or not all(row.is_well for row in rows):
        sys.exit(1)


def markdown(rows: list[Row]) -> str:
    seconds = [row.seconds for row in rows]
    status = Counter(row.status for row in rows)
    refused = [f"- {row.name}: {row.reason}" for row in rows if row.status == 2]
    table = [
        "| files | exit 0 | exit 2 with a reason | failed | median s | slowest s |",
        "|---|---|---|---|---|---|",
        f"| {len(rows)} | {status[0]} | {status[2]} | {sum(not row.is_well for row in rows)} "
        f"| {statistics.median(seconds):.1f} | {max(seconds):.1f} |",
    ]
    return "\n".join(["", *table, "", *refused])


if __name__ == "__main__":
    main()
