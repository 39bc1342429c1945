"""The three panels of the screen beside each other, with a line of words at the foot."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from tocsin.ui.palette import GAP

_SHARES, _LEAST = (10, 13, 12), (330, 420, 280)  # of the width; pixels


def columns(panels: tuple[QWidget, QWidget, QWidget], foot: QWidget) -> QWidget:
    """Return list, form and preview in columns that can be drawn wider, `foot` below them."""
    body, splitter = QWidget(), QSplitter(Qt.Orientation.Horizontal)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(GAP)
    for place, (panel, share, least) in enumerate(zip(panels, _SHARES, _LEAST, strict=True)):
        panel.setMinimumWidth(least)
        splitter.addWidget(panel)
        splitter.setStretchFactor(place, share)
    splitter.setSizes([100 * share for share in _SHARES])
    column = QVBoxLayout(body)
    column.setContentsMargins(GAP, GAP, GAP, 4)
    column.setSpacing(4)
    column.addWidget(splitter, 1)
    column.addWidget(foot)
    return body
