"""Every MIDI file of a folder in every style: whether it ends well, how long it takes, and how the covers measure up.

    python benchmarks/gm_covers.py FOLDER [--most N] [--markdown]
    python benchmarks/gm_covers.py FOLDER [--most N] --figures

A cover ends well with exit 0 and a MIDI file that mido reads and that has notes, or with exit 2 and a reason. A file's
styles are made by one command, so its time is that of one analysis and four arrangements, start-up included.

--figures asks `remixkit.evaluate` instead (in this process, seed 0): sections with a melody of which the lead plays
less than half, share of the melody played, share of notes out of range, and the arc, the rank correlation of the
sections' loudness and density with the source's; a song with fewer than three sections, or the same throughout, has
none.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import mido

import remixkit
from remixkit.errors import UserError
from remixkit.evaluate import Evaluation, evaluate

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


def figures(song: Path) -> dict[str, Evaluation]:
    """The figures of a song's covers by style; none where it is refused."""
    try:
        analysis = remixkit.analyze(song)
    except UserError:
        return {}
    found = {style: evaluate(remixkit.cover(analysis, style)) for style in STYLES}
    arcs = " ".join("   -" if e.arc.both is None else f"{e.arc.both:4.1f}" for e in found.values())
    print(f"arcs {arcs}  {song.name}", file=sys.stderr, flush=True)
    return found


def count(path: Path) -> int:
    return sum(m.type == "note_on" and m.velocity > 0 for track in mido.MidiFile(path).tracks for m in track)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, help="how many files")
    parser.add_argument("--markdown", action="store_true", help="print a summary at the end")
    parser.add_argument("--figures", action="store_true", help="measure the covers")
    given = parser.parse_args()
    files = sorted(p for p in given.folder.rglob("*") if p.suffix.lower() in (".mid", ".midi", ".kar"))[: given.most]
    if given.figures:
        print(figures_table({song.name: figures(song) for song in files}))
        return
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


def mean_of(values: Iterable[float | None]) -> str:
    return f"{statistics.fmean(v for v in values if v is not None):.2f}"


def figures_table(measured: dict[str, dict[str, Evaluation]]) -> str:
    """A row a style, and below it each file that falls short."""
    lines = [
        "",
        "| style | files | melody played | silent sections | out of range "
        "| arc of velocity | of density | of both | median | >= .6 |",
        "|---" * 10 + "|",
    ]
    short = []
    for style in STYLES:
        found = {name: by_style[style] for name, by_style in measured.items() if style in by_style}
        arcs = {name: e.arc.both for name, e in found.items() if e.arc.both is not None}
        outside = sum(e.out_of_range or 0.0 for e in found.values())
        recalls = [e.melody_recall for e in found.values() if e.melody_recall is not None]
        lines.append(
            f"| {style} | {len(found)} | {statistics.fmean(recalls):.3f} "
            f"| {sum(e.silent_sections for e in found.values())} | {outside:.4f} "
            f"| {mean_of(e.arc.velocity for e in found.values())} | {mean_of(e.arc.density for e in found.values())} "
            f"| {mean_of(arcs.values())} | {statistics.median(arcs.values()):.2f} "
            f"| {sum(a >= 0.6 for a in arcs.values())} of {len(arcs)} |"
        )
        short += [
            f"- {style}, {name}: silent sections {e.silent_sections}, out of range {e.out_of_range:.3f}"
            for name, e in found.items()
            if e.silent_sections or e.out_of_range
        ]
        short += [f"- {style}, {name}: arc {a:.2f}" for name, a in arcs.items() if a < 0.3]
    return "\n".join([*lines, "", *short])


if __name__ == "__main__":
    main()
