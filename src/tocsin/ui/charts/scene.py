"""What a stack of strips shows, and which pixel belongs to which moment and lane."""

from dataclasses import dataclass, field
from datetime import datetime

from tocsin.model.instant import When, from_us, to_us
from tocsin.ui.charts.strip import Frame, Lane, Strip
from tocsin.ui.palette import Tone

HEAD = 20  # pixels above the lanes, for the names of marks
_MARGIN = 0.12  # of a lane, free above and below


@dataclass(frozen=True, slots=True)
class Note:
    """An upright line with words at its foot: what happened, or would have, at a moment."""

    at: datetime
    text: str
    tone: Tone | None = None
    dashed: bool = False


@dataclass
class Scene:
    """The strips with the time they share, in a view of `width` by `height` pixels."""

    frame: Frame
    strips: list[Strip] = field(default_factory=list)
    start: When | None = None
    end: datetime | None = None
    marks: list[tuple[When, str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    width: int = 1
    height: int = 1

    def x(self, at: datetime) -> float:
        """Return the pixel of a moment; outside the view when it is not shown."""
        frame = self.frame
        return (to_us(at) - frame.start_us) / (frame.end_us - frame.start_us) * self.width

    def time(self, x: float) -> datetime:
        """Return the moment at a pixel."""
        frame = self.frame
        return from_us(frame.start_us + round((frame.end_us - frame.start_us) * x / self.width))

    def lane_at(self, y: float) -> int:
        """Return the number of the lane at a height; the nearest above or below the lanes."""
        top, height = self.lane_px(0)
        return min(max(int((y - top) // height), 0), max(len(self.strips) - 1, 0))

    def lane_px(self, number: int) -> tuple[float, float]:
        """Return top and height of a lane in pixels."""
        head = HEAD if self.marks else 0
        height = (self.height - head) / max(len(self.strips), 1)
        return head + number * height, height

    def lane(self, number: int) -> Lane:
        """Return where the curve of a lane may go."""
        top, height = self.lane_px(number)
        return Lane((top + _MARGIN * height) / self.height, (top + (1 - _MARGIN) * height) / self.height)
