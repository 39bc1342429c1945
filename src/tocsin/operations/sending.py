"""Sending what an escalation tells by itself: once, tried a few times, and an entry of what came of it.

Before the first try an entry says "sending". A program that ends in between leaves it without an outcome: the
next one sends once more, saying so in the message, and never a third time. Nothing leaves a store that can
only be read, that of a drill, or about an incident that was declared at another site.
"""

import logging
import threading
from dataclasses import dataclass, field

from tocsin.errors import BadInput, Missing, StoreProblem, UserError
from tocsin.importers.http_errors import NoAnswer, Stopped
from tocsin.model.ids import derived
from tocsin.model.journal import Entry
from tocsin.model.ladder import NOT_SENT, SENDING, SENT
from tocsin.model.operator import Author
from tocsin.model.response import NoticeSent
from tocsin.operations import escalation, notices, outgoing, stores, systems
from tocsin.operations.channels import SMTP, WEBHOOK, Channel, recipients
from tocsin.operations.contacts import checked_mail
from tocsin.operations.escalation import EscalationView
from tocsin.operations.notices import Message, Notice
from tocsin.operations.sources import Ask
from tocsin.operations.waiting import alone
from tocsin.store import journal
from tocsin.store.folder import Store

PAUSES_S = (1.0, 5.0, 20.0)  # between the tries
_log = logging.getLogger(__name__)
Due = tuple[EscalationView, Notice]


@dataclass
class Sender:
    """Sends what is due. `ask` gets secrets, `stop` ends any waiting, `pauses_s` come between the tries."""

    store: Store
    author: Author
    ask: Ask
    stop: threading.Event
    pauses_s: tuple[float, ...] = PAUSES_S
    waiting: str = field(default="", init=False)  # why something could not be sent yet, in words

    def send_due(self) -> list[Entry]:
        """Send what is due and was not sent yet; return the entries of what came of it.

        Does nothing while another program sends for this store. Raises StoreProblem.
        """
        self.waiting = ""
        if barred(self.store):
            return []
        with alone(self.store.path / "sending.lock") as mine:
            return self._by_channel(self._pending()) if mine else []

    def send_again(self, incident: str) -> list[Entry]:
        """Send the messages of an incident's present step once more, because a person asks for it.

        Raises NotFound, BadInput when nothing leaves this store, StoreProblem while another program sends.
        """
        if why := barred(self.store):
            raise BadInput(f"nothing is sent: {why}.")
        with alone(self.store.path / "sending.lock") as mine:
            if not mine:
                raise StoreProblem("another program is sending.", hint="Try again in a moment.")
            view = escalation.look(self.store, incident)
            rounds = [one.body.outcome for one in view.standing.notices if one.body.outcome != SENDING]
            found = notices.again(view, self.store.now(), len(rounds) + 1)
            return self._by_channel([(view, notice) for notice in found])

    def _pending(self) -> list[Due]:
        """Return what is due and has no outcome yet, in the order it is to be sent."""
        pending: list[Due] = []
        for view in escalation.open_ones(self.store):
            if view.standing.stands and _is_ours(self.store, view):
                found = list(notices.due(view, self.store.now()))
                settled = _known(self.store, [_id(notice, "outcome") for notice in found])
                pending += [(view, one) for one in found if _id(one, "outcome") not in settled]
        return pending

    def _by_channel(self, pending: list[Due]) -> list[Entry]:
        """Send by each channel at the same time: a server that is down holds up no other. Raises Stopped."""
        lanes: dict[str, list[Due]] = {}
        for view, notice in pending:
            lanes.setdefault(notice.channel.name, []).append((view, notice))
        entries: list[Entry] = []
        stopped: list[BaseException] = []

        def run(lane: list[Due]) -> None:
            try:
                self._lane(lane, entries)
            except BaseException as error:  # noqa: BLE001 - told to whoever waits for this thread
                stopped.append(error)

        threads = [threading.Thread(target=run, args=(lane,), daemon=True) for lane in lanes.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if stopped:
            raise stopped[0]
        return entries

    def _lane(self, lane: list[Due], entries: list[Entry]) -> None:
        """Send by one channel; when its server could not be reached, what follows is tried once each."""
        pauses = self.pauses_s
        for view, notice in lane:
            if self.stop.is_set() or not self._still(view):
                continue
            try:
                secret = None if notice.wrong else secret_of(notice.channel, self.ask)
            except Missing as problem:  # somebody may unlock it yet; later it is too late for this step
                self.waiting = str(problem)
                continue
            except UserError as problem:
                entries.append(self._write(view, notice, "outcome", NOT_SENT, 0, str(problem)))
                continue
            entry = self._send(view, notice, secret, pauses)
            entries.append(entry)
            if isinstance(entry.body, NoticeSent) and entry.body.attempts > len(pauses):
                pauses = () if entry.body.outcome == NOT_SENT else pauses

    def _still(self, view: EscalationView) -> bool:
        """Whether nobody has acknowledged while others were being sent."""
        now = escalation.look(self.store, view.incident.id).standing
        return now.stands and now.run == view.standing.run

    def _send(
        self, view: EscalationView, notice: Notice, secret: str | None, pauses: tuple[float, ...]
    ) -> Entry:
        if notice.wrong:
            return self._write(view, notice, "outcome", NOT_SENT, 0, notice.wrong)
        begun = _known(self.store, [_id(notice, SENDING), _id(notice, "sending again")])
        if len(begun) == 2:
            why = "the program ended twice while it was being sent; it may have arrived"
            return self._write(view, notice, "outcome", NOT_SENT, 2, why)
        once = bool(begun)
        self._write(view, notice, "sending again" if once else SENDING, SENDING, 1)
        attempts, why = self._tried(view, notice, secret, pauses, again=once)
        told = "sent a second time, the first was interrupted" if once and not why else why
        outcome = self._write(view, notice, "outcome", NOT_SENT if why else SENT, attempts, told)
        _log.info("%s by %s: %s", notice.step.id, notice.channel.name, outcome.body)
        return outcome

    def _tried(
        self,
        view: EscalationView,
        notice: Notice,
        secret: str | None,
        pauses: tuple[float, ...],
        *,
        again: bool,
    ) -> tuple[int, str]:
        """Return how often it was tried, and why it failed; empty when it was sent. Raises Stopped."""
        said = notices.message(view, systems.name_of(self.store, view.incident.system), notice.step)
        why = ""
        for number, pause in enumerate((*pauses, None), start=1):
            try:
                _out(self.store, notice, said, secret, self.stop, again=again)
                return number, ""
            except NoAnswer as problem:
                why = str(problem)
            except UserError as problem:
                return number, str(problem)
            if pause is not None and self.stop.wait(max(pause, 0.0)):
                raise Stopped
        return len(pauses) + 1, why

    def _write(
        self, view: EscalationView, notice: Notice, what: str, outcome: str, attempts: int, detail: str = ""
    ) -> Entry:
        body = NoticeSent(
            notice.step.id,
            notice.target,
            notice.channel.name,
            notice.to,
            outcome,
            attempts,
            detail[:500],
            notice.run,
        )
        with self.store.write() as write:
            incident = view.incident.id
            return write.add(self.author, body, incident=incident, subject=incident, id=_id(notice, what))


def trial(store: Store, channel: Channel, ask: Ask, stop: threading.Event, *, to: str = "") -> str:
    """Send a message that says it is a test, once; return in words where it went.

    `to` is an address for mail. Raises BadInput, NoAnswer, Stopped.
    """
    if why := barred(store):
        raise BadInput(f"nothing is sent: {why}.")
    secret = secret_of(channel, ask)
    if channel.kind == WEBHOOK:
        id = store.new_id()
        outgoing.post(store, channel, secret, notices.test_json(store.code, id), id, stop)
        return f"{channel.place} took a test message."
    addresses = (checked_mail(to),) if to else recipients(channel.settings)
    if not addresses:
        raise BadInput("say to whom the test goes.", where=channel.name, hint="It has no “to” of its own.")
    for address in addresses:
        told = notices.test_mail(store.code, channel, address, store.new_id(), store.now())
        outgoing.mail(channel, secret, told, stop)
    return f"{channel.place} took a test message to {', '.join(addresses)}."


def barred(store: Store) -> str:
    """Return why nothing may leave this store, empty when it may."""
    if store.read_only:
        return "the store can only be read"
    if stores.drill_of(store):
        return "this is a drill"
    return ""


def secret_of(channel: Channel, ask: Ask) -> str | None:
    """Return a channel's secret, None when it has none. Raises BadInput when it is not known here."""
    if not channel.needs_secret:
        return None
    secret = ask(channel.secret_name)
    if secret is None:
        raise BadInput("its secret is not known on this machine.", where=channel.name, hint="Enter it anew.")
    return secret


def _out(
    store: Store,
    notice: Notice,
    said: Message,
    secret: str | None,
    stop: threading.Event,
    *,
    again: bool,
) -> None:
    if notice.channel.kind == WEBHOOK:
        body = notices.as_json(said, notice.id, again=again)
        outgoing.post(store, notice.channel, secret, body, notice.id, stop)
    elif notice.channel.kind == SMTP:
        outgoing.mail(notice.channel, secret, notices.as_mail(said, notice, again=again), stop)


def _is_ours(store: Store, view: EscalationView) -> bool:
    """Whether an incident was declared here: at this site, or at one that this store was before a restore."""
    with store.journal.read() as connection:
        declared = journal.find(connection, view.incident.id)
        own = {entry.site for entry in journal.entries(connection, kinds=("store.created", "store.restored"))}
    return declared is not None and declared.site in own


def _known(store: Store, ids: list[str]) -> frozenset[str]:
    with store.journal.read() as connection:
        return journal.there(connection, ids)


def _id(notice: Notice, what: str) -> str:
    return derived(notice.id, what)
