"""The page as it would be filed, beside the form: laid out off the interface thread while somebody writes."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from tocsin.errors import UserError
from tocsin.ui.contain.options_panel import small
from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD
from tocsin.ui.panel import Panel
from tocsin.ui.report.pages import Document, Pages, opened
from tocsin.ui.text import Label

_REST_MS = 450  # a page takes some 100 ms to lay out; nobody reads it while typing
_STEP, _LEAST, _MOST = 1.25, 0.5, 3.0


class PreviewPanel(Panel):
    """What was asked for while a page is laid out comes after it. Ctrl + and Ctrl − zoom."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Preview")
        self._desk = desk
        self._call: Callable[[], bytes] | None = None
        self._about = ""
        self._reading = self._stale = False
        self._standing = ""
        self.document: Document | None = None
        self.pages = Pages(desk)
        self.said = Label("", "muted", wrap=True)
        self.buttons = {
            "-": small("", "−", "Smaller"),
            "+": small("", "+", "Larger"),
        }
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REST_MS)
        self._soon.timeout.connect(self._lay)
        self._lay_out()

    def ask(self, about: str, standing: str, call: Callable[[], bytes]) -> None:
        """Show what `call` renders: of another one, named by `about`, at once, else when nobody types."""
        other = about != self._about
        if other:
            self._about, self.document = about, None
            self.say("Laying the page out …")
        self._call, self._standing = call, standing
        if other:
            self._lay()
        else:
            self._soon.start()

    def say(self, words: str) -> None:
        """Show words in place of a page."""
        self.remark.show_text("")
        self.said.show_text(words)
        self.said.show()
        self.pages.hide()

    def clear(self, words: str) -> None:
        """Show words, and forget what was asked for."""
        self._call, self._about, self.document = None, "", None
        self._soon.stop()
        self.say(words)

    def zoom(self, by: int) -> None:
        """Show the pages larger or smaller by a step."""
        wanted = self.pages.zoom * (_STEP if by > 0 else 1 / _STEP)
        self.pages.set_zoom(min(max(wanted, _LEAST), _MOST))

    def _lay(self) -> None:
        call = self._call
        if call is None:
            return
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False
        about = self._about
        job = self._desk.jobs.read(lambda: opened(call()))
        job.succeeded.connect(lambda document: self._show(about, document))
        job.refused.connect(lambda error: self._refused(about, error))
        job.broke.connect(lambda _error: self.say("A fault of the program; it was logged."))
        job.ended.connect(self._ended)
        job.start()

    def _show(self, about: str, document: Document) -> None:
        if about != self._about:
            return
        same = self.document is not None and self.document.content == document.content
        self.document = document
        self.said.hide()
        self.pages.show()
        if not same:
            self.pages.show_document(document)
        self._head()

    def _refused(self, about: str, error: UserError) -> None:
        if about == self._about:
            self.document = None
            self.say(str(error))

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self._lay()

    def _head(self) -> None:
        if self.document is not None:
            count = len(self.document.pages)
            self.remark.show_text(f"page {self.pages.at + 1} of {count} · {self._standing}")

    def _lay_out(self) -> None:
        for sign, button in self.buttons.items():
            self.head.addWidget(button)
            button.clicked.connect(lambda _checked=False, sign=sign: self.zoom(1 if sign == "+" else -1))
        self.pages.moved.connect(self._head)
        self.pages.setAccessibleName("Pages of the notice")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said.setMargin(2 * PAD)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.said, 1)
        column.addWidget(self.pages, 1)
        self.room.addLayout(column, 1)
        self.pages.hide()
