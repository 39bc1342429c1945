"""What goes out by itself when a step of an escalation begins: which messages, and their words.

What people wrote stands in them as they wrote it, on one line and without control characters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.model.callees import People
from tocsin.model.escalation import EscalationStep
from tocsin.model.ids import derived
from tocsin.model.incident import Incident
from tocsin.model.instant import iso
from tocsin.model.ladder import Rung, Standing
from tocsin.operations.channels import SMTP, Channel, recipients
from tocsin.operations.escalation import EscalationView

LATE = timedelta(minutes=15)  # a step that began longer ago is shown, not sent
HISTORY = timedelta(days=7)  # what was noticed longer before it was declared is a record, not an alarm
_LONGEST_LINE = 200
_LONGEST_SUBJECT = 150
FORMAT = "tocsin.escalation/1"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one address by one channel. `wrong` says why it is not even tried, empty when it is.

    `id` is made of incident, run, step, channel, address and round: the same message has it always.
    """

    id: str
    channel: Channel
    step: EscalationStep
    run: str
    target: str
    to: str
    wrong: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """The words of a message, the same for every channel."""

    incident: Incident
    system: str
    step: EscalationStep
    call: tuple[str, ...]
    since: datetime
    next_at: datetime | None
    zone: str


def due(view: EscalationView, now: datetime) -> Iterator[Notice]:
    """Yield the messages of all steps that have begun, in order; of an escalation that stopped none."""
    standing = view.standing
    if not standing.stands:
        return
    for rung in standing.rungs:
        if rung.begins <= now:
            yield from _of_step(view, rung, now)


def again(view: EscalationView, now: datetime, round: int) -> Iterator[Notice]:
    """Yield the messages of the present step, to be sent once more because a person asks for it."""
    standing = view.standing
    rung = next((one for one in standing.rungs if one.step == standing.step), None)
    if rung is not None:
        for one in view.arranged.channels:
            if one.kind in rung.step.send:
                yield from _by_channel(view, rung, one, now, "", round)


def _of_step(view: EscalationView, rung: Rung, now: datetime) -> Iterator[Notice]:
    for channel in view.arranged.channels:
        if channel.kind in rung.step.send and channel.since <= rung.begins:
            yield from _by_channel(view, rung, channel, now, _too_late(view, rung, now), 0)


def _by_channel(
    view: EscalationView, rung: Rung, channel: Channel, now: datetime, wrong: str, round: int
) -> Iterator[Notice]:
    run = view.standing.run

    def notice(target: str, to: str, wrong: str) -> Notice:
        parts = (view.incident.id, run, rung.step.id, channel.name, target, to, str(round))
        return Notice(derived("notice", *parts), channel, rung.step, run, target, to, wrong, round)

    if channel.kind != SMTP:
        yield notice("", channel.name, wrong)
        return
    at = min(max(now, rung.begins), rung.ends)
    people = People(view.incident, view.scheme, view.arranged.duty, view.arranged.contacts)
    sent: set[str] = set()
    for callee in people.callees(rung.step.call, at):
        who = callee.person or callee.target
        if callee.email.casefold() not in sent or not callee.email:
            yield notice(
                who, callee.email, wrong or ("" if callee.email else f"no mail address of {who} is known")
            )
        sent.add(callee.email.casefold())
    for address in recipients(channel.settings):
        if address.casefold() not in sent:
            sent.add(address.casefold())
            yield notice("", address, wrong)


def _too_late(view: EscalationView, rung: Rung, now: datetime) -> str:
    incident = view.incident
    if incident.declared - incident.detected > HISTORY:
        return "it was noticed more than a week before it was declared, so nothing goes out by itself"
    if now - rung.begins > LATE:
        return "its step began more than 15 minutes before anybody could look"
    return ""


def message(view: EscalationView, system: str, step: EscalationStep) -> Message:
    """Return what is said of a step."""
    standing = view.standing
    rung = next((one for one in standing.rungs if one.step == step), None)
    people = People(view.incident, view.scheme, view.arranged.duty, view.arranged.contacts)
    named = [
        f"{one.target}: {one.person}" if one.person else f"{one.target}: nobody known"
        for one in people.callees(step.call, view.now)
    ]
    since = rung.begins if rung else standing.began
    return Message(view.incident, system, step, tuple(named), since, _next_at(standing, rung), view.zone)


def as_json(said: Message, notice_id: str, *, again: bool = False) -> dict[str, Any]:
    """Return the JSON of a webhook; `text` is a summary in one line, as chat tools show it."""
    known = said.incident
    return {
        "format": FORMAT,
        "id": notice_id,
        "again": again,
        "text": subject(said),
        "incident": {
            "id": known.id,
            "reference": known.reference,
            "title": line(known.title),
            "severity": known.severity,
            "status": known.status,
            "system": line(said.system),
            "commander": line(known.commander),
            "detected": iso(known.detected),
            "declared": iso(known.declared),
        },
        "step": {
            "id": said.step.id,
            "title": line(said.step.title),
            "call": [line(one) for one in said.call],
            "since": iso(said.since),
            "next_at": iso(said.next_at) if said.next_at else None,
        },
    }


def as_mail(said: Message, notice: Notice, *, again: bool = False) -> EmailMessage:
    """Return the mail: plain text, and headers in which nothing can begin another one."""
    return _mail(notice.channel, notice.to, subject(said), _body(said, again=again), notice.id, said.since)


def test_json(site: str, id: str) -> dict[str, Any]:
    """Return the JSON of a test message."""
    return {"format": FORMAT, "id": id, "test": True, "text": line(f"Test message from Tocsin, site {site}")}


def test_mail(site: str, channel: Channel, to: str, id: str, now: datetime) -> EmailMessage:
    """Return the mail of a test message."""
    text = f"This is a test from Tocsin, site {site}. Nothing has happened.\n"
    return _mail(channel, to, f"Test message from Tocsin, site {site}", text, id, now)


def _mail(channel: Channel, to: str, title: str, text: str, id: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=MAIL_POLICY)
    sender = channel.settings["from"]
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = line(title)[:_LONGEST_SUBJECT]
    # The same message has the same id always: who got it twice can tell.
    mail["Message-ID"] = f"<{id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Date"] = at
    mail.set_content(text, charset="utf-8")
    return mail


def subject(said: Message) -> str:
    """Return the message in one line."""
    known = said.incident
    return line(f"[{known.severity}] {known.reference}: {known.title} · {said.step.title}")


def line(text: str) -> str:
    """Return a text on one line of bounded length, without controls and what hides or turns letters."""
    flat = " ".join(text.split())
    kept = "".join(c if c.isprintable() else "�" for c in flat)
    return kept if len(kept) <= _LONGEST_LINE else f"{kept[: _LONGEST_LINE - 1]}…"


def _body(said: Message, *, again: bool) -> str:
    known = said.incident
    rows: Sequence[str] = [
        subject(said),
        "",
        f"Incident:   {known.reference}, {known.severity}, {known.status}",
        f"What:       {line(known.title)}",
        f"System:     {line(said.system)}",
        f"Declared:   {_time(known.declared, said.zone)}",
        f"Commander:  {line(known.commander)}",
        "",
        f"Step:       {line(said.step.title)}, since {_time(said.since, said.zone)}",
        *(f"Called:     {line(one)}" for one in said.call),
        f"Next step:  {_time(said.next_at, said.zone)} unless somebody acknowledges"
        if said.next_at
        else "Next step:  none; this is the last",
        "",
        "Acknowledge to the commander. This message was sent by itself.",
    ]
    told = (
        "It is sent a second time, since the first try was interrupted: you may have it.\n\n" if again else ""
    )
    return told + "\n".join(rows) + "\n"


def _next_at(standing: Standing, rung: Rung | None) -> datetime | None:
    return rung.ends if rung is not None and rung is not standing.rungs[-1] else None


def _time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
