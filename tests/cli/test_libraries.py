"""A missing system library is named with the package that brings it, and never shown as a traceback."""

import shutil
import subprocess
import sys

import pytest

from tocsin.cli.libraries import MissingLibrary, describe, missing_in, missing_system_libraries, require_qt
from tocsin.errors import Missing

LOADER_SAYS = """\
/opt/app/PySide6/Qt/plugins/platforms/libqxcb.so:
\tlinux-vdso.so.1 (0x00007ffd1b5e2000)
\tlibQt6XcbQpa.so.6 => not found
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
\tlibnobody-knows.so.3 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f1d2c000000)
/opt/app/PySide6/Qt/lib/libQt6Gui.so.6:
\tlibEGL.so.1 => not found
"""


def test_each_missing_library_is_named_once_with_its_packages() -> None:
    assert missing_in(LOADER_SAYS) == [
        MissingLibrary("libEGL.so.1", "libegl1", "libglvnd-egl"),
        MissingLibrary("libnobody-knows.so.3"),
        MissingLibrary("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    ]


def test_the_error_says_what_to_type_and_admits_what_it_does_not_know() -> None:
    error = describe(missing_in(LOADER_SAYS))
    assert "libxcb-cursor.so.0" in error.what
    assert "libegl1 libxcb-cursor0" in error.hint or "libglvnd-egl xcb-util-cursor" in error.hint
    assert "libnobody-knows.so.3" in error.hint


def test_nothing_is_missing_where_qt_runs() -> None:
    assert missing_system_libraries(window=False) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the desktop is always there")
def test_without_a_display_a_window_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Missing, match=r"no display.*--headless"):
        require_qt()
    require_qt(window=False)


@pytest.mark.skipif(
    shutil.which("unshare") is None, reason="needs a name space of its own to hide a library in"
)
def test_a_library_that_vanished_is_found_missing() -> None:
    """Hide libEGL from one process by laying /dev/null over it, as if it had never been installed."""
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    found = [line.split()[-1] for line in listed.splitlines() if line.split()[:1] == ["libEGL.so.1"]]
    hide = "".join(f"mount --bind /dev/null $(readlink -f {place}) && " for place in found)
    ask = "import sys; from tocsin.cli.libraries import require_qt; require_qt(window=False)"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{hide}"$0" -c "$1"']
    told = subprocess.run([*command, sys.executable, ask], capture_output=True, text=True, check=False)
    if "unshare:" in told.stderr or "mount:" in told.stderr:
        pytest.skip(f"no name space to be had here: {told.stderr.strip()}")
    assert "tocsin.errors.Missing: Qt cannot start" in told.stderr
