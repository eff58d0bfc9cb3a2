"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remixkit.errors import echoed

if TYPE_CHECKING:
    from remixkit.model.song import Song

_MOST_DIGITS = 9

SongArgument = Annotated[
    Path, typer.Argument(metavar="SONG", help="The song: MIDI, MusicXML or ABC.", show_default=False)
]
StylesOption = Annotated[
    list[str],
    typer.Option("--style", "-s", metavar="NAME|FILE.toml", help="A style; may be repeated.", show_default=False),
]
SoundFontOption = Annotated[
    str | None,
    typer.Option("--soundfont", metavar="NAME|PATH", help="What to play it with; see `remixkit soundfonts list`."),
]
MelodyOption = Annotated[
    str | None,
    typer.Option(
        "--melody",
        metavar="TRACK|SECTION=TRACK,...",
        help="The track that has the melody, by its number or name in `remixkit analyze`, if the ear errs; "
        "for the whole song, or by section: chorus=4,verse=2.",
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME",
        help="What a MIDI file's titles and words are in, if the guess is wrong: shift-jis, gbk, big5 ...",
    ),
]
TuneOption = Annotated[
    int | None,
    typer.Option(
        "--tune",
        metavar="N",
        help="Of a book in ABC, the tune whose X: is N; else the first.",
        min=0,
        max=10**_MOST_DIGITS,
    ),
]
MOST_SEED = 1 << 62
SeedOption = Annotated[
    int,
    typer.Option("--seed", metavar="N", help="Another number gives another take.", min=-MOST_SEED, max=MOST_SEED),
]


def bars(text: str, option: str) -> tuple[int, int]:
    """First and last bar of ``"17-24"`` or ``"17"``, counted from 1.

    Raises
    ------
    BadParameter
        If it is neither.
    """
    first, _, last = text.partition("-")
    last = last if "-" in text else first
    if all(t.isdecimal() and len(t) <= _MOST_DIGITS for t in (first, last)) and 1 <= int(first) <= int(last):
        return int(first), int(last)
    raise typer.BadParameter(f"{echoed(text)!r} is no range of bars such as 1-16", param_hint=option)


def melody_track(song: Song, given: str | None) -> int | str | dict[str, int | str] | None:
    """What `remixkit.analyze` takes for what the user gave: numbers count from 1, names are names.

    ``"chorus=4,verse=2"`` says it by section, unless a track is called so.
    """
    if given is None:
        return None
    if "=" not in given or _is_name(song, given):
        return _one_track(song, given)
    pairs = [pair.partition("=") for pair in given.split(",")]
    if not all(section.strip() and track.strip() for section, _, track in pairs):
        raise typer.BadParameter(f"{given!r} is no list such as chorus=4,verse=2", param_hint="--melody")
    return {section.strip(): _one_track(song, track.strip()) for section, _, track in pairs}


def _one_track(song: Song, given: str) -> int | str:
    is_number = given.isdecimal() and len(given) <= _MOST_DIGITS
    return int(given) - 1 if is_number and not _is_name(song, given) else given


def _is_name(song: Song, given: str) -> bool:
    return any(t.name.strip().casefold() == given.strip().casefold() for t in song.tracks)
