"""Opens the installed console's demonstration on a virtual screen and works it as a person would.

Usage: run.py TOCSIN [PICTURES]: the installed command, and a folder for what the screen showed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from screen import Screen, virtual_screen

WINDOW = "Tocsin"


def main(tocsin: str, pictures: Path) -> None:
    """Open, look, close. Raises when anything a person would expect does not happen."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, virtual_screen() as screen:
        # A home of its own, so that no store of whoever runs this is touched.
        environment = screen.environment | {"HOME": home, "XDG_DATA_HOME": f"{home}/data"}
        console = subprocess.Popen([tocsin, "demo"], cwd=home, env=environment)
        try:
            work(screen, pictures)
            assert console.wait(60) == 0, f"the console ended with {console.returncode}"
        finally:
            if console.poll() is None:
                console.kill()
                console.wait()


def work(screen: Screen, pictures: Path) -> None:
    """What the operator does, one step after the other."""
    screen.wait_for_window(WINDOW)
    screen.picture(pictures / "opened.png")
    screen.press("ctrl+q")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "pictures"))
