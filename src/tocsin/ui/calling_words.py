"""What the calling sheet says of an escalation: its state, those to call, the steps and what was tried."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.model.ladder import (
    ANSWERED,
    CALLED,
    NO_ANSWER,
    NOT_SENT,
    SENDING,
    SENT,
    Call,
    Rung,
    Standing,
    State,
)
from tocsin.operations.escalation import EscalationView
from tocsin.ui.lines import PlainLine
from tocsin.ui.palette import Tone
from tocsin.ui.times import clock_time, countdown, short_stamp

# An outcome in words, with its tone and icon.
_OUTCOMES: dict[str, tuple[str, Tone, str]] = {
    "": ("not called", Tone.GREY, "circle"),
    CALLED: ("ringing", Tone.BLUE, "circle"),
    ANSWERED: ("answered", Tone.GREEN, "check"),
    NO_ANSWER: ("no answer", Tone.ORANGE, "triangle"),
}
_NOTICES: dict[str, tuple[str, Tone, str]] = {
    SENDING: ("being sent", Tone.BLUE, "circle"),
    SENT: ("sent", Tone.GREEN, "check"),
    NOT_SENT: ("not sent", Tone.ORANGE, "triangle"),
}


def state(view: EscalationView, standing: Standing, zone: ZoneInfo) -> tuple[str, Tone]:
    """Return how it stands in a line, with its tone."""
    known = view.incident
    match standing.state:
        case State.NONE:
            return f"{known.severity} calls nobody: its level has no steps.", Tone.GREY
        case State.OVER:
            return f"Nobody is to be called: the incident is {known.status}.", Tone.GREY
        case State.ACKNOWLEDGED if standing.acknowledged is not None:
            taken = standing.acknowledged
            left = f"{len(standing.owed)} still to be told" if standing.owed else "nobody is left to call"
            when = short_stamp(taken.at, zone, view.now)
            return f"{taken.body.person} took over at {when}: it stops here, {left}.", Tone.GREEN
        case State.EXHAUSTED:
            return "Every step has passed and nobody took over. Call whoever can.", Tone.RED
        case _:
            return _running(standing, zone, view.now), Tone.ORANGE


def _running(standing: Standing, zone: ZoneInfo, now: datetime) -> str:
    steps = [rung.step for rung in standing.rungs]
    if standing.step is None or standing.since is None:
        return ""
    number = steps.index(standing.step) + 1
    since = short_stamp(standing.since, zone, now)
    return f"Step {number} of {len(steps)}, {standing.step.title}, since {since}"


def left(standing: Standing, now: datetime) -> tuple[str, str, bool]:
    """Return the countdown, what comes then, and whether it is near (under a minute)."""
    if standing.state is State.RUNNING and standing.next_at is not None:
        after = next(rung.step.title for rung in standing.rungs if rung.begins == standing.next_at)
        near = (standing.next_at - now).total_seconds() < 60
        return countdown(standing.next_at - now), f"until the next step: {after}", near
    if standing.state is State.RUNNING:
        return countdown(standing.rungs[-1].ends - now), "until the last step has passed", False
    return "", "", False


def who(call: Call | None, now: datetime) -> tuple[str, str, str]:
    """Return the name, the number and the remark of whom to call now; also what time it is for them."""
    if call is None:
        return "Nobody is left to call now", "", ""
    callee = call.callee
    number = callee.number or ("no number is known" if callee.person else "nobody to dial")
    ringing = "ringing" if call.outcome == CALLED else ""
    as_what = "" if callee.target in callee.why or callee.target == callee.person else callee.target
    there = f"{clock_time(now, ZoneInfo(callee.zone), seconds=False)} for them" if callee.zone else ""
    said = [part for part in (as_what, callee.why, there, callee.email, ringing) if part]
    return callee.person or callee.target, number, " · ".join(dict.fromkeys(said))


def calls(standing: Standing, zone: ZoneInfo, now: datetime) -> Iterator[PlainLine]:
    """Yield a line for each one to call."""
    for one in standing.calls or standing.owed:
        word, tone, icon = _OUTCOMES[one.outcome]
        at = f" {short_stamp(one.at, zone, now)}" if one.at else ""
        callee = one.callee
        name = (
            f"{callee.target}: {callee.person}"
            if callee.person and callee.person != callee.target
            else callee.target
        )
        below = callee.number or callee.why if callee.person else callee.why
        key = f"{callee.target}|{callee.person}"
        yield PlainLine(key, name, f"{word}{at}", below, tone, icon, fact=one)


def steps(standing: Standing, zone: ZoneInfo, now: datetime) -> Iterator[PlainLine]:
    """Yield a line for each step of the ladder."""
    for number, rung in enumerate(standing.rungs, start=1):
        passed, here = _where(standing, rung, now)
        word = "given up" if rung.given_up and passed else "passed" if passed else "now" if here else ""
        tone, icon = (Tone.ORANGE, "triangle") if here else (Tone.GREY, "check" if passed else "circle")
        at = clock_time(rung.ends if passed else rung.begins, zone, seconds=False)
        if standing.acknowledged is not None and not passed:
            word = "not needed"
            if here:
                word, tone, icon = "taken over", Tone.GREEN, "check"
                at = clock_time(standing.acknowledged.at, zone, seconds=False)
        called = ", ".join(rung.step.call)
        right = f"{word} {at}" if word and word != "not needed" else word or f"from {at}"
        below = f"{called} · {rung.step.within.words}"
        yield PlainLine(
            rung.step.id, f"{number}  {rung.step.title}", right, below, tone, icon, quiet=not here
        )


def _where(standing: Standing, rung: Rung, now: datetime) -> tuple[bool, bool]:
    """Return whether a step has passed, and whether it is the present one."""
    until = standing.acknowledged.at if standing.acknowledged else now
    here = standing.step == rung.step and standing.state is not State.EXHAUSTED
    return rung.ends <= until and not here, here


def tried(standing: Standing, zone: ZoneInfo, now: datetime) -> list[PlainLine]:
    """Return what was tried in this run, calls and messages, the newest first."""
    found: list[tuple[datetime, PlainLine]] = []
    for call in standing.history:
        word, tone, icon = _OUTCOMES.get(call.body.outcome, (call.body.outcome, Tone.GREY, "circle"))
        name = call.body.person or call.body.target
        said = PlainLine(call.entry, f"Called {name}: {word}", short_stamp(call.at, zone, now),
                         call.body.note, tone, icon)  # fmt: skip
        found.append((call.at, said))
    ended = {(one.body.step, one.body.channel, one.body.to, one.body.target)
             for one in standing.notices if one.body.outcome != SENDING}  # fmt: skip
    for notice in standing.notices:
        body = notice.body
        if body.outcome == SENDING and (body.step, body.channel, body.to, body.target) in ended:
            continue
        word, tone, icon = _NOTICES.get(body.outcome, (body.outcome, Tone.GREY, "circle"))
        to = f" to {body.to}" if body.to and body.to != body.channel else ""
        text = f"{word.capitalize()} by {body.channel}{to}"
        at = short_stamp(notice.at, zone, now)
        found.append((notice.at, PlainLine(notice.entry, text, at, body.detail, tone, icon)))
    # Of two at one instant the later written one comes first too.
    return [line for _, line in sorted(found, key=lambda pair: pair[0])][::-1]
