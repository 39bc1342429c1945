"""The files of a pack's folder, those it lacks taken from the folder it extends, each read within limits."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.paths import resource

PACK = "pack.toml"
MAX_BYTES = 1_000_000
MAX_FILES = 50
_DEEPEST = 5  # folders that extend each other
# What a pack, a playbook or an audience may be called: it names a file on every system.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class Wrong(Exception):
    """What is wrong in a file, and at which key of it; the key is empty for the whole file."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}" if key else reason)
        self.file, self.key, self.reason = file, key, reason


@dataclass(frozen=True, slots=True)
class Files:
    """The folders a pack is made of, its own first."""

    folders: tuple[Path, ...]

    def place(self, name: str) -> Path:
        """Return where a file of the pack lies, in its own folder when none has it."""
        return next((at for at in (f / name for f in self.folders) if at.exists()), self.folders[0] / name)

    def has(self, name: str) -> bool:
        """Whether the pack has this file, or what it extends."""
        return self.place(name).exists()

    def below(self, name: str) -> "Files | None":
        """Return what the folder that has this file extends; None when nothing is left."""
        left = self.folders[next((i for i, f in enumerate(self.folders) if (f / name).exists()), 0) + 1 :]
        return Files(left) if left else None

    def names(self, folder: str, suffix: str) -> list[str]:
        """Return the names of a folder's files, without `suffix`, by name. Raises Wrong."""
        found: set[str] = set()
        for root in self.folders:
            found |= {file.name.removesuffix(suffix) for file in (root / folder).glob(f"*{suffix}")}
        if len(found) > MAX_FILES:
            raise Wrong(folder, "", f"there are more than {MAX_FILES} files")
        for name in sorted(found):
            if not NAME.fullmatch(name):
                raise Wrong(f"{folder}/{name}{suffix}", "", "the file's name is not lower-case a-z 0-9 _ -")
        return sorted(found)

    def table(self, name: str) -> dict[str, Any]:
        """Return what a TOML file holds. Raises Wrong."""
        try:
            return tomllib.loads(self.text(name))
        except tomllib.TOMLDecodeError as error:
            raise Wrong(name, "", f"not TOML: {error}") from None
        except RecursionError:
            raise Wrong(name, "", "not TOML: nested too deeply") from None
        except ValueError as error:  # a number of thousands of digits
            raise Wrong(name, "", f"not TOML that can be read: {error}") from None

    def text(self, name: str) -> str:
        """Return a file's text, its lines ended by a line feed alone. Raises Wrong."""
        return read(self.place(name), name)


def files(folder: Path) -> Files:
    """Return the files of a pack by its folder, following what it extends. Raises Wrong."""
    folders = [folder]
    # What is extended may be no pack itself: the base has no levels.
    while (len(folders) == 1 or (folders[-1] / PACK).exists()) and (extends := _extends(folders[-1])):
        if len(folders) > _DEEPEST or any(each.resolve() == extends.resolve() for each in folders):
            raise Wrong(PACK, "extends", f"the packs extend each other more than {_DEEPEST} deep")
        folders.append(extends)
    return Files(tuple(folders))


def _extends(folder: Path) -> Path | None:
    name = Files((folder,)).table(PACK).get("extends", "")
    if name == "":
        return None
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Wrong(PACK, "extends", f"{name!r:.60} is no name of a pack, such as base")
    beside, shipped = folder.absolute().parent / name, resource(f"policies/{name}")
    found = next((each for each in (beside, shipped) if each.is_dir()), None)
    if found is None:
        raise Wrong(PACK, "extends", f"there is no pack {name!r}, neither beside this one nor shipped")
    return found


def read(path: Path, name: str) -> str:
    """Return the text of a file called `name` in its pack. Raises Wrong."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise Wrong(name, "", "cannot be read: it is no file")  # a pipe would keep us waiting
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Wrong(name, "", f"cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise Wrong(name, "", f"the file is larger than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Wrong(name, "", f"not UTF-8 at byte {error.start}") from None
