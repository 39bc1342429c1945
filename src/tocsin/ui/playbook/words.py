"""How steps, layers and watches read, with the shape and colour that go with the word."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.model.diagnosis import LayerState
from tocsin.model.fix_verification import Quiet, WatchState
from tocsin.model.playbook import ASK, PRESERVE
from tocsin.model.steps import ACKNOWLEDGED, ASSIGNED, DONE, SKIPPED, StepState
from tocsin.ui.times import countdown, short_stamp

# Shape and colour by word: none is told by colour alone.
FINDINGS: Mapping[str, tuple[str, str]] = {
    "cleared": ("check", "green"),
    "suspected": ("triangle", "orange"),
    "confirmed": ("hexagon", "red"),
}
_STATES: Mapping[str, tuple[str, str]] = {
    ASSIGNED: ("person", "text"),
    ACKNOWLEDGED: ("clock", "blue"),
    DONE: ("check", "green"),
    SKIPPED: ("close", "muted"),
}
_QUIET: Mapping[Quiet, tuple[str, str]] = {
    Quiet.QUIET: ("check", "green"),
    Quiet.WAITING: ("clock", "blue"),
    Quiet.SPOKE: ("hexagon", "red"),
    Quiet.DEAD: ("triangle", "orange"),
    Quiet.UNKNOWN: ("diamond", "yellow"),
}


def shape(one: StepState) -> tuple[str, str]:
    """Return icon and colour of a step; no icon for one that is open."""
    if one.over:
        return "hexagon", "red"
    if one.unanswered:
        return "triangle", "orange"
    if one.state == DONE and one.finding:
        return FINDINGS.get(one.finding, ("check", "green"))
    return _STATES.get(one.state, ("", "muted"))


def layer_shape(one: LayerState) -> tuple[str, str]:
    """Return icon and colour of a layer."""
    return FINDINGS.get(one.finding, ("circle", "muted"))


def watch_shape(one: WatchState) -> tuple[str, str]:
    """Return icon and colour of what raised the incident."""
    return _QUIET[one.quiet]


def state(one: StepState) -> str:
    """Return the word for how a step stands."""
    if one.over:
        return "time is over"
    if one.unanswered:
        return "not acknowledged"
    if one.state == DONE and one.finding:
        return one.finding
    return f"{one.state} late" if one.late else one.state


def below(one: StepState, now: datetime, zone: ZoneInfo) -> str:
    """Return what stands below a step: state, who, when or how long, and what kind it is."""
    parts = [state(one), one.person or (one.step.role if not one.finished else "")]
    if one.finished and one.at is not None:
        parts.append(short_stamp(one.at, zone, now))
    elif one.state != ACKNOWLEDGED and one.step.minutes:
        parts.append(box(one.step.minutes))
    parts += tags(one)
    return " · ".join(filter(None, parts))


def tags(one: StepState) -> list[str]:
    """Return what is special about a step."""
    return [
        word
        for word, true in (
            ("task", one.task),
            ("preserves evidence", one.step.kind == PRESERVE and not one.finished),
            ("question", one.step.kind == ASK and not one.finished),
            ("takes offline", one.step.takes_offline and not one.finished),
            ("of another playbook", one.kept),
        )
        if true
    ]


def left(one: StepState, now: datetime) -> str:
    """Return the countdown of a time box that runs, else nothing."""
    return countdown(one.due - now) if one.state == ACKNOWLEDGED and one.due is not None else ""


def box(minutes: int) -> str:
    """Return a time box in words."""
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def aloud(one: StepState, now: datetime, zone: ZoneInfo) -> str:
    """Return a step for a screen reader."""
    return f"{one.step.text}. {below(one, now, zone)}"
