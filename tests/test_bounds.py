"""Files and wishes of any size end in a line: nothing hangs, fills the memory, or says more than a line's worth."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from albums import write_song
from conftest import Done

from remixkit import errors, plugins, remix, toml_text
from remixkit import style as styles
from remixkit.arrange.form import plan_file
from remixkit.errors import OutputError, PluginError, SoundFontError, StyleError, UserError
from remixkit.notation import scores
from remixkit.remix import Cover
from remixkit.render.files import tags
from remixkit.render.mix import summing
from remixkit.render.soundfonts import catalogue

Cli = Callable[..., Done]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Cover:
    """A small cover."""
    return remix.cover(write_song(tmp_path_factory.mktemp("bounds") / "song.mid"), "lofi")


@pytest.mark.parametrize(
    "text",
    [
        "schema = 2\n" + ".".join(["a"] * 100_000) + " = 1\n",
        "schema = 2\n" + "".join(f"{'.'.join(['a'] * 40)}.b{k} = 1\n" for k in range(1000)),
        "schema = 2\n[" + ".".join(['"a"'] * 5000) + "]\n",
        "schema = 2\nx = " + "[" * 100_000 + "\n",
        "schema = 2\nx = " + "[" * 100 + "]" * 100 + "\n",
        "schema = 2\nx = {" + "a={" * 5000 + "\n",
        "schema = 2\nform.intro_bars = " + "9" * 5000 + "\n",
        "schema = 2\nform.intro_bars = 0x" + "f" * 5000 + "\n",
        'schema = 2\ntitle = "' + "x" * 2_000_000 + '"\n',
        'schema = 2\ntitle = "T"\nextends = "' + "lofi" * 20_000 + '"\n',
        'schema = 2\ntitle = "T"\n' + "y" * 100_000 + " = 1\n",
        'schema = 2\ntitle = "T"\n' + "".join(f"k{k} = 1\n" for k in range(50_000)),
    ],
    ids=range(12),
)
def test_a_style_without_measure_is_a_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(StyleError) as told:
        styles.check(file)
    assert len(str(told.value)) < 1500
    assert "\n" not in str(told.value)


def test_dots_in_words_numbers_and_comments_are_no_keys() -> None:
    text = f'a = \'{"x." * 60}\'  # {"b." * 60}\nb = """\n{"y." * 60}\n"""\nc = [{"0.5, " * 60}]\n'
    assert toml_text.parsed(text.encode())["c"] == [0.5] * 60


@pytest.mark.parametrize("value", ["1", "true", '"x"', "[]", "{}", "nan", "[[1]]", "1e400", "9" * 5000, "1979-05-27"])
@pytest.mark.parametrize("key", ["name", "bars", "intensity", "ending", "down", "players", "sections", "style"])
def test_wrong_types_in_a_plan_are_said(made: Cover, key: str, value: str) -> None:
    lines = plan_file.to_toml(made.plan).splitlines()
    if key in ("sections", "style"):
        text = f"{key} = {value}\n"
    else:
        at = next(k for k, line in enumerate(lines) if line.startswith(f"{key} ="))
        text = "\n".join([*lines[:at], f"{key} = {value}", *lines[at + 1 :]])
    if (key, value) in {("intensity", "1"), ("down", "true"), ("players", "[]")}:
        plan_file.from_toml(text, made.plan, made.style)
    else:
        with pytest.raises(StyleError) as told:
            plan_file.from_toml(text, made.plan, made.style)
        assert len(str(told.value)) < 1500


def test_numbers_without_measure_are_refused(cli: Cli, tmp_path: Path) -> None:
    write_song(tmp_path / "song.mid")
    for words in (
        ("--takes", "1000000000"),
        ("--seed", "9" * 5000),
        ("--seed", "9" * 4000),
        ("--bars-from", "1000000000"),
        ("--redo", f"{'9' * 5000}-1", "--from", "song.mid"),
        ("--melody", "9" * 5000),
        ("--style", "z" * 100_000),
    ):
        done = cli("cover", "song.mid", "-s", "lofi", "-o", "cover.mid", *words)
        assert (done.status, done.out) == (2, ""), words[0]
        assert len(done.err) < 1500, words[0]


def test_art_is_read_no_further_than_it_may_be_long(tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    huge.write_bytes(b"\x89PNG\r\n\x1a\n")
    with huge.open("r+b") as file:
        file.truncate(3_000_000_000)
    for path in (huge, Path("/dev/zero")):
        if path.exists():
            with pytest.raises(OutputError, match="is too large: a picture has at most 15 MB"):
                tags.read_art(path)


def test_a_sheet_and_a_sound_have_an_end(made: Cover, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "MOST_BARS", 20)
    with pytest.raises(OutputError, match=r"bars of \d players with \d+ notes are too many for a sheet"):
        made.to_music21()
    monkeypatch.setattr(scores, "MOST_NOTES", 2)
    with pytest.raises(OutputError, match="too many for a sheet"):
        scores.lead_music21(made.arrangement)
    monkeypatch.setattr(summing, "MOST_S", 1.0)
    from remixkit.render.soundfonts.lookup import find

    with pytest.raises(OutputError, match=r"is 0 minutes long; sound lasts"):
        summing.mixdown(made.arrangement, find(), 44100)


ODD = {
    "exclusives": b"\0\xf0\5\x7e\x7f\x09\1\xf7\x60\xf0\5\x7e\x7f\x09\1\xf7",
    "nothing": b"",
    "words": b"\0\xff\1\2hi\0\xff\5\2la",
    "a tempo": b"\0\xff\x51\3\1\0\0",
    "a program": b"\0\xc0\5",
    "no length": b"\0\x90\x3c\x40\0\x80\x3c\0",
}


@pytest.mark.parametrize("events", ODD.values(), ids=ODD)
def test_odd_midi_sounds_and_is_printed_or_is_said(cli: Cli, tmp_path: Path, events: bytes) -> None:
    track = events + b"\0\xff\x2f\0"
    whole = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + len(track).to_bytes(4, "big") + track
    (tmp_path / "odd.mid").write_bytes(whole)
    for command in (("render", "odd.mid"), ("cover", "odd.mid", "-s", "none")):
        for ending in ("wav", "pdf") if command[0] == "cover" else ("wav",):
            done = cli(*command, "-o", f"odd.{ending}")
            assert done.status in (0, 2)
            assert (done.status == 0) == (tmp_path / f"odd.{ending}").exists()
            assert done.err.count("\n") <= 3
            (tmp_path / f"odd.{ending}").unlink(missing_ok=True)


def test_what_is_mixed_in_a_file_sounds_the_same(made: Cover, monkeypatch: pytest.MonkeyPatch) -> None:
    from remixkit.render.soundfonts.lookup import find

    in_memory = summing.mixdown(made.arrangement, find(), 44100)
    monkeypatch.setattr(summing, "_MOST_IN_MEMORY_S", 0.0)
    assert (summing.mixdown(made.arrangement, find(), 44100).sound == in_memory.sound).all()


@contextmanager
def server(says: bytes, again: bytes = b"") -> Iterator[int]:
    """A port at which every caller is told something, then the same again without end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                caller, _ = listening.accept()
                caller.recv(10_000)
                caller.sendall(says)
                while again:
                    caller.sendall(again)
                threading.Event().wait(20)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    ("again", "reason"), [(b"x" * 65_536, "more comes than its 100000 bytes"), (b"", "it comes too slowly")]
)
def test_downloads_without_end_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bytes, reason: str) -> None:
    monkeypatch.setattr(catalogue, "_LOOK_S", 60.0 if again else 1.0)
    with server(b"HTTP/1.0 200 OK\r\n\r\n", again) as port:
        font = catalogue.Known("Endless", "", "", f"http://127.0.0.1:{port}/a.sf2", "0" * 64, 100_000)
        with pytest.raises(SoundFontError, match=reason):
            catalogue.fetch(font, tmp_path)
    assert not list(tmp_path.iterdir())


def broken(*arguments: Any, **parameters: Any) -> Any:
    """What a package's author got wrong."""
    raise IndexError("seventeen")


def breaks_later(sample_rate_hz: int, seed: int, /, **parameters: float) -> Any:
    """An effect that fails only when it hears something."""
    return broken


def empty(*arguments: Any) -> Any:
    """Nothing at all."""


@pytest.mark.parametrize("group", [plugins.ROLES, plugins.EFFECTS, plugins.EXPORTS])
def test_a_plugin_that_breaks_is_named_as_theirs(monkeypatch: pytest.MonkeyPatch, group: str) -> None:
    for name in ("broken", "empty", "gone"):
        point = EntryPoint(name, f"{__name__}:{name}", group)
        monkeypatch.setattr(plugins, "_points", lambda _, point=point: {point.name: point})
        with pytest.raises(PluginError, match=f"{name!r} of the package {__name__} broke: "):
            plugins.load(group, name)(1, 2) if group == plugins.EFFECTS else plugins.load(group, name)(None)
    point = EntryPoint("later", f"{__name__}:breaks_later", plugins.EFFECTS)
    monkeypatch.setattr(plugins, "_points", lambda _: {"later": point})
    with pytest.raises(PluginError, match="IndexError: seventeen"):
        plugins.load(plugins.EFFECTS, "later")(44100, 0)(None)


def test_a_message_is_a_lines_worth() -> None:
    told = UserError("x" * 10_000, file="f" * 10_000, place="p" * 10_000, remedy="r" * 10_000)
    assert len(str(told)) < 6 * errors.MOST_LETTERS
    assert str(UserError("is bad", file="a.mid", remedy="mend it")) == "a.mid: is bad; mend it"


def test_a_path_that_no_disk_can_hold_is_a_line(cli: Cli, tmp_path: Path) -> None:
    write_song(tmp_path / "song.mid")
    done = cli("render", "song.mid", "-o", "a.wav", "--soundfont", "fonts/" + "x" * 5000)
    assert (done.status, done.out) == (2, "")
    assert len(done.err) < 1500


def test_square_brackets_in_names_are_no_markup(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('schema = 2\ntitle = "[/x]"\n[roles."[/x]"]\nkind = "bass"\n')
    assert "[/x]" in cli("styles", "show", "mine.toml").out
