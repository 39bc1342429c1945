"""The two small sheets about secrets: the passphrase of the key file, and a token that is shown once."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import UserError
from tocsin.model.source import LiveSource
from tocsin.operations import secrets
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.text import Label, set_look

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KNOWN = "Passwords and tokens of live sources lie in a file on this machine that a passphrase locks."
_NEW = (
    "This system keeps no secrets by itself. Choose a passphrase: it locks the file on this machine that "
    f"holds passwords and tokens of live sources. At least {secrets.SHORTEST} characters; nobody can "
    "recover it."
)


class UnlockSheet(Sheet):
    """Asks for the passphrase of the key file, or for a new one twice. `unlocked` when it is open."""

    unlocked = Signal()

    def __init__(self, desk: Desk, strongbox: Strongbox, over: QWidget) -> None:
        super().__init__(over, "Secrets", width=520)
        self._desk, self._strongbox, self._new = desk, strongbox, False
        self.about, self.outcome = Label("", "muted", wrap=True), Label("", wrap=True)
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        self.go = QPushButton("Unlock")
        for field, name in ((self.passphrase, "Passphrase"), (self.again, "The same once more")):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setPlaceholderText(name)
            field.setAccessibleName(name)
        set_look(self.go, role="main")
        self.go.clicked.connect(self.unlock)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(Label("Enter", "key"))
        buttons.addWidget(self.go)
        for widget in (self.about, self.passphrase, self.again, self.outcome):
            self.body.addWidget(widget)
        self.body.addLayout(buttons)

    def ask(self, *, new: bool) -> None:
        """Ask for the passphrase; `new` when there is no file yet."""
        self._new = new
        self.about.show_text(_NEW if new else _KNOWN)
        self.again.setVisible(new)
        self.go.setText("Choose" if new else "Unlock")
        self.go.setEnabled(True)
        self.outcome.show_text("")
        for field in (self.passphrase, self.again):
            field.clear()
        self.present(self.passphrase)

    def unlock(self) -> None:
        """Try what was typed."""
        typed = self.passphrase.text()
        if not self.go.isEnabled():
            return
        if self._new and typed != self.again.text():
            self._say("the two are not the same.")
            return
        self.go.setEnabled(False)
        job = self._desk.jobs.bulk(partial(self._strongbox.unlock, typed))
        job.succeeded.connect(self._done)
        job.refused.connect(self._refused)
        job.ended.connect(lambda: self.go.setEnabled(True))
        job.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in _ENTER:
            self.unlock()
        else:
            super().keyPressEvent(event)

    def _done(self, _nothing: object) -> None:
        for field in (self.passphrase, self.again):
            field.clear()
        self.dismiss()
        self.unlocked.emit()

    def _refused(self, error: UserError) -> None:
        self._say(error.what)
        self.passphrase.selectAll()
        self.passphrase.setFocus()

    def _say(self, text: str) -> None:
        self.outcome.show_text(text)
        self.outcome.set_tone(Tone.ORANGE)
        self.body.activate()
        self.place()


class TokenSheet(Sheet):
    """Shows the token of a webhook source, and to what address and with what header senders deliver."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "Token of a webhook source", width=640)
        self.about = Label("", "muted", wrap=True)
        self.header, self.url = QLineEdit(), QLineEdit()
        self.copy, self.leave = QPushButton("Copy the header"), QPushButton("Done")
        for field, name in ((self.url, "Address"), (self.header, "Header")):
            field.setReadOnly(True)
            field.setAccessibleName(name)
            self.body.addWidget(Label(name, "small"))
            self.body.addWidget(field)
        self.body.insertWidget(1, self.about)
        set_look(self.leave, role="main")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for widget in (self.copy, Label("Esc", "key"), self.leave):
            buttons.addWidget(widget)
        self.body.addLayout(buttons)
        self.copy.clicked.connect(lambda: _clipboard(self.header.text()))
        self.leave.clicked.connect(self.dismiss)
        self.closed.connect(self.header.clear)

    def show_token(self, source: LiveSource, token: str) -> None:
        """Show a token; once the sheet is closed it is nowhere but where secrets are kept."""
        self.about.show_text(
            f"Who sends to {source.name} needs this header; a tool that sends none may give the token as "
            "password of its address. It is shown only now; a new one can be made at any time, which ends it."
        )
        self.url.setText(f"http://{source.place}/alertmanager   or /pagerduty, /generic")
        self.header.setText(f"Authorization: Bearer {token}")
        self.present(self.copy)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in _ENTER:
            (self.copy if self.copy.hasFocus() else self.leave).click()
        else:
            super().keyPressEvent(event)


def _clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
