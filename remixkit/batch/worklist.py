"""What there is to make: every song in every style, each with the hash of all it is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from remixkit import style as styles
from remixkit.batch import manifest
from remixkit.batch.guards.album_names import is_file_of
from remixkit.batch.songs import SongSource
from remixkit.batch.store import Store
from remixkit.errors import OutputError, StyleError
from remixkit.style import Style
from remixkit.targets import kind_of


@dataclass(frozen=True, slots=True)
class Font:
    """A SoundFont, as every machine must have it: by its name or path, its content's SHA-256 ("": it is not there)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AlbumPiece:
    """Something to make: a cover, or (without a style) the song as it is written.

    Parameters
    ----------
    name : str
        ``"song.style"`` or ``"song"``.
    style : Style or None
        Resolved.
    key : str
        SHA-256 of song, style, SoundFonts, seed and version.
    files : tuple of str
        Where it goes in the album.
    stale : tuple of str
        Files of an earlier making that this one does not replace.
    fonts : tuple of Font
        What its style names for single roles.
    """

    name: str
    style: Style | None
    key: str
    files: tuple[str, ...]
    stale: tuple[str, ...] = ()
    fonts: tuple[Font, ...] = ()

    @property
    def style_name(self) -> str:
        """Its style's; empty for the song as it is written."""
        return self.style.name if self.style else ""


@dataclass(frozen=True, slots=True)
class SongJob:
    """What a worker does in one go: some pieces of one song, heard once."""

    song: str
    file_name: str
    content: bytes
    pieces: tuple[AlbumPiece, ...]
    seed: int
    font: Font | None
    store: Store
    version: str
    encoding: str | None = None


def formats(names: Sequence[str]) -> tuple[str, ...]:
    """Endings, from ``["mid,flac", ".ogg"]``.

    Raises
    ------
    OutputError
        If nothing is written with one of them.
    """
    words = [word.strip().lower() for text in names for word in text.split(",") if word.strip()]
    endings = tuple(dict.fromkeys(word if word.startswith(".") else f".{word}" for word in words))
    for ending in endings:
        kind_of(Path(f"cover{ending}"))
    if not endings:
        raise OutputError("no format is named", remedy="say --formats mid,flac")
    return endings


def sounds(endings: Sequence[str]) -> tuple[str, ...]:
    """Those that are heard."""
    return tuple(e for e in endings if kind_of(Path(f"cover{e}")) == "sound")


def by_name(chosen: Sequence[Style]) -> tuple[Style, ...]:
    """The styles, whose names must differ.

    Raises
    ------
    StyleError
        If two have one name.
    """
    names = [s.name.casefold() for s in chosen]
    for style in chosen:
        if names.count(style.name.casefold()) > 1:
            raise StyleError(f"two styles are called {style.name!r}", remedy="rename one of the files")
    return tuple(chosen)


def album_pieces(
    source: SongSource,
    chosen: Sequence[tuple[Style, str, tuple[Font, ...]]],
    endings: Sequence[str],
    font: Font | None,
    seed: int,
    version: str,
    encoding: str | None = None,
) -> tuple[AlbumPiece, ...]:
    """What is to be made of a song: its covers, and if they are heard the song as it is written, to compare.

    Styles come with their `fingerprint` and the SoundFonts that they name for roles.
    """
    base = (version, source.sha256, font.sha256 if font else "", *([encoding] if encoding else []))
    heard = sounds(endings)[:1]
    plain = (
        [AlbumPiece(source.name, None, _hash(*base), tuple(f"sources/{source.name}{e}" for e in heard))]
        if heard
        else []
    )
    return (
        *plain,
        *(
            AlbumPiece(
                name := f"{source.name}.{s.name}",
                s,
                _hash(*base, mark, str(seed), *(f"{f.name}:{f.sha256}" for f in fonts)),
                tuple(f"{name}{e}" for e in endings),
                fonts=fonts,
            )
            for s, mark, fonts in chosen
        ),
    )


def fingerprint(style: Style) -> str:
    """SHA-256 of a resolved style and the patterns it can name."""
    patterns = sorted((name, repr(pattern)) for name, pattern in styles.library(style).items())
    return _hash(style.model_dump_json(by_alias=True), repr(patterns))


def shares(missing: Sequence[AlbumPiece], songs_left: int, workers: int) -> Iterator[tuple[AlbumPiece, ...]]:
    """A song's pieces as jobs: all in one, unless there are too few songs left to keep every worker busy."""
    if songs_left > 2 * workers:
        yield tuple(missing)
    else:
        yield from ((piece,) for piece in missing)


def missing(store: Store, wanted: Sequence[AlbumPiece], known: dict[str, manifest.Entry]) -> tuple[AlbumPiece, ...]:
    """The pieces that are not there as they should be. What is found only in its record is added to `known`."""
    out = []
    for piece in wanted:
        entry = known.get(piece.name)
        if entry is None or entry.key != piece.key:
            recorded = manifest.recorded(store, piece.name)
            if recorded is not None:
                entry = known[piece.name] = recorded
        if entry is None:
            ours = (
                n for n in manifest.owned(store, piece.name, None) if is_file_of(piece.name, piece.style is None, n)
            )
            out.append(replace(piece, stale=tuple(sorted(set(ours) - set(piece.files)))))
        elif entry.key != piece.key:
            out.append(_replacing(piece, entry, keep=()))
        elif not manifest.is_whole(store, entry, piece.files):
            out.append(_replacing(piece, entry, keep=entry.files))
    return tuple(out)


def in_the_way(store: Store, piece: AlbumPiece, known: Mapping[str, manifest.Entry]) -> str:
    """A file of others where one of the piece's would come; empty if there is none."""
    ours = manifest.owned(store, piece.name, known.get(piece.name))
    return next((n for n in (*piece.files, manifest.record_of(piece.name)) if n not in ours and store.has(n)), "")


def _replacing(piece: AlbumPiece, entry: manifest.Entry, keep: Iterable[str]) -> AlbumPiece:
    """The piece with the formats it had before, if it is the same piece; else what is left of the other goes."""
    files = tuple(dict.fromkeys([*piece.files, *keep]))
    return replace(piece, files=files, stale=tuple(sorted(entry.files.keys() - set(files))))


def _hash(*parts: str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(f"{len(part)}:{part}".encode())
    return whole.hexdigest()
