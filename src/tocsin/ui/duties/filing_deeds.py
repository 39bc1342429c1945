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

About = tuple[str, str, str]  # incident, duty and filing, empty while nobody began it
_WHEN = "now, or 14:20, or 2026-11-02 14:20"
_UNSAVED = "Something here is not saved. Ctrl S saves it, and makes the notice a draft again."


class FilingDeeds:
    """Acts on the filing the panel shows; what the store refuses stands in words below the form."""

    def __init__(self, desk: Desk, ask: Ask, panel: NoticePanel) -> None:
        self._desk, self._ask, self._panel = desk, ask, panel
        # Of entries not written yet, by step and what it is done to: the same after a refusal.
        self._ids: dict[tuple[str, About], str] = {}
        self._busy = 0

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

    def save(self, then: Callable[[FilingView, str], None] | None = None) -> None:
        """Save what was written; begin the notice if nobody has.

        `then` comes after the commit, with what was in sight when it was asked for and the filing's id.
        """
        panel, view, desk = self._panel, self._panel.view, self._desk
        if view is None:
            return
        try:
            fields = panel.written(desk.store.now())
        except BadInput as error:
            panel.say(str(error))
            return
        if not fields and (view.filing is not None or then is None):
            if then is not None and view.filing is not None:
                then(view, view.filing.id)
            return
        self._keep(view, fields, then, "Draft saved")

    def attach(self, files: Filled) -> None:
        """Let files of the evidence go along, by SHA-256, one a line; none where it is empty."""
        view, desk = self._panel.view, self._desk
        if view is not None and not desk.store.read_only:
            self._keep(view, {ATTACHMENTS: files}, None, "Saved what goes along")

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
            self._export(path, view, view.filing.id if view.filing else "")

    def _export(self, path: Path | None, view: FilingView, filing: str) -> None:
        from tocsin.operations import notice

        desk = self._desk
        name = "-".join(
            (view.incident.reference, *view.duty.split("/"), f"{desk.store.now():%Y%m%dT%H%M%SZ}")
        )
        target = path or desk.store.folder("exports") / f"{name}.pdf"
        key = ("export", _about(view))
        call = partial(notice.export, desk.store, desk.author, view.incident.id, view.duty, target,
                       filing=filing, id=self._id(key))  # fmt: skip
        self._panel.say("Writing the PDF …", Tone.BLUE)
        self._write(call, key, "Exported", self._exported, quiet=True)

    def _exported(self, entry: Entry) -> None:
        path = entry.body.path if isinstance(entry.body, DocumentExported) else ""
        self._panel.say(f"Exported to {path}", Tone.GREEN)
        self._desk.tell(f"Exported {path}")

    def _keep(
        self, view: FilingView, fields: Mapping[str, Filled],
        then: Callable[[FilingView, str], None] | None, said: str,
    ) -> None:  # fmt: skip
        desk, about = self._desk, _about(view)
        call = partial(_save, desk.store, desk.author, *about, fields, self._id(("open", about)),
                       self._id(("edit", about)))  # fmt: skip
        self._write(call, ("edit", about), said, partial(self._saved, view, fields, then))

    def _saved(
        self, view: FilingView, fields: Mapping[str, Filled],
        then: Callable[[FilingView, str], None] | None, filing: str,
    ) -> None:  # fmt: skip
        about = _about(view)
        self._ids.pop(("open", about), None)
        self._panel.saved(about, filing, fields, self._desk.store.now())
        if then is not None:
            then(view, filing)

    def _ask_review(self, view: FilingView) -> None:
        self.save(self._asked)

    def _asked(self, view: FilingView, filing: str) -> None:
        desk, key = self._desk, ("ask_review", _about(view))
        call = partial(filings.ask_review, desk.store, desk.author, filing, id=self._id(key))
        self._write(call, key, "Asked for a review")

    def _approve(self, view: FilingView) -> None:
        if view.filing is None:
            return
        if why := view.may_approve(self._desk.author.name):
            self._panel.say(f"A second person approves: {why}.")
            self._desk.read(partial(operators.names, self._desk.store), partial(self._sit_down, view))
            return
        desk, key = self._desk, ("approve", _about(view))
        call = partial(filings.approve, desk.store, desk.author, view.filing.id, digest=view.digest,
                       id=self._id(key))  # fmt: skip
        self._write(call, key, f"Approved by {desk.author.name}")

    def _sit_down(self, view: FilingView, names: list[str]) -> None:
        """Ask who the second person is, who sits down here and then approves with the same key."""
        may = [name for name in names if not view.may_approve(name)]
        if not may:
            self._panel.say("A second person approves, and nobody else is known here. F2 names one.")
            return
        blank = Blank("person", "Who approves", value=may[0], choices=tuple((name, name) for name in may))
        self._ask.ask(f"A second person approves: {view.may_approve(self._desk.author.name)}", [blank],
                      "Sit down", self._seated)  # fmt: skip

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
        blanks = [Blank("reason", "Why", hint="what has to be changed", long=True)]
        self._ask.ask("Return it to draft", blanks, "Return", partial(self._returned, _about(view)))

    def _returned(self, about: About, given: Answers) -> None:
        key = ("give_back", about)
        call = partial(filings.give_back, self._desk.store, self._desk.author, about[2], given["reason"],
                       id=self._id(key))  # fmt: skip
        self._write_asked(call, key, "Returned to draft")

    def _file(self, view: FilingView) -> None:
        if view.filing is None:
            return
        self._ask.ask("It went out", _filed_blanks(view), "Mark as filed", partial(self._filed, _about(view)))

    def _filed(self, about: About, given: Answers) -> None:
        try:
            at = self._time(given["at"])
        except BadInput as error:
            self._ask.refuse(str(error))
            return
        key = ("file", about)
        call = partial(filings.file, self._desk.store, self._desk.author, about[2], how=given["how"], at=at,
                       receipt=given["receipt"], attachment=given.get("attachment", ""), late=given["late"],
                       note=given["note"], id=self._id(key))  # fmt: skip
        self._write_asked(call, key, "Filed")

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
        key = ("told", _about(view))
        call = partial(filings.told, self._desk.store, self._desk.author, view.incident.id, view.duty,
                       given["note"], how=given["how"], at=at, receipt=given["receipt"], late=given["late"],
                       id=self._id(key))  # fmt: skip
        self._write_asked(call, key, "Told")

    def _next(self, view: FilingView) -> None:
        blank = Blank("phase", "Which", value="update", choices=tuple(PHASES.items()))
        self._ask.ask("Begin the next filing", [blank], "Begin", partial(self._begun, view))

    def _begun(self, view: FilingView, given: Answers) -> None:
        follows, key = view.filing.id if view.filing else "", ("next", _about(view))
        call = partial(filings.open, self._desk.store, self._desk.author, view.incident.id, view.duty,
                       phase=given["phase"], follows=follows, id=self._id(key))  # fmt: skip
        self._write_asked(call, key, "Begun")

    def _time(self, text: str) -> datetime | None:
        typed, store = text.strip(), self._desk.store
        if typed in ("", "now"):
            return None
        return parse_instant(typed, now=store.now(), zone=store.zone)

    def _id(self, key: tuple[str, About]) -> str:
        return self._ids.setdefault(key, self._desk.store.new_id())

    def _write(
        self, call: Callable[[], object], key: tuple[str, About], said: str,
        done: Callable[..., object] | None = None, *, quiet: bool = False,
    ) -> None:  # fmt: skip
        self._busy += 1
        if not quiet:
            self._panel.say("")
        job = self._desk.write(partial(self._forgetting, call, key), said=said)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)
        if done is not None:
            job.succeeded.connect(done)

    def _write_asked(self, call: Callable[[], object], key: tuple[str, About], said: str) -> None:
        self._panel.say("")
        write(self._desk, self._ask, partial(self._forgetting, call, key), said)

    def _forgetting(self, call: Callable[[], object], key: tuple[str, About]) -> object:
        """Write; the id of what was written is used up."""
        result = call()
        self._ids.pop(key, None)
        return result

    def _refused(self, error: UserError) -> None:
        self._panel.say(str(error))

    def _ended(self) -> None:
        self._busy -= 1


def _about(view: FilingView) -> About:
    return view.incident.id, view.duty, view.filing.id if view.filing else ""


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
