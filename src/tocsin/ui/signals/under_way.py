"""A line that says how far a slow answer is, or why there is none; a button stops it or tries again."""

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from tocsin.ui.palette import PAD, Tone
from tocsin.ui.signals.slow import Slow, State
from tocsin.ui.text import ElidedLabel, set_look


class UnderWay(QWidget):
    """Hidden while there is nothing to say: answered, and nothing under way."""

    def __init__(self, slow: Slow, doing: str) -> None:
        super().__init__()
        self._slow, self._doing = slow, doing
        self.words, self.bar, self.button = ElidedLabel("", "small"), QProgressBar(), QPushButton("Stop")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(90)
        set_look(self.button, role="quiet")
        self.button.clicked.connect(self._press)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PAD, 2, 8, 2)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.button)
        slow.changed.connect(self.refresh)
        slow.progressed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say how it stands."""
        slow, running = self._slow, self._slow.state is State.RUNNING
        trouble = slow.state in (State.STOPPED, State.FAILED)
        self.setVisible(running or trouble)
        self.bar.setVisible(running)
        self.button.setText("Stop" if running else "Try again")
        self.words.set_tone(Tone.ORANGE if slow.state is State.FAILED else None)
        progress = slow.progress
        if running:
            note = progress.note if progress is not None and progress.note else self._doing
            self.words.show_text(f"{note[:1].upper()}{note[1:]} …")
            total = progress.total if progress is not None else None
            self.bar.setRange(0, 1000 if total else 0)
            self.bar.setValue(round(1000 * progress.done / total) if progress is not None and total else 0)
        elif trouble:
            self.words.show_text(slow.trouble)

    def _press(self) -> None:
        if self._slow.state is State.RUNNING:
            self._slow.stop()
        else:
            self._slow.again()
