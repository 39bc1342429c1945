"""Every literal of look: the colours of both schemes, the tones with their shapes, sizes in pixels."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtGui import QColor


class Tone(StrEnum):
    """What a colour says. A tone never speaks by colour alone: each has a shape of its own."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"
    GREEN = "green"
    GREY = "grey"


# The icon that goes with a tone.
SHAPES: dict[Tone, str] = {
    Tone.RED: "hexagon",
    Tone.ORANGE: "triangle",
    Tone.YELLOW: "diamond",
    Tone.BLUE: "circle",
    Tone.GREEN: "check",
    Tone.GREY: "circle",
}

_BY_RANK = (Tone.RED, Tone.ORANGE, Tone.YELLOW, Tone.BLUE)


def tone_of_rank(rank: int) -> Tone:
    """Return the tone of a severity level. Rank 0 is the gravest; everything past the fourth is blue."""
    return _BY_RANK[min(max(rank, 0), len(_BY_RANK) - 1)]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme, as #rrggbb.

    Text, muted text and tones reach a contrast of 4.5 on `bar`, `ground`, `panel` and `raised`.
    """

    dark: bool
    bar: str  # top, left and bottom edge
    ground: str  # behind panels
    panel: str
    raised: str  # cells, keys, buttons
    hover: str
    line: str  # borders and separators
    text: str
    muted: str
    accent: str  # focus, selection, the screen shown
    selected: str  # filled background of a selected row
    danger: str  # filled background of the one button that declares
    on_danger: str
    red: str
    orange: str
    yellow: str
    blue: str
    green: str
    grey: str
    red_fill: str  # quiet backgrounds of cells that carry the tone's text
    orange_fill: str
    yellow_fill: str
    blue_fill: str
    green_fill: str
    curve: str
    band: str  # what is usual
    centre: str  # the middle of what is usual
    window: str  # tint over the incident window, used at WINDOW_ALPHA
    mark: str  # deployments

    def tone(self, tone: Tone) -> str:
        """Return the colour of a tone, for text, icons and curves."""
        return str(getattr(self, tone.value))

    def fill(self, tone: Tone) -> str:
        """Return the quiet background that goes with a tone."""
        return self.raised if tone is Tone.GREY else str(getattr(self, f"{tone.value}_fill"))


DARK = Palette(
    dark=True,
    bar="#0a0e13", ground="#0d1117", panel="#151b23", raised="#1b232d", hover="#222c38", line="#2a3441",
    text="#dbe3ec", muted="#8b98a8", accent="#7aa2ff", selected="#24406e",
    danger="#ff5c4d", on_danger="#1a0605",
    red="#ff6b5e", orange="#ff9f1c", yellow="#ffd93d", blue="#5bb8f5", green="#3ccf91", grey="#8b98a8",
    red_fill="#5a1f1a", orange_fill="#4a3210", yellow_fill="#42390f",
    blue_fill="#12354d", green_fill="#0f3b2a",
    curve="#9fb6d6", band="#222d3f", centre="#3a4a63", window="#ff5c4d", mark="#5bb8f5",
)  # fmt: skip

LIGHT = Palette(
    dark=False,
    bar="#ffffff", ground="#eef1f5", panel="#ffffff", raised="#f1f4f8", hover="#e3e9f1", line="#d3dae3",
    text="#1c2530", muted="#566373", accent="#2f62c9", selected="#d5e1f8",
    danger="#b9281c", on_danger="#ffffff",
    red="#b9281c", orange="#8f5200", yellow="#756000", blue="#1a659e", green="#0f7048", grey="#566373",
    red_fill="#fdecea", orange_fill="#fdf0dd", yellow_fill="#fbf5d6",
    blue_fill="#e4f1fb", green_fill="#e3f5ec",
    curve="#44546a", band="#e3ebf8", centre="#b9c8e2", window="#c62f22", mark="#1a659e",
)  # fmt: skip

WINDOW_ALPHA = 16  # of 255: the incident window
UNSURE_ALPHA = 46  # of 255: where the start may lie

# Pixels.
GAP = 10
PAD = 14
RADIUS = 5
RAIL_WIDTH = 64
BAR_HEIGHT = 44
STATUS_HEIGHT = 26
ICON = 16
RAIL_ICON = 22

# Type sizes in pixels.
SMALL = 11
NORMAL = 13
LARGE = 16
TITLE = 19
FIGURE = 24
HUGE = 34


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    # WCAG 2.2, "relative luminance".
    q = QColor(colour)
    return 0.2126 * _linear(q.redF()) + 0.7152 * _linear(q.greenF()) + 0.0722 * _linear(q.blueF())


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
