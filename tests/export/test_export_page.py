"""The album's page: what is in it, and what it does in a real browser, from disk and without a network."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remixkit.export.album_page import PageSong, PageTrack, html

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def music(bar_s: float, source_bars: list[int | None]) -> dict[str, Any]:
    bars = [round(k * bar_s, 3) for k in range(len(source_bars))]
    end = round(len(bars) * bar_s, 3)
    tune = [[round(1000 * b), 400, 72 + k % 5, 80] for k, b in enumerate(bars)]
    kit = [[round(1000 * b), 100, 36, 80] for b in bars]
    return {
        "meter": "4/4",
        "end_s": end,
        "bars_s": bars,
        "source_bars": source_bars,
        "keys": [[0.0, end, "F# minor"]],
        "sections": [[0.0, bars[4], "verse", 0.4], [bars[4], end, "chorus", 0.9]],
        "chords": [[b, round(b + bar_s, 3), "F#m7" if k % 2 else "Bb"] for k, b in enumerate(bars)],
        "parts": [
            {"name": "Melody", "program": 0, "drums": False, "lead": True, "notes": tune},
            {"name": "Drums", "program": 0, "drums": True, "lead": False, "notes": kit},
        ],
    }


def songs() -> list[PageSong]:
    """Two songs; a cover of the first begins with two bars of its own, and is slower than its source."""
    source = PageTrack("Source", True, "F# minor", 120.0, 24.0, {"sources/one.wav": 9}, music(2.0, list(range(12))))
    bars = [None, None, *range(12)]
    slow = PageTrack(
        "Lo-fi study", False, "F# minor", 96.0, 35.0, {"one #1.wav": 9, "one #1.mid": 99}, music(2.5, bars)
    )
    other = PageTrack("Lo-fi study", False, "Bb major", 96.0, 24.0, {"two.wav": 9}, music(2.0, list(range(12))))
    return [PageSong("One </script><b>", (source, slow)), PageSong("二つ目", (other,))]


class Links(HTMLParser):
    """Every address in a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_everything_but_the_sound_is_in_the_page() -> None:
    page = html("Evening", songs())
    links = Links()
    links.feed(page)
    assert sorted(a for a in links.addresses if a[0] not in "#d") == [
        "one%20%231.mid", "one%20%231.wav", "sources/one.wav", "two.wav",
    ]  # fmt: skip
    assert "http" not in page.replace("http-equiv", "")
    assert "One </script><b>" in links.text, "a title is a text"
    assert "二つ目" in links.text
    assert "2 songs · 2 covers · 0:59" in links.text
    assert html("Evening", songs()) == page


def sound(path: Path, seconds: float) -> None:
    path.parent.mkdir(exist_ok=True)
    samples = (3000 * np.sin(np.arange(int(seconds * 8000)) / 5)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page in Chromium, and what it complained about."""
    playwright = pytest.importorskip("playwright.sync_api")
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    folder = tmp_path_factory.mktemp("page")
    for name, seconds in (("sources/one.wav", 24), ("one #1.wav", 35), ("two.wav", 24)):
        sound(folder / name, seconds)
    (folder / "index.html").write_text(html("Evening", songs()), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--mute-audio"])
        yield chromium, (folder / "index.html").as_uri()
        chromium.close()


@pytest.fixture
def page(opened: Any) -> Iterator[Any]:
    chromium, address = opened
    context = chromium.new_context(viewport={"width": 1200, "height": 800})
    context.set_offline(True)
    said: list[str] = []
    asked: list[str] = []
    shown = context.new_page()
    shown.on("console", lambda m: said.append(m.text))
    shown.on("pageerror", lambda e: said.append(str(e)))
    shown.on("request", lambda r: asked.append(r.url))
    shown.goto(address)
    yield shown
    assert said == [], "the console is empty"
    assert all(url.startswith(("file:", "data:")) for url in asked), "nothing but files is asked for"
    context.close()


def state(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("({...album.state(), at: album.position()})")
    return found


def until(page: Any, what: str) -> None:
    page.wait_for_function(what, timeout=20000)


def test_it_plays_and_pauses(page: Any) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "album.position() > 0.3")
    assert page.get_by_role("button", name="Pause", exact=True).count() == 1
    page.keyboard.press("Tab")
    page.locator("#roll").focus()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    assert not state(page)["playing"]
    at = state(page)["at"]
    page.wait_for_timeout(150)
    assert state(page)["at"] == at


def test_source_and_cover_switch_at_the_same_bar(page: Any) -> None:
    page.evaluate("seek.value = 0")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    until(page, "album.position() > 17")
    assert (state(page)["bar"], state(page)["source"]) == (7, 5), "two bars are the cover's own"
    page.keyboard.press("a")
    until(page, "album.state().track === 0 && Math.abs(album.position() - 10) < 0.05")
    assert (state(page)["bar"], state(page)["source"]) == (5, 5)
    assert page.locator("#compare").get_attribute("aria-pressed") == "true"
    page.get_by_role("group").get_by_role("button", name="Lo-fi study").click()
    until(page, "album.state().track === 1 && Math.abs(album.position() - 17.5) < 0.05")
    page.keyboard.press("ArrowLeft")
    until(page, "album.position() < 15.1")


def test_seeking_tells_bar_chord_section_and_key(page: Any) -> None:
    page.locator("#seek").fill("500")
    until(page, "Math.abs(album.position() - 17.5) < 0.1")
    until(page, "document.getElementById('bar').textContent === 'bar 8 of 14'")
    told = page.locator(".where").inner_text()
    assert all(word in told for word in ("F♯m7", "Chorus", "F♯ minor", "96 BPM"))
    assert "bar 8 of 14" in page.locator("#seek").get_attribute("aria-valuetext")


def test_the_piano_roll_moves_with_the_sound(page: Any) -> None:
    picture = "document.getElementById('roll').toDataURL()"
    before = page.evaluate(picture)
    page.keyboard.press("Space")
    until(page, "album.position() > 0.4")
    assert page.evaluate(picture) != before


def test_the_next_song_follows_in_the_same_style(page: Any) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "album.position() > 0.1")
    page.locator("#seek").fill("995")
    until(page, "album.state().song === 1 && album.position() > 0.05")
    assert page.locator("#title").inner_text() == "二つ目"
    assert "二つ目" in page.locator("#said").inner_text()


@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_and_every_control_has_a_name(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator("button, input, a[download]").all():
        name = control.get_attribute("aria-label") or control.inner_text()
        assert name.strip(), control.evaluate("x => x.outerHTML")
        assert not control.is_visible() or control.bounding_box()["height"] >= 24, name
