"""Drum patterns: a string of steps for each voice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import lcm

from remixkit.errors import StyleError
from remixkit.midi.spec import DRUM_VOICES
from remixkit.patterns.groups import rounds
from remixkit.patterns.nouns import STEP_VELOCITIES, Hit
from remixkit.plugins import nearest

_TOKEN = re.compile(r"\]\*\d*|.", re.DOTALL)
_MOST_STEPS = 256


def parse_steps(name: str, steps: Mapping[str, str], beats: float | None) -> tuple[tuple[Hit, ...], float]:
    """The hits of a drum pattern and its length in quarter notes, as `remixkit.patterns.parse_pattern` says.

    Raises
    ------
    StyleError
        If there is no such voice or step, or the voices do not go evenly into each other.
    """
    voices = {voice: _rounds(name, voice, text) for voice, text in steps.items()}
    if not voices:
        return (), 0.0
    count = lcm(*map(len, voices.values()))
    if count * max(len(r) for lines in voices.values() for r in lines) > _MOST_STEPS:
        raise StyleError("the alternations make it too long", place=name, remedy=f"{_MOST_STEPS} steps at most")
    hits: list[Hit] = []
    length = 0.0
    for k in range(count):
        line, beats_here = _once(name, {v: lines[k % len(lines)] for v, lines in voices.items()}, beats)
        hits += [Hit(h.voice, length + h.start_beats, h.velocity) for h in line]
        length += beats_here
    return tuple(sorted(hits, key=lambda h: (h.start_beats, DRUM_VOICES[h.voice]))), length


def _once(name: str, lines: Mapping[str, str], beats: float | None) -> tuple[list[Hit], float]:
    """One time round: its hits, and its length in quarter notes."""
    longest = max(len(line) for line in lines.values())
    hits: list[Hit] = []
    for voice, line in lines.items():
        if beats is None and longest % len(line):
            raise StyleError(
                f"{len(line)} steps do not go evenly into {longest}",
                place=f"{name}.{voice}",
                remedy="give every voice as many steps, a half or a quarter of them, or set beats",
            )
        played = line if beats is not None else line * (longest // len(line))
        step_beats = 0.25 if beats is None else beats / len(line)
        hits += [Hit(voice, k * step_beats, STEP_VELOCITIES[c]) for k, c in enumerate(played) if c != "."]
    return hits, longest / 4 if beats is None else beats


def _rounds(name: str, voice: str, text: str) -> list[str]:
    """A voice's steps, a string for each time round."""
    place = f"{name}.{voice}"
    if voice not in DRUM_VOICES:
        hint = nearest(voice, [*DRUM_VOICES, "events", "beats", "weight", "meter"])
        raise StyleError(
            f"{voice!r} is not a drum voice",
            place=name,
            remedy=f"did you mean {hint!r}?" if hint else f"there are: {', '.join(DRUM_VOICES)}",
        )
    lines = _expanded(text, place)
    for line in lines:
        for k, step in enumerate(line):
            if step != "." and step not in STEP_VELOCITIES:
                raise StyleError(
                    f"step {k + 1} is {step!r}", place=place, remedy="use X accent, x hit, o ghost, 1-9, . rest"
                )
        if not 1 <= len(line) <= _MOST_STEPS:
            raise StyleError(f"{len(line)} steps", place=place, remedy="use 1 to 256; 16 are a bar of 4/4")
    return lines


def _expanded(text: str, place: str) -> list[str]:
    """The text without groups. Blanks divide the choices of ``<a b>``, and are only for the eye elsewhere."""
    if not set("[]<>") & set(text):
        return [re.sub(r"[\s|]", "", text)]
    return ["".join(r) for r in rounds(_tokens(text), lambda t: (t,), lambda r, n: r * n, place)]


def _tokens(text: str) -> list[str]:
    """Tokens for `rounds`: each step one, but the steps of a choice in ``<..>`` that stand together in brackets."""
    tokens: list[str] = []
    depth = 0
    run: list[str] = []

    def close() -> None:
        if len(run) > 1 and depth:
            tokens.extend(["[", *run, "]"])
        else:
            tokens.extend(run)
        run.clear()

    for token in _TOKEN.findall(text):
        if token.isspace() or token == "|":
            if depth:
                close()
        elif token in "[<" or token.startswith("]") or token == ">":
            close()
            depth += (token == "<") - (token == ">")
            tokens.append(token)
        else:
            run.append(token)
    close()
    return tokens
