"""Import of CSV into a store against the CSV readers of DuckDB and pyarrow into numpy, and its memory.

Run: python tests/benchmarks/bench_csv.py [--quick] [--rows N] [--rounds N] [--memory GIGABYTES]. The sides
read the same file, each in a process of its own, in turns, so that a busy machine disturbs all. Wall time is
what a person waits, CPU time what the machine spent; the least of all rounds counts, as anything else on
the machine can only add. `--memory` writes a file of that size instead, and prints how much was resident.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BAR, BAR_MB = 0.5, 500
START = 1_767_268_800
SHAPES = {"wide, 1 value": 1, "wide, 2 values": 2, "wide, 3 values": 3, "long, 10 metrics": 0}
READERS = ("ours", "duckdb", "pyarrow")
_AT_ONCE = 250_000


def write(path: Path, rows: int, columns: int) -> None:
    """Write samples a second apart, with four decimals; no columns mean ten metrics in a long file."""
    rng = np.random.default_rng(7)
    with path.open("w") as file:
        names = ",".join(f"m{n}" for n in range(columns))
        file.write(f"time,{names}\n" if columns > 1 else "time,value\n" if columns else "time,metric,value\n")
        for start in range(0, rows, _AT_ONCE):
            index = np.arange(start, min(rows, start + _AT_ONCE))
            seconds = START + (index if columns else index // 10)
            stamps = (f"{stamp}Z" for stamp in np.datetime_as_string(seconds.astype("M8[s]")))
            values = [
                rng.normal(100, 10, len(index)).round(4).astype(str).tolist() for _ in range(columns or 1)
            ]
            named = [] if columns else [[f"metric_{n}" for n in (index % 10).tolist()]]
            file.writelines(f"{','.join(row)}\n" for row in zip(stamps, *named, *values, strict=True))


def by_duckdb(file: Path, _folder: Path) -> int:
    import duckdb

    return len(next(iter(duckdb.read_csv(str(file)).fetchnumpy().values())))


def by_pyarrow(file: Path, _folder: Path) -> int:
    from pyarrow import csv

    table = csv.read_csv(file)
    columns = [column.to_numpy() for column in table.columns]
    return len(columns[0])


def by_import(file: Path, folder: Path) -> int:
    from tocsin.importers.base import Options
    from tocsin.model.operator import Author
    from tocsin.now import SystemClock
    from tocsin.operations.ingest import ingest
    from tocsin.operations.progress import finish
    from tocsin.store.folder import create_store

    author = Author("Operator A")
    store = create_store(folder / "b.tocsin", code="B", zone="UTC", clock=SystemClock(), author=author)
    report = finish(ingest(store, author, file, system="s", options=Options(record="samples")))
    store.close()
    assert report.rejected == 0
    return report.stored


def resident_mb() -> float:
    """Return the most this process ever held, NaN where the system does not tell."""
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << 20 if sys.platform == "darwin" else 1024
    )


def one_side(side: str, file: Path) -> None:
    """Read a file once and print what it took; the libraries are loaded before, by a file of a few rows."""
    read = {"ours": by_import, "duckdb": by_duckdb, "pyarrow": by_pyarrow}[side]
    with tempfile.TemporaryDirectory(dir=file.parent) as name:
        folder = Path(name)
        for sub in ("warm", "real"):
            (folder / sub).mkdir()
        write(folder / "few.csv", 100, 1)
        read(folder / "few.csv", folder / "warm")
        wall, cpu = time.perf_counter(), time.process_time()
        count = read(file, folder / "real")
        taken = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wall": taken[0], "cpu": taken[1], "mb": resident_mb(), "count": count}))


def measured(side: str, file: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--side", side, "--file", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    return dict(json.loads(told.stdout))


def compare(folder: Path, rows: int, rounds: int, shapes: dict[str, int]) -> None:
    print(f"{rows:,} rows, least of {rounds} rounds; bar: at least {BAR} of each reader's rate")
    print("| file | MB | reader | wall s | CPU s | ours at its rate | by CPU | resident MB |")
    print("|---|---|---|---|---|---|---|---|")
    for shape, columns in shapes.items():
        file = folder / "file.csv"
        write(file, rows, columns)
        runs: dict[str, list[dict[str, float]]] = {side: [] for side in READERS}
        for _ in range(rounds):
            for side in READERS:
                runs[side].append(measured(side, file))
        least = {side: {k: min(run[k] for run in found) for k in found[0]} for side, found in runs.items()}
        for side, found in least.items():
            ratios = " | ".join(f"{found[kind] / least['ours'][kind]:.2f}" for kind in ("wall", "cpu"))
            size = file.stat().st_size / 1e6
            print(
                f"| {shape} | {size:.0f} | {side} | {found['wall']:.2f} | {found['cpu']:.2f} | {ratios} "
                f"| {found['mb']:.0f} |"
            )
        file.unlink()


def memory(folder: Path, gigabytes: float) -> None:
    file = folder / "large.csv"
    write(file, int(gigabytes * 1e9 / 45.5), 3)
    found = measured("ours", file)
    print("| file | samples | wall s | resident MB | bar |")
    print("|---|---|---|---|---|")
    size = file.stat().st_size / 1e9
    print(f"| {size:.3f} GB | {found['count']:,.0f} | {found['wall']:.1f} | {found['mb']:.0f} | < {BAR_MB} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", type=float, default=0)
    parser.add_argument("--side", choices=READERS)
    parser.add_argument("--file", type=Path)
    said = parser.parse_args()
    if said.side:
        one_side(said.side, said.file)
        return
    with tempfile.TemporaryDirectory() as name:
        if said.memory:
            memory(Path(name), said.memory)
        elif said.quick:
            compare(Path(name), 20_000, 1, {"wide, 3 values": 3})
            memory(Path(name), 0.002)
        else:
            compare(Path(name), said.rows, said.rounds, SHAPES)


if __name__ == "__main__":
    main()
