"""Which shared libraries of the system Qt lacks here, and which package brings each; loads nothing of Qt."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import Missing

# Shared library: package in Debian and Ubuntu, package in Fedora and its kin. What Qt's own files ask for.
PACKAGES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libGLX.so.0": ("libglx0", "libglvnd-glx"),
    "libGLdispatch.so.0": ("libglvnd0", "libglvnd"),
    "libOpenGL.so.0": ("libopengl0", "libglvnd-opengl"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libXau.so.6": ("libxau6", "libXau"),
    "libXdmcp.so.6": ("libxdmcp6", "libXdmcp"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libexpat.so.1": ("libexpat1", "expat"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libgcc_s.so.1": ("libgcc-s1", "libgcc"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libpng16.so.16": ("libpng16-16", "libpng"),
    "libstdc++.so.6": ("libstdc++6", "libstdc++"),
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-glx.so.0": ("libxcb-glx0", "libxcb"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libz.so.1": ("zlib1g", "zlib"),
    "libzstd.so.1": ("libzstd1", "libzstd"),
}

# What a window needs, below Qt's own folder. Loading Gui first is what importing PySide6 does anyway.
_DRAWING = ("lib/libQt6Core.so.6", "lib/libQt6Gui.so.6", "lib/libQt6Widgets.so.6")
_WINDOW = ("plugins/platforms/libqxcb.so",)


@dataclass(frozen=True, slots=True)
class MissingLibrary:
    """A shared library that Qt needs and this system lacks; packages are empty where we know of none."""

    library: str
    debian: str = ""
    fedora: str = ""


def require_qt(*, window: bool = True) -> None:
    """Raise Missing, in words, when Qt would end this process or raise for want of a library or a display.

    Call it before the first import of PySide6. It loads the files that Qt loads next, so it costs nothing.
    """
    if window and not has_display():
        hint = "`tocsin demo --headless DIR` and all other commands work without one."
        raise Missing("there is no display to open a window on.", hint=hint)
    try:
        for file in _qt_files(window=window and _on_x11()):
            ctypes.CDLL(str(file))
    except OSError as error:
        missing = missing_system_libraries(window=window)
        raise describe(missing) if missing else Missing(f"Qt cannot start: {error}.") from error


def has_display() -> bool:
    """Return whether a window could be opened here."""
    names = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def missing_system_libraries(*, window: bool = True) -> list[MissingLibrary]:
    """Return what Qt lacks to draw here and, with `window`, to open one on X11; empty where all is there.

    The loader itself is asked (`ldd`), so nothing of Qt runs. Empty too on systems other than Linux, whose Qt
    brings all it needs, and when PySide6 is not installed at all.
    """
    ldd, files = shutil.which("ldd"), _qt_files(window=window)
    if ldd is None or not files:
        return []
    plain = {**os.environ, "LC_ALL": "C"}
    said = subprocess.run([ldd, *files], capture_output=True, text=True, check=False, env=plain, timeout=60)
    return missing_in(said.stdout)


def missing_in(loader_says: str) -> list[MissingLibrary]:
    """Return the libraries that the output of `ldd` calls not found, each once, in order of name."""
    lines = (line.split() for line in loader_says.splitlines() if line.rstrip().endswith("=> not found"))
    names = sorted({words[0] for words in lines if not words[0].startswith(("libQt6", "libicu"))})
    return [MissingLibrary(name, *PACKAGES.get(name, ("", ""))) for name in names]


def describe(missing: Sequence[MissingLibrary]) -> Missing:
    """Return the error that names the libraries and the one command that brings them."""
    names = ", ".join(each.library for each in missing)
    return Missing(f"Qt cannot start: this system lacks {names}.", hint=how_to_install(missing))


def how_to_install(missing: Sequence[MissingLibrary]) -> str:
    """Return the command to type, for the packages of this system where we can tell which it has."""
    debian = " ".join(sorted({each.debian for each in missing if each.debian}))
    fedora = " ".join(sorted({each.fedora for each in missing if each.fedora}))
    unknown = " ".join(each.library for each in missing if not each.debian)
    ways = []
    if debian and (shutil.which("apt-get") or not shutil.which("dnf")):
        ways.append(f"Debian, Ubuntu: sudo apt-get install {debian}.")
    if fedora and (shutil.which("dnf") or not shutil.which("apt-get")):
        ways.append(f"Fedora: sudo dnf install {fedora}.")
    if unknown:
        ways.append(f"Ask your package manager which package brings {unknown}.")
    return " ".join(ways)


def _qt_files(*, window: bool) -> list[Path]:
    found = importlib.util.find_spec("PySide6")
    if not sys.platform.startswith("linux") or found is None or not found.submodule_search_locations:
        return []
    qt = Path(found.submodule_search_locations[0]) / "Qt"
    return [file for name in _DRAWING + (_WINDOW if window else ()) if (file := qt / name).is_file()]


def _on_x11() -> bool:
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    return wanted.startswith("xcb") or not (wanted or os.environ.get("WAYLAND_DISPLAY"))
