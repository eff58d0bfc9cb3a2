"""Every command and every block of Python in the documents does what it says, in a folder with a song in it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from conftest import EXAMPLES, ROOT, Done

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
    if path.parent.name != "decisions"
)
# What would wait for a change, for another machine, or for the network.
NOT_HERE = ("remixkit watch", "--cluster", "soundfonts get")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """The commands of a page, in order; those with words in capitals for what the user has are no commands yet."""
    lines = re.findall(r"^    (remixkit .+)$", text, re.MULTILINE)
    split = [shlex.split(line, comments=True)[1:] for line in lines if not any(word in line for word in NOT_HERE)]
    return [words for words in split if not any(re.fullmatch(r"\[?[A-Z]{3,}.*|\|", word) for word in words)]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def three_times(song: Path, path: Path) -> None:
    """A song of eight bars as one of twenty-four."""
    longer = mido.MidiFile(song)
    for track in longer.tracks[1:]:
        track[:] = [message for message in track if message.type != "end_of_track"] * 3
    longer.save(path)


@pytest.fixture
def folder(tmp_path: Path, short_song: Path) -> Path:
    """What a reader of the pages has: songs, a style, the examples."""
    for name in ("theme", "opening"):
        shutil.copy(short_song, tmp_path / f"{name}.mid")
    three_times(short_song, tmp_path / "song.mid")
    (tmp_path / "themes").mkdir()
    shutil.move(short_song, tmp_path / "themes" / "one.mid")
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    (tmp_path / "mine.toml").write_text('schema = 2\ntitle = "Mine"\nextends = "lofi"\nkeep = [1]\n')
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if commands(text_of(page))])
def test_the_commands_of_a_page_work(page: str, folder: Path, cli: Callable[..., Done]) -> None:
    text = text_of(page)
    for name, block in zip(re.findall(r"`(\w+\.toml)`:?\n\n```toml", text), blocks(text, "toml"), strict=False):
        (folder / name).write_text(block, encoding="utf-8")
    for words in commands(text):
        done = cli(*words)
        assert done.status == 0, f"remixkit {' '.join(words)}: {done.err}"


@pytest.mark.parametrize("page", [page for page in PAGES if "import remixkit" in text_of(page)])
def test_the_python_of_a_page_runs(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for code in blocks(text_of(page), "python"):
        exec(compile(code, page, "exec"), {})


def test_no_page_is_left_out() -> None:
    assert {"README.md", "docs/tutorials/piano.md", "docs/tutorials/album.md", "docs/tutorials/daw.md"} <= set(PAGES)
    assert sum(len(commands(text_of(page))) for page in PAGES) > 30
