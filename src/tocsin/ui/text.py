"""Words on the screen that stay words: never read as markup, and nothing in them unseen."""

import re
from html import escape

from PySide6 import QtGui
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QTextEdit, QWidget

from tocsin.ui.palette import Tone

_TIP = "<qt>"  # opens every tip made here; what follows is escaped
# Controls but line feed and tab, what has no width, what turns the direction of writing, separators that a
# widget would break the line at, tags nobody sees, and halves of a pair that stand alone.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Return a text from outside as it may be drawn: what hides or reorders letters as marks: ‹U+202E›."""
    return _UNSEEN.sub(_mark, text.replace("\r\n", "\n"))


def _mark(found: re.Match[str]) -> str:
    return f"‹U+{ord(found[0]):04X}›"


class Label(QLabel):
    """A label that shows its text as it stands, marks included. `role` names its look in the stylesheet."""

    def __init__(
        self, text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setProperty("role", role)
        self.setText(text)

    def set_tone(self, tone: Tone | None) -> None:
        """Colour the text by a tone, or by none."""
        set_look(self, tone=tone.value if tone else "")

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(visible(text))

    def show_text(self, text: str) -> None:
        """Set the text only when it is another one: a countdown asks every second."""
        if (shown := visible(text)) != self.text():
            super().setText(shown)


class ElidedLabel(Label):
    """One line that ends in an ellipsis where room ends, and shows all of it as a tip."""

    def __init__(self, text: str = "", role: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        set_tip(self, self.text() if self._shown() != self.text() else "")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.drawText(self.contentsRect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, self._shown())

    def _shown(self) -> str:
        line = self.text().replace("\n", " ")
        return self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, self.contentsRect().width())


def set_look(widget: QWidget, **properties: str) -> None:
    """Set dynamic properties (`role`, `tone`) and let the stylesheet look at them again."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def set_tip(widget: QWidget, text: str) -> None:
    """Give a widget a tip; Qt would read an unescaped one as markup."""
    widget.setToolTip(tip(text))


def tip(text: str) -> str:
    """Return a text as Qt may show it as a tip, a line a line."""
    return f"{_TIP}{escape(visible(text))}".replace("\n", "<br>") if text else ""


def button_text(text: str) -> str:
    """Return text for a button or menu, where a bare ampersand would turn into a shortcut."""
    return visible(text).replace("&", "&&")


def not_plain(root: QWidget) -> list[QWidget]:
    """Return the widgets at or below `root` that would draw markup found in their text or tip."""
    return [widget for widget in [root, *root.findChildren(QWidget)] if _draws_markup(widget)]


def _draws_markup(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
        return True
    if isinstance(widget, QTextEdit) and widget.acceptRichText():
        return True
    told = widget.toolTip()
    escaped = told.startswith(_TIP) and "<" not in told.removeprefix(_TIP).replace("<br>", "")
    return not escaped and _might_be_markup(told)


def _might_be_markup(text: str) -> bool:
    return bool(QtGui.Qt.mightBeRichText(text))
