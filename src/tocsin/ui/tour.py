"""The walk through the demonstration without a display: every screen as a picture, and the report."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer

from tocsin.errors import UserError
from tocsin.now import Clock
from tocsin.operations import demo, documents, incidents, stores, systems, timeline
from tocsin.ui.console import App, application_

SIZES = ((1920, 1080), (1366, 768))
Look = tuple[str, int, int]  # theme, width, height
LOOKS: tuple[Look, ...] = tuple((theme, *size) for theme in ("dark", "light") for size in SIZES)
SCREENS = (
    "wall", "command", "timeline", "report", "signals", "list", "coverage", "sources",
    "people", "matrix", "playbook", "contain", "duties", "questions",
)  # fmt: skip
SYSTEM = "delivery routing"  # looked into on the signals screen: a part of it fails while the whole does not
LINE = "Walked through without a display"
_PATIENCE_MS = 60_000
_PAINT_MS = 150  # more than the charts' and sheets' own short delays


def walk(path: Path, folder: Path, clock: Clock, looks: Sequence[Look] = LOOKS) -> list[Path]:
    """Log a line, look at every screen in each theme and size, export; return the files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    app = App(application_(), stores.open_or_create(path, clock=clock, create=False), theme="dark")
    try:
        app.desk.choose_operator(demo.story().operators[0])
        app.start()
        app.window.finder.dismiss()
        incident = _gravest(app)
        timeline.log(app.store, app.desk.author, incident, LINE)
        app.desk.choose_incident(incident)
        made = [picture for look in looks for picture in _pictures(app, folder, *look)]
        report = folder / "incident-report.pdf"
        documents.export(app.store, app.desk.author, incident, report)
        return [*made, report]
    finally:
        app.window.close()
        app.close()


def _gravest(app: App) -> str:
    known = incidents.listed(app.store, with_closed=False)
    if not known:
        raise UserError("the demonstration has no incident.", hint="This is a fault of the program.")
    return min(known, key=lambda one: (one.severity, one.reference)).id


def _pictures(app: App, folder: Path, theme: str, width: int, height: int) -> list[Path]:
    app.theme.choose(theme)
    app.window.resize(width, height)
    made = []
    for key in SCREENS:
        _show(app, key)
        _settle(app)
        file = folder / f"{key}-{theme}-{width}x{height}.png"
        app.window.grab().save(str(file))
        if key == "questions":
            app.sheets.questions.dismiss()
        made.append(file)
    return made


def _show(app: App, key: str) -> None:
    """Show a screen; the signals screen by its tabs."""
    from tocsin.ui.signals.screen import SignalsScreen

    if key == "questions":
        app.window.show_screen("duties")
        app.sheets.questions.open()
        return
    screen = app.window.show_screen("signals" if key in ("list", "coverage") else key)
    if isinstance(screen, SignalsScreen):
        found = systems.find(app.store, SYSTEM)
        if key == "signals" and found is not None:
            screen.look_into(found.id)
        else:
            screen.show_tab({"list": "Signals", "coverage": "Coverage"}.get(key, "Investigate"))


def _settle(app: App) -> None:
    """Let the screen read and paint until nothing is under way."""
    _turn(_PAINT_MS)
    deadline = QDeadlineTimer(_PATIENCE_MS)
    while app.jobs.busy() and not deadline.hasExpired():
        _turn(_PAINT_MS)


def _turn(ms: int) -> None:
    """Let the event loop run. (`QTest.qWait` would keep the interpreter's lock and starve the readers.)"""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()
