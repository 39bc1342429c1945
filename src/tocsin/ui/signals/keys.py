"""The row that says which keys there are."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from tocsin.ui.text import Label


def key_row(keys: Sequence[tuple[str, str]]) -> QWidget:
    """Return a row of keys, each with what it does."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 7)
    line.setSpacing(5)
    for key, does in keys:
        line.addWidget(Label(key, "key"))
        line.addWidget(Label(does, "small"))
        line.addSpacing(8)
    line.addStretch(1)
    return row
