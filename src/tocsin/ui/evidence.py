"""Files of evidence: each with size, SHA-256 and a copy to be had; dropped or chosen ones to attach."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import BadInput
from tocsin.model.evidence import Evidence
from tocsin.operations import evidence
from tocsin.operations.original import shown
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip

_ROW, _MOST_ROWS = 42, 4
_UNITS = ("bytes", "kB", "MB", "GB")


class EvidenceList(QWidget):
    """Attached files, each with a button that saves a copy, then chosen ones that can be left out again.

    `changed` when one more was chosen or left out.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._attached: Sequence[Evidence] = ()
        self.pending: list[Path] = []
        self.trouble = Label("", "small", wrap=True)
        self.trouble.set_tone(Tone.ORANGE)
        self._area, self._rows = QScrollArea(), QWidget()
        self._area.setWidget(self._rows)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list = QVBoxLayout(self._rows)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._area)
        layout.addWidget(self.trouble)
        self._fill()

    def show_attached(self, found: Sequence[Evidence]) -> None:
        """Show what is attached."""
        self._attached = tuple(found)
        self._fill()

    def choose(self, paths: Sequence[Path]) -> None:
        """Add files that are to be attached; say which cannot be."""
        refused = []
        for path in paths:
            try:
                evidence.checked(path)
            except BadInput as error:
                refused.append(str(error))
                continue
            if path not in self.pending:
                self.pending.append(path)
        self._fill(" ".join(refused))

    def clear(self) -> None:
        """Forget what was chosen and shown."""
        self._attached, self.pending = (), []
        self._fill()

    def save(self, one: Evidence, target: Path) -> None:
        """Write a copy of an attached file, off the interface thread."""
        self._desk.long_work(
            partial(evidence.save_copy, self._desk.store, one.entry, target),
            f"Copying {one.name}",
            lambda path: self._desk.tell(f"{one.name} was copied to {path}"),
        )

    def _fill(self, trouble: str = "") -> None:
        while (old := self._list.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in self._attached:
            facts = f"{size(one.size)} · SHA-256 {one.sha256[:12]}"
            row = self._row(one.name, facts, "Save a copy …", partial(self._ask_where, one))
            set_tip(row, f"{one.name}\nSHA-256 {one.sha256}\nattached by {one.author}")
            self._list.addWidget(row)
        for path in self.pending:
            self._list.addWidget(
                self._row(shown(path), "to be attached", "Leave out", partial(self._drop, path))
            )
        count = len(self._attached) + len(self.pending)
        self._area.setVisible(bool(count))
        self._area.setFixedHeight(min(max(count, 1), _MOST_ROWS) * _ROW)
        self.trouble.show_text(trouble)
        self.trouble.setVisible(bool(trouble))
        self.changed.emit()

    def _row(self, name: str, facts: str, verb: str, run: Callable[[], None]) -> QWidget:
        row = QWidget()
        row.setFixedHeight(_ROW)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 4, 0)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(name))
        words.addWidget(ElidedLabel(facts, "small"))
        line.addLayout(words, 1)
        button = QPushButton(verb)
        button.setAccessibleName(f"{verb} {name}")
        button.setAutoDefault(False)
        set_look(button, role="quiet")
        button.clicked.connect(lambda _checked: run())
        line.addWidget(button)
        return row

    def _ask_where(self, one: Evidence) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save a copy", one.name)
        if name:
            self.save(one, Path(name))

    def _drop(self, path: Path) -> None:
        self.pending.remove(path)
        self._fill()


class EvidencePanel(QWidget):
    """What supports one thing, with a button that attaches more; files may be dropped here."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._subject = ""
        self._read: Callable[[], list[Evidence]] | None = None
        self.heading, self.files = Label("EVIDENCE", "heading"), EvidenceList(desk)
        self.button = QPushButton("Attach …")
        self.button.setObjectName("attach")
        set_look(self.button, role="quiet")
        self.button.clicked.connect(self._choose)
        head = QHBoxLayout()
        head.addWidget(self.heading)
        head.addStretch()
        head.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.files)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAcceptDrops(not desk.store.read_only)
        self.hide()

    def show_for(self, subject: str, read: Callable[[], list[Evidence]] | None) -> None:
        """Show what `read` finds for a subject, off the interface thread; nothing without one."""
        if subject != self._subject:
            self.files.clear()
        self._subject, self._read = subject, read
        self.setVisible(read is not None)
        self.button.setVisible(not self._desk.store.read_only)
        if read is not None:
            self._look_up(subject, read)

    def attach(self, paths: Sequence[Path]) -> None:
        """Attach files to what is shown."""
        if self._subject and paths:
            attach(self._desk, self._subject, paths, self._attached)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.attach(local_files(event.mimeData()))
        event.acceptProposedAction()

    def _look_up(self, subject: str, read: Callable[[], list[Evidence]]) -> None:
        # The answer goes to a method of this widget and to no partial of one: it must not outlive the widget.
        self._desk.read(lambda: (subject, read()), self._show)

    def _show(self, answer: tuple[str, list[Evidence]]) -> None:
        subject, found = answer
        if subject == self._subject:
            self.files.show_attached(found)

    def _attached(self) -> None:
        if self._read is not None:
            self._look_up(self._subject, self._read)

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Attach files")
        self.attach([Path(name) for name in names])


def attach(desk: Desk, subject: str, paths: Sequence[Path], done: Callable[[], None]) -> None:
    """Copy files into the store, off the interface thread, and say how it ended."""
    title = f"Attaching {shown(paths[0]) if len(paths) == 1 else f'{len(paths)} files'}"

    def ended(refused: list[str]) -> None:
        if refused:
            desk.tell(f"Not attached: {' '.join(refused)}", trouble=True)
        else:
            desk.tell(f"{len(paths)} file{'s' if len(paths) > 1 else ''} attached")
        done()

    desk.long_work(partial(evidence.attach_all, desk.store, desk.author, subject, tuple(paths)), title, ended)


def local_files(data: QMimeData) -> list[Path]:
    """Return the local files of what is dragged; nothing is fetched from anywhere."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def size(count: int) -> str:
    """Return a number of bytes in words: 8 bytes, 1.2 MB."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{count} {_UNITS[0]}" if not unit else f"{value:.1f} {_UNITS[unit]}"
