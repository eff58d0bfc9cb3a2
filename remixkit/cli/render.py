"""`remixkit render`: any song as sound, as it is written, mixed and mastered like a cover."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from remixkit.cli import console
from remixkit.cli.options import SongArgument, SoundFontOption
from remixkit.errors import OutputError

ENDING = ".wav"


class Rate(Enum):
    """Sampling rates."""

    cd = "44100"
    film = "48000"


class Bits(Enum):
    """Word lengths of WAV and FLAC."""

    cd = "16"
    studio = "24"
    float = "32"


def run(
    song: SongArgument,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="PATH", help=".wav .flac .ogg .mp3; may be repeated. Without it: SONG.wav here."
        ),
    ] = None,
    soundfont: SoundFontOption = None,
    lufs: Annotated[float, typer.Option("--lufs", help="Integrated loudness.", min=-40.0, max=-6.0)] = -16.0,
    rate: Annotated[Rate, typer.Option("--rate", help="Samples a second.")] = Rate.cd,
    bits: Annotated[Bits, typer.Option("--bits", help="Word length of WAV and FLAC; 32 is floating point.")] = Bits.cd,
    timings: Annotated[bool, typer.Option("--timings", help="Say where the time went.")] = False,
) -> None:
    """Render a song as it is: nothing is arranged, but it is mixed and brought to its loudness."""
    from remixkit import remix
    from remixkit.arrange import as_it_is
    from remixkit.model.arrangement import Master
    from remixkit.render import encode, soundfonts
    from remixkit.render import render as rendered

    targets = output or [Path(f"{song.stem}{ENDING}")]
    word_length: encode.Bits = 16 if bits is Bits.cd else 24 if bits is Bits.studio else 32
    for target in targets:
        encode.check_target(target, word_length)
        if target.exists() and song.exists() and target.samefile(song):
            raise OutputError("is the song itself", file=target, remedy="name another file")
    font = soundfonts.find(soundfont)
    with console.progress(song.name) as told:
        told("reading", 0.0)
        made = as_it_is(remix.load(song), Master(target_lufs=lufs))
        report = rendered(made, targets, soundfont=font, rate_hz=int(rate.value), bits=word_length, progress=told)
    for target in targets:
        console.result(str(target))
    for warning in dict.fromkeys([*made.warnings, *report.warnings]):
        console.warn(f"{song.name}: {warning}")
    if timings:
        for stage, seconds in report.timings.items():
            console.warn(f"{stage}: {seconds:.2f} s")
