"""Measures of one part, one after the other -> bars of tones and events.

A cursor walks through a measure as MusicXML means it: notes and `<forward>` move it on, `<backup>` back, a `<chord>`
note begins where the note before it did, whatever stands between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from remixkit.errors import SongError
from remixkit.notation.musicxml.elements import directions
from remixkit.notation.musicxml.elements.attributes import numbers, signature_of, time_signature, transposition
from remixkit.notation.musicxml.elements.harmony import chord_label, described
from remixkit.notation.musicxml.elements.header import PartHead
from remixkit.notation.musicxml.elements.notes import NoteReader, Written
from remixkit.notation.musicxml.elements.values import decimal, integer, line
from remixkit.notation.musicxml.limits import MAX_BAR_QUARTERS
from remixkit.notation.musicxml.nouns import Chord, Level, Meter, Placed, Signature, Signs, WrittenBar
from remixkit.notation.musicxml.tree import EXPORT

_NEAR = 1e-6


@dataclass(slots=True)
class PartReader:
    """Reads the measures of one part; `bars` are those read so far, `warnings` what was left out of them.

    `word_tempo` is what a tempo word at the beginning suggests, for a score without a number.
    """

    head: PartHead
    file: str
    bars: list[WrittenBar] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)
    word_tempo: float | None = None
    _notes: NoteReader = field(init=False)
    _divisions: float = 1.0
    _meter: Meter | None = field(default_factory=lambda: Meter(4, 4))
    _next_meter: Meter | None = None
    _signature: Signature | None = None
    _repeats: int = 0
    _cursor: float = 0.0
    _bar: WrittenBar = field(default_factory=WrittenBar)
    _after: Signs = field(default_factory=Signs)

    def __post_init__(self) -> None:
        self._notes = NoteReader(self.head, self.warnings)

    @property
    def is_drum(self) -> bool:
        """Whether most of its notes are drums."""
        return 2 * self._notes.drums > sum(len(bar.tones) for bar in self.bars)

    def read(self, element: Element) -> None:
        """Read a measure into a further bar."""
        bar = self._bar = WrittenBar(meter=self._meter, signs=self._after, is_implicit=element.get("implicit") == "yes")
        self._after, self._cursor = Signs(), 0.0
        self._next_meter = self._meter
        self._notes.begin_bar()
        readers: dict[str, Callable[[Element], None]] = {
            "note": self._note, "backup": self._backup, "forward": self._forward, "attributes": self._attributes,
            "direction": self._direction, "sound": self._sound, "harmony": self._harmony, "barline": self._barline,
        }  # fmt: skip
        for child in element:
            if (reader := readers.get(child.tag)) is not None:
                reader(child)
        if bar.filled > MAX_BAR_QUARTERS:
            place = f"measure {line(element.get('number'))[:20] or len(self.bars) + 1}"
            raise SongError(f"it lasts {bar.filled:.0f} quarters", file=self.file, place=place, remedy=EXPORT)
        bar.tones = self._notes.tones_of_bar()
        self._meter = self._next_meter
        if self._repeats and not bar.tones and len(self.bars) >= self._repeats:
            before = self.bars[-self._repeats]
            bar.tones, bar.filled = list(before.tones), before.filled
        self.bars.append(bar)

    def _note(self, element: Element) -> None:
        written: Written = self._notes.read(element, self._cursor, self._divisions)
        if written.advances:
            self._cursor += written.quarters
            if written.is_whole_rest:
                self._bar.rested = max(self._bar.rested, self._cursor)
            else:
                self._bar.filled = max(self._bar.filled, self._cursor)
        if written.level is not None:
            self._place(Level(written.level), at=written.at, staff=written.staff)

    def _backup(self, element: Element) -> None:
        self._cursor = max(0.0, self._cursor - self._quarters(element))
        if self._cursor < _NEAR:
            self._cursor = 0.0

    def _forward(self, element: Element) -> None:
        self._cursor += self._quarters(element)
        reach = self._cursor if self._meter is None else min(self._cursor, self._meter.quarters)
        self._bar.filled = max(self._bar.filled, reach)

    def _quarters(self, element: Element) -> float:
        return max(0.0, decimal(element.findtext("duration")) or 0.0) / self._divisions

    def _offset(self, element: Element | None) -> float:
        return 0.0 if element is None else (decimal(element.text) or 0.0) / self._divisions

    def _place(self, *events: object, at: float, staff: int = 1, passes: frozenset[int] = frozenset()) -> None:
        self._bar.placed += [Placed(max(0.0, at), event, staff, passes) for event in events]  # type: ignore[arg-type]

    def _attributes(self, element: Element) -> None:
        divisions = decimal(element.findtext("divisions"))
        if divisions is not None and divisions > 0:
            self._divisions = divisions
        time = element.find("time")
        if time is not None:
            self._next_meter, problem = time_signature(time)
            if problem:
                self.warnings[problem] = None
            if self._cursor < _NEAR:
                self._meter = self._bar.meter = self._next_meter
        for transpose in element.findall("transpose"):
            self._notes.transpose(integer(transpose.get("number"), 1, 99), *transposition(transpose))
        key = element.find("key")
        if key is not None:
            self._notes.fifths = integer(key.findtext("fifths"), -7, 7) or 0
            self._signature = signature_of(key, self._notes.moves)
            if self._signature is not None:
                self._place(self._signature, at=self._cursor)
        for style in element.findall("measure-style/measure-repeat"):
            self._repeats = (integer(style.text, 1, 8) or 1) if style.get("type") == "start" else 0
        if element.find("clef/sign") is not None:
            self._notes.clef(element)

    def _direction(self, element: Element) -> None:
        words = directions.words_of(element)
        sound = element.find("sound")
        staff = integer(element.findtext("staff"), 1, 99) or 1
        offset = element.find("offset")
        at = self._cursor + (self._offset(offset) if offset is not None and offset.get("sound") == "yes" else 0.0)
        heard = [] if sound is None else list(directions.of_sound(sound))
        kinds = {type(event) for event in heard}
        heard += [event for event in directions.of_types(element, words) if type(event) not in kinds]
        passes = frozenset() if sound is None else numbers(sound.get("time-only"))
        late = self._offset(sound.find("offset")) if sound is not None else 0.0
        self._place(*heard, at=at + late, staff=staff, passes=passes)
        if not self.bars and self.word_tempo is None:
            self.word_tempo = directions.tempo_of_words(words)
        directions.read_signs(element, sound, words, self._bar.signs, self._after, at_start=self._cursor < _NEAR)

    def _sound(self, element: Element) -> None:
        late = self._offset(element.find("offset"))
        heard = directions.of_sound(element)
        self._place(*heard, at=self._cursor + late, passes=numbers(element.get("time-only")))
        directions.read_signs(
            Element("direction"), element, "", self._bar.signs, self._after, at_start=self._cursor < _NEAR
        )

    def _harmony(self, element: Element) -> None:
        label = chord_label(element, self._notes.moves[0])
        if label is None:
            self.warnings[f"the chord symbol {described(element)!r} could not be read and was left out"] = None
        else:
            self._place(Chord(label), at=self._cursor + self._offset(element.find("offset")))

    def _barline(self, element: Element) -> None:
        signs, location = self._bar.signs, element.get("location", "right")
        repeat, ending = element.find("repeat"), element.find("ending")
        if repeat is not None and repeat.get("direction") == "forward":
            (signs if location == "left" else self._after).begins_repeat = True
        elif repeat is not None:
            closed = self.bars[-1].signs if location == "left" and self.bars else signs
            closed.ends_repeat = integer(repeat.get("times"), 1, 10**9) or 2
            closed.repeats_after_jump = repeat.get("after-jump") == "yes"
        if ending is not None and ending.get("type") == "start":
            (signs if location != "right" else self._after).begins_ending = (
                numbers(ending.get("number")) or numbers(line(ending.text)) or frozenset({1})
            )
        elif ending is not None:
            signs.ends_ending = True
        if location == "right" and repeat is None and element.findtext("bar-style") == "light-heavy":
            signs.is_final = True
        here = signs if location == "left" else self._after
        here.segno |= element.find("segno") is not None or element.get("segno") is not None
        here.coda |= element.find("coda") is not None or element.get("coda") is not None
