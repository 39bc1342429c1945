"""What goes out by itself, sent to real servers of this machine: once, tried again, and an entry of it."""

import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.hooks import Hook, Mailbox, free_port, hook, mailbox, talking
from tests.importers.test_http import Authority
from tocsin.errors import BadInput, Missing
from tocsin.importers.http_errors import NoAnswer, Stopped
from tocsin.model.incident import Incident
from tocsin.model.journal import StoreCreated
from tocsin.model.operator import Author
from tocsin.model.response import NoticeSent
from tocsin.now import ManualClock, SystemClock
from tocsin.operations import channels, contacts, escalation, incidents, notices, outgoing, sending
from tocsin.operations.channels import Channel
from tocsin.operations.sending import Sender
from tocsin.store import backup, journal
from tocsin.store.folder import Store, open_store

NEVER = threading.Event()


@pytest.fixture
def web() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def post() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def sender(store: Store, stop: threading.Event = NEVER, secret: str | None = None) -> Sender:
    return Sender(store, Author("console", "account"), lambda _name: secret, stop, pauses_s=(0.0, 0.0))


def declared(store: Store, author: Author, title: str = "Loans refused") -> Incident:
    return incidents.declare(store, author, title=title, system="credit", severity="SEV-1")


def told(store: Store, incident: Incident) -> list[NoticeSent]:
    with store.journal.read() as connection:
        entries = journal.entries(connection, incident=incident.id, kinds=("notice.sent",))
    return [entry.body for entry in entries if isinstance(entry.body, NoticeSent)]


def outcomes(store: Store, incident: Incident) -> list[tuple[str, str]]:
    return [(one.outcome, one.channel) for one in told(store, incident)]


def by_hook(store: Store, author: Author, web: Hook, **settings: str) -> None:
    channels.save(store, author, "hook", "webhook", web.url, settings)


def by_mail(store: Store, author: Author, place: str, **settings: str) -> None:
    said = {"from": "tocsin@example.org", "tls": "none", **settings}
    channels.save(store, author, "mail", "smtp", place, said)


def test_a_step_is_told_by_webhook_once_however_often_it_is_looked(
    store: Store, author: Author, web: Hook
) -> None:
    by_hook(store, author, web)
    known = declared(store, author, "<b>Loans</b> refused “ÿ”")
    for _ in range(3):
        sender(store).send_due()
    assert outcomes(store, known) == [("sending", "hook"), ("sent", "hook")]
    [body], [headers] = web.got, web.headers
    assert web.paths == ["/hook"]
    assert body["incident"]["reference"] == known.reference
    assert body["step"]["id"] == "first"
    assert body["again"] is False
    assert headers["Idempotency-Key"] == body["id"]


def test_the_next_step_is_told_when_it_begins_and_nothing_after_somebody_took_over(
    store: Store, author: Author, clock: ManualClock, web: Hook
) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    sender(store).send_due()
    clock.advance(minutes=5)
    sender(store).send_due()
    assert [body["step"]["id"] for body in web.got] == ["first", "leaders"]
    escalation.acknowledge(store, author, known.id)
    clock.advance(minutes=10)
    sender(store).send_due()
    assert len(web.got) == 2


def test_those_called_get_a_mail_each_and_who_has_no_address_is_an_entry_too(
    store: Store, author: Author, clock: ManualClock, post: Mailbox
) -> None:
    by_mail(store, author, post.place, to="war-room@example.org")
    contacts.save(store, author, "VP Engineering", person="Operator V", email="v@example.org")
    contacts.save(store, author, "Legal", person="Operator L")
    known = declared(store, author, "Bias in loans\r\nBcc: everybody@example.org\r\n\r\nHello")
    clock.advance(minutes=5)
    sender(store).send_due()
    leaders = [one for one in told(store, known) if one.step == "leaders" and one.outcome != "sending"]
    assert [(one.to, one.outcome, one.target) for one in leaders] == [
        ("v@example.org", "sent", "Operator V"),
        ("", "not sent", "Operator L"),
        ("", "not sent", "CISO"),
        ("war-room@example.org", "sent", ""),
    ]
    assert leaders[1].detail == "no mail address of Operator L is known"
    assert "everybody@example.org" not in post.to
    for mail in post.got:
        assert set(mail.keys()) <= {
            "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Date", "Content-Type", "MIME-Version",
            "Content-Transfer-Encoding", "X-Peer", "X-MailFrom", "X-RcptTo",
        }  # fmt: skip
        assert mail.get_content_type() == "text/plain"
        assert "Bcc: everybody@example.org" in str(mail["Subject"])
    assert len({mail["Message-ID"] for mail in post.got}) == len(post.got)


@pytest.mark.parametrize(
    ("answers", "outcome", "attempts", "says"),
    [
        ([500, 200], "sent", 2, ""),
        ([None, 503, 204], "sent", 3, ""),
        ([500, 500, 500], "not sent", 3, "has a problem of its own (HTTP 500)"),
        ([None, None, None], "not sent", 3, "incomplete"),
        ([404], "not sent", 1, "HTTP 404"),
        ([302], "not sent", 1, "sends one on"),
        ([401], "not sent", 1, "does not let us in"),
    ],
)
def test_a_webhook_that_fails_is_tried_again_where_that_may_help(
    store: Store, author: Author, web: Hook, answers: list[int | None], outcome: str, attempts: int, says: str
) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    left = iter(answers)
    web.behave = lambda _body: next(left)
    sender(store).send_due()
    last = told(store, known)[-1]
    assert (last.outcome, last.attempts) == (outcome, attempts)
    assert says in last.detail
    assert len({body["id"] for body in web.got}) == 1


def test_a_server_that_is_not_there_is_told_in_words(store: Store, author: Author) -> None:
    channels.save(store, author, "hook", "webhook", f"http://127.0.0.1:{free_port()}/x", {})
    by_mail(store, author, f"127.0.0.1:{free_port()}", to="a@example.org")
    known = declared(store, author)
    sender(store).send_due()
    failed = [one for one in told(store, known) if one.outcome == "not sent" and one.to]
    assert [one.attempts for one in failed] == [3, 3]
    assert all("nothing answers at this port" in one.detail for one in failed)


@pytest.mark.parametrize(
    ("refusal", "attempts", "says"),
    [("550 no such user\n", 1, "SMTP 550): no such user"), ("451 try later", 3, "SMTP 451")],
)
def test_what_a_mail_server_refuses_for_good_is_not_tried_again(
    store: Store, author: Author, post: Mailbox, refusal: str, attempts: int, says: str
) -> None:
    by_mail(store, author, post.place, to="a@example.org")
    post.refuse = refusal.strip()
    known = declared(store, author)
    sender(store).send_due()
    last = told(store, known)[-1]
    assert (last.outcome, last.attempts) == ("not sent", attempts)
    assert says in last.detail


def _hang_up(connection: socket.socket) -> None:
    connection.sendall(b"220 mail\r\n")
    connection.recv(1000)


def test_a_mail_server_that_hangs_up_in_the_middle_may_be_tried_again() -> None:
    with talking(_hang_up) as port, pytest.raises(NoAnswer, match="closed the connection"):
        outgoing.mail(
            _mail(port), None, notices.test_mail("WR", _mail(port), "a@example.org", "1", _now()), NEVER
        )


def test_a_mail_server_that_says_a_letter_now_and_then_is_cut_off() -> None:
    over = threading.Event()

    def dribble(connection: socket.socket) -> None:
        try:
            while not over.wait(0.02):
                connection.sendall(b"2")
        except OSError:
            return

    with talking(dribble) as port, pytest.raises(NoAnswer):
        message = notices.test_mail("WR", _mail(port), "a@example.org", "1", _now())
        outgoing.mail(_mail(port), None, message, NEVER, total_s=0.3)
    over.set()


def test_a_webhook_that_is_silent_is_cut_off(
    store: Store, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(outgoing, "TOTAL_S", 0.3)
    store.clock = SystemClock()
    with hook(lambda _body: 200 if over.wait(5) else 500) as slow:
        by_hook(store, author, slow)
        known = declared(store, author)
        Sender(store, author, lambda _name: None, NEVER, pauses_s=()).send_due()
        over.set()
    last = told(store, known)[-1]
    assert (last.outcome, last.detail.endswith("the whole answer took too long.")) == ("not sent", True)


def test_the_end_of_the_program_leaves_it_to_the_next_one(store: Store, author: Author, web: Hook) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    stop = threading.Event()

    def stopped(_body: object) -> int:
        stop.set()
        return 500

    web.behave = stopped
    with pytest.raises(Stopped):
        sender(store, stop).send_due()
    assert outcomes(store, known) == [("sending", "hook")]
    web.behave = lambda _body: 200
    sender(store).send_due()
    assert outcomes(store, known)[1:] == [("sending", "hook"), ("sent", "hook")]
    assert [body["again"] for body in web.got] == [False, True]
    assert len({body["id"] for body in web.got}) == 1
    assert "second time" in told(store, known)[-1].detail


def test_after_two_ends_in_the_middle_it_is_not_sent_a_third_time(
    store: Store, author: Author, web: Hook
) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    for _ in range(2):
        stop = threading.Event()
        web.behave = lambda _body, stop=stop: 500 + 0 * int(stop.set() or 0)  # type: ignore[misc]
        with pytest.raises(Stopped):
            sender(store, stop).send_due()
    web.behave = lambda _body: 200
    sender(store).send_due()
    assert len(web.got) == 2
    last = told(store, known)[-1]
    assert last.outcome == "not sent"
    assert "it may have arrived" in last.detail


def test_what_should_have_begun_long_before_anybody_looked_is_shown_and_not_sent(
    store: Store, author: Author, clock: ManualClock, web: Hook
) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    clock.advance(hours=5)
    sender(store).send_due()
    assert web.got == []
    assert {one.outcome for one in told(store, known)} == {"not sent"}
    assert {one.attempts for one in told(store, known)} == {0}
    assert "15 minutes" in told(store, known)[0].detail
    assert escalation.look(store, known.id).standing.stands


def test_a_record_of_what_was_noticed_weeks_ago_sends_nothing(
    store: Store, author: Author, clock: ManualClock, web: Hook
) -> None:
    by_hook(store, author, web)
    past = clock.now() - timedelta(days=30)
    known = incidents.declare(store, author, title="Old", system="credit", severity="SEV-1", detected=past)
    sender(store).send_due()
    assert web.got == []
    assert "a week before" in told(store, known)[0].detail


def test_a_channel_says_nothing_of_steps_that_began_before_it_was_there(
    store: Store, author: Author, clock: ManualClock, web: Hook
) -> None:
    known = declared(store, author)
    clock.advance(minutes=1)
    by_hook(store, author, web)
    sender(store).send_due()
    assert told(store, known) == []
    clock.advance(minutes=4)
    sender(store).send_due()
    assert [body["step"]["id"] for body in web.got] == ["leaders"]


def test_a_drill_and_a_store_that_is_only_read_send_nothing(
    store: Store, author: Author, web: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    monkeypatch.setattr(Store, "read_only", True)
    assert sender(store).send_due() == []
    monkeypatch.undo()
    with store.write() as write:
        write.add(author, StoreCreated("WR", "Europe/Berlin", drill="silent change"))
    assert sender(store).send_due() == []
    with pytest.raises(BadInput, match="this is a drill"):
        sender(store).send_again(known.id)
    with pytest.raises(BadInput, match="this is a drill"):
        sending.trial(store, channels.get(store, "hook"), lambda _name: None, NEVER)
    assert web.got == []


def test_another_sites_incident_sends_nothing(store: Store, author: Author, web: Hook) -> None:
    by_hook(store, author, web)
    site, store.site = store.site, "another-site"
    known = declared(store, author)
    store.site = site
    sender(store).send_due()
    assert web.got == []
    assert told(store, known) == []


def test_what_was_declared_before_a_backup_was_brought_back_is_still_ours(
    store: Store, author: Author, clock: ManualClock, web: Hook
) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    sender(store).send_due()
    saved = backup.make(store)
    store.close()
    backup.restore(store.path, author, saved.path, clock=clock)
    clock.advance(minutes=5)
    restored = open_store(store.path, clock=clock)
    sender(restored).send_due()
    restored.close()
    assert [body["step"]["id"] for body in web.got] == ["first", "leaders"]
    assert known.id == web.got[1]["incident"]["id"]


def test_a_person_can_have_the_step_sent_once_more(store: Store, author: Author, web: Hook) -> None:
    by_hook(store, author, web)
    known = declared(store, author)
    sender(store).send_due()
    sender(store).send_again(known.id)
    sender(store).send_due()
    assert len(web.got) == 2
    assert len({body["id"] for body in web.got}) == 2


def test_secrets_are_shown_to_their_server_only_and_stand_in_no_entry(
    store: Store, author: Author, web: Hook
) -> None:
    by_hook(store, author, web, secret="yes")
    known = declared(store, author)
    sender(store, secret="s3cret-token").send_due()
    assert web.headers[0]["Authorization"] == "Bearer s3cret-token"
    by_hook(store, author, web, secret="path")
    sender(store, secret="T0/s3cret").send_again(known.id)
    assert web.paths[-1] == "/hook/T0/s3cret"
    sender(store, secret=None).send_again(known.id)
    assert "secret is not known" in told(store, known)[-1].detail
    with store.journal.read() as connection:
        assert "s3cret" not in str([entry.body for entry in journal.entries(connection)])


def test_what_waits_for_a_passphrase_is_sent_when_it_comes_in_time(
    store: Store, author: Author, clock: ManualClock, web: Hook
) -> None:
    by_hook(store, author, web, secret="yes")
    known = declared(store, author)

    def locked(_name: str) -> str | None:
        raise Missing("the file of secrets is locked.")

    waiting = Sender(store, author, locked, NEVER)
    assert waiting.send_due() == []
    assert "locked" in waiting.waiting
    assert told(store, known) == []
    sender(store, secret="token").send_due()
    assert outcomes(store, known) == [("sending", "hook"), ("sent", "hook")]


def test_a_channel_that_is_down_holds_up_no_other_and_is_tried_once_for_those_after(
    store: Store, author: Author, web: Hook
) -> None:
    by_mail(store, author, f"127.0.0.1:{free_port()}", to="a@example.org, b@example.org")
    by_hook(store, author, web)
    known = declared(store, author)
    stop, sent = threading.Event(), threading.Event()
    web.behave = lambda _body: 200 if not sent.set() else 500
    slow = Sender(store, author, lambda _name: None, stop, pauses_s=(60.0,))

    def send() -> None:
        with pytest.raises(Stopped):
            slow.send_due()

    thread = threading.Thread(target=send)
    thread.start()
    assert sent.wait(60)
    stop.set()
    thread.join()
    stop.clear()
    sender(store).send_due()
    attempts = [
        one.attempts for one in told(store, known) if one.to.endswith(".org") and one.outcome == "not sent"
    ]
    assert attempts == [3, 1]


def test_a_test_message_says_that_it_is_one(store: Store, author: Author, web: Hook, post: Mailbox) -> None:
    by_hook(store, author, web)
    by_mail(store, author, post.place)
    sending.trial(store, channels.get(store, "hook"), lambda _name: None, NEVER)
    assert web.got[0]["test"] is True
    with pytest.raises(BadInput, match="to whom"):
        sending.trial(store, channels.get(store, "mail"), lambda _name: None, NEVER)
    said = sending.trial(store, channels.get(store, "mail"), lambda _name: None, NEVER, to="a@example.org")
    assert "a@example.org" in said
    assert "Test message" in str(post.got[0]["Subject"])


def test_a_password_goes_only_over_a_connection_whose_certificate_is_trusted(
    store: Store, author: Author, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    said = {"from": "tocsin@example.org", "to": "a@example.org", "user": "duty", "secret": "yes"}
    with mailbox(authority.context(), "s3cret") as post:
        channels.save(store, author, "mail", "smtp", f"localhost:{post.port}", said)
        with pytest.raises(BadInput, match="certificate is not trusted"):
            sending.trial(store, channels.get(store, "mail"), lambda _name: "s3cret", NEVER)
        assert post.logins == []
        channels.save(
            store, author, "mail", "smtp", f"localhost:{post.port}", {**said, "ca": str(authority.file)}
        )
        with pytest.raises(BadInput, match="Is the password right"):
            sending.trial(store, channels.get(store, "mail"), lambda _name: "wrong", NEVER)
        sending.trial(store, channels.get(store, "mail"), lambda _name: "s3cret", NEVER)
    assert post.logins[-1] == ("duty", "s3cret")
    assert len(post.got) == 1


def test_a_server_without_encryption_gets_no_password(store: Store, author: Author, post: Mailbox) -> None:
    said = {"from": "a@example.org", "to": "a@example.org", "user": "duty", "secret": "yes"}
    channels.save(store, author, "mail", "smtp", post.place, said)
    with pytest.raises(BadInput, match="does not offer what is asked for"):
        sending.trial(store, channels.get(store, "mail"), lambda _name: "s3cret", NEVER)
    assert post.got == []


def test_what_people_wrote_stands_on_one_line_of_a_bounded_length() -> None:
    assert (
        notices.line("a\r\nBcc: b\x00\u202e" + "x" * 500) == ("a Bcc: b\ufffd\ufffd" + "x" * 500)[:199] + "…"
    )


def _mail(port: int) -> Channel:
    return Channel("mail", "smtp", f"127.0.0.1:{port}", {"from": "a@example.org", "tls": "none"}, _now())


def _now() -> datetime:
    return SystemClock().now()
