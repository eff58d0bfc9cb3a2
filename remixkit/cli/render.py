"""`remixkit render`: any song as sound, as it is written, mixed and mastered like a cover."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remixkit.cli import console
from remixkit.cli.options import sound_files
from remixkit.cli.options.shared import EncodingOption, SongArgument, SoundFontOption
from remixkit.cli.options.sound_files import SoundOptions
from remixkit.cli.options.targets import own_name
from remixkit.errors import OutputError

ENDING = ".wav"


def run(
    song: SongArgument,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="PATH", help=".wav .flac .ogg .mp3; may be repeated. Without it: SONG.wav here."
        ),
    ] = None,
    soundfont: SoundFontOption = None,
    encoding: EncodingOption = None,
    lufs: Annotated[float, typer.Option("--lufs", help="Integrated loudness.", min=-40.0, max=-6.0)] = -16.0,
    sound: SoundOptions = SoundOptions(),  # noqa: B008 - it is frozen
) -> None:
    """Render a song as it is: nothing is arranged, but it is mixed and brought to its loudness."""
    from remixkit import remix
    from remixkit.arrange import passed_song
    from remixkit.model.arrangement import Master
    from remixkit.render import render as rendered
    from remixkit.render.soundfonts import lookup

    targets = output or [Path(f"{own_name(song)}{ENDING}")]
    options = sound.checked(targets)
    for target in targets:
        if target.exists() and song.exists() and target.samefile(song):
            raise OutputError("is the song itself", file=target, remedy="name another file")
    font = lookup.find(soundfont)
    with console.progress(song.name) as told:
        told("reading", 0.0)
        made = passed_song(remix.load(song, encoding=encoding), Master(target_lufs=lufs))
        report = rendered(made, targets, soundfont=font, progress=told, **options.of(None))
    for target in targets:
        console.result(str(target))
    for warning in dict.fromkeys([*made.warnings, *report.warnings]):
        console.warn(f"{song.name}: {warning}")
    if sound.timings:
        sound_files.tell(report.timings)
