"""Four bars of C Am F G, written out and read: what a drummer, a bassist and a keyboard player make of a pattern."""

from __future__ import annotations

import itertools

from charts import BAR, chart, read, task

from remixkit.arrange.roles.arpeggio import arpeggio
from remixkit.arrange.roles.bass import bass
from remixkit.arrange.roles.comping import chords
from remixkit.arrange.roles.drums import drums
from remixkit.arrange.roles.lead import lead
from remixkit.arrange.roles.pad import pad
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note

PLAIN = {"vary": 0.0}
BEAT = {"kick": "X.......x.......", "snare": "....X.......X...", "hat": "x...x...x...x..."}


def test_drums_crash_on_arrival_play_the_groove_and_fill_into_the_next_section() -> None:
    kit = task(
        "drums", chart(), steps={"beat": BEAT, "fill": {"snare": "xxxx"}}, settings={"fills": "fill", "vary": 0.0}
    )
    assert read(drums(kit).notes, drums=True) == (
        "1.1 kick @110\n1.1 crash @104\n1.2 snare @110\n1.2 hat @84\n1.3 kick+hat @84\n1.4 snare @110\n1.4 hat @84\n"
        "2.1 kick @110\n2.1 hat @84\n2.2 snare @110\n2.2 hat @84\n2.3 kick+hat @84\n2.4 snare @110\n2.4 hat @84\n"
        "3.1 kick @110\n3.1 hat @84\n3.2 snare @110\n3.2 hat @84\n3.3 kick+hat @84\n3.4 snare @110\n3.4 hat @84\n"
        "4.1 kick @110\n4.1 hat @84\n4.2 snare @110\n4.2 hat @84\n4.3 kick+hat @84\n"
        "4.4 snare @84\n4.4.25 snare @84\n4.4.5 snare @84\n4.4.75 snare @84"
    )


def test_bass_states_each_chord_and_leads_to_the_next() -> None:
    line = task("bass", chart(), patterns={"line": "1:bass/2@80 3:5/1@80 4:a/1@80"}, program=33, register=(28, 47))
    assert read(n for n in bass(line).notes if n.start_tick % BAR != 1920).splitlines() == [
        "1.1 36 1.83958 @80",
        "1.4 31 0.919792 @80",
        "2.1 33 1.83958 @80",
        "2.4 28 0.919792 @80",
        "3.1 29 1.83958 @80",
        "3.4 33 0.919792 @80",
        "4.1 31 1.83958 @80",
        "4.4 38 0.919792 @80",
    ]


def test_bass_is_struck_with_every_kick() -> None:
    kit = drums(task("drums", chart(), steps={"beat": {"kick": "X..x..x.X....x.."}}, settings={"vary": 0.0}))
    held = task(
        "bass",
        chart(),
        patterns={"held": "1:bass/4@80"},
        program=33,
        register=(28, 47),
        settings={"lock": "drums"},
        done={"drums": kit},
    )
    kicks = {n.start_tick for n in kit.notes if n.pitch == 36 and n.start_tick < 4 * BAR}
    struck = {n.start_tick for n in bass(held).notes}
    assert kicks <= struck
    assert len(kicks) == 4 * 5


def test_chords_keep_the_pattern_and_move_little() -> None:
    comp = task("chords", chart(), patterns={"push": "1:all/1.5@80 2.5:all/2.5@70"}, register=(50, 72), settings=PLAIN)
    notes = chords(comp).notes
    starts = sorted({n.start_tick for n in notes})
    assert starts == [k * BAR + at for k in range(4) for at in (0, 1440)]
    pcs = [sorted({n.pitch % 12 for n in notes if n.start_tick == k * BAR}) for k in range(4)]
    assert pcs == [[0, 4, 7], [0, 4, 9], [0, 5, 9], [2, 7, 11]]


def test_the_end_of_a_phrase_differs_by_a_stroke_and_each_phrase_in_the_same_way() -> None:
    line = {"line": "1:bass/1.5@80 2.5:bass/1@80 3.5:5/.5@80 4:bass/1@80"}
    found = set()
    for seed in range(12):
        it = task(
            "bass", chart(bars=16), patterns=line, program=33, register=(28, 47), seed=seed, settings={"vary": 1.0}
        )
        bars = [
            tuple(n.start_tick % BAR for n in bass(it).notes if k * BAR <= n.start_tick < (k + 1) * BAR)
            for k in range(16)
        ]
        assert bars[0] == bars[2] == bars[4] == (0, 1440, 2400, 2880)
        assert bars[:8] == bars[8:]
        found.add(bars[7])
    assert found == {
        (0, 1440, 2880),  # the weak stroke left out
        (0, 1440, 2400, 2880, 3360),  # a push into the next bar
        (0, 480, 1440, 2400, 2880),  # the long stroke struck twice
    }


def test_arpeggio_counts_degrees_from_a_low_root() -> None:
    harp = task(
        "arpeggio", chart(), patterns={"p": "1:1/1 2:5/1 3:8/1 4:T/1"}, program=46, register=(43, 79), settings=PLAIN
    )
    pitches = [n.pitch for n in arpeggio(harp).notes]
    assert pitches == [48, 55, 60, 64, 45, 52, 57, 60, 53, 60, 65, 69, 55, 62, 67, 71]


def test_a_pushed_chord_is_the_coming_one() -> None:
    comp = task("chords", chart(), patterns={"push": "1:all/1@80 4.5:all/1.5@80"}, program=0, register=(50, 72))
    pushed = {n.pitch % 12 for n in chords(comp).notes if n.start_tick == BAR - 480}
    assert pushed == {9, 0, 4}


def test_a_held_chord_is_struck_anew_where_it_changes() -> None:
    on = chart()
    halves = (ChordSpan(0, 1920, 0, "maj"), ChordSpan(1920, BAR, 7, "maj"), *on.chords[1:])
    comp = task(
        "chords",
        type(on)(on.grid, on.keys, halves, on.sections, ()),
        patterns={"held": "1:all/4@80"},
        register=(50, 72),
    )
    second = {n.pitch % 12 for n in chords(comp).notes if n.start_tick == 1920}
    assert second == {7, 11, 2}
    assert all(n.end_tick <= 1920 for n in chords(comp).notes if n.start_tick == 0)


def test_no_chord_no_accompaniment() -> None:
    on = chart()
    silent = (ChordSpan(0, 2 * BAR, None), *on.chords[2:])
    empty = type(on)(on.grid, on.keys, silent, on.sections, ())
    for role, kind in ((chords, "chords"), (bass, "bass"), (pad, "pad"), (arpeggio, "arpeggio")):
        notes = role(task(kind, empty)).notes
        assert notes
        assert min(n.start_tick for n in notes) == 2 * BAR, kind


def test_one_pad_voice_is_one_line_and_ties_common_tones() -> None:
    on = chart()
    same = tuple(ChordSpan(k * BAR, (k + 1) * BAR, 0, q) for k, q in enumerate(("maj", "sus4", "maj", "maj7", "maj")))
    line = pad(
        task("pad", type(on)(on.grid, on.keys, same, on.sections, ()), settings={"voice": 3}, register=(50, 72))
    ).notes
    assert all(a.end_tick <= b.start_tick for a, b in itertools.pairwise(line))
    assert any(n.end_tick - n.start_tick > BAR for n in line)


def test_the_tune_keeps_its_line_and_goes_where_the_instrument_sings() -> None:
    notes = tuple(Note(k * 960, k * 960 + 900, 55 + k, 80) for k in range(8))
    high = lead(task("melody", chart(melody=notes), register=(72, 96), program=73))
    pitches = [n.pitch for n in high.notes]
    assert [b - a for a, b in itertools.pairwise(pitches)] == [1] * 7
    assert min(pitches) >= 72
    assert [n.start_tick for n in high.notes] == [n.start_tick for n in notes]
