"""The kinds of roles and their settings as a table for the documents: `python -m remixkit.style.role_table`."""

from __future__ import annotations

import inspect
from math import inf

from remixkit import plugins
from remixkit.plugin import Traits, declaration_of
from remixkit.style.settings import Setting, settings_in

BEGIN, END = "<!-- role table: begin -->", "<!-- role table: end -->"


def role_table() -> str:
    """Every kind that an installed package offers, its settings and its traits, as Markdown."""
    return "\n\n".join(_kind(name) for name in plugins.names(plugins.ROLES)) + "\n"


def with_role_table(text: str) -> str:
    """A document with the table between its two marks as it is now.

    Raises
    ------
    ValueError
        If a mark is missing.
    """
    head, tail = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:head]}\n\n{role_table()}\n{text[tail:]}"


def _kind(name: str) -> str:
    role = plugins.load(plugins.ROLES, name)
    declared = declaration_of(role)
    says = (inspect.getdoc(role) or "").partition("\n")[0]
    lines = [f"**`{name}`** {says} {_traits(declared.traits)}".rstrip()]
    if declared.settings is not None:
        rows = [_row(setting) for setting in settings_in(declared.settings).values()]
        lines += ["", "| setting | default | range | |", "|---|---|---|---|", *rows]
    return "\n".join(lines)


def _traits(traits: Traits) -> str:
    words = {
        "leads": traits.leads,
        "plays drums": traits.plays_drums,
        "fixed pitch": traits.fixed_pitch,
        f"{traits.hand} hand": traits.hand is not None,
        f"patterns of {traits.patterns}": traits.patterns is not None,
        f"{traits.low_register} in the low register": traits.low_register is not None,
    }
    found = [word for word, holds in words.items() if holds]
    return f"({', '.join(found)})" if found else ""


def _row(setting: Setting) -> str:
    default = "" if setting.default is None else _text(setting.default)
    return f"| `{setting.name}` | {default} | {_range(setting)} | {setting.help} |"


def _range(setting: Setting) -> str:
    match setting.what:
        case "number" | "count":
            return "" if setting.low == -inf and setting.high == inf else f"{setting.low:g} to {setting.high:g}"
        case "word":
            return ", ".join(f'`"{word}"`' for word in setting.words)
        case "patterns":
            return "names of patterns, divided by blanks"
        case "role":
            return "a role before this one"
        case _:
            return ""


def _text(value: float | str | bool) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:g}`"


if __name__ == "__main__":
    print(role_table(), end="")
