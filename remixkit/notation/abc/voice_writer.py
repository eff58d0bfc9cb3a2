"""A voice as it is written down, item by item: what its notes are, and in which bar each stands.

ABC 2.1, sections 4.3-4.5, 4.11-4.13, 4.17-4.19 and 7.4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from remixkit.notation.abc import bar_lines
from remixkit.notation.abc.abc_limits import echo
from remixkit.notation.abc.bar_cursor import BarCursor
from remixkit.notation.abc.code.chord_names import label_of_name
from remixkit.notation.abc.code.decorations import ACCENTS, DYNAMICS, plain_name
from remixkit.notation.abc.code.fields import MeterSign, multiplier_of, number_of
from remixkit.notation.abc.code.lexer import Item
from remixkit.notation.abc.code.word_lines import set_under, without_number, word_steps
from remixkit.notation.abc.complaints import Complaints
from remixkit.notation.abc.pitches import Accidentals, Spelled, VoiceSetting, octave_of
from remixkit.notation.abc.written_bars import ChordName, Syllable, Voice, VoiceBar, WrittenNote

_GRACE_PARTS = 4
"""A grace note lasts this part of the unit note length, as abc2midi plays it (``gracedivider``)."""

_MOST_BROKEN = 5
_MOST_IN_TUPLET = 64
_MOST_VERSES = 32
_ANNOTATES = ("", *"^_<>@")
_TUPLET_INTO = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
"""Into the time of how many the notes of a tuplet go; 5, 7 and 9 go into that of 3 in compound meter, else of 2."""


@dataclass(slots=True)
class _Tone:
    """A note before its place is known; its length is in units."""

    spelled: Spelled
    pitch: int
    factor: Fraction
    tied: bool = False


@dataclass(slots=True)
class _Element:
    """The last note, chord or rest, which a ``>`` or a ``-`` behind it still changes: its notes and their place."""

    bar: VoiceBar
    first: int
    at: Fraction
    length: Fraction
    spelled: list[Spelled]

    @property
    def notes(self) -> slice:
        return slice(self.first, self.first + len(self.spelled))


class VoiceWriter:
    """Writes a voice.

    Parameters
    ----------
    voice : Voice
        Is filled.
    setting : VoiceSetting
        Follows the fields of the tune's body.
    complaints : Complaints
        Hears what is passed over.
    graces : bool
        Whether grace notes are played, in the time of the note behind them.
    """

    def __init__(self, voice: Voice, setting: VoiceSetting, complaints: Complaints, *, graces: bool) -> None:
        self.voice = voice
        self.setting = setting
        self.cursor = BarCursor(voice, setting.meter)
        self._complaints = complaints
        self._accidentals = Accidentals(setting, complaints)
        self._graces_played = graces
        self._last: _Element | None = None
        self._chord: list[_Tone] | None = None
        self._grace: list[int] | None = None
        self._before: list[int] = []
        self._tuplet = (Fraction(1), 0)
        self._broken = Fraction(1)
        self._accent = 0
        self._slots: list[tuple[VoiceBar, Fraction] | None] = []
        self._sung: list[tuple[VoiceBar, Fraction] | None] = []
        self._verse = 0

    def bar_line(self, symbol: str, ending: str = "") -> None:
        """A bar line, a repeat sign, or the number of an ending."""
        if self._chord:
            self._complaints.say("a chord without its ] was read up to the bar line")
        self.end_chord()
        if self._grace is not None:
            self.end_grace()
        if symbol:
            self._accidentals.forget_bar()
        if self.cursor.bar_line(symbol, ending):
            self._slots.append(None)

    def meter(self, meter: MeterSign | None) -> None:
        """From the next bar on another meter holds."""
        self.setting.meter = meter
        self.cursor.meter(meter)

    def overlay(self, symbol: str) -> None:
        """Back to where the bar began; with ``&&`` to where the bar before began."""
        self.end_chord()
        self._accidentals.forget_bar()
        self._last = None
        self.cursor.overlay(symbol)

    # --- notes ------------------------------------------------------------------------------------------------------

    def note(self, item: Item, place: str) -> None:
        """A note, alone, in a chord or among grace notes."""
        sign, micro, marks, length = item.more
        spelled = self._accidentals.spelled(item.text.upper(), octave_of(item.text, marks), sign, micro)
        pitch = self._accidentals.pitch(spelled)
        if self._grace is not None:
            self._grace.append(pitch)
            return
        tone = _Tone(spelled, pitch, multiplier_of(length, place))
        if self._chord is not None:
            self._chord.append(tone)
        elif tone.factor:
            self._place([tone], self.setting.unit * tone.factor, self.setting.unit)

    def rest(self, item: Item, place: str) -> None:
        """A rest, or with ``Z`` so many bars of it; ``y`` is room in print."""
        if item.text == "y" or self._chord is not None or self._grace is not None:
            return
        if item.text in "zx":
            self._place([], self.setting.unit * multiplier_of(item.more[0], place), self.setting.unit)
            return
        digits = re.match(r"\d+", item.more[0])
        for k in range(number_of(digits[0], place) if digits else 1):
            if k:
                self.bar_line("|")
            bar = (self.setting.meter or MeterSign(4, 4)).bar
            self._place([], bar, bar)

    def begin_chord(self) -> None:
        """Notes from here on sound together."""
        self.end_chord()
        self._chord = []

    def end_chord(self, length: str = "", place: str = "") -> None:
        """The chord is complete; it lasts as long as its first note."""
        tones = [t for t in self._chord or () if t.factor]
        self._chord = None
        if tones:
            unit = self.setting.unit * multiplier_of(length, place)
            if unit:
                self._place(tones, unit * tones[0].factor, unit)

    def begin_grace(self) -> None:
        """Notes from here on are grace notes."""
        self._grace = []

    def end_grace(self) -> None:
        """The grace notes are complete."""
        notes, self._grace = self._grace or [], None
        if self._graces_played:
            self._before += notes
        else:
            self._complaints.grace_notes += len(notes)

    def tie(self) -> None:
        """The note before, or the whole chord, is held into the next of its pitch."""
        if self._chord:
            self._chord[-1].tied = True
        elif self._last:
            last = self._last
            last.bar.notes[last.notes] = [replace(n, tied=True) for n in last.bar.notes[last.notes]]
            self._accidentals.hold(last.spelled)

    def tuplet(self, item: Item, place: str) -> None:
        """The next notes go into the time of others: ``(3``, ``(3:2``, ``(3:2:4``."""
        many = number_of(item.text, place)
        into, over = (number_of(digits, place) if digits else 0 for digits in item.more)
        if not 0 < many <= _MOST_IN_TUPLET or into > _MOST_IN_TUPLET:
            self._complaints.say(f"{place}: a tuplet of {many} was read as plain notes")
            return
        is_compound = self.setting.meter is not None and self.setting.meter.is_compound
        into = into or _TUPLET_INTO.get(many, 3 if is_compound else 2)
        self._tuplet = Fraction(into, many), over or many

    def broken(self, symbol: str) -> None:
        """``>`` lengthens the note before at the cost of the next one, ``<`` the other way round."""
        last = self._last
        if last is None or last.bar is not self.cursor.bar:
            return
        times = min(len(symbol), _MOST_BROKEN)
        long, short = self.setting.ratio if times == 1 else (2 ** (times + 1) - 1, 1)
        before, after = Fraction(2 * long, long + short), Fraction(2 * short, long + short)
        if symbol[0] == "<":
            before, after = after, before
        more = last.length * (before - 1)
        last.bar.notes[last.notes] = [
            replace(n, length=max(n.length / 4, n.length + more)) for n in last.bar.notes[last.notes]
        ]
        last.length += more
        self.cursor.go_to(last.at + last.length)
        self._broken = after

    def _place(self, tones: Sequence[_Tone], length: Fraction, unit: Fraction) -> None:
        """Set down a note, a chord or, without tones, a rest.

        `length` is the time to the next, in whole notes, `unit` what the tones' factors count.
        """
        scale = self._next_scale(tones, length)
        if scale != 1:
            length, unit = length * scale, unit * scale
        bar, at = self.cursor.bar, self.cursor.at
        velocity = max(1, min(127, self.setting.velocity + self._accent))
        delay = self._play_graces(length, velocity) if self._before and tones else Fraction(0)
        self._last = _Element(bar, len(bar.notes), at, length, [t.spelled for t in tones])
        for tone in tones:
            note = WrittenNote(at, unit * tone.factor, tone.pitch, velocity, tone.tied)
            if delay:
                note = replace(note, at=note.at + delay, length=max(note.length / 2, note.length - delay))
            bar.notes.append(note)
        self._accidentals.hold(t.spelled for t in tones if t.tied)
        self._accent = 0
        if tones and not self.cursor.is_overlay:
            self._slots.append((bar, at))
        self.cursor.advance(length)

    def _next_scale(self, tones: Sequence[_Tone], length: Fraction) -> Fraction:
        """By how much broken rhythm and a tuplet change the next note's written length."""
        factor, left = self._tuplet
        if self.setting.is_hornpipe and len(tones) == 1 and not left and self._swings(length):
            self.broken(">")
        scale, self._broken = self._broken, Fraction(1)
        if left:
            self._tuplet = factor, left - 1
            scale *= factor
        return scale

    def _swings(self, length: Fraction) -> bool:
        """Whether a note is the second of an even pair within a beat of a hornpipe in 4/4 or 2/4.

        They are played long and short, as abc2midi and those who dance to them have it.
        """
        step = {MeterSign(4, 4): Fraction(1, 8), MeterSign(2, 4): Fraction(1, 16)}.get(
            self.setting.meter or MeterSign(1, 1)
        )
        last = self._last
        if length != step or last is None or last.bar is not self.cursor.bar or self._broken != 1:
            return False
        return len(last.spelled) == 1 and last.length == step and (self.cursor.at / step) % 2 == 1

    def _play_graces(self, length: Fraction, velocity: int) -> Fraction:
        """Play what stands before a note in the note's time; by how much that begins later, in whole notes."""
        pitches, self._before = self._before, []
        each = self.setting.unit / _GRACE_PARTS
        if each * len(pitches) >= length:
            return Fraction(0)
        at = self.cursor.at
        self.cursor.bar.notes += (WrittenNote(at + k * each, each, p, velocity) for k, p in enumerate(pitches))
        return each * len(pitches)

    # --- what stands above and below --------------------------------------------------------------------------------

    def decoration(self, name: str) -> None:
        """A decoration by its name: loudness, accents, and where the bars lead to."""
        if bar_lines.steers_order(plain_name(name)):
            self.cursor.sign(plain_name(name))
        elif name in DYNAMICS:
            self.setting.velocity = DYNAMICS[name]
        else:
            self._accent = ACCENTS.get(name, self._accent)

    def quoted(self, text: str) -> None:
        """A chord symbol, or any other text above the notes."""
        name = text.split(";")[0].strip()
        if name[:1] in _ANNOTATES or name.isdigit():
            self._complaints.annotations += bool(name)
            return
        label = label_of_name(name)
        if label is None:
            self._complaints.say(f"the chord symbol {echo(name)} could not be read and was left out")
        else:
            self.cursor.bar.chords.append(ChordName(self.cursor.at, label))

    def words(self, line: str) -> None:
        """A line of words below the notes since the last one, or a further verse below the same notes."""
        if any(self._slots):
            self._sung, self._slots, self._verse = self._slots, [], 0
        if self._verse == _MOST_VERSES:
            self._complaints.say(f"of the words below a line {_MOST_VERSES} verses were read")
            return
        self._verse += 1
        for slot in filter(None, self._sung):
            slot[0].verses = max(slot[0].verses, self._verse)
        for (bar, at), word in set_under(word_steps(without_number(line)), self._sung):
            bar.syllables.append(Syllable(at, word.text, word.syllabic, self._verse))

    def end(self) -> None:
        """The voice is complete."""
        self.end_chord()
        self.cursor.end()
