"""`tocsin doctor`: says what this machine lacks to run the console; works when Qt does not."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from tocsin.cli.libraries import has_display, how_to_install, missing_system_libraries
from tocsin.paths import default_store, existing, file_system, network_file_system, resource

State = Literal["ok", "note", "missing"]

# Distribution: module to load. PySide6 and pyqtgraph are tried by themselves, with a platform plugin.
LIBRARIES = {
    "numpy": "numpy",
    "SQLAlchemy": "sqlalchemy",
    "msgspec": "msgspec",
    "zstandard": "zstandard",
    "duckdb": "duckdb",
    "reportlab": "reportlab.pdfgen.canvas",
    "pypdfium2": "pypdfium2",
    "platformdirs": "platformdirs",
    "filelock": "filelock",
    "psutil": "psutil",
    "holidays": "holidays",
    "tomli-w": "tomli_w",
    "tqdm": "tqdm",
    "tzdata": "tzdata",
    "tzlocal": "tzlocal",
}
RESOURCES = {"fonts": "*.ttf", "icons": "*.svg", "policies": "*.toml"}
NEEDED_SQLITE = (3, 37, 0)  # STRICT tables
ENOUGH_DISK = 1 << 30

# Both run in a process of their own: what is broken may take its process down, and must not take the doctor.
_LOAD = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        module = importlib.import_module(name)
        print(name, "ok", getattr(module, "sqlite_version", ""), sep="\\t", flush=True)
    except Exception as error:
        print(name, "bad", " ".join(f"{type(error).__name__}: {error}".split()), sep="\\t", flush=True)
"""
_OPEN_QT = """
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
import pyqtgraph
print(application.platformName())
"""
_TIMEOUT_S = 120

_KEYS = """\
JSON: ok (nothing is missing), checks (a list of name, state, found, hint; state is ok, note or missing),
missing_libraries (a list of library, debian, fedora). Exit 0 when ok, else 1."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, and what to do about it."""

    name: str
    state: State
    found: str
    hint: str = ""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "doctor",
        help="say what this machine lacks to run the console",
        epilog=_KEYS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--store", type=Path, help="the store whose folder is looked at (default: this user's)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every check; return 1 when something is missing, else 0."""
    checks = list(examine(args.store or default_store()))
    healthy = all(check.state != "missing" for check in checks)
    if args.json:
        libraries = [asdict(library) for library in missing_system_libraries()]
        listed = [asdict(check) for check in checks]
        print(json.dumps({"ok": healthy, "checks": listed, "missing_libraries": libraries}, indent=2))
    else:
        print("\n".join(_lines(checks)))
        print("Nothing is missing." if healthy else "Something is missing; see above.")
    return 0 if healthy else 1


def examine(store: Path) -> Iterator[Check]:
    """Yield one check after the other, cheap ones first."""
    yield _python()
    yield from _libraries()
    yield _system_libraries()
    yield _display()
    yield _qt()
    yield from _resources()
    yield _store_folder(store)
    yield _free_space(store)


def _python() -> Check:
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    found = f"{platform.python_version()} on {platform.platform(terse=True)}"
    return Check(
        "Python", "ok" if good else "missing", found, "" if good else "Python 3.11, 3.12 or 3.13 is needed."
    )


def _libraries() -> Iterator[Check]:
    told = _probe(_LOAD, "sqlite3", *LIBRARIES.values()).stdout
    answers = {
        name: (state, detail) for name, state, detail in (line.split("\t") for line in told.splitlines())
    }
    yield _sqlite(answers.get("sqlite3", ("bad", ""))[1])
    for distribution, module in LIBRARIES.items():
        state, detail = answers.get(
            module, ("bad", "the process ended while this or one before it was loaded")
        )
        if state == "ok":
            yield Check(distribution, "ok", metadata.version(distribution))
        else:
            yield Check(
                distribution, "missing", detail, f"Try: {sys.executable} -m pip install {distribution}"
            )


def _sqlite(version: str) -> Check:
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    good = numbers >= NEEDED_SQLITE
    hint = "" if good else "Python's sqlite3 module with SQLite 3.37 or newer is needed."
    return Check("SQLite", "ok" if good else "missing", version or "none", hint)


def _system_libraries() -> Check:
    missing = missing_system_libraries()
    if not missing:
        return Check("system libraries", "ok", "all that Qt needs")
    found = "missing: " + ", ".join(each.library for each in missing)
    return Check("system libraries", "missing", found, how_to_install(missing))


def _display() -> Check:
    if not has_display():
        return Check(
            "display", "note", "none", "`tocsin demo --headless DIR` and all commands work without one."
        )
    names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
    said = ", ".join(f"{name}={os.environ[name]}" for name in names if os.environ.get(name))
    return Check("display", "ok", said or "this desktop's own")


def _qt() -> Check:
    told = _probe(_OPEN_QT, offscreen=not has_display())
    if told.returncode == 0:
        return Check("Qt", "ok", f"PySide6 {_version('PySide6_Essentials')}, platform {told.stdout.strip()}")
    return Check("Qt", "missing", f"it does not start: {_reason(told.stderr)}")


def _reason(stderr: str) -> str:
    # Qt says why in its first line, Python in its last.
    lines = [line for line in stderr.splitlines() if line.strip()] or ["it ended without a word"]
    return " ".join((lines[0] if lines[0].startswith("qt.") else lines[-1]).split())


def _resources() -> Iterator[Check]:
    for name, pattern in RESOURCES.items():
        count = len(list(resource(name).rglob(pattern)))
        hint = "" if count else "The installation is incomplete: install Tocsin again."
        yield Check(f"resources: {name}", "ok" if count else "missing", f"{count} at {resource(name)}", hint)


def _store_folder(store: Path) -> Check:
    folder = existing(store)
    found = f"{file_system(folder) or 'unknown file system'} at {folder}"
    if network_file_system(folder):
        return Check(
            "store folder", "missing", found, "Network file systems are refused: choose a local folder."
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Check("store folder", "ok", found)
    except OSError as error:
        hint = "Choose another folder with --store."
        return Check("store folder", "missing", f"{found} cannot be written to ({error.strerror})", hint)


def _free_space(store: Path) -> Check:
    free = shutil.disk_usage(existing(store)).free
    good = free >= ENOUGH_DISK
    hint = "" if good else "Less than 1 GiB is left; backups and imports may not fit."
    return Check("free space", "ok" if good else "note", f"{free / (1 << 30):.1f} GiB", hint)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


def _probe(program: str, *args: str, offscreen: bool = False) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    if offscreen:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-c", program, *args]
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", env=environment, check=False,
            timeout=_TIMEOUT_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {_TIMEOUT_S} s")


def _lines(checks: list[Check]) -> Iterator[str]:
    for check in checks:
        yield f"{check.state:8}{check.name:22}{check.found}"
        if check.hint:
            yield f"{'':30}{check.hint}"
