"""The page of examples: cases that show the fault against versions, and whether the fix holds (C6)."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.model.examples import Table
from tocsin.model.journal import Entry
from tocsin.model.response import ExampleResult
from tocsin.operations import examples, fix_verification
from tocsin.operations.examples import Imported
from tocsin.operations.fix_verification import FixView
from tocsin.operations.times import parse_when
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, PAD
from tocsin.ui.panel import Panel
from tocsin.ui.playbook.examples_table import ExamplesTable
from tocsin.ui.playbook.fix_panel import FixPanel
from tocsin.ui.text import Label, button_text, set_look, set_tip

_EMPTY = (
    "No examples yet.\n\nCollect a few cases that show the fault, try earlier versions on them, and the fix "
    "on the same ones. N adds one, I imports a file (CSV, JSON, JSON Lines)."
)
_KEYS = (
    ("N", "Add", "Add an example"),
    ("I", "Import …", "Import examples from a file"),
    ("R", "Results", "Record how a version did on all of them"),
    ("U", "Results file …", "Import results from a file"),
    ("P", "Pass", "Record that the cell under the cursor passed once"),
    ("F", "Fail", "Record that the cell under the cursor failed once"),
)


class ExamplesPage(QWidget):
    """Shows what `show_fix` is given; `press` takes the keys of the screen."""

    def __init__(self, desk: Desk, ask: Callable[[], Ask]) -> None:
        """`ask` gives the strip that asks, which lies over the screen."""
        super().__init__()
        self._desk, self._ask_of = desk, ask
        self._view: FixView | None = None
        self.table = ExamplesTable(desk.theme)
        self.fix = FixPanel(desk.theme, ZoneInfo(desk.store.zone))
        self.message = Label(_EMPTY, "muted", wrap=True)
        self.buttons: dict[str, QPushButton] = {}
        self._lay_out()
        self.fix.verify_wanted.connect(lambda: self.press("V"))

    def show_fix(self, view: FixView) -> None:
        """Show the examples and how the fix stands."""
        self._view = view
        table, writable = view.table, not self._desk.store.read_only
        self.table.show_table(table)
        self._stack.setCurrentIndex(1 if table.examples else 0)
        self._panel.remark.show_text(_summary(table))
        self.fix.show_fix(view, writable=writable)
        for key, button in self.buttons.items():
            button.setVisible(writable and (bool(table.examples) or key in "NI"))

    def press(self, key: str) -> bool:
        """Do what a key means here; return whether it means anything."""
        deeds: dict[str, Callable[[], None]] = {
            "N": self._ask_example, "I": self._choose_examples, "R": self._ask_results,
            "U": self._choose_results, "P": partial(self._try, True), "F": partial(self._try, False),
            "V": self._ask_verify,
        }  # fmt: skip
        if key not in deeds:
            return False
        if self._desk.store.read_only:
            self._desk.tell("This store can only be read here.", trouble=True)
        elif self._view is not None:
            deeds[key]()
        return True

    def import_file(self, path: Path, *, results: bool) -> None:
        """Take examples or results from a file and say what became of its rows."""
        do = examples.import_results if results else examples.import_examples
        self._desk.write(lambda: do(*self._where(), path), self._imported, said="Imported")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.fix.setFixedWidth(min(max(round(self.width() * 0.28), 330), 480))

    def _where(self) -> tuple[Any, Any, str]:
        assert self._view is not None
        return self._desk.store, self._desk.author, self._view.incident.id

    def _write(self, call: Callable[[], Any], said: str) -> None:
        write(self._desk, self._ask_of(), call, said)

    def _ask_example(self) -> None:
        blanks = [Blank("input", "Input", hint="what went in", long=True),
                  Blank("expected", "Expected", hint="what should have come out"),
                  Blank("observed", "Observed", hint="what came out"),
                  Blank("name", "Its name", hint="the next number")]  # fmt: skip
        # Its id is made before, so that sending it again stores it once; so with results.
        add = partial(self._add, self._desk.store.new_id())
        self._ask_of().ask("Add an example of the fault", blanks, "Add", add)

    def _add(self, id: str, answers: Answers) -> None:
        expected, observed, name = (answers[key] for key in ("expected", "observed", "name"))
        where = (*self._where(), answers["input"])
        call = partial(examples.add, *where, expected=expected, observed=observed, name=name, id=id)
        self._write(call, "Example added")

    def _ask_results(self) -> None:
        if not self.table.shown.table.examples:
            self._desk.tell("There is no example to try.")
            return
        blanks = [Blank("version", "Version", self.table.version, "of the model, say v15"),
                  Blank("failed", "Failed", hint="names of those that failed, with commas; empty: none"),
                  Blank("tried", "Tried", hint="names of those tried; empty: all of them")]  # fmt: skip
        record = partial(self._record, self._desk.store.new_id())
        self._ask_of().ask("How a version did on the examples", blanks, "Record", record)

    def _record(self, id: str, answers: Answers) -> None:
        known = [one.id for one in self.table.shown.table.examples]
        failed, tried = _names(answers["failed"]), _names(answers["tried"]) or known
        if strange := [name for name in (*failed, *tried) if name not in known]:
            self._ask_of().refuse(f"There is no example “{strange[0]}”.")
            return
        results = [ExampleResult(name, name not in failed) for name in dict.fromkeys((*tried, *failed))]
        call = partial(examples.record, *self._where(), answers["version"], results, id=id)
        self._write(call, f"{len(results)} results of {answers['version']} recorded")

    def _try(self, passed: bool) -> None:
        example, version = self.table.example, self.table.version
        if example is None or not version:
            self._desk.tell("R records how a version did first.")
            return
        results = [ExampleResult(example.id, passed)]
        said = f"{example.id}: {'pass' if passed else 'fail'} in {version}"
        self._write(partial(examples.record, *self._where(), version, results), said)

    def _choose_examples(self) -> None:
        self._choose("Import examples", results=False)

    def _choose_results(self) -> None:
        self._choose("Import results", results=True)

    def _choose(self, title: str, *, results: bool) -> None:
        kinds = "Examples (*.csv *.tsv *.json *.jsonl *.ndjson);;All files (*)"
        name, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        if name:
            self.import_file(Path(name), results=results)

    def _imported(self, done: Imported) -> None:
        said = f"{done.read} read, {done.stored} stored, {len(done.refused)} refused"
        first = f"; row {done.refused[0].row}: {done.refused[0].why}" if done.refused else ""
        self._desk.tell(said + first, trouble=bool(done.refused))

    def _ask_verify(self) -> None:
        assert self._view is not None
        view = self._view
        blanks = [
            Blank("version", "Version", view.version, "the one that mends it"),
            Blank("since", "Serves since", hint="its deployment; or 14:20, or 2026-11-02 14:20"),
            Blank("stated", "Seen", hint="what was seen of what cannot be seen from here, if any"),
        ]
        self._ask_of().ask("Verified in production?", blanks, "Verify", self._verify)

    def _verify(self, answers: Answers) -> None:
        store, author, incident = self._where()
        typed = answers["since"].strip()

        def work() -> Any:
            at = parse_when(typed, now=store.now(), zone=store.zone).at if typed else None
            return fix_verification.verify(
                store, author, incident, answers["version"], at=at, stated=answers["stated"]
            )

        def done(entry: Entry) -> None:
            self._ask_of().done()
            self._desk.tell("Verified")

        job = self._desk.long_work(work, "Looking whether it stayed quiet", done)
        job.refused.connect(lambda error: self._ask_of().refuse(str(error)))

    def _lay_out(self) -> None:
        self._panel = Panel("Examples")
        for key, word, tip in _KEYS:
            button = QPushButton(button_text(f"{word}  {key}"))
            button.setObjectName(f"examples-{key}")
            button.setAccessibleName(tip)
            set_look(button, role="quiet")
            set_tip(button, f"{tip}   {key}")
            button.clicked.connect(lambda _checked, key=key: self.press(key))
            self.buttons[key] = button
            self._panel.head.addWidget(button)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.setContentsMargins(4 * PAD, PAD, 4 * PAD, PAD)
        middle.addWidget(self.message)
        inside = QWidget()
        self._stack = QStackedLayout(inside)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        self._panel.room.addWidget(inside, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._panel, 1)
        row.addWidget(self.fix)


def _summary(table: Table) -> str:
    if not table.examples:
        return ""
    parts = [f"{len(table.examples)} examples"]
    if table.last_good is not None:
        parts.append(f"{table.last_good.version} passes all")
    if table.first_failing is not None:
        parts.append(f"{table.first_failing.version} fails first")
    if table.first_passing is not None:
        parts.append(f"fixed by {table.first_passing.version}")
    elif table.columns:
        parts.append(f"newest: {table.columns[-1].words}")
    if table.unshown and table.columns:
        parts.append(f"{len(table.unshown)} never failed")
    return " · ".join(parts) + (f" · versions {table.ordered}" if len(table.columns) > 1 else "")


def _names(typed: str) -> list[str]:
    return [name.strip() for name in typed.split(",") if name.strip()]
