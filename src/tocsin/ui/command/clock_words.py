"""What a clock says of itself: its figure, and the line below its name."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.model.clocks import ClockState, State
from tocsin.ui.palette import Tone
from tocsin.ui.times import countdown, short_stamp, span

_TONES: dict[State, Tone] = {
    State.RUNNING: Tone.BLUE,
    State.DUE_SOON: Tone.ORANGE,
    State.OVERDUE: Tone.RED,
    State.PAUSED: Tone.YELLOW,
    State.WAITING: Tone.GREY,
    State.MET: Tone.GREEN,
    State.WAIVED: Tone.GREY,
    State.NOT_APPLICABLE: Tone.GREY,
    State.SUPERSEDED: Tone.GREY,
}


def tone_of(clock: ClockState) -> Tone:
    """Return the tone of a clock: met too late is not green, and what counts up is nobody's duty."""
    if clock.counts_up and clock.ended is None and clock.state is not State.PAUSED:
        return Tone.GREY
    return Tone.YELLOW if clock.late and clock.ended is not None else _TONES[clock.state]


def figure(clock: ClockState, now: datetime) -> str:
    """Return what stands large: what is left, how long it has been where nothing runs out, or its state."""
    if clock.ended is not None:
        return "late" if clock.late else clock.state.value
    if clock.counts_up:
        elapsed = clock.elapsed(now)
        return "waiting" if elapsed is None else f"+{countdown(max(elapsed, timedelta()))}"
    left = clock.left(now)
    return "waiting" if left is None else countdown(left)


def said(clock: ClockState, zone: ZoneInfo, now: datetime) -> str:
    """Return the line below the name: the state in a word, by when, and on what ground."""
    parts = _ended(clock, zone, now) if clock.ended is not None else _standing(clock, zone, now)
    return " · ".join(part for part in parts if part)


def _ended(clock: ClockState, zone: ZoneInfo, now: datetime) -> list[str]:
    assert clock.ended is not None
    by = f" by {clock.by}" if clock.by else ""
    margin = ""
    left = clock.left(now)
    if left is not None and clock.state is State.MET:
        margin = f" {span(-left)} late" if clock.late else f" {span(left)} early"
    elif clock.late:
        margin = " late"
    reason = f": {clock.reason}" if clock.reason else ""
    never = clock.state is State.NOT_APPLICABLE and not clock.by
    at = "" if never else f", {short_stamp(clock.ended, zone, now)}"
    return [f"{clock.state}{by}{margin}{at}{reason}", _rounds(clock)]


def _standing(clock: ClockState, zone: ZoneInfo, now: datetime) -> list[str]:
    if clock.state is State.WAITING:
        return ["not started", clock.note, clock.basis]
    if clock.paused is not None:
        return [f"paused since {short_stamp(clock.paused, zone, now)}", clock.note, clock.basis]
    word = "stopped" if clock.stopped else clock.state.value
    if clock.counts_up:
        past = "past its house target, " if clock.past_target(now) else "house target "
        target = f"{past}{short_stamp(clock.target, zone, now)}" if clock.target else "no limit"
        return [word if clock.stopped else "", target, clock.basis]
    assert clock.due is not None
    due = f"due {'since ' * (clock.repeats and clock.late)}{short_stamp(clock.due, zone, now)}"
    return [word, due, today(clock, zone, now), clock.note, clock.basis]


def today(clock: ClockState, zone: ZoneInfo, now: datetime) -> str:
    """Return what newer data of time zones says, empty where it agrees: shown, not applied."""
    if clock.due_today is None:
        return ""
    return f"today's zone data says {short_stamp(clock.due_today, zone, now)}, not applied"


def _rounds(clock: ClockState) -> str:
    return f"met {clock.rounds} ×, {clock.late_rounds} late" if clock.rounds else ""


def tip(clock: ClockState, zone: ZoneInfo, now: datetime) -> str:
    """Return all there is to say of a clock, line by line."""
    lines = [f"{clock.name}: {said(clock, zone, now)}", clock.why]
    if clock.outer is not None:
        lines.append(f"At the latest {short_stamp(clock.outer, zone, now)}.")
    if clock.rounds and clock.ended is None:
        lines.append(f"{_rounds(clock).capitalize()}.")
    if clock.paused is None and clock.idle:
        lines.append(f"It stood still for {span(clock.idle)}.")
    return "\n".join(line for line in lines if line)
