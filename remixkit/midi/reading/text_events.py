r"""Names, titles, lyrics and markers out of a track's text events.

Lyrics follow RP-017 (a carriage return or line feed ends a line), the .kar convention of text events, where "/"
begins a line and "\" a paragraph, and lines that begin with "@" speak of the file ("@T" is title, then artist), or
Yamaha's XF, where "<" begins a page, "^" is a blank and "%" and ">" are for the display. Either way a syllable that
begins a line begins with a line feed here, one that begins a paragraph with two. What only draws the syllable before
out ("_", "%") and who owns the rights are no words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from remixkit.midi import spec
from remixkit.midi.reading.text import Decoder, one_line
from remixkit.midi.reading.timeline import Clock
from remixkit.midi.syllables import syllables
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Lyric, Text

_KAR_HEADS = (b"@K", b"@L", b"@T", b"@V", b"@I")
_LONGEST_NAME = 80
_COMPOSER = re.compile(
    r"(?:^(?:(?:words|lyrics?) (?:and|&) )?music by\b|^(?:composer|composition|music) ?:"
    r"|\bcomp(?:osed by\b|\. ?by\b|\.)|作曲(?:者)?\s*[:：])[\s:：]*(?P<who>[^\s:：/／][^/／\[\]()]*)",
    re.IGNORECASE,
)
_NO_SYLLABLE = re.compile(r"[\s_%~+-]*")
_DRAWN_OUT = re.compile(r"(?<=[^\W_])[_%]+(?=\s*$)")
_RIGHTS = re.compile(r"©|℗|\(c\) ?\d{4}|\bcopyright\b|all rights reserved|https?://|\bwww\.", re.IGNORECASE)
_RP_026_TAG = re.compile(r"\{[@#][^}]*\}")
_XF = str.maketrans({"<": "\n\n", "/": "\n", "^": " ", "%": None, ">": None, "\r": None, "\n": None})
_XF_RUBY = re.compile(r"\[[^\]]*\]")
_XF_HEADS = (b"XFhd:", b"XFln:")
_TAKE = re.compile(r"RemixKit: .*, seed (?P<players>-?\d+)(?:, chart (?P<chart>-?\d+))?")
_SAYS_NOTHING = re.compile(
    r"(?:untitled|(?:new )?song|midi|meta|main|setup|sequence|\d+|[^\w]*"
    r"|(?:conductor|tempo|control|master)(?:[ -_/](?:track|map|time ?sig))?"
    r"|(?:track|seq|sequence|midi|part|staff|channel|ch)[ -_]?\d+"
    r"|(?:(?:acoustic|grand|electric|elec\.|bright) )*(?:piano|guitar|bass|drums|strings|organ|melody|vocals?|lead)"
    r"(?: \(?\w+\)?)?)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class TextEvents:
    """The text events of one track: (tick, kind, bytes, channel that a prefix names or None), in order."""

    events: list[tuple[int, int, bytes, int | None]] = field(default_factory=list)

    def of(self, *kinds: int) -> list[tuple[int, bytes]]:
        """(tick, bytes) of all events of these kinds."""
        return [(tick, data) for tick, kind, data, _ in self.events if kind in kinds]

    @property
    def is_karaoke(self) -> bool:
        """Whether its text events are marked as karaoke."""
        return any(data.startswith(_KAR_HEADS) for _, data in self.of(spec.META_TEXT))

    @property
    def is_xf(self) -> bool:
        """Whether its lyrics are written as Yamaha's XF has them."""
        return any(data.startswith(_XF_HEADS) for _, data in self.of(spec.META_TEXT, spec.META_LYRIC))

    def name(self, decode: Decoder, channel: int | None) -> str:
        """The name of the track, or of one channel of it where a prefix names the channel."""
        for wanted_channel in dict.fromkeys((channel, None)):
            for wanted in (spec.META_NAME, spec.META_INSTRUMENT):
                for _, kind, data, prefix in self.events:
                    if kind == wanted and prefix == wanted_channel and (text := one_line(decode(data))):
                        return text
        return ""


def decoder(tracks: Sequence[TextEvents], encoding: str | None = None) -> Decoder:
    """A decoder that has seen every text of a file, syllables joined; or one of an encoding that is known."""
    texts: list[bytes] = []
    for events in tracks:
        texts.extend(data for _, kind, data, _ in events.events if kind != spec.META_LYRIC)
        texts.append(b"".join(data for _, data in events.of(spec.META_LYRIC)))
        texts.append(
            b"".join(data.lstrip(b"/\\") for _, data in events.of(spec.META_TEXT) if not data.startswith(b"@"))
        )
    return Decoder(texts, encoding)


def lyrics(events: TextEvents, decode: Decoder, *, is_karaoke: bool) -> list[Lyric]:
    """The syllables of a track, in file ticks; text events only count in a karaoke file without lyric events."""
    found = events.of(spec.META_LYRIC)
    if found:
        marks = _xf_marks if events.is_xf else _kar_marks
        said = [(tick, marks(decode(data))) for tick, data in found]
    elif is_karaoke and any(tick for tick, _ in events.of(spec.META_TEXT)):
        said = [
            (tick, _kar_marks(decode(data))) for tick, data in events.of(spec.META_TEXT) if not data.startswith(b"@")
        ]
    else:
        return []
    out: list[Text] = []
    breaks = ""
    for tick, text in said:
        if _NO_SYLLABLE.fullmatch(text) or _RIGHTS.search(text):
            breaks += "\n" * text.count("\n")
        elif text.strip("\n"):
            ending = text[len(text.rstrip("\n")) :]
            out.append(Text(tick, breaks + text.rstrip("\n")))
            breaks = ending
        else:
            breaks += text
    return syllables(out)


def _kar_marks(text: str) -> str:
    text = _RP_026_TAG.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _DRAWN_OUT.sub("", text)
    if text.startswith("\\"):
        return "\n\n" + text[1:]
    if text.startswith("/"):
        return "\n" + text[1:]
    return text


def _xf_marks(text: str) -> str:
    return _XF_RUBY.sub("", text).translate(_XF)


def markers(tracks: Sequence[TextEvents], decode: Decoder, clock: Clock) -> tuple[Text, ...]:
    """All markers and cue points, in the model's ticks, in order."""
    found = [
        Text(clock(tick), one_line(decode(data)))
        for events in tracks
        for tick, data in events.of(spec.META_MARKER, spec.META_CUE)
    ]
    return tuple(sorted(text for text in found if text.text))


def title(tracks: Sequence[TextEvents], decode: Decoder, has_notes: Sequence[bool], kind: int) -> str:
    """The title that the file gives itself, empty if none: a .kar file's @T, else the name of the first track.

    The first track's name is a title only where that track is not one player among several.
    """
    for events in tracks:
        for _, data in events.of(spec.META_TEXT):
            if data.startswith(b"@T") and (text := one_line(decode(data[2:]))):
                return text
    if not tracks or (kind != 0 and has_notes[0]):
        return ""
    for _, _, data, prefix in (e for e in tracks[0].events if e[1] == spec.META_NAME):
        text = one_line(decode(data))
        if prefix is None and not _SAYS_NOTHING.fullmatch(text):
            return text
    return ""


def composer(tracks: Sequence[TextEvents], decode: Decoder) -> str:
    """Who a title, text or copyright event plainly names as the composer, empty if none does."""
    for events in tracks:
        for _, data in events.of(spec.META_TEXT, spec.META_COPYRIGHT, spec.META_NAME):
            for line in decode(data).splitlines():
                found = _COMPOSER.search(line.strip())
                if found:
                    return one_line(found["who"])[:_LONGEST_NAME]
    return ""


def of_take(arrangement: Arrangement) -> str:
    """How a cover was made, as a line that `seeds` reads: ``"RemixKit: Rock, seed 2, chart 1"``."""
    chart = "" if arrangement.chart_seed in (None, arrangement.seed) else f", chart {arrangement.chart_seed}"
    return f"RemixKit: {arrangement.style}, seed {arrangement.seed}{chart}"


def seeds(tracks: Sequence[TextEvents], decode: Decoder) -> tuple[int, int] | None:
    """The seeds of a cover's players and of its form and harmony, as `of_take` wrote them; None if no text says."""
    for events in tracks:
        for _, data in events.of(spec.META_TEXT):
            found = _TAKE.fullmatch(decode(data))
            if found:
                return int(found["players"]), int(found["chart"] or found["players"])
    return None
