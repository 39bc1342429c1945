"""What somebody has written so far, and what is said of the time they have for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.operations.updates import Draft
from tocsin.ui.palette import Tone
from tocsin.ui.times import countdown, short_stamp


@dataclass
class Typed:
    """What somebody has written to an audience so far. The id is made with it: told twice is told once.

    `offered` is the draft it began from; `corrects` the entry of an update that it sets right.
    """

    id: str
    offered: str = ""
    text: str = ""
    to: str = ""
    way: str = ""
    corrects: str = ""


def due_words(draft: Draft, now: datetime, zone: ZoneInfo) -> tuple[str, Tone | None]:
    """Return when the next update is due, when the one after it will be, and the tone of that."""
    words, tone = f"no clock asks for updates to {draft.template.title}", None
    due = draft.due
    if due is not None and due.due is not None:
        left = due.due - now
        late = left < timedelta()
        words = f"next update {'overdue by' if late else 'due in'} {countdown(abs(left))}"
        tone = Tone.RED if late else Tone.YELLOW if due.soon and now >= due.soon else None
    elif due is not None and due.started is not None:
        words = f"{due.name}: not yet, for {countdown(now - due.started)}"
    if draft.next_due is not None:
        words += f", once told the next by {short_stamp(draft.next_due, zone, now)}"
    return words, tone
