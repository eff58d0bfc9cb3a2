"""Slash chords against the bass track's own notes.

    python benchmarks/slash_chords.py FOLDER... [-n 20]

For every slash chord heard in files that have a bass part: what the bass plays longest under it, each
note standing until the next one (a rest longer than a bar ends it). Prints how many slash chords have that bass, how
many have the root there, how many anything else; and of the chords in root position how many have the root.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import remixkit
from remixkit.model.analysis import Analysis
from remixkit.model.song import Note

REST = 4 * 960


def bass_line(heard: Analysis) -> list[Note]:
    """The notes of the bass parts, each up to the next one."""
    tracks = zip(heard.song.tracks, heard.roles, strict=True)
    notes = sorted(n for t, role in tracks if role == "bass" for n in t.notes)
    ends = [*(n.start_tick for n in notes[1:]), 0]
    return [
        Note(n.start_tick, max(n.end_tick, min(end, n.end_tick + REST)), n.pitch, n.velocity)
        for n, end in zip(notes, ends, strict=True)
    ]


def count(heard: Analysis) -> Counter[str]:
    """How many chords stand on which bass."""
    line, out = bass_line(heard), Counter[str]()
    for c in heard.chords:
        if c.root_pc is None:
            continue
        share: Counter[int] = Counter()
        for n in line:
            share[n.pitch % 12] += max(0, min(n.end_tick, c.end_tick) - max(n.start_tick, c.start_tick))
        if not share or share.most_common(1)[0][1] < 0.4 * (c.end_tick - c.start_tick):
            continue
        played = share.most_common(1)[0][0]
        if c.bass_pc is None:
            out["plain: root" if played == c.root_pc else "plain: other"] += 1
        else:
            told = "bass" if played == c.bass_pc else "root" if played == c.root_pc else "other"
            out[f"slash: {told}"] += 1
    return out


def main() -> None:
    """The figures of all files together, and of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("-n", type=int, default=20, help="so many files with a bass part of each folder")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for folder in options.folder:
        done = 0
        for path in sorted(folder.rglob("*.mid")):
            if done == options.n:
                break
            try:
                heard = remixkit.analyze(path)
            except remixkit.UserError:
                continue
            if "bass" not in heard.roles:
                continue
            done += 1
            found = count(heard)
            print(path.name[:40], dict(found))
            total += found
    print("together", {k: total[k] for k in sorted(total)})


if __name__ == "__main__":
    main()
