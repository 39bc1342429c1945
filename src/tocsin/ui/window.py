"""The window: top bar, rail, the screens, bottom bar, and the keys that work everywhere."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from tocsin.operations import operators
from tocsin.ui.desk import Desk
from tocsin.ui.finder import Choice, Finder
from tocsin.ui.footer import Footer
from tocsin.ui.header import Header
from tocsin.ui.rail import Rail
from tocsin.ui.text import button_text, visible

# A screen, or how to make it when it is first shown.
Screen = QWidget | Callable[[], QWidget]


class Window(QMainWindow):
    """The shell. Screens, actions and things to find are added from outside; it knows none of them.

    `line_wanted` and `declare_wanted` come from the top bar, their keys, or Ctrl K. `shown(key)` when another
    screen comes to the front, `dropped(path)` when a file is let go over the window. `closing` comes once,
    before the window goes.
    """

    line_wanted = Signal()
    declare_wanted = Signal()
    shown = Signal(str)
    dropped = Signal(str)
    closing = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._screens: dict[str, Screen] = {}
        self.front = ""  # the key of the screen in sight
        self._finds: list[Callable[[], Iterable[Choice]]] = []
        self._late_finds: list[Callable[[], Iterable[Choice]]] = []
        self._icons: dict[QAction, str] = {}
        zone = ZoneInfo(desk.store.zone)
        only = " · read only" if desk.store.read_only else ""
        self.header = Header(desk.theme, f"store: {desk.store.path.name}{only}", zone)
        self.rail, self.footer = Rail(desk.theme), Footer(desk.theme, zone)
        self.stack = QStackedWidget()
        self._lay_out()
        self.finder = Finder(desk.theme, self)
        self.setWindowTitle(visible(f"{desk.store.path.name} · Tocsin"))
        self.setMinimumSize(1024, 600)
        self.setAcceptDrops(True)
        self.resize(1366, 768)
        self._wire()

    def add_screen(self, key: str, title: str, icon: str, screen: Screen, shortcut: str = "") -> None:
        """Add a screen to the rail and to Ctrl K. A callable is called when the screen is first shown."""
        self._screens[key] = screen
        self.rail.add(key, title, icon, shortcut)
        self.add_action(f"Show {title}", partial(self.show_screen, key), shortcut, icon)

    def show_screen(self, key: str) -> QWidget:
        """Bring a screen to the front and return it."""
        screen = self._screens[key]
        if not isinstance(screen, QWidget):
            screen = self._screens[key] = screen()
        if self.stack.indexOf(screen) < 0:
            self.stack.addWidget(screen)
        self.front = key
        self.rail.mark(key)
        if self.stack.currentWidget() is not screen or self.stack.count() == 1:
            self.stack.setCurrentWidget(screen)
            screen.setFocus()
            self.shown.emit(key)
        return screen

    def add_bar(self, bar: QWidget) -> None:
        """Lay a bar between the top bar and the screens; it is there while it is shown."""
        self._column.insertWidget(1, bar)

    def add_action(
        self, title: str, run: Callable[[], object], shortcut: str = "", icon: str = ""
    ) -> QAction:
        """Add something to do everywhere, by its key and by Ctrl K. `shortcut` as "Ctrl+D"."""
        action = QAction(button_text(title), self)
        action.setData(title)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda _checked: run())
        self.addAction(action)
        self._icons[action] = icon
        return action

    def add_finds(self, source: Callable[[], Iterable[Choice]], *, last: bool = False) -> None:
        """Let Ctrl K find more, before the actions or after them.

        `source` is asked each time it opens and answers from memory, not disk.
        """
        (self._late_finds if last else self._finds).append(source)

    def open_finder(self) -> None:
        """Open Ctrl K."""
        actions = [self._choice(action) for action in self.actions() if action.isEnabled()]
        found, late = (
            [one for source in some for one in source()] for some in (self._finds, self._late_finds)
        )
        self.finder.ask("Find an incident, or do anything", [*found, *actions, *late])

    def choose_operator(self) -> None:
        """Ask who is at the desk: a known name with two keys, a new one by typing it."""
        self._desk.read(partial(operators.names, self._desk.store), self._ask_operator)

    def show_time(self, now: datetime) -> None:
        """Show the time in the top bar."""
        self.header.show_time(now)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if _files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.dropped.emit(_files(event.mimeData())[0])
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self.closing.emit()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.finder.dismiss()

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.stack, 1)
        body = QWidget()
        layout = self._column = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(middle, 1)
        layout.addWidget(self.footer)
        self.setCentralWidget(body)

    def _wire(self) -> None:
        desk, header = self._desk, self.header
        header.find_wanted.connect(self.open_finder)
        header.operator_wanted.connect(self.choose_operator)
        header.line_wanted.connect(self.line_wanted)
        header.declare_wanted.connect(self.declare_wanted)
        self.rail.chosen.connect(self.show_screen)
        desk.noticed.connect(lambda text, trouble: self.footer.tell(text, trouble=trouble))
        desk.work_begun.connect(self.footer.follow)
        desk.operator_changed.connect(header.show_operator)
        desk.heartbeat.tick.connect(self.show_time)
        self.add_action("Declare an incident", self.declare_wanted.emit, "Ctrl+D", "declare")
        self.add_action("Log a line", self.line_wanted.emit, "L", "log")
        self.add_action("Switch operator", self.choose_operator, "F2", "person")
        self.add_action("Undo my last edit", desk.undo, "Ctrl+Z", "undo")
        self.add_action("Redo", desk.redo, "Ctrl+Shift+Z", "redo")
        self.add_action("Switch between dark and light", desk.theme.toggle, "F9", "circle")
        self.add_finds(self._stop)
        self.add_action("Find or do anything", self.open_finder, "Ctrl+K", "search")
        header.show_operator(desk.operator)

    def _choice(self, action: QAction) -> Choice:
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return Choice(str(action.data()), action.trigger, key.replace("+", " "), self._icons[action])

    def _stop(self) -> Iterable[Choice]:
        if work := self.footer.under_way:
            yield Choice("Stop the work under way", self.footer.stop_work, work, "close")

    def _ask_operator(self, names: list[str]) -> None:
        choose = self._desk.choose_operator
        known = [Choice(name, partial(choose, name), icon="person") for name in names]
        self.finder.ask("Who is at the desk?", known, self._newcomer)

    def _newcomer(self, name: str) -> Choice:
        return Choice(f"New operator: {name}", partial(self._admit, name), icon="person")

    def _admit(self, name: str) -> None:
        desk = self._desk
        desk.write(
            partial(operators.author, desk.store, name),
            lambda author: desk.choose_operator(author.name),
            said=f"{name} is at the desk",
        )


def _files(data: QMimeData) -> list[str]:
    """Return the local files of what is dragged; nothing is fetched from anywhere."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
