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
import sys, sqlalchemy, pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        application.quit()
application = QApplication([])
window = Window()
window.resize(1366, 768)
window.show()
application.exec()
"""

OURS = """
import sys
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from tocsin.app import App, application_
from tocsin.now import SystemClock
from tocsin.operations import stores
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
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
print(*[name for name in sys.argv[2:] if name in sys.modules])
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


def run(program: str, *arguments: str) -> tuple[float, float, str]:
    """Return seconds on the wall, CPU seconds and the output of a program in a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    before, begin = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    wall, after = time.perf_counter() - begin, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, done.stdout.strip()


def main() -> None:
    rounds = 2 if "--quick" in sys.argv else 9
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "empty.tocsin")
        run(EMPTY, store)
        bare, ours, heavy = [], [], ""
        for _ in range(rounds):
            bare.append(run(BARE))
            wall, cpu, heavy = run(OURS, store, *HEAVY)
            ours.append((wall, cpu, heavy))
    for column, unit in ((0, "ms"), (1, "CPU ms")):
        first = statistics.median(each[column] for each in bare) * 1000
        second = statistics.median(each[column] for each in ours) * 1000
        print(f"bare {first:6.0f} {unit}   ours {second:6.0f} {unit}   {second / first:4.2f} x, bar {BAR} x")
    print("imported at start and should not be:", heavy or "nothing")


if __name__ == "__main__":
    main()
