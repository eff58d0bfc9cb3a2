"""What `import remixkit` gives, and how it looks at a prompt and in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES

import remixkit
from remixkit.errors import SoundFontError
from remixkit.render.soundfonts import lookup


def test_every_public_name_is_there_and_documented() -> None:
    for name in remixkit.__all__:
        thing = getattr(remixkit, name)
        assert name == "__version__" or (thing.__doc__ or "").strip(), name
    assert set(remixkit.__all__) <= set(dir(remixkit))
    with pytest.raises(AttributeError, match="'covers'"):
        remixkit.covers  # noqa: B018


def test_a_song_and_what_is_made_of_it_are_told_in_a_line() -> None:
    song = remixkit.load(EXAMPLES / "paper-comet.mid")
    analysis = remixkit.analyze(song)
    cover = remixkit.cover(analysis, "lofi", seed=3)
    for thing, words in (
        (song, ["Song", "Paper Comet", "tracks"]),
        (analysis, ["Analysis", "chorus"]),
        (cover.arrangement, ["Arrangement", "seed 3"]),
        (cover, ["Cover", "Lo-fi", "seed 3", "parts"]),
    ):
        text = repr(thing)
        assert "\n" not in text
        assert len(text) < 400
        assert all(word in text for word in words), text


def test_a_notebook_shows_title_form_and_roll(monkeypatch: pytest.MonkeyPatch, short_song: Path) -> None:
    def missing(name: object) -> None:
        raise SoundFontError("there is none")

    monkeypatch.setattr(lookup, "find", missing)
    shown = remixkit.cover(short_song, "piano-ballad")._repr_html_()
    assert "data:image/png;base64," in shown
    assert "Verse" in shown or "Chorus" in shown
    assert "<audio" not in shown


def test_a_page_of_a_cover_plays_it(short_song: Path, tmp_path: Path) -> None:
    cover = remixkit.cover(short_song, "piano-ballad")
    cover.write(tmp_path / "cover.html")
    page = (tmp_path / "cover.html").read_text(encoding="utf-8")
    assert "data:audio/mpeg;base64," in page
    assert "http" not in page.replace("http-equiv", "")
