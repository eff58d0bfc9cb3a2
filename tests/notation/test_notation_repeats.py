"""The order of bars: each letter of a piece is a bar, and the answer is what a player plays."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remixkit.errors import SongError
from remixkit.notation.repeats import BarSigns, PlayOrder, play_order

WORDS = {
    "segno": {"segno": True}, "coda": {"coda": True}, "tocoda": {"to_coda": True}, "fine": {"fine": True},
    "dc": {"jump": "dc"}, "ds": {"jump": "ds"},
    "dcfine": {"jump": "dc", "until": "fine"}, "dsfine": {"jump": "ds", "until": "fine"},
    "final": {"is_final": True}, "dccoda": {"jump": "dc", "until": "coda"}, "dscoda": {"jump": "ds", "until": "coda"},
}  # fmt: skip


def piece(text: str) -> tuple[str, list[BarSigns]]:
    """Bars out of ``"|: A 1[ B :| 2[ C ] D(fine)"``; ``:|3`` is played three times, ``]`` ends a bracket."""
    names, bars, opened, numbers = "", [], False, frozenset[int]()
    for token in text.split():
        if token == "|:":
            opened = True
        elif token.startswith(":|"):
            bars[-1]["ends_repeat"] = int(token[2:] or 2)
        elif token.endswith("["):
            numbers = frozenset(int(n) for n in token[:-1].split(","))
        elif token == "]":
            numbers = frozenset()
        else:
            name, *words = re.findall(r"\w+", token)
            said = {key: value for word in words for key, value in WORDS[word].items()}
            bars.append({"begins_repeat": opened, "endings": numbers, **said})
            names, opened = names + name, False
    return names, [BarSigns(**bar) for bar in bars]


def played(text: str) -> tuple[str, PlayOrder]:
    names, bars = piece(text)
    order = play_order(bars)
    return "".join(names[bar] for bar in order.bars), order


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("A B C", "ABC"),
        ("A |: B C :| D", "ABCBCD"),
        ("A B :| C", "ABABC"),
        ("A B :| C D :| E", "ABABCDCDE"),
        ("|: A :| |: B :|", "AABB"),
        ("A |: B :| C :| D", "ABBCCD"),
        ("|: A :|4 B", "AAAAB"),
        ("|: A :|1 B", "AB"),
        ("|: A 1[ B :| 2[ C ] D", "ABACD"),
        ("|: A 1[ B :| ] C D", "ABACD"),
        ("|: A 1[ B E :| 2[ C F ] D", "ABEACFD"),
        ("|: A 1[ B :| 2[ C :| ] D", "ABACD"),
        ("|: A 1[ B :| 2[ C :| 3[ D ] E", "ABACADE"),
        ("|: A 1,3[ B :| 2[ C :| 4[ D ] E", "ABACABADE"),
        ("|: A 1,2[ B :| 3[ C ]", "ABABAC"),
        ("|: A 1,2,3[ B :|4 ] C", "ABABABAC"),
        ("|: A 1[ B ] C :| 2[ D ] E", "ABCADE"),
        ("|: A 1[ B ] 2[ C ] D :| E", "ABDACDE"),
        ("|: A 1[ B :| 2[ C ] D 1[ E :| 2[ F ] G", "ABACDEDFG"),
        ("|: A 1[ B :| 2[ C ] D :| E", "ABACDDE"),
        ("|: A 1[ B :| 2[ C ] |: D 1[ E :| 2[ F", "ABACDEDF"),
        ("|: A :| 2[ B ] C", "AABC"),
        ("|: A 1[ B :| 3[ C ]", "ABAC"),
        ("A B(final) C :| D", "ABCCD"),
        ("A |: B C(final) D :| E", "ABCDBCDE"),
    ],
)  # fmt: skip
def test_repeats_and_endings(text: str, wanted: str) -> None:
    assert played(text) == (wanted, played(text)[1])
    assert not played(text)[1].warnings


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A B(fine) C(dcfine)", "ABCAB"),
        ("A B(fine) C(dc)", "ABCAB"),
        ("A B(dc)", "ABAB"),
        ("A(fine) B(segno) C(dsfine)", "ABCBC"),
        ("A B(segno) C(fine) D(dsfine)", "ABCDBC"),
        ("A B(tocoda) C(dccoda) D(coda)", "ABCABD"),
        ("A B(tocoda) C(dc) D(coda)", "ABCABD"),
        ("A B(segno) C(tocoda) D(dscoda) E(coda) F", "ABCDBCEF"),
        ("A B C(coda) D(dccoda) E(coda)", "ABCDABE"),
        ("A(segno) B C(segno) D(ds) E", "ABCDCDE"),
        ("|: A :| B(fine) |: C :| D(dcfine)", "AABCCDAB"),
        ("|: A 1[ B :| 2[ C(fine) ] D(dcfine)", "ABACDAC"),
        ("|: A B(dc) :| C", "ABABABC"),
        ("A 1[ B(dc) ] 2[ C", "ABAC"),
        ("A(segno) B(tocoda) C(dscoda) D(coda) E(fine) F(dcfine)", "ABCABDEFABCDE"),
        ("A(final) B C(fine,final) D(dcfine)", "ABCDBC"),
        ("A(final) B C(final) D(dc)", "ABCDABCD"),
        ("A(fine) B(tocoda) C(dccoda) D(coda) E(fine)", "ABCABDE"),
    ],
)  # fmt: skip
def test_jumps(text: str, wanted: str) -> None:
    assert played(text)[0] == wanted
    assert not played(text)[1].warnings


def test_a_repeat_may_ask_to_be_played_after_a_jump() -> None:
    bars = [BarSigns(ends_repeat=2, repeats_after_jump=True), BarSigns(fine=True), BarSigns(jump="dc", until="fine")]
    assert play_order(bars).bars == (0, 0, 1, 2, 0, 0, 1)


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("|: A |: B :| C :| D", "ABBCD", "another inside"),
        ("|: A |: B |: C :| :| :| D", "ABCCD", "no end"),
        ("|: A B", "AB", "no end"),
        ("A 1[ B 2[ C ] D", "ABCD", "belong to no repeat"),
        ("A B(ds) C", "ABC", "no segno"),
        ("A B(dcfine) C", "ABABC", "a Fine that is not there"),
        ("A B(dccoda) C", "ABABC", "a coda that is not there"),
        ("|: A 1[ B :| 2[ C(dccoda) ] D(coda)", "ABACACD", "a coda that is not there"),
        ("A(coda) B(dccoda) C", "ABABC", "a coda that is not there"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_played_once_and_said(text: str, wanted: str, said: str) -> None:
    line, order = played(text)
    assert line == wanted
    assert said in " ".join(order.warnings)


@pytest.mark.parametrize(
    "bars",
    [
        [BarSigns(ends_repeat=10**9)],
        [BarSigns(ends_repeat=20)] * 1000,
        [BarSigns(jump="dc")] * 1000,
        [BarSigns(endings=frozenset(range(1, 101)), ends_repeat=2)] * 200,
        [BarSigns()] * 10_001,
    ],
)  # fmt: skip
def test_what_is_too_long_is_refused_before_it_is_laid_out(bars: list[BarSigns]) -> None:
    with pytest.raises(SongError, match=r"bars with all repeats") as problem:
        play_order(bars, file="song.abc")
    assert problem.value.file == "song.abc"


numbers = st.frozensets(st.integers(1, 5), max_size=3)
signs = st.lists(
    st.builds(
        BarSigns, st.booleans(), st.integers(0, 4), st.booleans(), numbers, st.booleans(), st.booleans(),
        st.sampled_from(["", "", "dc", "ds"]), st.sampled_from(["", "fine", "coda"]), st.booleans(), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(signs)
def test_anything_ends_and_begins_at_the_beginning(bars: list[BarSigns]) -> None:
    try:
        order = play_order(bars, most_bars=2000)
    except SongError:
        return
    assert len(order.bars) <= 2000
    assert set(order.bars) <= set(range(len(bars)))
    assert bool(order.bars) == bool(bars)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(signs)
def test_without_jumps_every_bar_is_played_forward(bars: list[BarSigns]) -> None:
    plain = [BarSigns(bar.begins_repeat, bar.ends_repeat, endings=bar.endings) for bar in bars]
    order = play_order(plain)
    assert set(order.bars) == set(range(len(bars)))
    firsts = list(dict.fromkeys(b for b in order.bars if not plain[b].endings))
    assert firsts == sorted(firsts)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(signs)
def test_bars_without_signs_stay_as_they_are(bars: list[BarSigns]) -> None:
    assert play_order([BarSigns()] * len(bars)) == PlayOrder(tuple(range(len(bars))))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_each_repeat_is_played_as_often_as_it_says(times: list[int]) -> None:
    order = play_order([BarSigns(ends_repeat=n) for n in times])
    assert [order.bars.count(bar) for bar in range(len(times))] == times
    assert list(order.bars) == sorted(order.bars)
