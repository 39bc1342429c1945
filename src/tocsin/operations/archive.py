"""What is packed: gzip and zip unpacked within bounds, never to a path that an archive names.

Members are written to numbered files in the work folder; their names stay text. Sizes are counted while
unpacking, since an archive may state any.
"""

import gzip
import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from tocsin.errors import BadInput
from tocsin.importers.base import Source
from tocsin.operations.original import Original
from tocsin.operations.progress import Progress

MOST_MEMBERS = 50_000
MOST_RATIO = 100  # text packs 5 to 50 to one; a bomb a thousand
FREE_OF_RATIO = 64 << 20  # this much may come of anything
SPARE = 256 << 20  # bytes of the disk that are left to those who write meanwhile
_BLOCK = 1 << 20
_SAFE = re.compile(r"[^\\:\x00-\x1f\x7f]+")
_IGNORED = re.compile(r"(^|/)(__MACOSX/|\.)")  # what desktops and version control leave in archives
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


Unpacking = Generator[Progress, None, Source]


def unpacked(copied: Original, folder: Path) -> Unpacking:
    """Return the source to read: the copy itself, or what was packed in it. Raises BadInput.

    `folder` takes what is unpacked and the importers' scratch. An archive of one file is that file.
    """
    scratch = folder / "scratch"
    scratch.mkdir()
    source = Source(copied.path, copied.name, scratch, copied.modified)
    if source.head(2) == b"\x1f\x8b":
        plain = folder / "plain"
        yield from _gunzip(copied, plain)
        name = copied.name.removesuffix(".gz").removesuffix(".gzip")
        source = Source(plain, name, scratch, copied.modified)
        if source.head(2) == b"\x1f\x8b":
            raise BadInput("it is gzip inside gzip.", where=copied.name, hint="Unpack it first.")
    if source.head(4) not in _PACKED:
        return source
    members = yield from _unzip(source, folder)
    if len(members) == 1:
        [(name, path)] = members.items()
        return Source(path, f"{source.name}/{name}", scratch, copied.modified)
    return Source(source.path, source.name, scratch, copied.modified, members)


def parts(source: Source) -> Iterator[Source]:
    """Give each member of an archive as a source of its own."""
    for number, (name, path) in enumerate(source.members.items()):
        scratch = source.scratch / str(number)
        scratch.mkdir()
        yield Source(path, name, scratch, source.modified)


def _gunzip(copied: Original, target: Path) -> Generator[Progress, None, None]:
    with _in_words(copied.name), gzip.open(copied.path, "rb") as packed, target.open("wb") as plain:
        done = yield from _copied(packed, plain, target.parent, copied.size, copied.name)
    if not done:
        raise BadInput("there is nothing in it.", where=copied.name)


def _unzip(source: Source, folder: Path) -> Generator[Progress, None, dict[str, Path]]:
    size, total = source.path.stat().st_size, 0
    target = folder / "members"
    target.mkdir()
    members: dict[str, Path] = {}
    with _in_words(source.name), zipfile.ZipFile(source.path) as archive:
        chosen = _checked(archive, source, size)
        for number, info in enumerate(chosen):
            path = target / str(number)
            with archive.open(info) as packed, path.open("wb") as plain:
                name = f"{source.name}/{info.filename}"
                total += yield from _copied(packed, plain, target, size, name, total)
            members[info.filename] = path
    if not members:
        raise BadInput("there is no file in it.", where=source.name)
    return members


def _checked(archive: zipfile.ZipFile, source: Source, size: int) -> list[zipfile.ZipInfo]:
    """Return the files of an archive in the order of their names. Raises BadInput for what is odd in it."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise BadInput(f"it holds {len(infos):,} files; {MOST_MEMBERS:,} is the limit.", where=source.name)
    if b"PK\x05\x06" in archive.comment:
        raise BadInput("it ends twice: which half is meant cannot be told.", where=source.name)
    if infos and (first := min(info.header_offset for info in infos)):
        raise BadInput(f"{first:,} bytes stand before the archive begins.", where=source.name)
    _refuse_overlaps(infos, source, size)
    seen: dict[str, str] = {}
    for info in infos:
        _check_one(info, source)
        same = unicodedata.normalize("NFC", info.filename).casefold()
        if same in seen:
            raise BadInput(f"{_short(info.filename)} is in it twice.", where=source.name)
        seen[same] = info.filename
    files = [info for info in infos if not info.is_dir() and not _IGNORED.search(info.filename)]
    return sorted(files, key=lambda info: info.filename)


def _check_one(info: zipfile.ZipInfo, source: Source) -> None:
    name = info.filename
    rooted = name.startswith("/") or ".." in name.split("/")
    if rooted or not _SAFE.fullmatch(name) or name != info.orig_filename:
        raise BadInput(
            f"a file in it has a name that is none: {_short(info.orig_filename)}.", where=source.name
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadInput(f"{_short(name)} is a link, not a file.", where=source.name)
    if info.flag_bits & 0x1:
        raise BadInput(f"{_short(name)} is encrypted.", where=source.name, hint="Unpack it first.")
    if info.compress_type not in _METHODS:
        raise BadInput(
            f"{_short(name)} is packed in a way (method {info.compress_type}) that is not read here.",
            where=source.name,
            hint="Pack it as an ordinary zip.",
        )
    if name.lower().endswith((".zip", ".gz")):
        raise BadInput(
            f"{_short(name)} is an archive in the archive.", where=source.name, hint="Unpack it first."
        )


def _refuse_overlaps(infos: list[zipfile.ZipInfo], source: Source, size: int) -> None:
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end or info.header_offset + info.compress_size > size:
            raise BadInput("files in it overlap, or lie outside of it: it is damaged.", where=source.name)
        end = info.header_offset + 30 + info.compress_size


def _copied(
    packed: _Readable, plain: BinaryIO, folder: Path, size: int, name: str, before: int = 0
) -> Generator[Progress, None, int]:
    done = 0
    while block := packed.read(_BLOCK):
        done += len(block)
        if before + done > max(FREE_OF_RATIO, MOST_RATIO * size):
            raise BadInput(
                f"it unpacks to more than {MOST_RATIO} times its size.",
                where=name,
                hint="Unpack it yourself if you trust it.",
            )
        if shutil.disk_usage(folder).free < SPARE:
            raise BadInput(
                f"there is no room to unpack it: less than {SPARE >> 20:,} MiB of the disk would be left.",
                where=name,
            )
        plain.write(block)
        yield Progress(before + done, None, "unpacking")
    return done


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BadInput(f"it is damaged or cut off: {_short(str(error))}.", where=name) from None
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise BadInput(f"it cannot be unpacked: {_short(str(error))}.", where=name) from None


def _short(text: str) -> str:
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return shown if len(shown) <= 120 else shown[:80] + "…" + shown[-39:]
