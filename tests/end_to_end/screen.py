"""A virtual screen with a window manager, and hands for it: real key presses and mouse moves from outside."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageGrab

Result = TypeVar("Result")
Colour = tuple[int, int, int]  # red, green, blue
Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the screen, in pixels from its upper left corner."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Screen:
    """One running X server. Everything a person does goes through xdotool."""

    display: str
    environment: dict[str, str]

    def press(self, *keys: str) -> None:
        """Press keys one after the other, named as xdotool does: `ctrl+d`, `Return`, `Tab`."""
        self._xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type text, letter by letter; ASCII, because other letters need a key map changed under way."""
        self._xdotool("type", "--clearmodifiers", "--delay", "15", text)

    def click(self, at: Point) -> None:
        """Move the mouse there and press its left button."""
        self._xdotool("mousemove", "--sync", str(at.x), str(at.y), "click", "1")

    def drag(self, start: Point, end: Point, steps: int = 8) -> None:
        """Press the left button at one place, move in steps, and let go at the other."""
        self._xdotool("mousemove", "--sync", str(start.x), str(start.y), "mousedown", "1")
        for step in range(1, steps + 1):
            x = start.x + (end.x - start.x) * step // steps
            y = start.y + (end.y - start.y) * step // steps
            self._xdotool("mousemove", "--sync", str(x), str(y))
        self._xdotool("mouseup", "1")

    def wait_for_window(self, title: str, timeout_s: float = 60) -> str:
        """Wait for a visible window whose title holds the words, bring it to the front, return its number."""
        found = wait_until(lambda: self._windows(title), f"a window named {title!r}", timeout_s)
        self._xdotool("windowactivate", "--sync", found[-1])
        return found[-1]

    def picture(self, save_as: Path | None = None) -> Image.Image:
        """Return what the screen shows now, and keep it in a file when one is named."""
        image = ImageGrab.grab(xdisplay=self.display).convert("RGB")
        if save_as:
            image.save(save_as)
        return image

    def _windows(self, title: str) -> list[str]:
        command = ["xdotool", "search", "--onlyvisible", "--name", title]
        told = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return told.stdout.split()

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=30)


def find_colour(image: Image.Image, colour: Colour, within: Box) -> Point | None:
    """Return the middle of the topmost patch of exactly this colour in the box, or None."""
    mask = (np.asarray(image.crop(within)) == colour).all(axis=2)
    if not mask.any():
        return None
    y, x = (int(each[0]) for each in np.nonzero(mask))
    x += _run(mask[y, x:]) // 2
    y += _run(mask[y:, x]) // 2
    return Point(within[0] + x, within[1] + y)


def wait_until(look: Callable[[], Result], what: str, timeout_s: float = 20) -> Result:
    """Look again and again until there is something to see, and return it. Raises TimeoutError."""
    end = time.monotonic() + timeout_s
    while not (seen := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(POLL_S)
    return seen


@contextmanager
def virtual_screen(width_px: int = 1920, height_px: int = 1080) -> Iterator[Screen]:
    """Start an X server on a free number and a window manager on it; both end with the block."""
    reader, writer = os.pipe()
    size = f"{width_px}x{height_px}x24"
    with ExitStack() as stack:
        server = ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
        stack.enter_context(_running(server, pass_fds=(writer,)))
        os.close(writer)
        with os.fdopen(reader) as told:
            display = ":" + told.readline().strip()
        hidden = ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment |= {"DISPLAY": display}
        stack.enter_context(_running(["openbox"], env=environment))
        manager = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
        wait_until(
            lambda: b"window id" in subprocess.run(manager, env=environment, capture_output=True).stdout,
            "the window manager",
        )
        yield Screen(display, environment)


def _run(line: NDArray[np.bool_]) -> int:
    """Return how many true values stand at the start of a line."""
    return len(line) if line.all() else int(line.argmin())


@contextmanager
def _running(
    command: list[str], *, pass_fds: tuple[int, ...] = (), env: dict[str, str] | None = None
) -> Iterator[None]:
    process = subprocess.Popen(command, pass_fds=pass_fds, env=env, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
