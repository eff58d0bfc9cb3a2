"""A plan as a TOML file: written to be read and edited, and read back with every slip named.

[[sections]]
name = "verse"                     # name and bars say which section this is
bars = [5, 12]
intensity = 0.52                   # 0-1: how loud, how dense
ending = "fill"                    # before the next: fill drop stop half build none
down = false                       # played by few
players = ["lead", "drums", "bass"]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, get_args

from remixkit import toml_text
from remixkit.arrange.form.band_plan import BandPlan
from remixkit.arrange.form.chart import PlannedSection
from remixkit.errors import StyleError
from remixkit.files import replacing
from remixkit.plugins import nearest
from remixkit.style.schema import Style, Transition
from remixkit.texts import plain_line

ENDINGS: tuple[str, ...] = get_args(Transition)
_TOP = ("song", "style", "sections")
_KEYS = ("name", "bars", "intensity", "ending", "down", "players")
_HEAD = """\
# The plan of a cover. Put a player into a section or take one out, change how intense it is (0 to 1), what the band
# does at its end, whether it is played by few; then: remixkit cover SONG --style {style} --plan FILE
"""


def read(file: Path, plan: BandPlan, style: Style) -> BandPlan:
    """The plan with what a file says in place of its own; as `from_toml`, of a file.

    Raises
    ------
    StyleError
        As `from_toml`, or if the file cannot be read.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(toml_text.MOST_BYTES + 1)
    except OSError as problem:
        remedy = "write one with --explain -o plan.toml"
        raise StyleError(problem.strerror or "cannot be read", file=file, remedy=remedy) from problem
    return from_toml(data.decode("utf-8", "surrogateescape"), plan, style, file=file)


def write(file: Path, plan: BandPlan, notes: str = "") -> None:
    """Write the plan, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with replacing(file) as beside:
        beside.write_text(to_toml(plan, notes), encoding="utf-8")


def to_toml(plan: BandPlan, notes: str = "") -> str:
    """The plan as the text of a file; `notes` stand on top as comments."""
    lines = [_HEAD.format(style=plain_line(plan.style)), *(f"# {line}".rstrip() for line in notes.splitlines())]
    lines += ["", f"song = {_quoted(plain_line(plan.title))}", f"style = {_quoted(plain_line(plan.style))}"]
    for section, players, (first, last) in zip(plan.sections, plan.players, plan.bars, strict=True):
        lines += [
            "",
            "[[sections]]",
            f"name = {_quoted(section.label)}",
            f"bars = [{first}, {last}]",
            f"intensity = {section.intensity:g}",
            f"ending = {_quoted(section.transition)}",
            f"down = {str(section.is_down).lower()}",
            f"players = [{', '.join(_quoted(p) for p in players)}]",
        ]
    return "\n".join(lines).strip("\n") + "\n"


def from_toml(text: str, plan: BandPlan, style: Style, *, file: Path | None = None) -> BandPlan:
    """The plan with what a file says in place of its own.

    Parameters
    ----------
    text : str
        As `to_toml` wrote it, edited. A key that is left out stays as the plan has it.
    plan : BandPlan
        What the style makes of the same song.
    style : Style
        Whose roles may play.
    file : Path, optional
        For messages.

    Raises
    ------
    StyleError
        If it is not TOML, belongs to another style or other bars, or has a wrong key or word; says the nearest one.
    """
    tables = toml_text.parsed(text.encode("utf-8", "surrogateescape"), file)
    _known(file, "", "key", tables, _TOP)
    if tables.get("style", plan.style) != plan.style:
        _fail(file, "style", f"this is a plan for {tables['style']!r}, not {plan.style!r}", "name that --style")
    given = tables.get("sections", [])
    if not isinstance(given, list) or len(given) != len(plan.sections):
        count = len(given) if isinstance(given, list) else 0
        remedy = "write it anew with --explain; length and order of sections are the song's"
        _fail(file, "sections", f"there are {count}, but the cover has {len(plan.sections)}", remedy)
    read = [_section(file, k, table, plan, style) for k, table in enumerate(given)]
    return replace(plan, sections=tuple(s for s, _ in read), players=tuple(p for _, p in read))


def _section(
    file: Path | None, k: int, table: Any, plan: BandPlan, style: Style
) -> tuple[PlannedSection, tuple[str, ...]]:
    place, section = f"sections[{k}]", plan.sections[k]
    if not isinstance(table, dict):
        _fail(file, place, "must be a table", "begin it with [[sections]]")
    _known(file, place, "key", table, _KEYS)
    bars = list(plan.bars[k])
    if table.get("name", section.label) != section.label or table.get("bars", bars) != bars:
        remedy = "write it anew with --explain; length and order of sections are the song's"
        _fail(file, place, f"bars {bars[0]}-{bars[1]} of the cover are {section.label!r}", remedy)
    intensity, ending, down = (
        table.get("intensity", section.intensity),
        table.get("ending", section.transition),
        table.get("down", section.is_down),
    )
    if isinstance(intensity, bool) or not isinstance(intensity, int | float) or not 0 <= intensity <= 1:
        _fail(file, f"{place}.intensity", f"{intensity!r} is no intensity", "use 0 to 1")
    _known(file, f"{place}.ending", "ending", [str(ending)], ENDINGS)
    if not isinstance(down, bool):
        _fail(file, f"{place}.down", "must be true or false", "")
    players = table.get("players", list(plan.players[k]))
    if not isinstance(players, list):
        _fail(file, f"{place}.players", "must be a list in square brackets", "")
    _known(file, f"{place}.players", f"player of {style.name}", [str(p) for p in players], style.roles)
    return (
        replace(section, intensity=float(intensity), transition=ending, is_down=down),
        tuple(name for name in style.roles if name in players),
    )


def _known(file: Path | None, place: str, what: str, words: Collection[str], choices: Collection[str]) -> None:
    for word in words:
        if word not in choices:
            hint = nearest(word, choices)
            remedy = f"did you mean {hint!r}?" if hint else f"there are: {', '.join(choices)}"
            _fail(file, place, f"no {what} is called {word!r}", remedy)


def _fail(file: Path | None, place: str, reason: str, remedy: str) -> NoReturn:
    raise StyleError(reason, file=file, place=place or None, remedy=remedy or None)


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escapes: Mapping[str, str] = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(c, c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
