"""The effects of a part or of the master, in a row."""

from __future__ import annotations

from collections.abc import Sequence

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
    processors = [_one(fx, sample_rate_hz, seed, owner, place) for place, fx in enumerate(effects)]
    if not processors:
        return None

    def process(block: Block) -> Block:
        for each in processors:
            block = each(block)
        return block

    return process


def _one(fx: Fx, sample_rate_hz: int, seed: int, owner: str, place: int) -> Processor:
    effect = plugins.load(plugins.EFFECTS, fx.name)
    own_seed = int(child_rng(seed, "effect", owner, place, fx.name).integers(1 << 32))
    try:
        processor: Processor = effect(sample_rate_hz, own_seed, **fx.params)
    except StyleError as wrong:
        raise StyleError(wrong.reason, place=f"{owner}: {fx.name}", remedy=wrong.remedy) from None
    return processor
