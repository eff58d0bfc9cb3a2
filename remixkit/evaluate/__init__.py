"""Judging: how a cover measures up, from its notes alone.

>>> import remixkit
>>> from remixkit.evaluate import evaluate
>>> evaluate(remixkit.cover("examples/paper-comet.mid", "rock")).melody_recall
1.0

Every figure is a function of notes in a module of its own, so any two pieces can be held against each other:
`melody_match` tells the melody from the rest, `take_difference` compares two seeds, the others measure.
"""

from remixkit.evaluate.arc import Arc
from remixkit.evaluate.evaluation import Evaluation, evaluate
from remixkit.evaluate.take_difference import Difference, difference

__all__ = ["Arc", "Difference", "Evaluation", "difference", "evaluate"]
