"""Start to the first painted window, on an empty store, against a bare window with the same libraries.

Run: python tests/benchmarks/bench_start.py [--quick]. Each start is a process of its own; sides in turns.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR = 1.5
HEAVY = ("scipy.stats", "reportlab.platypus", "duckdb", "pandas")

BARE = """
import sys, time, sqlalchemy, pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.process_time(), flush=True)
        application.quit()
application = QApplication([])
window = Window()
window.resize(1366, 768)
window.show()
application.exec()
"""

OURS = """
import gc, sys, time
gc.disable()  # as the command that opens the console does
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from tocsin.ui.console import App, application_
from tocsin.now import SystemClock
from tocsin.operations import stores
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print(time.process_time(), *[name for name in sys.argv[2:] if name in sys.modules], flush=True)
            application.quit()
        return False
application = application_()
app = App(application, stores.open_or_create(Path(sys.argv[1]), clock=SystemClock(), create=False))
painted = Painted()
app.window.installEventFilter(painted)
app.start()
application.exec()
app.window.removeEventFilter(painted)
app.close()
"""

EMPTY = """
import sys
from pathlib import Path
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.store.folder import create_store
author = Author("Operator A")
create_store(Path(sys.argv[1]), code="WR", zone="UTC", clock=SystemClock(), author=author).close()
"""


def start(program: str, *arguments: str) -> tuple[float, float, str]:
    """Return seconds and CPU seconds until a program painted its window, and what it said then."""
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        cpu, _, said = process.stdout.readline().strip().partition(" ")
        wall = time.perf_counter() - begin
    return wall, float(cpu), said


def main() -> None:
    rounds = 2 if "--quick" in sys.argv else 9
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "empty.tocsin")
        subprocess.run([sys.executable, "-c", EMPTY, store], check=True)
        bare, ours, heavy = [], [], ""
        for _ in range(rounds):
            bare.append(start(BARE))
            wall, cpu, heavy = start(OURS, store, *HEAVY)
            ours.append((wall, cpu, heavy))
    for column, unit in ((0, "ms"), (1, "CPU ms")):
        first = statistics.median(each[column] for each in bare) * 1000
        second = statistics.median(each[column] for each in ours) * 1000
        print(f"bare {first:6.0f} {unit}   ours {second:6.0f} {unit}   {second / first:4.2f} x, bar {BAR} x")
    print("imported at start and should not be:", heavy or "nothing")


if __name__ == "__main__":
    main()
