"""Sections: where they begin, which are the same, what they are called, how much energy they have.

Each bar line is asked whether a section begins there, each bar whether it is sung and whether it is chorus, the words
which lines return; the likeliest path through all of it is the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from remixkit.analysis.features import Frames, listen, make_frames
from remixkit.analysis.form.labels import name_sections, same_music
from remixkit.analysis.form.lyric_lines import sung_again
from remixkit.analysis.form.returns import find_returns
from remixkit.analysis.form.section_edges import hear_edges
from remixkit.analysis.form.section_path import CHORUS, SUNG, UNSUNG, Doubles, Ints, best_path
from remixkit.analysis.form.story import Story, bar_columns, best_return, hear_story, shared
from remixkit.analysis.harmony.key_change import MOST_BARS
from remixkit.model.analysis import ChordSpan, Key, MelodyNote, Section, TrackRole
from remixkit.model.song import Song

KIND_WEIGHT = 0.3
CHORUS_BIAS = 1.05
USUAL_SHARE, USUAL_WEIGHT = 0.55, 0.3
"""The share of what is sung that is usually no chorus, and how far a song is judged by its own measure."""
WORDS_TRUST = 30.0
ONCE_COST, LIKELY = 2.0, 0.5


def find_sections(
    song: Song, melody: Sequence[MelodyNote], chords: Sequence[ChordSpan], keys: Sequence[Key]
) -> tuple[Section, ...]:
    """Hear the form of a song.

    Parameters
    ----------
    song : Song
        On its true bar grid.
    melody, chords, keys : sequence
        What was heard before; chords and keys without gaps.

    Returns
    -------
    tuple of Section
        From tick 0 to the end of the last bar without gaps, bar line to bar line, two bars or more each. None begins
        in silence but the first. Where there are more bars than `MOST_BARS`, which no song has, eight bars each.
    """
    frames = make_frames(song)
    if len(frames.bar_edges) - 1 > MOST_BARS:
        return by_eight(frames)
    roles: list[TrackRole] = ["drums" if t.is_drum else "chords" for t in song.tracks]
    sounding = listen(song, roles, frames)
    begins, bars = hear_edges(song, frames, sounding, melody, chords, keys)
    returns = find_returns(frames, sounding, melody, chords)
    story = hear_story(bar_columns(song, frames, sounding, melody, returns), returns.same)
    words = sung_again(song, bars.edges)
    worth = kind_worth(story, shared(story.chorus, returns.same), best_return(returns.same), words)
    lines, kinds = best_path(begins, worth)
    groups = same_music(returns.same, lines)
    return name_sections(song, bars, lines, agreed(kinds, groups, section_sums(worth, lines)), groups)


def by_eight(frames: Frames) -> tuple[Section, ...]:
    """Sections of eight bars, all alike."""
    lines = frames.edges[frames.bar_edges].tolist()
    edges = [*lines[:-1:8], lines[-1]]
    return tuple(Section(a, b, "verse") for a, b in pairwise(edges))


def kind_worth(story: Story, elsewhere: Doubles, returning: Doubles, words: Doubles) -> Doubles:
    """What it is worth to call each bar unsung, sung or chorus, (bars, 3): weighted log probabilities.

    `elsewhere` has the log odds of a chorus where the same music stands, (bars,); `returning` how probable it is that
    the music returns at all; `words` is `sung_again`.
    """
    chorus = (story.chorus + elsewhere) / 2 + CHORUS_BIAS - ONCE_COST * (1 - np.minimum(returning / LIKELY, 1))
    is_sung = story.sung > 0
    if is_sung.any():
        chorus = chorus - USUAL_WEIGHT * np.quantile(elsewhere[is_sung], USUAL_SHARE)
    chorus = chorus + WORDS_TRUST * words
    sung = np.where(words != 0, np.abs(story.sung) + WORDS_TRUST, story.sung)
    yes, no = -np.logaddexp(0, -chorus), -np.logaddexp(0, chorus)
    heard, unheard = -np.logaddexp(0, -sung), -np.logaddexp(0, sung)
    return KIND_WEIGHT * np.stack([unheard, heard + no, heard + yes], axis=1)


def section_sums(worth: Doubles, lines: Ints) -> Doubles:
    """The sums over sections, (sections, kinds), of what bars are worth, (bars, kinds)."""
    return np.asarray(np.add.reduceat(worth, lines[:-1], axis=0))


def agreed(kinds: Ints, groups: Sequence[int], worth: Doubles) -> Ints:
    """The kinds of sections, (sections,), those that are sung to the same music being all chorus or none.

    `worth`, (sections, kinds), decides; sections whose words have spoken stay what they are.
    """
    out = kinds.copy()
    gain = worth[:, CHORUS] - worth[:, SUNG]
    for group in set(groups):
        mine = (np.array(groups) == group) & (kinds != UNSUNG)
        if mine.any() and np.abs(gain[mine]).max() < KIND_WEIGHT * WORDS_TRUST:
            out[mine] = CHORUS if gain[mine].sum() > 0 else SUNG
    return out
