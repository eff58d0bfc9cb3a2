"""An arrangement to finished sound files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from remixkit.errors import OutputError
from remixkit.model.arrangement import Arrangement
from remixkit.render.files.encode import Bits, EncodingOptions, check_target, write
from remixkit.render.files.tags import Art, Tags
from remixkit.render.master.mastering import mastered
from remixkit.render.mix.stems import Stem, StemOptions, StemSound, render_stems, write_stems
from remixkit.render.mix.summing import mixdown
from remixkit.render.soundfonts.lookup import SoundFont
from remixkit.texts import plain_line

RATES_HZ = (44100, 48000)

# Keys as ID3 writes them, by pitch class of the tonic.
_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What was rendered.

    Parameters
    ----------
    seconds : float
        Length of the sound.
    lufs, true_peak_db : float
        As measured in the finished sound.
    warnings : tuple of str
        What the SoundFonts lack, which of them are not here, and what could not be reached.
    timings : mapping of str to float
        Seconds that each stage took: "synthesis and mix", "master", "stems", and one for each file.
    stems : mapping of str to Stem
        By role, if they were asked for.
    """

    seconds: float
    lufs: float
    true_peak_db: float
    warnings: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)
    stems: Mapping[str, Stem] = field(default_factory=dict)


def render(
    arrangement: Arrangement,
    targets: Sequence[Path],
    *,
    soundfont: SoundFont,
    rate_hz: int = 44100,
    bits: Bits = 16,
    stems: StemOptions | None = None,
    art: Art | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> RenderReport:
    """Render an arrangement and write it to one or more sound files.

    Parameters
    ----------
    arrangement : Arrangement
        What to play. The same arrangement, seed included, on the same SoundFont gives the same samples.
    targets : sequence of Path
        Files to write; the ending decides the format (.wav, .flac, .ogg, .mp3). An existing file is replaced once
        the new one is whole.
    soundfont : SoundFont
        From `soundfonts.find`; parts that name another which is here are played with that.
    rate_hz : int
        44100 or 48000.
    bits : int
        Word length of WAV and FLAC: 16 (dithered), 24, or 32 for floating point.
    stems : StemOptions, optional
        Where to write each part alone, as long as the whole.
    art : Art, optional
        A picture for the files, from `read_art`.
    progress : callable, optional
        Called with what is being done ("synthesis", "stems", "master", "file") and the share of it that is done, 0-1.

    Returns
    -------
    RenderReport
        Length, loudness, true peak, warnings.

    Raises
    ------
    OutputError
        If a target or the rate will not do; found before anything is rendered where that is possible.
    SynthError, SoundFontError, PluginError, StyleError
        If the sound cannot be made.
    """
    tell = progress or (lambda _stage, _share: None)
    if rate_hz not in RATES_HZ:
        raise OutputError(f"{rate_hz} Hz is no rate for a cover", remedy="choose 44100 or 48000")
    for target in targets:
        check_target(target, bits)
    timings: dict[str, float] = {}
    began = perf_counter()

    def lap(stage: str) -> None:
        timings[stage] = timings.get(stage, 0.0) + perf_counter() - began - sum(timings.values())

    mix = mixdown(arrangement, soundfont, rate_hz, lambda share: tell("synthesis", share))
    lap("synthesis and mix")
    written: Mapping[str, Stem] = {}
    with ExitStack() as scratch, ThreadPoolExecutor() as pool:
        parts: tuple[StemSound, ...] = ()
        if stems is not None:
            parts = scratch.enter_context(
                render_stems(arrangement, soundfont, rate_hz, mix, stems, lambda share: tell("stems", share))
            )
            lap("stems")
        tell("master", 0.0)
        done = mastered(mix, arrangement.master, rate_hz, arrangement.seed, pool)
        tell("master", 1.0)
        lap("master")
        if stems is not None:
            written = write_stems(parts, done.sound.shape[1], rate_hz, stems)
            lap("stems")
    options = EncodingOptions(bits, _tags(arrangement, art), arrangement.master.ceiling_db, arrangement.seed)
    for target in targets:
        write(done.sound, target, rate_hz, options, lambda share: tell("file", share))
        lap(target.name)
    seconds = done.sound.shape[1] / rate_hz
    return RenderReport(seconds, done.lufs, done.true_peak_db, mix.warnings + done.warnings, timings, written)


def _tags(arrangement: Arrangement, art: Art | None) -> Tags:
    comment = f"{arrangement.style} cover" if arrangement.style else ""
    tempo = arrangement.grid.tempo.mean_bpm(max(1, arrangement.end_tick))
    key = ""
    if arrangement.keys:
        longest = max(arrangement.keys, key=lambda k: k.end_tick - k.start_tick)
        key = _MINOR[longest.tonic_pc] + "m" if longest.mode == "minor" else _MAJOR[longest.tonic_pc]
    title, composer, comment = map(plain_line, (arrangement.title, arrangement.composer, comment))
    return Tags(title, composer, comment, round(tempo), key, art)
