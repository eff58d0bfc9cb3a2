"""`remixkit analyze`: what is heard in a song, as tables, JSON or a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remixkit.cli import console
from remixkit.cli.options.shared import EncodingOption, MelodyOption, SongArgument, TuneOption, melody_track
from remixkit.errors import OutputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from remixkit.model.analysis import Analysis, Section

MOST_CHORDS = 16
LONGEST_NAME = 16
SURE = 0.8
"""Of a lead's confidence: under it the runner-up is named."""


def run(
    song: SongArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, times in seconds.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH.png", help="Draw a piano roll as well.")
    ] = None,
    melody: MelodyOption = None,
    encoding: EncodingOption = None,
    tune: TuneOption = None,
) -> None:
    """Say what is heard in a song: key, tempo, meter, sections, chords, and who plays what."""
    if output:
        check_picture(output)

    from remixkit import remix

    heard = remix.load(song, tune=tune, encoding=encoding)
    analysis = remix.analyze(heard, melody_track=melody_track(heard, melody))
    if output:
        from remixkit.export.roll import draw_roll

        draw_roll([analysis], output)
    if as_json:
        import json

        from remixkit.export.analysis_facts import facts

        console.result(json.dumps(facts(analysis), ensure_ascii=True))
        return
    console.print_table(*_tables(analysis))
    for warning in analysis.warnings:
        console.warn(f"{song.name}: {warning}")


def check_picture(path: Path) -> None:
    """Pictures are PNG, in a folder that exists.

    Raises
    ------
    OutputError
        Otherwise.
    """
    if path.suffix.lower() != ".png":
        raise OutputError("a picture ends in .png", file=path, remedy="give it that ending")
    if not path.absolute().parent.is_dir():
        raise OutputError("its folder does not exist", file=path, remedy=f"create {path.parent} first")


def _lead(section: Section, analysis: Analysis) -> str:
    """The lead by number and name, how sure that is, and the runner-up's number where it is not."""
    lead = section.lead
    if lead is None:
        return "-"
    name = analysis.song.tracks[lead.track].name[:LONGEST_NAME]
    said = f"{lead.track + 1} {name} {lead.confidence:.2f}"
    if lead.runner_up is None or lead.confidence >= SURE:
        return said
    return f"{said}, or {lead.runner_up + 1}"


def _tables(analysis: Analysis) -> list[RenderableType]:
    from rich.table import Table

    from remixkit.export.analysis_facts import facts
    from remixkit.theory import chords, instruments, keys

    told = facts(analysis)
    song, end = analysis.song, analysis.end_tick
    home = max(analysis.keys, key=lambda k: k.end_tick - k.start_tick)
    moves = [keys.name(k) for k in analysis.keys]
    key = keys.name(home) + (f" ({', then '.join(moves)})" if len(set(moves)) > 1 else "")
    minutes, seconds = divmod(round(told["duration_s"]), 60)

    head = Table.grid(padding=(0, 2))
    for label, value in (
        ("title", told["title"] or song.source),
        ("key", key),
        ("tempo", f"{told['tempo_bpm']:.0f} BPM"),
        ("meter", told["meter"]),
        ("length", f"{minutes}:{seconds:02d}, {song.grid.meter.bar_number(max(0, end - 1))} bars"),
    ):
        head.add_row(console.cell(label, style="dim"), console.cell(value))

    form = Table("section", "bars", "from", "energy", "lead", "key", "chords", title="Form", title_justify="left")
    for section in analysis.sections:
        here = keys.key_at(analysis.keys, section.start_tick)
        spans = [c for c in analysis.chords if c.start_tick < section.end_tick and c.end_tick > section.start_tick]
        names = [chords.symbol(c, here) for c in spans if c.root_pc is not None]
        names = [n for k, n in enumerate(names) if not k or n != names[k - 1]]
        more = " ..." if len(names) > MOST_CHORDS else ""
        first, last = (song.grid.meter.bar_number(t) for t in (section.start_tick, section.end_tick - 1))
        at = max(0, round(song.grid.tempo.second(section.start_tick)))
        form.add_row(
            section.label,
            f"{first}-{last}",
            f"{at // 60}:{at % 60:02d}",
            f"{section.energy:.2f}",
            console.cell(_lead(section, analysis)),
            keys.name(here),
            console.cell(" ".join(names[:MOST_CHORDS]) + more),
        )

    band = Table("", "track", "instrument", "role", "notes", title="Tracks", title_justify="left")
    for number, (track, row) in enumerate(zip(song.tracks, told["tracks"], strict=True), 1):
        sound = "drums" if track.is_drum else instruments.instrument(track.program).name
        band.add_row(str(number), console.cell(track.name), sound, row["role"], str(row["notes"]))
    return [head, form, band]
