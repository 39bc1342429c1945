"""The menu "More" of the command screen: every step that has no button of its own, with its key."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

Offer = tuple[str, Callable[[], object]]


def open_under(button: QWidget, groups: Sequence[Sequence[Offer]]) -> None:
    """Open a menu under a button: (words with a tab before the key, what to do) in groups."""
    menu = QMenu(button.window() if button.parentWidget() is None else button.parentWidget())
    for group in groups:
        for words, do in group:
            menu.addAction(words, do)
        menu.addSeparator()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
