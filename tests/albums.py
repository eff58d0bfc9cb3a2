"""Small songs, and albums of them, for tests of batches, pages and tapes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import mido

from remixkit import style as styles
from remixkit.batch import Batch, Step, begin, make_album
from remixkit.batch.worker import Outcome
from remixkit.batch.worker import do_job as work
from remixkit.batch.worklist import SongJob

TUNE = (72, 74, 76, 79, 77, 76, 74, 71, 72, 76, 79, 84, 83, 79, 74, 72)
CHORDS = ((60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62))


def write_song(path: Path, *, up: int = 0, bpm: float = 200, times: int = 1) -> Path:
    """Four bars in C (or so many semitones higher), so many times."""
    song = mido.MidiFile(ticks_per_beat=480)
    song.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))]))
    players = {
        "Melody": (0, 73, [(480, (p,)) for p in TUNE * times]),
        "Piano": (1, 0, [(1920, c) for c in CHORDS * times]),
        "Bass": (2, 33, [(1920, (c[0] - 24,)) for c in CHORDS * times]),
    }
    for name, (channel, program, rows) in players.items():
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        track.append(mido.Message("program_change", channel=channel, program=program))
        for length, pitches in rows:
            track += [mido.Message("note_on", channel=channel, note=p + up, velocity=90) for p in pitches]
            track += [
                mido.Message("note_off", channel=channel, note=p + up, time=0 if k else length)
                for k, p in enumerate(pitches)
            ]
        song.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    song.save(path)
    return path


def here(jobs: Iterable[SongJob]) -> Iterator[Outcome]:
    """Work in this process, one job after the other."""
    return map(work, jobs)


def asked(songs: Path, album: Path | str, *names: str, formats: str = "mid", seed: int = 0) -> Batch:
    return begin([songs], [styles.load(n) for n in names or ("lofi",)], album, formats=[formats], seed=seed)


def made(songs: Path, album: Path | str, *names: str, formats: str = "mid", seed: int = 0) -> list[Step]:
    return list(make_album(asked(songs, album, *names, formats=formats, seed=seed), 1, here))


def hashes(album: Path) -> dict[str, str]:
    """Every file of an album, hidden ones too, and the hash of its content."""
    return {
        str(p.relative_to(album)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(album.rglob("*"))
        if p.is_file()
    }


def touched(album: Path) -> dict[str, tuple[int, int]]:
    """Which file stands under each name, and when it was written."""
    return {str(p.relative_to(album)): (p.stat().st_ino, p.stat().st_mtime_ns) for p in album.rglob("*") if p.is_file()}


def end_hard(job: SongJob) -> Outcome:
    """A worker's work that ends its process, but not when it is asked a second time for a song called once."""
    mark = Path(job.store.place) / f"{job.song}.mark"
    if job.song.startswith("never") or (job.song.startswith("once") and not mark.exists()):
        mark.touch()
        os._exit(9)
    return Outcome(job.song)
