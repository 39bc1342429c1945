"""A sheet to fill in over the window. It traps nobody: Escape closes it and what was typed stays."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from tocsin.ui.palette import GAP
from tocsin.ui.text import Label, set_look


class Sheet(QFrame):
    """Lies centred over the window it was made for. Put what it holds into `body`; `closed` when it goes."""

    closed = Signal()

    def __init__(self, over: QWidget, title: str, *, width: int = 560) -> None:
        super().__init__(over)
        self._over, self._width = over, width
        self._before: QWidget | None = None
        set_look(self, role="panel")
        self.setAccessibleName(title)
        self.setAutoFillBackground(True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        self.body.setSpacing(GAP)
        self._named = Label(title, "large")
        self.body.addWidget(self._named)
        over.installEventFilter(self)
        self.hide()

    def present(self, first: QWidget) -> None:
        """Show the sheet with the keyboard in its first field."""
        if not self.isVisible():
            self._before = self._over.window().focusWidget()
        self.show()
        self.raise_()
        self.place()
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Hide it; what was typed stays for the next time."""
        if not self.isVisible():
            return
        inside = self.isAncestorOf(self._over.window().focusWidget() or self)
        self.hide()
        if inside and self._before is not None and isValid(self._before):
            self._before.setFocus()
        self.closed.emit()

    def entitle(self, title: str) -> None:
        """Show another title: what lies open is about something else this time."""
        self._named.show_text(title)
        self.setAccessibleName(title)

    def place(self) -> None:
        """Centre it, a little above the middle, as high as what it holds."""
        over = self._over.rect()
        width = min(self._width, over.width() - 4 * GAP)
        height = min(max(self.sizeHint().height(), self.heightForWidth(width)), over.height() - 4 * GAP)
        self.setGeometry(
            (over.width() - width) // 2, max(2 * GAP, (over.height() - height) // 3), width, height
        )

    def _placed(self) -> None:
        """Centre it anew where it lies open: what it holds is higher or lower than before."""
        if self.isVisible():
            self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Keep Tab inside the sheet while it lies over the rest."""
        moved = super().focusNextPrevChild(forward)
        now = self._over.window().focusWidget()
        if now is None or not self.isAncestorOf(now):
            inside = [w for w in self.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
            usable = [w for w in inside if w.isVisible() and w.isEnabled()]
            if usable:
                usable[0 if forward else -1].setFocus(Qt.FocusReason.TabFocusReason)
        return moved

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False
