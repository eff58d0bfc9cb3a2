"""Which bytes are UTF-8, which Shift-JIS, which Latin-1; names, titles, lyrics, composers."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_files import meta, note, song

from remixkit import midi
from remixkit.errors import SongError
from remixkit.midi.reading.text import Decoder

TEXT, COPYRIGHT, NAME, INSTRUMENT, LYRIC, MARKER = range(1, 7)
C4 = note(60)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Melody", "Melody"),
        ("残酷な天使のテーゼ".encode(), "残酷な天使のテーゼ"),
        ("残酷な天使のテーゼ".encode("cp932"), "残酷な天使のテーゼ"),
        ("主旋律1".encode("cp932"), "主旋律1"),
        ("人形裁判　～ 人の形弄びし少女".encode("cp932"), "人形裁判　～ 人の形弄びし少女"),
        (b"Copyright \xa9 1997  Bernd Krueger", "Copyright © 1997  Bernd Krueger"),
        (b"\xa9 2003 Warner Music", "© 2003 Warner Music"),
        ("Präludium und Fuge".encode("latin-1"), "Präludium und Fuge"),
        ("Dave Rodgers - Déjà Vu".encode("latin-1"), "Dave Rodgers - Déjà Vu"),
        ("éléphant".encode("latin-1"), "éléphant"),  # as cp932: two rare kanji and a name
        ("Séquence écrite et produite".encode("latin-1"), "Séquence écrite et produite"),
        ("MÜNCHEN ÀÉÎ".encode("latin-1"), "MÜNCHEN ÀÉÎ"),  # as cp932: half-width katakana
        ("rock ’n’ roll".encode("cp1252"), "rock ’n’ roll"),
        (b"\x81", "\x81"),  # nothing in cp1252 either
        (b"Piano\x00\x00\x01", "Piano"),
        (b"{@JP}\x83\x81\x83C\x83\x93", "メイン"),
    ],
)
def test_a_text_by_itself(data: bytes, text: str) -> None:
    assert Decoder([data])(data) == text


def test_a_short_text_in_a_file_that_is_japanese() -> None:
    decode = Decoder(["東方星蓮船".encode("cp932")])
    assert decode("主".encode("cp932")) == "主"
    assert decode("ﾒﾛﾃﾞｨ".encode("cp932")) == "ﾒﾛﾃﾞｨ"
    assert decode(b"\xa9 2003") == "© 2003"
    assert Decoder([])("ﾒﾛﾃﾞｨ".encode("cp932")) == "ÒÛÃÞ¨"


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_some_text_without_control_characters(one: bytes, other: bytes) -> None:
    text = Decoder([one, other])(one)
    assert text.encode("utf-8") is not None
    assert not set(text) & {chr(k) for k in range(32) if chr(k) not in "\t\n\r"}


@settings(max_examples=50)
@given(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"], exclude_characters="{\ufeff"), max_size=30)
)
def test_utf_8_always_comes_through(text: str) -> None:
    assert Decoder([])(text.encode()) == text


@pytest.mark.parametrize(
    ("texts", "encoding"),
    [
        (["好一朵茉莉花", "茉莉花滿園花開"], "big5"),
        (["아리랑 고개", "아리랑 고개로 넘어간다"], "cp949"),
        (["月亮代表我的心", "你问我爱你有多深"], "gbk"),
        (["荒城の月", "春高楼の花の宴"], "euc-jp"),
        (["Калинка", "Ой ты, калинка моя"], "cp1251"),
    ],
)
def test_texts_in_other_encodings_are_guessed_together(texts: list[str], encoding: str) -> None:
    data = [text.encode(encoding) for text in texts]
    decode = Decoder(data)
    assert [decode(d) for d in data] == texts
    assert "--encoding" in (decode.warning or "")
    read = midi.from_bytes(song(meta(NAME, data[0]), C4))
    assert read.title == texts[0]
    assert decode.warning in read.warnings


def test_what_is_known_is_no_guess() -> None:
    for text, encoding in (("夜に駆ける", "cp932"), ("Déjà Vu", "cp1252"), ("夜に駆ける", "utf-8"), ("x", "ascii")):
        assert Decoder([text.encode(encoding)]).warning is None


def test_an_encoding_can_be_named() -> None:
    data = song(meta(NAME, "Катюша".encode("cp866")), C4)
    assert midi.from_bytes(data, encoding="CP866").title == "Катюша"
    assert midi.from_bytes(data, encoding="cp866").warnings == ()
    assert midi.from_bytes(song(meta(NAME, "好一朵".encode("gbk")), C4), encoding="gb2312").title == "好一朵"


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "", "a\0b"])
def test_what_is_no_encoding_is_said(name: str) -> None:
    with pytest.raises(SongError, match="no encoding"):
        midi.from_bytes(song(C4), encoding=name)


def test_the_name_of_a_file_out_of_an_old_zip_is_decoded() -> None:
    path = os.fsdecode("夜に駆ける.mid".encode("cp932"))
    assert midi.from_bytes(song(C4), file=f"folder/{path}").title == "夜に駆ける"


def words(*texts: str, head: bytes = b"") -> list[tuple[str, str]]:
    """(text, place in its word) of lyric events, one a note."""
    sung = b"".join(meta(LYRIC, text.encode()) + C4 for text in texts)
    return [(s.text.strip(), s.syllabic) for t in midi.from_bytes(song(head + sung)).tracks for s in t.lyrics]


@pytest.mark.parametrize(
    "texts",
    [
        ("Twin-", "kle ", "star "),
        ("Twin-", "kle", "star"),
        ("Twin", "-kle", "star"),
        ("Twin- ", "kle ", "star"),
        ("Twin", "kle ", "star"),
        ("\\Twin", "kle", " star"),
        ("/Twin-", "kle", "/star"),
    ],
)
def test_syllables_know_their_place(texts: tuple[str, ...]) -> None:
    found = [(text.strip("\n"), place) for text, place in words(*texts)]
    assert found == [("Twin", "begin"), ("kle", "end"), ("star", "single")]


def test_what_draws_a_syllable_out_is_no_word() -> None:
    assert words("Glo", "_", "%", "ri", "-", "a ", "in_ ") == [
        ("Glo", "begin"),
        ("ri", "middle"),
        ("a", "end"),
        ("in", "single"),
    ]


def test_who_owns_the_rights_is_no_word() -> None:
    rights = ("(C) 1999 Somebody", "All Rights Reserved", "© Somebody", "http://example.org/", "Copyright by me")
    assert words(*rights, "Sing ", "copy ", "that ") == [("Sing", "single"), ("copy", "single"), ("that", "single")]


def test_words_as_xf_writes_them() -> None:
    head = meta(TEXT, b"XFln:JP:Title")
    sung = b"".join(meta(LYRIC, text.encode("cp932")) + C4 for text in ("<桜[さくら]", "/Mo^", "on>", "%"))
    lyrics = [s.text for t in midi.from_bytes(song(head + sung)).tracks for s in t.lyrics]
    assert lyrics == ["\n\n桜", "\nMo ", "on"]


def title(*tracks: bytes, kind: int = 1) -> str:
    return midi.from_bytes(song(*tracks, kind=kind), file="folder/03 - Theme.mid").title


def test_the_title_is_the_name_of_the_first_track() -> None:
    assert title(meta(NAME, "  前前前世  ".encode()), C4, C4) == "前前前世"
    assert title(meta(NAME, b"Zenzenzense") + C4, kind=0) == "Zenzenzense"


@pytest.mark.parametrize("name", [b"", b"untitled", b"Track 0", b"Tempo Track", b"Conductor", b"Tempo/TimeSig", b"---"])
def test_a_name_that_says_nothing_is_no_title(name: bytes) -> None:
    assert title(meta(NAME, name), C4, C4) == "03 - Theme"


def test_the_name_of_a_player_is_no_title() -> None:
    assert title(meta(NAME, b"Vocal") + C4, meta(NAME, b"Bass") + C4) == "03 - Theme"
    assert title(meta(NAME, b"Grand Piano") + C4, kind=0) == "03 - Theme"


def test_karaoke_title_and_syllables() -> None:
    words = b"".join(
        (
            meta(TEXT, b"@KMIDI KARAOKE FILE"),
            meta(TEXT, b"@LENGL"),
            meta(TEXT, b"@TNew York, New York"),
            meta(TEXT, b"@TF. Sinatra"),
            meta(TEXT, b"\\Start", at=96),
            meta(TEXT, b" spread", at=48),
            meta(TEXT, b"/I'm", at=96),
        )
    )
    read = midi.from_bytes(song(meta(NAME, b"Soft Karaoke"), words, C4, division=96))
    assert read.title == "New York, New York"
    assert [(t.tick, t.text) for t in read.tracks[0].lyrics] == [
        (960, "\n\nStart"),
        (1440, " spread"),
        (2400, "\nI'm"),
    ]
    assert [len(t.notes) for t in read.tracks] == [0, 1]


def test_lyric_events_stay_with_the_channel_that_sings_them() -> None:
    sung = b"".join(meta(LYRIC, s) + note(p) for p, s in ((60, b"Re"), (62, b"mix\r"), (64, b"kit")))
    bass = b"".join(note(40, at=30, channel=1) for _ in range(5))
    lyrics = [[t.text for t in track.lyrics] for track in midi.from_bytes(song(sung + bass, kind=0)).tracks]
    assert lyrics == [["Re", "mix", "\nkit"], []]


def test_japanese_lyrics_of_one_kana_an_event() -> None:
    sung = b"".join(meta(LYRIC, c.encode("cp932")) + C4 for c in "さくら")
    assert [t.text for t in midi.from_bytes(song(sung)).tracks[0].lyrics] == ["さ", "く", "ら"]


def test_names_of_tracks_and_of_channels_in_a_track() -> None:
    flute = b"\x00\xff\x20\x01\x00" + meta(INSTRUMENT, b"Flute") + note(72, channel=0)
    oboe = b"\x00\xff\x20\x01\x01" + meta(INSTRUMENT, b"Oboe") + note(67, channel=1)
    read = midi.from_bytes(song(meta(NAME, b"Title") + flute + oboe, kind=0))
    assert [t.name for t in read.tracks] == ["Flute", "Oboe"]
    assert [t.name for t in midi.from_bytes(song(b"", meta(NAME, "主旋律".encode("cp932")) + C4)).tracks] == ["主旋律"]


@pytest.mark.parametrize(
    ("kind", "text", "composer"),
    [
        (TEXT, "Composer: Yoko Kanno", "Yoko Kanno"),
        (TEXT, "Music by Joe Hisaishi", "Joe Hisaishi"),
        (TEXT, "作曲：菅野よう子", "菅野よう子"),
        (NAME, "【 幻想科学 】for sc-88Pro comp.ZUN", "ZUN"),
        (COPYRIGHT, "Copyright 1997 by Bernd Krueger", ""),
        (TEXT, "Sequenced by Karl", ""),
        (TEXT, "compressor: on", ""),
    ],
)
def test_a_composer_only_where_one_is_plainly_named(kind: int, text: str, composer: str) -> None:
    assert midi.from_bytes(song(meta(kind, text.encode()), C4)).composer == composer


def test_markers() -> None:
    read = midi.from_bytes(song(meta(MARKER, b"Intro") + meta(MARKER, b"A", at=96), C4, division=96))
    assert [(m.tick, m.text) for m in read.markers] == [(0, "Intro"), (960, "A")]
