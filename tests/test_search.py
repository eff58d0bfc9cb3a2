"""The searches against looking at every way there is."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.search import cheapest_breaks, cheapest_path

COST = st.integers(-20, 20)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Costs of up to five steps with up to four states each, and of the moves between them; some ways are shut."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    costs = [np.array(draw(st.lists(COST, min_size=n, max_size=n)), float) for n in sizes]
    move = COST | st.just(np.inf)
    moves = [
        np.array(draw(st.lists(st.lists(move, min_size=b, max_size=b), min_size=a, max_size=a)), float)
        for a, b in pairwise(sizes)
    ]
    return costs, moves


def path_cost(path: tuple[int, ...] | list[int], costs: list[np.ndarray], moves: list[np.ndarray]) -> float:
    own = sum(float(row[k]) for row, k in zip(costs, path, strict=True))
    return own + sum(float(table[a, b]) for table, a, b in zip(moves, path, path[1:], strict=False))


@given(rows())
def test_no_path_is_cheaper(row: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    costs, moves = row
    every = [path_cost(path, costs, moves) for path in product(*(range(len(c)) for c in costs))]
    assert path_cost(cheapest_path(costs, moves), costs, moves) == min(every)


@given(st.lists(st.lists(COST, min_size=3, max_size=3), min_size=1, max_size=6), st.integers(0, 30))
def test_one_table_does_for_all_steps(costs: list[list[int]], price: int) -> None:
    table = np.full((3, 3), price) - price * np.eye(3, dtype=int)
    assert cheapest_path(costs, table) == cheapest_path(costs, [table] * (len(costs) - 1))


def test_dear_changes_keep_a_path_in_its_state() -> None:
    costs = [[0, 9], [1, 0], [0, 2], [5, 0], [5, 0]]
    stay = np.array([[0, 2], [2, 0]])
    assert cheapest_path(costs, stay) == [0, 0, 0, 1, 1]
    assert cheapest_path(costs, 0 * stay) == [0, 1, 0, 1, 1]


def test_of_equal_states_the_first_is_taken() -> None:
    assert cheapest_path([[0, 0, 0], [1, 1, 1]], np.zeros((3, 3))) == [0, 0]


def test_no_steps_no_path() -> None:
    assert cheapest_path([], np.zeros((2, 2))) == []


def test_a_table_a_move() -> None:
    with pytest.raises(ValueError, match="zip"):
        cheapest_path([[0.0], [0.0]], [])


@given(st.integers(1, 7), st.integers(1, 4), st.data())
def test_no_breaks_are_cheaper(count: int, longest: int, data: st.DataObject) -> None:
    table = {
        (a, b): data.draw(COST) for a in range(count) for b in range(a + 1, count + 1) if b - a <= longest
    }  # every run that is short enough

    def total(starts: list[int]) -> float:
        return sum(table.get(run, np.inf) for run in zip(starts, [*starts[1:], count], strict=True))

    every = [[0, *rest] for k in range(count) for rest in combinations(range(1, count), k)]
    found = cheapest_breaks(count, lambda a, b: table[a, b], longest)
    assert total(found) == min(total(starts) for starts in every)


def test_nothing_needs_no_break() -> None:
    assert cheapest_breaks(0, lambda a, b: 0.0) == []


def test_breaks_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="no way"):
        cheapest_breaks(2, lambda a, b: np.inf)
