"""A folder on its way in: packed into one archive, which is then kept and read like any other."""

import errno
import os
import stat
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.model.instant import from_us
from tocsin.operations.archive import MOST_MEMBERS
from tocsin.operations.original import Original, hashed, refuse_stores, shown
from tocsin.operations.progress import Progress

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same files, so that the same folder is known again


def packed(path: Path, folder: Path) -> Generator[Progress, None, Original]:
    """Return an archive of the regular files below `path`; links are not followed. Raises BadInput."""
    name = shown(path)
    target = folder / "original"
    newest = 0
    try:
        found = sorted(_files(path))
        if len(found) > MOST_MEMBERS:
            raise BadInput(f"it holds more than {MOST_MEMBERS:,} files.", where=name)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number, file in enumerate(found):
                newest = max(newest, file.stat().st_mtime_ns)
                info = zipfile.ZipInfo(file.relative_to(path).as_posix(), _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                with file.open("rb") as plain, archive.open(info, "w", force_zip64=True) as taken:
                    while block := plain.read(1 << 20):
                        taken.write(block)
                yield Progress(number + 1, len(found), "packing the folder")
    except UnicodeEncodeError:
        raise BadInput("a file in it has a name that is no text.", where=name, hint="Rename it.") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise  # it is our disk that is full
        raise BadInput(f"the folder cannot be read: {error.strerror}.", where=name) from None
    if not found:
        raise BadInput("there is no file in this folder.", where=name)
    sha256 = yield from hashed(target)
    return Original(target, name, sha256, target.stat().st_size, from_us(newest // 1000))


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, onerror=_raise):
        refuse_stores(Path(parent))
        for file in (Path(parent, name) for name in names):
            if stat.S_ISREG(file.lstat().st_mode):
                yield file


def _raise(error: OSError) -> None:
    raise error
