"""What the table of signals says in each of its cells, by what it sorts, and what is found by typing."""

from datetime import datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from tocsin.model.coverage import Pulse
from tocsin.model.instant import from_us
from tocsin.model.signal import Layer
from tocsin.operations.signals import Listed
from tocsin.ui.times import number, short_stamp
from tocsin.ui.wall.words import brief


class Column(IntEnum):
    """The columns, left to right."""

    SYSTEM = 0
    LAYER = 1
    SIGNAL = 2
    SEGMENT = 3
    GROUP = 4
    UNIT = 5
    VALUE = 6
    SAMPLES = 7
    NEWEST = 8
    RHYTHM = 9
    STATE = 10


COLUMNS = ("System", "Layer", "Signal", "Segment", "Group", "Unit", "Value", "Samples", "Newest", "Rhythm",
           "State")  # fmt: skip
FIGURES = (Column.VALUE, Column.SAMPLES, Column.NEWEST, Column.RHYTHM)
_LAYERS = {layer: place for place, layer in enumerate(Layer)}
_PULSES = tuple(Pulse)
_SHAPES = {
    Pulse.ON_TIME: ("circle", "grey"),
    Pulse.LATE: ("clock", "yellow"),
    Pulse.SILENT: ("clock", "orange"),
}


def cell(one: Listed, column: Column, now: datetime, zone: ZoneInfo) -> str:
    """Return the words of a cell."""
    signal = one.signal
    match column:
        case Column.SYSTEM:
            return one.system
        case Column.LAYER:
            return signal.layer.value
        case Column.SIGNAL:
            return signal.name
        case Column.SEGMENT:
            return signal.segment
        case Column.GROUP:
            return signal.group
        case Column.UNIT:
            return signal.unit
        case Column.VALUE:
            return number(one.last)
        case Column.SAMPLES:
            return number(one.samples)
        case Column.NEWEST:
            return short_stamp(from_us(one.newest_us), zone, now)
        case Column.RHYTHM:
            return rhythm(one.rhythm_us)
        case Column.STATE:
            return state(one, now)


def rhythm(every_us: int | None) -> str:
    """Return how often samples usually come: 15 s, 10 min, 1 d."""
    if every_us is None:
        return "–"
    if every_us < 1_000_000:
        return f"{number(every_us / 1000)} ms"
    return brief(timedelta(microseconds=every_us))


def state(one: Listed, now: datetime) -> str:
    """Return whether a signal comes, and for how long one has not that should."""
    if one.pulse is Pulse.ON_TIME:
        return one.pulse.value
    return f"{one.pulse} {brief(now - from_us(one.newest_us))}"


def told(one: Listed, column: Column, now: datetime, zone: ZoneInfo) -> str:
    """Return what the tip of a cell adds."""
    signal, proposal = one.signal, one.signal.proposal
    if column is Column.STATE:
        last = f"Last heard {short_stamp(from_us(one.newest_us), zone, now)}"
        usual = f", usually every {rhythm(one.rhythm_us)}" if one.rhythm_us is not None else ""
        return last + (usual or "; too few samples for a rhythm")
    if column is Column.SIGNAL:
        first = short_stamp(from_us(one.first_us), zone, now)
        return f"{signal.name}\n{number(one.samples)} samples since {first}"
    if proposal is None:
        return ""
    before = {
        Column.LAYER: proposal.layer.value,
        Column.SEGMENT: proposal.segment,
        Column.GROUP: proposal.group,
    }
    if column in before and cell(one, column, now, zone) != before[column]:
        return f"Placed by a person; the importer proposed “{before[column]}”"
    moved = column is Column.SYSTEM and proposal.system != signal.system
    return "Moved here by a person from the system it was imported for" if moved else ""


def searched(one: Listed) -> str:
    """Return all words that typing finds a signal by, in lower case."""
    signal = one.signal
    placed = "placed" if signal.proposal else ""
    parts = (
        one.system,
        signal.layer,
        signal.name,
        signal.segment,
        signal.group,
        signal.unit,
        one.pulse,
        placed,
    )
    return " ".join(parts).casefold()


def sorted_by(one: Listed, column: Column) -> tuple[float, str]:
    """Return what a column sorts by; equal ones stay in the order they have."""
    signal = one.signal
    figures = {
        Column.LAYER: float(_LAYERS[signal.layer]),
        Column.VALUE: one.last,
        Column.SAMPLES: float(one.samples),
        Column.NEWEST: float(one.newest_us),
        Column.RHYTHM: float(one.rhythm_us or 0),
        Column.STATE: -float(_PULSES.index(one.pulse)),
    }
    texts = {
        Column.SYSTEM: one.system,
        Column.SIGNAL: signal.name,
        Column.SEGMENT: signal.segment,
        Column.GROUP: signal.group,
        Column.UNIT: signal.unit,
    }
    return figures.get(column, 0.0), texts.get(column, "").casefold()


def colour(one: Listed, column: Column) -> str:
    """Return the name of a cell's colour."""
    if column is Column.STATE:
        return "muted" if one.pulse is Pulse.ON_TIME else _SHAPES[one.pulse][1]
    if _placed(one, column):
        return "accent"
    return "text" if column in (Column.SIGNAL, Column.VALUE) else "muted"


def shape(one: Listed) -> tuple[str, str]:
    """Return icon and colour of a signal's state."""
    return _SHAPES[one.pulse]


def _placed(one: Listed, column: Column) -> bool:
    signal, proposal = one.signal, one.signal.proposal
    if proposal is None:
        return False
    parts = {
        Column.SYSTEM: (signal.system, proposal.system),
        Column.LAYER: (signal.layer, proposal.layer),
        Column.SEGMENT: (signal.segment, proposal.segment),
        Column.GROUP: (signal.group, proposal.group),
    }
    now, before = parts.get(column, ("", ""))
    return now != before
