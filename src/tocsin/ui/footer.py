"""The bar at the bottom: state of the journal, what was just said, work under way, the next deadline."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton

from tocsin.ui.icons import Icon
from tocsin.ui.jobs import Job
from tocsin.ui.palette import GAP, SHAPES, STATUS_HEIGHT, Tone
from tocsin.ui.text import ElidedLabel, Label, button_text, set_look, set_tip
from tocsin.ui.theme import Theme
from tocsin.ui.times import clock_time

_NOTICE_MS = 8000


class Footer(QFrame):
    """Says things calmly in one line; nothing here opens by itself or needs to be clicked away.

    `sources_wanted` when somebody clicks on what it says of live sources, `call_wanted` on whom to call.
    """

    sources_wanted = Signal()
    call_wanted = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._jobs: dict[Job, str] = {}
        set_look(self, role="status")
        self.setFixedHeight(STATUS_HEIGHT)
        self.journal = Label("works offline", "small")
        self.mark, self.notice = Icon(theme, "check", "green", 13), ElidedLabel(role="small")
        self.sources_mark, self.sources = Icon(theme, SHAPES[Tone.ORANGE], "orange", 13), QPushButton()
        self.call_mark, self.call = Icon(theme, SHAPES[Tone.ORANGE], "orange", 13), QPushButton()
        self.work, self.bar = Label(role="small"), QProgressBar()
        self.stop = QPushButton("Stop")
        self.muted = Label("sounds muted", "small")
        self.muted.set_tone(Tone.ORANGE)
        self.muted_mark = Icon(theme, SHAPES[Tone.ORANGE], "orange", 13)
        self.next = Label(role="small")
        self.update_due = Label(role="small")
        self.bar.setFixedWidth(140)
        self.bar.setTextVisible(False)
        # A click must not take the keys along: the button goes when the work does, and leaves them nowhere.
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(self.stop, role="quiet")
        set_tip(self.stop, "Stop at the next step; what is stored stays, nothing is half")
        self.stop.clicked.connect(self.stop_work)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.timeout.connect(self._quiet)
        self._lay_out()
        set_look(self.sources, role="quiet")
        self.sources.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sources.setAccessibleName("Live sources")
        self.sources.clicked.connect(self.sources_wanted)
        set_look(self.call, role="quiet")
        self.call.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.call.setAccessibleName("Whom to call")
        self.call.clicked.connect(self.call_wanted)
        self.show_call("", "")
        self.show_sources("", "")
        self.show_muted(False)
        self._quiet()
        self._show_work()

    def show_journal(self, entries: int, verified: datetime | None) -> None:
        """Show how many entries there are and when their chain was last checked."""
        when = f", verified {clock_time(verified, self._zone, seconds=False)}" if verified else ""
        count = f"{entries:,}".replace(",", "\u202f")
        self.journal.show_text(
            f"works offline · journal {count} {'entry' if entries == 1 else 'entries'}{when}"
        )

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """Say something. A trouble stays until the next thing is said, anything else fades after 8 s."""
        self.notice.setText(text)
        set_tip(self.notice, text)
        self.notice.set_tone(Tone.ORANGE if trouble else None)
        self.mark.show_tone(Tone.ORANGE if trouble else Tone.GREEN)
        self.mark.show()
        self._fade.stop()
        if not trouble:
            self._fade.start(_NOTICE_MS)

    def show_sources(self, text: str, told: str) -> None:
        """Show that live sources fail, with all of it as a tip; nothing when `text` is empty."""
        if button_text(text) != self.sources.text():
            self.sources.setText(button_text(text))
        set_tip(self.sources, f"{told}\nCtrl 6 shows the sources" if told else "")
        for widget in (self.sources_mark, self.sources):
            widget.setVisible(bool(text))

    def show_muted(self, muted: bool) -> None:
        """Show that alarms are not sounded, for as long as that is so."""
        for widget in (self.muted_mark, self.muted):
            widget.setVisible(muted)

    def show_call(self, text: str, told: str) -> None:
        """Show whom to call, with all of it as a tip; nothing when `text` is empty."""
        if button_text(text) != self.call.text():
            self.call.setText(button_text(text))
        set_tip(self.call, f"{told}\nCtrl Shift C shows whom to call" if told else "")
        for widget in (self.call_mark, self.call):
            widget.setVisible(bool(text))

    def show_next(self, text: str, tone: Tone | None = None) -> None:
        """Show the nearest deadline."""
        self.next.show_text(text)
        self.next.set_tone(tone)

    def show_update(self, text: str, tone: Tone | None = None) -> None:
        """Show when the next status update is due; nothing when `text` is empty."""
        self.update_due.show_text(text)
        self.update_due.set_tone(tone)
        self.update_due.setVisible(bool(text))

    def follow(self, job: Job, title: str) -> None:
        """Show a job's progress with a button that stops it. Call before the job is started."""
        self._jobs[job] = title
        job.progressed.connect(lambda progress: self._progressed(job, progress.done, progress.total))
        job.ended.connect(lambda: self._ended(job))
        self._show_work()

    def _progressed(self, job: Job, done: int, total: int | None) -> None:
        if job is next(iter(self._jobs), None):
            self.bar.setRange(0, 1000 if total else 0)
            self.bar.setValue(round(1000 * done / total) if total else 0)

    def _ended(self, job: Job) -> None:
        self._jobs.pop(job, None)
        self._show_work()

    @property
    def under_way(self) -> str:
        """What is being done, with its progress shown; empty when nothing is."""
        return next(iter(self._jobs.values()), "")

    def stop_work(self) -> None:
        """Stop what is under way at its next step."""
        for job in list(self._jobs)[:1]:
            job.cancel()
            self.work.show_text("stopping …")

    def _show_work(self) -> None:
        more = f" and {len(self._jobs) - 1} more" if len(self._jobs) > 1 else ""
        self.work.show_text(self.under_way + more)
        self.bar.setRange(0, 0)
        for widget in (self.work, self.bar, self.stop):
            widget.setVisible(bool(self._jobs))

    def _quiet(self) -> None:
        self.notice.setText("")
        set_tip(self.notice, "")
        self.mark.hide()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP + 6, 0, GAP + 6, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.journal)
        layout.addSpacing(GAP)
        layout.addWidget(self.mark)
        layout.addWidget(self.notice, 1)
        layout.addWidget(self.muted_mark, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.muted, 0, Qt.AlignmentFlag.AlignVCenter)
        news = (self.call_mark, self.call, self.sources_mark, self.sources)
        for widget in (*news, self.work, self.bar, self.stop, self.next, self.update_due):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
