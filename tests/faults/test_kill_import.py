"""An import whose process is killed: nothing of it is ever seen, and the next one clears it away."""

import subprocess
import sys
from pathlib import Path

from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.imports import append_missing_entries
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store

# Runs an import, one line of output a step, and waits to be killed after the step it was told.
CHILD = """
import sys
from pathlib import Path
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import writing
from tocsin.operations.ingest import ingest
from tocsin.store.folder import open_store
writing._SAMPLES_AT_ONCE = 4096
store = open_store(Path(sys.argv[1]), clock=SystemClock())
work = ingest(store, Author("Operator A"), Path(sys.argv[2]), system="shop", options=Options())
for number, step in enumerate(work):
    if step.note == sys.argv[3] and number >= int(sys.argv[4]):
        break
print("now", flush=True)
sys.stdin.read()
"""


def killed(store: Store, file: Path, note: str, after: int) -> None:
    command = [sys.executable, "-c", CHILD, str(store.path), str(file), note, str(after)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        child.kill()


def seen(store: Store) -> list[int]:
    with store.signals.read() as connection:
        return [len(samples.read(connection, number)[0]) for number, _ in series.list_all(connection)]


def test_a_killed_import_is_never_seen_and_is_cleared_away(
    store: Store, author: Author, tmp_path: Path
) -> None:
    file = tmp_path / "latency.csv"
    rows = "".join(
        f"2026-01-01T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z,{n}\n" for n in range(50_000)
    )
    file.write_text("ts,value\n" + rows)
    left = []
    for note, after in (("copying", 0), ("reading", 0), ("storing", 0)):
        killed(store, file, note, after)
        assert seen(store) == []
        assert append_missing_entries(store) == 0
        with store.signals.read() as connection:
            left.append(len(imports.pending(connection)))
    assert left == [0, 0, 1]
    report = finish(ingest(store, author, file, system="shop", options=Options()))
    assert (report.stored, seen(store)) == (50_000, [50_000])
    with store.signals.read() as connection:
        assert imports.pending(connection) == []
