"""The options of sound files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from remixkit.cli import console

if TYPE_CHECKING:
    from remixkit.render.files.encode import Bits
    from remixkit.render.files.tags import Art
    from remixkit.render.soundfonts.lookup import SoundFont


class Rate(Enum):
    """Sampling rates."""

    cd = "44100"
    film = "48000"


class WordLength(Enum):
    """Word lengths of WAV and FLAC."""

    cd = "16"
    studio = "24"
    float = "32"


_WORD_LENGTHS: dict[WordLength, Bits] = {WordLength.cd: 16, WordLength.studio: 24, WordLength.float: 32}


@dataclass(frozen=True, slots=True)
class StemsOptions:
    """Whether and how each part is written alone."""

    stems: Annotated[
        Path | None,
        typer.Option(
            "--stems", metavar="FOLDER", help="Write each part alone, in step with the mix, 24 bits; {style} as in -o."
        ),
    ] = None
    stems_as: Annotated[Literal["wav", "flac"], typer.Option("--stems-as", help="What stems are written as.")] = "wav"
    dry: Annotated[bool, typer.Option("--dry", help="Stems as played: no effects, no room.")] = False


@dataclass(frozen=True, slots=True)
class SoundTarget:
    """How sound is wanted."""

    rate_hz: int
    bits: Bits
    art: Art | None
    stems: StemsOptions

    def of(self, stems: Path | None) -> Mapping[str, Any]:
        """What `Cover.write` is told of a cover whose stems go to a folder."""
        from remixkit.render.mix.stems import StemOptions

        ending: Literal[".wav", ".flac"] = ".flac" if self.stems.stems_as == "flac" else ".wav"
        options = None if stems is None else StemOptions(stems, ending, self.stems.dry)
        return {"rate_hz": self.rate_hz, "bits": self.bits, "art": self.art, "stems": options}


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """How sound files are written."""

    rate: Annotated[Rate, typer.Option("--rate", help="Samples a second.")] = Rate.cd
    bits: Annotated[WordLength, typer.Option("--bits", help="Word length of WAV and FLAC; 32 is floating point.")] = (
        WordLength.cd
    )
    art: Annotated[
        Path | None, typer.Option("--art", metavar="PICTURE", help="A PNG or JPEG to show for the sound files.")
    ] = None
    timings: Annotated[bool, typer.Option("--timings", help="Say where the time went.")] = False

    def checked(self, paths: Iterable[Path], stems: StemsOptions | None = None) -> SoundTarget:
        """How sound is wanted in those files.

        Raises
        ------
        OutputError
            If a file cannot be written so, or the picture cannot be used.
        """
        from remixkit.render.files.encode import check_target
        from remixkit.render.files.tags import read_art

        bits = _WORD_LENGTHS[self.bits]
        for path in paths:
            check_target(path, bits)
        art = None if self.art is None else read_art(self.art)
        return SoundTarget(int(self.rate.value), bits, art, stems or StemsOptions())


def tell(timings: Mapping[str, float]) -> None:
    """Say where the time went, on stderr."""
    for stage, seconds in timings.items():
        console.say(f"{stage}: {seconds:.2f} s")


@contextmanager
def in_memory(soundfont: SoundFont | None) -> Iterator[Callable[[], object]]:
    """Load a SoundFont while something else is done; it stays in memory as long as the context lasts.

    Yields what waits until it is there, and fails as rendering would. The first to load one sets FluidSynth up, so
    nothing may be rendered before.
    """
    if soundfont is None:
        yield lambda: None
        return
    from concurrent.futures import ThreadPoolExecutor

    from remixkit.render.synth import synthesis

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(synthesis.hold, soundfont)
        try:
            yield loading.result
        finally:
            if loading.exception() is None:
                loading.result().close()
