"""What is written as DAWproject, against the format's own XML schema.

The schema is not part of this project: REMIXKIT_DAWPROJECT_SCHEMA names the folder with its Project.xsd and
MetaData.xsd (github.com/bitwig/dawproject).
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from charts import arrange, song

from remixkit import style as styles
from remixkit.arrange import Daw, for_daw
from remixkit.export.dawproject import write_dawproject
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Control
from remixkit.render.mix.stems import Stem

FOLDER = os.environ.get("REMIXKIT_DAWPROJECT_SCHEMA")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="REMIXKIT_DAWPROJECT_SCHEMA names no folder")


def with_everything(made: Arrangement) -> Arrangement:
    """One part is told all that a part can be told."""
    kinds = [
        Control(960, kind, number, value)
        for kind, number, value in (
            ("cc", 64, 127), ("bend", 0, -8192), ("pressure", 0, 90), ("key_pressure", 60, 90), ("program", 0, 5),
            ("rpn", 0, 256),
        )
    ]  # fmt: skip
    first = made.parts[0]
    return replace(
        made, parts=(replace(first, bank=129, controls=tuple(sorted([*first.controls, *kinds]))), *made.parts[1:])
    )


@pytest.mark.parametrize("style", ["rock", "piano-ballad", "orchestral", "lofi"])
@pytest.mark.parametrize("meter", [(4, 4), (6, 8)])
@pytest.mark.parametrize("daw", [Daw(), Daw(chord_track=True, split_drums=True, bars_from=3)])
def test_it_validates(style: str, meter: tuple[int, int], daw: Daw, tmp_path: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    made = with_everything(arrange(song(form="iABSO", meter=meter), styles.load(style)))
    soundfile.write(tmp_path / "a.wav", np.zeros((441, 2)), 44100)
    stems = {made.parts[0].role: Stem(tmp_path / "a.wav", 0.01, 44100)}
    path = tmp_path / "a.dawproject"
    for given in ({}, stems):
        write_dawproject(for_daw(made, daw), path, given)
        with zipfile.ZipFile(path) as archive:
            for name, schema in (("project.xml", "Project.xsd"), ("metadata.xml", "MetaData.xsd")):
                rules = etree.XMLSchema(etree.parse(str(Path(FOLDER or ".") / schema)))
                rules.assertValid(etree.fromstring(archive.read(name)))
