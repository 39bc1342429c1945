"""What people do with a notice: save, ask for a review, approve, return, mark as filed, go on, export."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from tocsin.errors import BadInput, UserError
from tocsin.model.filing import Filled
from tocsin.model.filings import ATTACHMENTS, HOW, PHASES, State
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.operator import Author
from tocsin.operations import filings, operators
from tocsin.operations.filings_view import FilingView
from tocsin.operations.times import parse_instant
from tocsin.store.folder import Store
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.duties.notice_panel import NoticePanel
from tocsin.ui.palette import Tone
from tocsin.ui.text import visible

_WHEN = "now, or 14:20, or 2026-11-02 14:20"
_UNSAVED = "Something here is not saved. Ctrl S saves it, and makes the notice a draft again."


class FilingDeeds:
    """Acts on the filing the panel shows; what the store refuses stands in words below the form."""

    def __init__(self, desk: Desk, ask: Ask, panel: NoticePanel) -> None:
        self._desk, self._ask, self._panel = desk, ask, panel
        self._ids: dict[str, str] = {}  # of entries not written yet: the same after a refusal
        self._busy = False

    def do(self, step: str) -> None:
        """Take a step, if the filing in sight can take it."""
        button, view = self._panel.buttons[step], self._panel.view
        if view is None or not button.isEnabled() or self._busy:
            return
        if self._panel.dirty() and step in ("approve", "file"):
            self._panel.say(_UNSAVED)
            return
        if not button.isVisible():
            self._panel.say(_cannot(view, step, self._desk.author.name))
            return
        steps: Mapping[str, Callable[[FilingView], None]] = {
            "edit": lambda view: self.save(),
            "ask_review": self._ask_review,
            "approve": self._approve,
            "give_back": self._give_back,
            "file": self._file,
            "next": self._next,
            "told": self._told,
        }
        steps[step](view)

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save what was written; begin the notice if nobody has. `then` comes after the commit."""
        panel, view, desk = self._panel, self._panel.view, self._desk
        if view is None:
            return
        try:
            fields = panel.written(desk.store.now())
        except BadInput as error:
            panel.say(str(error))
            return
        if not fields and (view.filing is not None or then is None):
            if then is not None:
                then()
            return
        filing = view.filing.id if view.filing else ""
        call = partial(_save, desk.store, desk.author, view.incident.id, view.duty, filing, fields,
                       self._id("open"), self._id("edit"))  # fmt: skip
        self._write(call, partial(self._saved, fields, then), "Draft saved")

    def attach(self, files: Filled) -> None:
        """Let files of the evidence go along, by SHA-256, one a line; none where it is empty."""
        view, desk = self._panel.view, self._desk
        if view is not None and not desk.store.read_only:
            filing = view.filing.id if view.filing else ""
            call = partial(_save, desk.store, desk.author, view.incident.id, view.duty, filing,
                           {ATTACHMENTS: files}, self._id("open"), self._id("edit"))  # fmt: skip
            self._write(call, partial(self._saved, {}, None), "Saved what goes along")

    def export(self, path: Path | None = None) -> None:
        """Write the notice of the duty in sight as PDF, beside the other documents of this store."""
        view, desk = self._panel.view, self._desk
        if view is None:
            desk.tell("No notice is in sight to be exported.", trouble=True)
            return
        if desk.store.read_only:
            desk.tell("This store can only be read here.", trouble=True)
            return
        try:
            typed = self._panel.written(desk.store.now())
        except BadInput as error:
            self._panel.say(str(error))
            return
        if typed:
            self.save(partial(self._export, path))
        else:
            self._export(path)

    def _export(self, path: Path | None) -> None:
        from tocsin.operations import notice

        view, desk = self._panel.view, self._desk
        if view is None:
            return
        name = "-".join(
            (view.incident.reference, *view.duty.split("/"), f"{desk.store.now():%Y%m%dT%H%M%SZ}")
        )
        target = path or desk.store.folder("exports") / f"{name}.pdf"
        filing = view.filing.id if view.filing else ""
        call = partial(notice.export, desk.store, desk.author, view.incident.id, view.duty, target,
                       filing=filing, id=self._id("export"))  # fmt: skip
        self._panel.say("Writing the PDF …", Tone.BLUE)
        self._write(call, self._exported, "Exported", quiet=True)

    def _exported(self, entry: Entry) -> None:
        self._ids.pop("export", None)
        path = entry.body.path if isinstance(entry.body, DocumentExported) else ""
        self._panel.say(f"Exported to {path}", Tone.GREEN)
        self._desk.tell(f"Exported {path}")

    def _saved(self, fields: Mapping[str, Filled], then: Callable[[], None] | None, filing: str) -> None:
        for name in ("open", "edit"):
            self._ids.pop(name, None)
        self._panel.adopt(filing)
        self._panel.saved(fields, self._desk.store.now())
        if then is not None:
            then()

    def _ask_review(self, view: FilingView) -> None:
        filing = view.filing.id if view.filing else self._id("open")
        self.save(partial(self._asked, filing))

    def _asked(self, filing: str) -> None:
        desk = self._desk
        view = self._panel.view
        filing = view.filing.id if view is not None and view.filing is not None else filing
        call = partial(filings.ask_review, desk.store, desk.author, filing, id=self._id("ask_review"))
        self._write(call, lambda _entry: self._ids.pop("ask_review", None), "Asked for a review")

    def _approve(self, view: FilingView) -> None:
        if view.filing is None:
            return
        if why := view.may_approve(self._desk.author.name):
            self._panel.say(f"A second person approves: {why}.")
            self._desk.read(partial(operators.names, self._desk.store), partial(self._sit_down, view))
            return
        desk = self._desk
        call = partial(filings.approve, desk.store, desk.author, view.filing.id, digest=view.digest,
                       id=self._id("approve"))  # fmt: skip
        self._write(call, lambda _entry: self._ids.pop("approve", None), f"Approved by {desk.author.name}")

    def _sit_down(self, view: FilingView, names: list[str]) -> None:
        """Ask who the second person is, who sits down here and then approves with the same key."""
        may = [name for name in names if not view.may_approve(name)]
        if not may:
            self._panel.say("A second person approves, and nobody else is known here. F2 names one.")
            return
        blank = Blank("person", "Who approves", value=may[0], choices=tuple((name, name) for name in may))
        self._ask.ask(f"A second person approves: {view.may_approve(self._desk.author.name)}", [blank],
                      "Sit down", partial(self._seated))  # fmt: skip

    def _seated(self, given: Answers) -> None:
        name = given["person"]
        self._ask.done()
        self._desk.choose_operator(name)
        self._panel.say(
            f"{visible(name)} is at the desk. Read the page, then approve it with Alt A.", Tone.BLUE
        )

    def _give_back(self, view: FilingView) -> None:
        if view.filing is None:
            return
        filing = view.filing.id
        blanks = [Blank("reason", "Why", hint="what has to be changed", long=True)]
        self._ask.ask("Return it to draft", blanks, "Return", partial(self._returned, filing))

    def _returned(self, filing: str, given: Answers) -> None:
        call = partial(filings.give_back, self._desk.store, self._desk.author, filing, given["reason"],
                       id=self._id("give_back"))  # fmt: skip
        self._write_asked(call, "give_back", "Returned to draft")

    def _file(self, view: FilingView) -> None:
        if view.filing is None:
            return
        self._ask.ask(
            "It went out", _filed_blanks(view), "Mark as filed", partial(self._filed, view.filing.id)
        )

    def _filed(self, filing: str, given: Answers) -> None:
        try:
            at = self._time(given["at"])
        except BadInput as error:
            self._ask.refuse(str(error))
            return
        call = partial(filings.file, self._desk.store, self._desk.author, filing, how=given["how"], at=at,
                       receipt=given["receipt"], attachment=given.get("attachment", ""), late=given["late"],
                       note=given["note"], id=self._id("file"))  # fmt: skip
        self._write_asked(call, "file", "Filed")

    def _told(self, view: FilingView) -> None:
        blanks = [Blank("note", "What was said", long=True), *_filed_blanks(view)[:3]]
        blanks += [one for one in _filed_blanks(view) if one.name == "late"]
        self._ask.ask("It was told without a form", blanks, "Record it", partial(self._was_told, view))

    def _was_told(self, view: FilingView, given: Answers) -> None:
        try:
            at = self._time(given["at"])
        except BadInput as error:
            self._ask.refuse(str(error))
            return
        call = partial(filings.told, self._desk.store, self._desk.author, view.incident.id, view.duty,
                       given["note"], how=given["how"], at=at, receipt=given["receipt"], late=given["late"],
                       id=self._id("told"))  # fmt: skip
        self._write_asked(call, "told", "Told")

    def _next(self, view: FilingView) -> None:
        blank = Blank("phase", "Which", value="update", choices=tuple(PHASES.items()))
        self._ask.ask("Begin the next filing", [blank], "Begin", partial(self._begun, view))

    def _begun(self, view: FilingView, given: Answers) -> None:
        follows = view.filing.id if view.filing else ""
        call = partial(filings.open, self._desk.store, self._desk.author, view.incident.id, view.duty,
                       phase=given["phase"], follows=follows, id=self._id("next"))  # fmt: skip
        self._write_asked(call, "next", "Begun")

    def _time(self, text: str) -> datetime | None:
        typed, store = text.strip(), self._desk.store
        if typed in ("", "now"):
            return None
        return parse_instant(typed, now=store.now(), zone=store.zone)

    def _id(self, step: str) -> str:
        return self._ids.setdefault(step, self._desk.store.new_id())

    def _write(
        self, call: Callable[[], object], done: Callable[..., object], said: str, *, quiet: bool = False
    ) -> None:
        self._busy = True
        if not quiet:
            self._panel.say("")
        job = self._desk.write(call, said=said)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)
        job.succeeded.connect(done)

    def _write_asked(self, call: Callable[[], object], step: str, said: str) -> None:
        self._panel.say("")
        write(self._desk, self._ask, partial(self._forgetting, call, step), said)

    def _forgetting(self, call: Callable[[], object], step: str) -> object:
        """Write; the id of what was written is used up."""
        result = call()
        self._ids.pop(step, None)
        return result

    def _refused(self, error: UserError) -> None:
        self._panel.say(str(error))

    def _ended(self) -> None:
        self._busy = False


def _save(
    store: Store,
    author: Author,
    incident: str,
    duty: str,
    filing: str,
    fields: Mapping[str, Filled],
    opened: str,
    edited: str,
) -> str:
    """Write fields, beginning the notice first where nobody has; return the filing's id."""
    if not filing:
        filing = filings.open(store, author, incident, duty, id=opened).id
    if fields:
        filings.edit(store, author, filing, fields, id=edited)
    return filing


def _filed_blanks(view: FilingView) -> list[Blank]:
    files = tuple({one.sha256: (one.sha256, one.name) for one in view.evidence}.values())
    blanks = [
        Blank("how", "How", value=HOW[0], choices=tuple((how, how) for how in HOW)),
        Blank("at", "When", hint=_WHEN),
        Blank("receipt", "Receipt", hint="number or reference of the receipt"),
    ]
    if files:
        blanks.append(Blank("attachment", "Attachment", choices=(("", "none"), *files)))
    late = "It is late: why" if view.late else "If late, why"
    hint = (
        "the deadline has passed, and the law asks for the reasons" if view.late else "only where it was late"
    )
    return [*blanks, Blank("late", late, hint=hint), Blank("note", "Note", hint="optional")]


def _cannot(view: FilingView, step: str, person: str) -> str:
    why = view.may_approve(person) if step == "approve" else view.may.get(step, "")
    if step == "next":
        why = "the next filing follows one that was filed"
    state = view.filing.state if view.filing else State.DRAFT
    return f"Not now: {why or f'it is {state}'}."
