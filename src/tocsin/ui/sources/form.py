"""The sheet that adds a source or sets one anew: fields as its kind asks for, tried before it is saved."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from tocsin import plugins
from tocsin.errors import BadInput, UserError
from tocsin.importers.durations import seconds
from tocsin.importers.live import Setting
from tocsin.model.operator import Author, System
from tocsin.model.source import LiveSource
from tocsin.operations import listening, sources, systems
from tocsin.store.folder import Store
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.sources import words
from tocsin.ui.sources.running import Running
from tocsin.ui.sources.strongbox import Locked, Strongbox
from tocsin.ui.sources.words import Shown
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, set_tip

_LINES = "one a line"  # a setting whose meaning says so takes several
_LABELS = 124  # pixels for the words before the fields
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Field = QLineEdit | QPlainTextEdit


class SourceSheet(Sheet):
    """Enter tries, Ctrl Enter saves. `saved(LiveSource, token)`; the token is empty unless it is a new one.

    `locked(Locked)` when a secret cannot be kept before somebody has typed the passphrase; `save` again then.
    """

    saved = Signal(object, str)
    locked = Signal(object)

    def __init__(self, desk: Desk, running: Running, over: QWidget) -> None:
        super().__init__(over, "Live source", width=780)
        self._desk, self._running = desk, running
        self._edited: LiveSource | None = None
        self._kinds = [*(one.name for one in plugins.live()), sources.FOLDER, sources.WEBHOOK]
        self.kind = Choices([words.kind(name) for name in self._kinds])
        self.name, self.where, self.every = QLineEdit(), QLineEdit(), QLineEdit()
        self.secret = QLineEdit()
        self.system = SystemField(desk.theme, "The AI system its records are about")
        self.browse = QPushButton("Choose …")
        self.settings: dict[str, Field] = {}
        self.outcome = Label("", "muted", wrap=True)
        self.attempt, self.go = QPushButton("Try"), QPushButton("Save")
        self._place_label, self._secret_label = Label("URL"), Label("Password or token")
        self._own = QWidget()
        self._lay_out()
        self.kind.group.idClicked.connect(lambda _id: self._show_kind({}))
        self.browse.clicked.connect(self._browse)
        self.attempt.clicked.connect(self.try_it)
        self.go.clicked.connect(self.save)

    @property
    def importer(self) -> str:
        """The kind chosen."""
        return self._kinds[self.kind.group.checkedId()]

    def add(self) -> None:
        """Offer an empty form."""
        self._edited = None
        for field in (self.name, self.where, self.secret):
            field.clear()
        self.every.setText("15s")
        self._open({}, "")

    def edit(self, shown: Shown) -> None:
        """Offer a source as it is set. Its name and kind stay: another one is another source."""
        source = self._edited = shown.source
        if source.importer in self._kinds:
            self.kind.choose(words.kind(source.importer))
        self.name.setText(source.name)
        self.where.setText(source.place)
        self.every.setText(f"{source.every_s:g}s")
        self.secret.clear()
        self._open(source.settings, shown.system)

    def source(self) -> LiveSource:
        """Return what is typed, its system by name. Raises BadInput."""
        said = {name: _typed(field) for name, field in self.settings.items()}
        settings = {name: text for name, text in said.items() if text}
        kept = self._edited is not None and sources.needs_secret(self._edited)
        if self.importer not in (sources.FOLDER, sources.WEBHOOK) and (self.secret.text() or kept):
            settings["secret"] = "yes"
        every = seconds(self.every.text().strip() or "15s")
        place, name = self.where.text().strip(), self.name.text().strip()
        return LiveSource(name, self.importer, place, self.system.currentText(), every, settings)

    def try_it(self) -> None:
        """Ask what is there; nothing is stored."""
        try:
            source = self.source()
        except BadInput as error:
            self.say(str(error), Tone.ORANGE)
            return
        self.say("Asking …", None)
        self.attempt.setEnabled(False)
        self._running.attempt(source, self.secret.text() or None, self._tried)

    def save(self) -> None:
        """Save what is typed; a secret goes to the keyring or the key file first."""
        desk = self._desk
        if desk.store.read_only or not self.go.isEnabled():
            return
        try:
            source = self.source()
        except BadInput as error:
            self.say(str(error), Tone.ORANGE)
            return
        self.go.setEnabled(False)
        call = partial(_save, desk.store, desk.author, source, self.secret.text(), self._running.strongbox)
        job = desk.write(call, self._saved, said=f"{source.name} is set")
        job.refused.connect(self._refused)
        job.ended.connect(lambda: self.go.setEnabled(True))

    def say(self, text: str, tone: Tone | None) -> None:
        """Say something above the buttons."""
        self.outcome.show_text(text)
        self.outcome.set_tone(tone)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what it holds now; new fields know their height after the stylesheet reached them."""
        self.ensurePolished()
        self._own.ensurePolished()
        for field in self.settings.values():
            field.ensurePolished()
        self.body.invalidate()
        self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in _ENTER:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save()
        else:
            chosen = next((one for one in (self.browse, self.go) if one.hasFocus()), self.attempt)
            chosen.click()

    def _open(self, settings: dict[str, str], system: str) -> None:
        new = self._edited is None
        for button in self.kind.group.buttons():
            button.setEnabled(new)
        self.name.setEnabled(new)
        self.attempt.setEnabled(True)
        self.go.setEnabled(not self._desk.store.read_only)
        if system:
            self.system.show_systems([], system)  # at once; those there are follow when they are read
        self._desk.read(partial(systems.names, self._desk.store), partial(self._fill_systems, system))
        self.present(self.name if new else self.where)
        self._show_kind(settings)

    def _fill_systems(self, chosen: str, known: list[System]) -> None:
        typed = self.system.currentText()
        self.system.show_systems(known, chosen or typed or (known[0].name if known else ""))

    def _show_kind(self, values: dict[str, str]) -> None:
        """Show the fields that the kind chosen asks for."""
        importer = self.importer
        label, example = words.place_asked(importer)
        self._place_label.setText(label)
        self.where.setPlaceholderText(example)
        self.browse.setVisible(importer == sources.FOLDER)
        hook = importer == sources.WEBHOOK
        kept = self._edited is not None and (hook or sources.needs_secret(self._edited))
        self._secret_label.setText("PagerDuty's signing secret" if hook else "Password or token")
        self.secret.setPlaceholderText("kept as it is" if kept else "none")
        for part in (self.secret, self._secret_label):
            part.setVisible(importer != sources.FOLDER)
        asked = [one for one in sources.settings_of(importer) if one.name != "secret"]
        self._show_settings(asked, values)
        self.say("", None)

    def _show_settings(self, asked: list[Setting], values: dict[str, str]) -> None:
        old, self._own = self._own, QWidget()
        grid = QGridLayout(self._own)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setColumnMinimumWidth(0, _LABELS)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.settings = {}
        place = 0
        for one in asked:
            field = _field(one, values.get(one.name, ""))
            self.settings[one.name] = field
            wide = isinstance(field, QPlainTextEdit)
            place += place % 2 if wide else 0
            label = Label(words.setting(one.name))
            set_tip(label, one.meaning)
            grid.addWidget(label, place // 2, place % 2 * 2)
            grid.addWidget(field, place // 2, place % 2 * 2 + 1, 1, 3 if wide else 1)
            place += 2 if wide else 1
        self.body.replaceWidget(old, self._own)
        old.hide()
        old.deleteLater()
        self._own.show()
        before: QWidget = self.secret
        for field in self.settings.values():
            QWidget.setTabOrder(before, field)
            before = field
        QWidget.setTabOrder(before, self.attempt)

    def _browse(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, "Folder to watch", str(Path.home())):
            self.where.setText(found)

    def _tried(self, said: str, well: bool) -> None:
        self.attempt.setEnabled(True)
        self.say(said, Tone.GREEN if well else Tone.ORANGE)

    def _saved(self, result: tuple[LiveSource, str]) -> None:
        source, token = result
        self.secret.clear()
        self.dismiss()
        self._running.begin_anew(source.name)
        self.saved.emit(source, token)

    def _refused(self, error: UserError) -> None:
        self.say(str(error), Tone.ORANGE)
        if isinstance(error, Locked):
            self.locked.emit(error)

    def _lay_out(self) -> None:
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.name.setPlaceholderText("such as production-prometheus")
        set_look(self.go, role="main")
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        place = QHBoxLayout()
        place.addWidget(self.where, 1)
        place.addWidget(self.browse)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setColumnMinimumWidth(0, _LABELS)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Label("Kind"), 0, 0)
        grid.addWidget(self.kind, 0, 1, 1, 3)
        grid.addWidget(Label("Name"), 1, 0)
        grid.addWidget(self.name, 1, 1)
        grid.addWidget(Label("Every"), 1, 2)
        grid.addWidget(self.every, 1, 3)
        grid.addWidget(self._place_label, 2, 0)
        grid.addLayout(place, 2, 1, 1, 3)
        grid.addWidget(Label("System"), 3, 0)
        grid.addWidget(self.system, 3, 1, 1, 3)
        grid.addWidget(self._secret_label, 4, 0)
        grid.addWidget(self.secret, 4, 1, 1, 3)
        self.every.setFixedWidth(90)
        for name, field in (("Kind", self.kind), ("Name", self.name), ("Place", self.where),
                            ("Every", self.every), ("Password or token", self.secret)):  # fmt: skip
            field.setAccessibleName(name)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for widget in (Label("Enter", "key"), self.attempt, Label("Ctrl Enter", "key"), self.go):
            buttons.addWidget(widget)
        self.body.addLayout(grid)
        self.body.addWidget(self._own)
        self.body.addWidget(self.outcome)
        self.body.addLayout(buttons)


def _field(one: Setting, value: str) -> Field:
    """Return a field for a setting: its default stands in it in grey, its meaning where there is none."""
    shown = one.default or one.meaning
    if _LINES in one.meaning:
        lines = QPlainTextEdit(value)
        lines.setPlaceholderText(shown)
        lines.setFixedHeight(64)
        lines.setTabChangesFocus(True)
        field: Field = lines
    else:
        field = QLineEdit(value)
        field.setPlaceholderText(shown)
    field.setAccessibleName(one.name)
    set_tip(field, one.meaning)
    return field


def _typed(field: Field) -> str:
    text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
    return text.strip()


def _save(
    store: Store, author: Author, source: LiveSource, secret: str, strongbox: Strongbox
) -> tuple[LiveSource, str]:
    """Save a source whose system is told by name, its secret before; return it, and a token made for it."""
    checked = sources.check_new(source.name, source.importer, source.place, source.every_s, source.settings)
    systems.checked_name(source.system)
    token = ""
    if source.importer == sources.WEBHOOK:
        if strongbox.get(listening.token_name(source)) is None:
            token = listening.new_token(store)
            strongbox.put(listening.token_name(source), token)
        if secret:
            strongbox.put(listening.signing_name(source), secret)
    elif secret:
        strongbox.put(sources.secret_name(checked), secret)
    system = systems.ensure(store, author, source.system)
    return sources.save(store, author, replace(checked, system=system.id)), token
