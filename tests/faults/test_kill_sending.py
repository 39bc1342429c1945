"""A program that is killed while it sends: the next one sends once more, says so, and never a third time."""

import subprocess
import sys
import threading
from pathlib import Path

from tests.hooks import hook
from tocsin.model.operator import Author
from tocsin.model.response import NoticeSent
from tocsin.now import SystemClock
from tocsin.operations import channels, incidents
from tocsin.operations.sending import Sender
from tocsin.store import journal
from tocsin.store.folder import Store, create_store

BY = Author("Operator A")
CHILD = """
import sys, threading
from pathlib import Path
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations.sending import Sender
from tocsin.store.folder import open_store
store = open_store(Path(sys.argv[1]), clock=SystemClock())
Sender(store, Author("Operator A"), lambda name: None, threading.Event()).send_due()
"""


def _killed_while_sending(store: Store, arrived: threading.Event) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(store.path)])
    try:
        assert arrived.wait(60)
    finally:
        child.kill()
        child.wait()


def _outcomes(store: Store) -> list[str]:
    with store.journal.read() as connection:
        found = journal.entries(connection, kinds=("notice.sent",))
    return [entry.body.outcome for entry in found if isinstance(entry.body, NoticeSent)]


def test_killed_in_the_middle_it_is_sent_once_more_and_not_a_third_time(tmp_path: Path) -> None:
    store = create_store(tmp_path / "w.tocsin", code="W", zone="UTC", clock=SystemClock(), author=BY)
    arrived, over = threading.Event(), threading.Event()

    def keep_waiting(_body: object) -> int:
        arrived.set()
        return 200 if over.wait(60) else 500

    with hook(keep_waiting) as web:
        channels.save(store, BY, "hook", "webhook", web.url, {})
        for title in ("Loans refused", "Segments served worse"):
            incidents.declare(store, BY, title=title, system="credit", severity="SEV-1")
        _killed_while_sending(store, arrived)
        arrived.clear()
        _killed_while_sending(store, arrived)
        over.set()
        Sender(store, BY, lambda _name: None, threading.Event()).send_due()
        bodies = [(body["incident"]["title"], body["again"]) for body in web.got]
    assert bodies == [("Loans refused", False), ("Loans refused", True), ("Segments served worse", False)]
    assert _outcomes(store) == ["sending", "sending", "not sent", "sending", "sent"]
    store.close()
