"""A tune, line by line: header first, then fields, music and words, each given to the voice it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from remixkit.errors import SongError
from remixkit.midi.spec import CHANNELS, DRUM_CHANNEL
from remixkit.model.song import Control
from remixkit.notation.abc import setting_directives
from remixkit.notation.abc.abc_limits import MAX_FIELD_CHARS, MAX_ITEMS, MAX_VOICES, echo
from remixkit.notation.abc.code import fields
from remixkit.notation.abc.code.decorations import LETTERS, redefinition_of
from remixkit.notation.abc.code.directives import Directive, directives_of, drum_pattern, voice_order
from remixkit.notation.abc.code.escapes import unescaped
from remixkit.notation.abc.code.key_fields import WrittenKey, key_of
from remixkit.notation.abc.code.lexer import Item, items
from remixkit.notation.abc.code.tune_book import Line, Tune
from remixkit.notation.abc.complaints import Complaints
from remixkit.notation.abc.pitches import VoiceSetting
from remixkit.notation.abc.voice_writer import VoiceWriter
from remixkit.notation.abc.written_bars import Voice, WrittenChange

_LEFT_OUT = {"s": "symbols below a line", "m": "macros"}


@dataclass(frozen=True, slots=True)
class WrittenTune:
    """A tune as it is written: title, composer, voices in the score's order, and the order of its parts, if any."""

    title: str
    composer: str
    voices: tuple[Voice, ...]
    parts: tuple[str, ...]


def read_tune(tune: Tune, complaints: Complaints, *, graces: bool) -> WrittenTune:
    """Read the lines of a tune.

    Parameters
    ----------
    tune : Tune
        With a ``K:``.
    complaints : Complaints
        Hears what is passed over.
    graces : bool
        Whether grace notes are played.

    Raises
    ------
    SongError
        If meter or lengths are none, or there is more of anything than `limits` allows. It names the line.
    """
    reader = _Reader(complaints, graces=graces)
    for line in tune.lines:
        reader.line(line)
    return reader.finished()


class _Reader:
    def __init__(self, complaints: Complaints, *, graces: bool) -> None:
        self._complaints = complaints
        self._graces = graces
        self._titles: list[str] = []
        self._composers: list[str] = []
        self._parts: tuple[str, ...] = ()
        self._score: tuple[str, ...] = ()
        self._letters = dict(LETTERS)
        self._setting = VoiceSetting(Fraction(1, 8), None, WrittenKey())
        self._has_unit = False
        self._tempo = ""
        self._program: int | None = None
        self._channel: int | None = None
        self._pattern: tuple[str, ...] = ()
        self._drums_on = False
        self._in_body = False
        self._writers: dict[str, VoiceWriter] = {}
        self._writer: VoiceWriter | None = None
        self._items = 0

    def line(self, line: Line) -> None:
        place = f"line {line.number}"
        try:
            if line.key == "%":
                self._directives(line.text)
            elif line.key in _LEFT_OUT:
                self._complaints.say(f"{_LEFT_OUT[line.key]} ({line.key}:) were left out")
            elif line.key == "w":
                if self._in_body:
                    self._voice().words(line.text)
            elif line.key:
                self._field(line.key, line.text[:MAX_FIELD_CHARS], place)
            elif self._in_body:
                self._music(line.text, line.number)
        except SongError as problem:
            raise SongError(problem.reason, place=problem.place or place, remedy=problem.remedy) from None

    # --- fields -----------------------------------------------------------------------------------------------------

    def _field(self, key: str, text: str, place: str) -> None:
        if key in ("T", "C"):
            if not self._in_body:
                (self._titles if key == "T" else self._composers).append(unescaped(text.strip()))
        elif key == "I":
            self._directives(text)
        elif key == "U":
            found = redefinition_of(text)
            if found:
                self._letters[found[0]] = found[1]
        elif key == "V":
            self._voice_field(text)
        elif self._in_body:
            self._body_field(key, text, place)
        else:
            self._header_field(key, text, place)

    def _header_field(self, key: str, text: str, place: str) -> None:
        setting = self._setting
        if key == "M":
            setting.meter = self._meter(text, place)
            if not self._has_unit:
                short = setting.meter is not None and setting.meter.bar < Fraction(3, 4)
                setting.unit = Fraction(1, 16) if short else Fraction(1, 8)
        elif key == "L":
            setting.unit, self._has_unit = fields.unit_of(text, place), True
        elif key == "Q":
            self._tempo = text
        elif key == "P":
            self._parts = fields.parts_of(text)
        elif key == "R" and text.strip().lower().startswith("hornpipe"):
            setting.is_hornpipe, setting.ratio = True, (2, 1)
        elif key == "K":
            self._begin_body(text)

    def _begin_body(self, text: str) -> None:
        key = key_of(text)
        if key is None and not fields.properties_of(text):
            self._complaints.say(f"{echo(text)} is no key; the tune was read without signs")
        self._setting.key = key or WrittenKey()
        self._in_body = True
        self._move(self._setting, text)
        for writer in self._writers.values():
            self._begin_voice(writer)

    def _begin_voice(self, writer: VoiceWriter) -> None:
        """Give a voice what the header says; what its own ``V:`` says of octaves and transposition stays."""
        own, header = writer.setting, self._setting
        for name in ("unit", "meter", "reach", "ratio", "is_hornpipe", "drum_map"):
            setattr(own, name, getattr(header, name))
        own.octaves = own.octaves or header.octaves
        own.transpose = own.transpose or header.transpose
        writer.meter(header.meter)
        own.key = header.key
        writer.cursor.change(header.key.transposed(own.transpose))
        if self._program is not None and not writer.voice.program:
            writer.voice.program = self._program
        writer.voice.channel = self._channel if writer.voice.channel is None else writer.voice.channel

    def _body_field(self, key: str, text: str, place: str) -> None:
        writer = self._voice()
        if key == "M":
            writer.meter(self._meter(text, place))
        elif key == "L":
            writer.setting.unit = fields.unit_of(text, place)
        elif key == "Q":
            bpm = self._bpm(text, writer.setting.unit) if text.strip() else None
            if bpm is not None:
                writer.cursor.change(bpm)
        elif key == "P":
            writer.cursor.part(unescaped(text.strip()))
        elif key == "K":
            found = key_of(text)
            self._move(writer.setting, text)
            if found:
                writer.setting.key = found
                writer.cursor.change(found.transposed(writer.setting.transpose))

    def _meter(self, text: str, place: str) -> fields.MeterSign | None:
        meter = fields.meter_field(text, place)
        if meter is None and text.strip().lower() not in ("", "none"):
            self._complaints.say(f"{echo(text)} is no meter; the bars were taken as they are")
        return meter

    def _bpm(self, text: str, unit: Fraction) -> float | None:
        bpm = fields.tempo_of(text, unit)
        if bpm is None:
            self._complaints.say(f"the tempo {echo(text)} could not be read and was left out")
        return bpm

    def _move(self, setting: VoiceSetting, text: str) -> None:
        """Apply octave and transposition of a ``K:`` or ``V:``, where it has any."""
        properties = fields.properties_of(text)
        octaves, transpose = fields.octaves_of(properties), fields.transposition_of(properties)
        setting.octaves = setting.octaves if octaves is None else octaves
        setting.transpose = setting.transpose if transpose is None else transpose

    # --- voices -----------------------------------------------------------------------------------------------------

    def _voice_field(self, text: str) -> None:
        said = fields.voice_of(text)
        writer = self._named(said.voice)
        self._writer = writer if self._in_body else self._writer
        self._move(writer.setting, text)
        if self._in_body and not writer.cursor.has_begun:
            writer.cursor.change(writer.setting.key.transposed(writer.setting.transpose))
        name = said.properties.get("name") or said.properties.get("nm")
        writer.voice.title = unescaped(name) if name else writer.voice.title
        if said.properties.get("clef") == "perc":
            writer.voice.is_drum = True
            writer.setting.is_drum_staff = writer.voice.channel is None

    def _named(self, name: str) -> VoiceWriter:
        if name not in self._writers:
            if len(self._writers) == MAX_VOICES:
                raise SongError(f"more than {MAX_VOICES} voices", remedy=fields.MEND)
            writer = VoiceWriter(Voice(name), replace(self._setting), self._complaints, graces=self._graces)
            self._writers[name] = writer
            if self._in_body:
                self._begin_voice(writer)
            if self._drums_on and len(self._writers) == 1:
                writer.cursor.accompany(drum_pattern(self._pattern))
        return self._writers[name]

    def _voice(self) -> VoiceWriter:
        """The voice that is written: the last one named, else the first."""
        if self._writer is None:
            self._writer = self._named(next(iter(self._writers), "1"))
        return self._writer

    # --- music ------------------------------------------------------------------------------------------------------

    def _music(self, code: str, line: int) -> None:
        place = f"line {line}"
        for item in items(code):
            self._items += 1
            if self._items > MAX_ITEMS:
                raise SongError(f"a tune of more than {MAX_ITEMS} notes and signs", remedy="cut it into shorter ones")
            self._item(item, line, place)

    def _item(self, item: Item, line: int, place: str) -> None:
        writer = self._voice()
        match item.kind:
            case "note":
                writer.note(item, place)
            case "bar":
                writer.bar_line(item.text, item.more[0])
            case "rest":
                writer.rest(item, place)
            case "broken":
                writer.broken(item.text)
            case "tie":
                writer.tie()
            case "tuplet":
                writer.tuplet(item, place)
            case "chord":
                writer.begin_chord()
            case "chord_end":
                writer.end_chord(item.more[0], place)
            case "grace":
                writer.begin_grace()
            case "grace_end":
                writer.end_grace()
            case "overlay":
                writer.overlay(item.text)
            case "quoted":
                writer.quoted(unescaped(item.text))
            case "decoration":
                writer.decoration(item.text)
            case "field":
                self._field(item.text, item.more[0][:MAX_FIELD_CHARS], place)
            case "sign" if item.text in self._letters:
                writer.decoration(self._letters[item.text])
            case _:
                self._complaints.unread(item.text, line)

    # --- directives -------------------------------------------------------------------------------------------------

    def _directives(self, text: str) -> None:
        for directive in directives_of(text[:MAX_FIELD_CHARS]):
            if directive.name in ("score", "staves"):
                self._score = self._score or voice_order(directive.words)
            elif directive.name.startswith("midi "):
                self._midi(directive.name[5:], directive)
            for setting in self._settings():
                setting_directives.apply(directive, setting)

    def _settings(self) -> list[VoiceSetting]:
        """What a directive about reading changes: the header's and, in the header, all voices'; else the voice's."""
        if self._in_body:
            return [self._voice().setting]
        return [self._setting, *(w.setting for w in self._writers.values())]

    def _midi(self, name: str, directive: Directive) -> None:
        match name, directive.numbers():
            case "program", (*_, program):
                self._set_program(max(0, min(127, program)))
            case "channel", (channel, *_):
                self._set_channel(channel - 1)
            case "drum", _:
                self._pattern = directive.words
                self._accompany()
            case (("drumon" | "drumoff"), _):
                self._drums_on = name == "drumon"
                self._accompany()
            case "control", (number, value, *_) if self._in_body and 0 <= number <= 127:
                self._voice().cursor.change(Control(0, "cc", number, max(0, min(127, value))))

    def _set_program(self, program: int) -> None:
        if not self._in_body:
            self._program = program
            return
        writer = self._voice()
        if writer.cursor.has_begun:
            writer.cursor.change(Control(0, "program", 0, program))
        else:
            writer.voice.program = program

    def _set_channel(self, channel: int) -> None:
        if not 0 <= channel < CHANNELS:
            return
        if self._in_body:
            voice = self._voice().voice
            voice.channel, voice.is_drum = channel, voice.is_drum or channel == DRUM_CHANNEL
            self._voice().setting.is_drum_staff = False
        else:
            self._channel = channel

    def _accompany(self) -> None:
        if self._in_body:
            self._voice().cursor.accompany(drum_pattern(self._pattern) if self._drums_on else ())

    # --- the end ----------------------------------------------------------------------------------------------------

    def finished(self) -> WrittenTune:
        for writer in self._writers.values():
            writer.end()
        names = [n for n in self._score if n in self._writers]
        names += [n for n in self._writers if n not in names]
        voices = (self._writers[n].voice for n in names)
        kept = tuple(v for v in voices if any(b.length for b in v.bars))
        if kept and self._tempo.strip():
            bpm = self._bpm(self._tempo, self._setting.unit)
            if bpm is not None:
                kept[0].bars[0].changes.insert(0, WrittenChange(Fraction(0), bpm))
        title = next(filter(None, self._titles), "")
        composer = ", ".join(filter(None, self._composers))
        return WrittenTune(title, composer, kept, self._parts)
