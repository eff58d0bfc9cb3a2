from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from render_help import write_soundfont

from remixkit.errors import SoundFontError
from remixkit.render.soundfonts import catalogue
from remixkit.render.soundfonts.catalogue import Known


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Known]:
    """A SoundFont on a server of this machine."""
    folder = tmp_path / "served"
    folder.mkdir()
    path = write_soundfont(folder / "Small.sf2", [("Piano", 0, 0)])
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    yield Known("Small", "MIT", "", f"http://127.0.0.1:{server.server_port}/Small.sf2", digest, path.stat().st_size)
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_soundfont_is_fetched_checked_and_kept(served: Known, tmp_path: Path) -> None:
    shares: list[float] = []
    font = catalogue.fetch(served, tmp_path / "mine", shares.append)
    assert font.path == tmp_path / "mine" / "Small.sf2"
    assert [p.name for p in font.presets] == ["Piano"]
    assert shares[-1] == 1.0
    unreachable = replace(served, url="http://127.0.0.1:9/Small.sf2")
    assert catalogue.fetch(unreachable, tmp_path / "mine").path == font.path


def test_what_is_not_the_file_that_was_meant_is_not_kept(served: Known, tmp_path: Path) -> None:
    with pytest.raises(SoundFontError, match=r"what came is not Small: its SHA-256 differs; fetch http"):
        catalogue.fetch(replace(served, sha256="0" * 64), tmp_path)
    assert not list(tmp_path.glob("*.sf2"))


def test_no_network_and_no_file_are_said(served: Known, tmp_path: Path) -> None:
    with pytest.raises(SoundFontError, match=r"could not be fetched: no answer; fetch .* by other means"):
        catalogue.fetch(replace(served, url="http://127.0.0.1:9/Small.sf2"), tmp_path)
    with pytest.raises(SoundFontError, match="could not be fetched: 404"):
        catalogue.fetch(replace(served, url=served.url.replace("Small", "Gone")), tmp_path)


def test_names() -> None:
    assert catalogue.fetchable("fluidr3_gm").licence == "MIT"
    assert catalogue.known("MuseScore_General_Full") == catalogue.known("MuseScore_General")
    with pytest.raises(SoundFontError, match="did you mean 'FluidR3_GM'"):
        catalogue.fetchable("FluidR3")
    with pytest.raises(SoundFontError, match="cannot be fetched"):
        catalogue.fetchable("TimGM6mb")
