"""The effects of a part or of the master, in a row."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

from remixkit import plugins
from remixkit.errors import StyleError
from remixkit.model.arrangement import Fx
from remixkit.render.effects.blocks import Block, Processor
from remixkit.seeding import child_rng


def chain(effects: Sequence[Fx], sample_rate_hz: int, seed: int, owner: str) -> Processor | None:
    """One processor out of several effects; None if there are none.

    Parameters
    ----------
    effects : sequence of Fx
        First to last.
    sample_rate_hz : int
        Sampling rate.
    seed : int
        The cover's; every effect of every owner draws its own from it.
    owner : str
        A part's name, or "master".

    Raises
    ------
    PluginError
        If no package offers an effect.
    StyleError
        If an effect is told what it does not understand.
    """
    in_a_row = processors(effects, sample_rate_hz, seed, owner)
    if not in_a_row:
        return None

    def process(block: Block) -> Block:
        for each in in_a_row:
            block = each(block)
        return block

    return process


def processors(effects: Sequence[Fx], sample_rate_hz: int, seed: int, owner: str) -> list[Processor]:
    """A processor for each effect, as `chain` would put them in a row."""
    return [_one(fx, sample_rate_hz, seed, owner, place) for place, fx in enumerate(effects)]


def _one(fx: Fx, sample_rate_hz: int, seed: int, owner: str, place: int) -> Processor:
    effect = plugins.load(plugins.EFFECTS, fx.name)
    _check_words(effect, fx, owner)
    own_seed = int(child_rng(seed, "effect", owner, place, fx.name).integers(1 << 32))
    try:
        processor: Processor = effect(sample_rate_hz, own_seed, **fx.params)
    except StyleError as wrong:
        raise StyleError(wrong.reason, place=f"{owner}: {fx.name}", remedy=wrong.remedy) from None
    return processor


def _check_words(effect: Callable[..., object], fx: Fx, owner: str) -> None:
    """Every parameter is one that the effect has and a number, and none that it needs is missing."""
    known = list(inspect.signature(effect).parameters.values())[2:]
    if any(p.kind is p.VAR_KEYWORD for p in known):
        return
    place, names = f"{owner}: {fx.name}", [p.name for p in known]
    for word, value in fx.params.items():
        if word not in names:
            hint = plugins.nearest(word, names)
            remedy = f"did you mean {hint!r}?" if hint else f"there are: {', '.join(names) or 'none'}"
            raise StyleError(f"no parameter is called {word!r}", place=place, remedy=remedy)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise StyleError(f"{word} = {value!r} is not a number", place=place, remedy=f"write {word} = 1.0")
    for p in known:
        if p.default is p.empty and p.name not in fx.params:
            raise StyleError(f"{p.name} is missing", place=place, remedy=f"add {p.name} = ...")
