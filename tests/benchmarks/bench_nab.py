"""The Numenta Anomaly Benchmark: what the streaming surprise reaches, beside others, and on files unseen.

Run: python tests/benchmarks/bench_nab.py [--quick].

One setting for all files, nothing later than a row is looked at; of a file only its probation is known, as to
every detector there. The threshold is the best for the whole corpus, as everybody's; below the tables
it and the setting are chosen on other files.
"""

import csv
import gzip
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests import nab
from tocsin.detectors.base import DAY
from tocsin.detectors.novelty import USUAL, Views, news, surprise

DATA = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
# Stored results of the benchmark's own repository, scored again (numenta/NAB ea702d75).
OTHERS = {
    "ARTime (Julia)": (74.85, 65.15, 80.36),
    "Numenta HTM": (70.10, 63.21, 74.32),
    "CAD OSE": (69.90, 66.98, 73.18),
    "KNN-CAD": (57.99, 43.41, 64.81),
}
NEIGHBOURS = {
    "1 neighbour": replace(USUAL, neighbours=1),
    "5 neighbours": replace(USUAL, neighbours=5),
    "10 neighbours": replace(USUAL, neighbours=10),
    "level of 16": replace(USUAL, level=16),
    "level of 64": replace(USUAL, level=64),
    "deviation of 128": replace(USUAL, deviation=128),
    "deviation of 512": replace(USUAL, deviation=512),
    "quarters of an hour": replace(USUAL, slot_us=DAY // 96),
    "whole hours": replace(USUAL, slot_us=DAY // 24),
}
RESTS = (0.3, 0.5, 0.7)  # of the probation
FIXED = 200  # samples, whatever the file
STANDARD = nab.PROFILES["standard"]


def surprises(files: list[nab.File], by: Views) -> list[np.ndarray]:
    return [surprise(file.times.astype(np.int64), file.values, by) for file in files]


def worths(
    files: list[nab.File], found: list[np.ndarray], rest: float, profile: nab.Profile
) -> list[nab.Worth]:
    told = (news(one, int(rest * file.probation)) for file, one in zip(files, found, strict=True))
    return [nab.worth(file, one, profile) for file, one in zip(files, told, strict=True)]


def relative_entropy(files: list[nab.File]) -> dict[str, np.ndarray]:
    stored: dict[str, list[float]] = {}
    with gzip.open(DATA / "nab" / "oracle" / "relativeEntropy_scores.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            stored.setdefault(row["file"], []).append(float(row["anomaly_score"]))
    return {file.name: np.array(stored[file.name]) for file in files}


def reached(files: list[nab.File], found: list[np.ndarray], cpu_s: float) -> None:
    rows = sum(len(file.values) for file in files)
    print(f"{len(files)} files, {rows} rows; {cpu_s:.1f} s CPU, {cpu_s / rows * 1e5:.2f} s for 100,000 rows")
    print("| detector | standard | low FP | low FN | threshold |")
    print("|---|---:|---:|---:|---:|")
    own = [nab.total(worths(files, found, 0.5, profile), profile) for profile in nab.PROFILES.values()]
    print(f"| surprise | {' | '.join(f'{one.score:.2f}' for one in own)} | {own[0].threshold:.2f} |")
    stored = relative_entropy(files)
    other = [nab.score(files, stored, profile) for profile in nab.PROFILES.values()]
    print(f"| relative entropy (stored scores) | {' | '.join(f'{one.score:.2f}' for one in other)} | |")
    for name, figures in OTHERS.items():
        print(f"| {name} (whole corpus, published scores) | {' | '.join(map(str, figures))} | |")
    only = nab.crossed([worths(files, found, 0.5, STANDARD)], STANDARD)
    entropy = nab.crossed([[nab.worth(file, stored[file.name], STANDARD) for file in files]], STANDARD)
    print("Threshold chosen on half of the files, scored on the other half (mean of 50, standard deviation)")
    print(f"surprise {only[0]:.2f} ({only[1]:.2f}), relative entropy {entropy[0]:.2f} ({entropy[1]:.2f})\n")


def around(files: list[nab.File], found: list[np.ndarray], quick: bool) -> None:
    settings = []
    print("| setting (standard) | " + " | ".join(f"rest {rest:g}" for rest in RESTS) + " |")
    print("|---|---:|---:|---:|")
    others = dict(list(NEIGHBOURS.items())[:1]) if quick else NEIGHBOURS
    for name, by in {"as it is": USUAL, **others}.items():
        each = found if by is USUAL else surprises(files, by)
        parts = [worths(files, each, rest, STANDARD) for rest in RESTS]
        settings += parts
        print(f"| {name} | " + " | ".join(f"{nab.total(p, STANDARD).score:.2f}" for p in parts) + " |")
    told = [nab.worth(f, news(one, FIXED), STANDARD) for f, one in zip(files, found, strict=True)]
    print(f"As it is, with a rest of {FIXED} samples in every file: {nab.total(told, STANDARD).score:.2f}")
    mean, spread = nab.crossed(settings, STANDARD)
    print(f"Setting and threshold chosen on half of the files: {mean:.2f} ({spread:.2f}) on the other half")


def main() -> None:
    quick = "--quick" in sys.argv
    if not (DATA / "nab").is_dir():
        print(f"no data at {DATA}; name its folder in TOCSIN_SHARED_DATA. 0 files, 0 rows, 0 s CPU, 0 0 0")
        return
    files = [file for file in nab.read(DATA / "nab") if not quick or len(file.values) < 2500]
    begin = time.process_time()
    found = surprises(files, USUAL)
    reached(files, found, time.process_time() - begin)
    around(files, found, quick)


if __name__ == "__main__":
    main()
