"""`tocsin escalation INCIDENT` says whom to call now; `tocsin call` and `tocsin acknowledge` record it."""

import argparse
import threading
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.cli.sources_command import held_secrets
from tocsin.model.ladder import OUTCOMES, Call, Standing
from tocsin.operations import escalation, sending
from tocsin.operations.escalation import EscalationView
from tocsin.operations.operators import account
from tocsin.store.folder import Store

_KEYS = """JSON keys: incident (its reference), state (none, running, exhausted, acknowledged, over),
began, step, since, next_at (when the next step begins; null at the last), now (whom to call: target,
person, number, email, why, outcome), calls (a list of the same), owed (whom the level names and nobody has
reached yet, once somebody acknowledged), acknowledged (person, at; null), steps (a list of id, title,
begins, ends, given_up), history (a list of at, person, target, outcome, by, note), notices (a list of at,
channel, to, outcome, attempts, detail). Times are ISO 8601 in UTC."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    look = options.command(subparsers, "escalation", _look, "say whom to call now, and what was tried")
    look.epilog = _KEYS
    look.add_argument("incident", metavar="INCIDENT", help="reference or id")
    look.add_argument("--send", action="store_true", help="send what is due first, as the console does")
    call = options.command(subparsers, "call", _call, "record what came of a call", writes=True)
    call.epilog = _KEYS
    call.add_argument("incident", metavar="INCIDENT", help="reference or id")
    call.add_argument("--outcome", required=True, choices=OUTCOMES)
    call.add_argument("--person", default="", metavar="NAME", help="default: whom to call now")
    call.add_argument("--target", default="", metavar="WORD", help="the rota, title or role")
    call.add_argument("--note", default="")
    take = options.command(
        subparsers, "acknowledge", _acknowledge, "record who took over; stops it", writes=True
    )
    take.epilog = _KEYS
    take.add_argument("incident", metavar="INCIDENT", help="reference or id")
    take.add_argument("--person", default="", metavar="NAME", help="who took over; default who writes")
    take.add_argument("--note", default="")


def as_json(view: EscalationView) -> dict[str, Any]:
    """Return the stable JSON form of an escalation."""
    standing = view.standing
    taken = standing.acknowledged
    return {
        "incident": view.incident.reference,
        "state": standing.state,
        "began": standing.began,
        "step": standing.step.id if standing.step else None,
        "since": standing.since,
        "next_at": standing.next_at,
        "now": call_json(standing.now) if standing.now else None,
        "calls": [call_json(one) for one in standing.calls],
        "owed": [call_json(one) for one in standing.owed],
        "acknowledged": {"person": taken.body.person, "at": taken.at} if taken else None,
        "steps": [
            {"id": one.step.id, "title": one.step.title, "begins": one.begins, "ends": one.ends,
             "given_up": one.given_up}
            for one in standing.rungs
        ],
        "history": [
            {"at": one.at, "person": one.body.person, "target": one.body.target,
             "outcome": one.body.outcome, "by": one.by, "note": one.body.note}
            for one in standing.history
        ],
        "notices": [
            {"at": one.at, "channel": one.body.channel, "to": one.body.to, "outcome": one.body.outcome,
             "attempts": one.body.attempts, "detail": one.body.detail}
            for one in standing.notices
        ],
    }  # fmt: skip


def call_json(call: Call) -> dict[str, Any]:
    """Return the stable JSON form of one to call."""
    who = call.callee
    return {
        "target": who.target, "person": who.person, "number": who.number, "email": who.email,
        "why": who.why, "outcome": call.outcome,
    }  # fmt: skip


def _look(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        if args.send:
            sending.Sender(store, account(), held_secrets().get, threading.Event()).send_due()
        return _print(store, args)


def _call(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        escalation.record_call(
            store, by, args.incident, args.outcome, target=args.target, person=args.person, note=args.note
        )
        return _print(store, args)


def _acknowledge(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        escalation.acknowledge(store, by, args.incident, person=args.person, note=args.note)
        return _print(store, args)


def _print(store: Store, args: argparse.Namespace) -> int:
    view = escalation.look(store, args.incident)
    if args.json:
        options.print_json(as_json(view))
        return 0
    standing, zone = view.standing, ZoneInfo(store.zone)
    options.show(f"{view.incident.reference}: {_state(standing, zone)}")
    if standing.now is not None:
        who = standing.now.callee
        number = who.number or "no number is known"
        options.show(f"Call now: {who.person or who.target}, {number} ({who.why or who.target})")
    for one in (*standing.calls, *standing.owed):
        name = f"{one.callee.target}: {one.callee.person}" if one.callee.person else one.callee.target
        options.show(f"  {name:<44} {one.callee.number or '-':<20} {one.outcome or 'not called'}")
    for said in standing.notices:
        body = said.body
        why = f": {body.detail}" if body.detail else ""
        to = f" to {body.to}" if body.to else ""
        options.show(f"  {_time(said.at, zone)}  {body.outcome} by {body.channel}{to}{why}")
    return 0


def _state(standing: Standing, zone: ZoneInfo) -> str:
    if standing.acknowledged is not None:
        taken = standing.acknowledged
        return f"acknowledged by {taken.body.person}, {_time(taken.at, zone)}"
    if standing.step is None or standing.since is None:
        return "nothing escalates" if standing.state == "none" else "the incident is settled"
    step = f"{standing.step.title}, since {_time(standing.since, zone)}"
    if standing.next_at is not None:
        return f"{step}; next step {_time(standing.next_at, zone)}"
    return f"{step}; the last step" + (", and nobody acknowledged" if standing.state == "exhausted" else "")


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
