"""Damaged files of every format: imported, refused in words, or a fault. python mutants.py COUNT [SEED]

Each mutant begins as a file some tool wrote (the real ones where they are at hand, and small ones of our own
for what no tool's file is there) and loses, doubles, changes or swaps some of its bytes or words.
"""

import gzip
import io
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import imports
from tocsin.store.folder import Store, create_store

LARGEST = 300_000
WORDS = (
    b"null", b"true", b"NaN", b"-1", b"1e999", b"9" * 40, b'""', b"[]", b"{}", b"\x00", b"\xff\xfe", b"\n",
    b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b'"', b"\\", b",", b"{", b"]", b"'", b"\xed\xa0\x80",
    b"\\ud800", b"18446744073709551616", b"\xe2\x80\xa8", b"<b>", b"=1+1", b"../",
)  # fmt: skip


@dataclass
class Outcome:
    """What became of the mutants: how many were imported or refused, and every fault with its bytes."""

    imported: int = 0
    refused: int = 0
    faults: list[tuple[str, str, bytes]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")  # CPU seconds
    readers: Counter[str] = field(default_factory=Counter)


def run(store: Store, seeds: dict[str, bytes], count: int, random_: random.Random, work: Path) -> Outcome:
    """Import `count` mutants, each twentieth for good, the others as a dry run."""
    outcome, names = Outcome(), sorted(seeds)
    before = _complete(store)
    for number in range(count):
        name = names[number % len(names)]
        mutant = mutated(seeds[name], random_)
        path = work / Path(name).name
        path.write_bytes(mutant)
        begun = time.process_time()
        dry_run = number % 20 != 0
        try:
            report = finish(
                ingest(store, Author("Operator A"), path, system="s", options=Options(), dry_run=dry_run)
            )
            outcome.imported += 1
            outcome.readers[report.importer] += 1
            before += not dry_run
        except BadInput as refusal:
            outcome.refused += 1
            if "broke on it" in str(refusal):
                outcome.faults.append((name, repr(refusal.__cause__), mutant))
        except Exception as error:  # noqa: BLE001 - a fault is what is looked for
            outcome.faults.append((name, repr(error), mutant))
        outcome.slowest = max(outcome.slowest, (time.process_time() - begun, name))
        if _complete(store) != before:
            outcome.faults.append((name, "a refused file left an import behind", mutant))
            before = _complete(store)
    return outcome


def mutated(content: bytes, random_: random.Random) -> bytes:
    """Return the content with one to four things changed."""
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(content) + 1)
        end = min(len(content), at + random_.choice((1, 1, 2, 8, 64, 1024)))
        match random_.randrange(7):
            case 0:
                content = content[:at]
            case 1:
                content = content[:at] + content[end:]
            case 2:
                content = content[:end] + content[at:end] + content[end:]
            case 3:
                content = content[:at] + random_.randbytes(end - at) + content[end:]
            case 4:
                content = content[:at] + random_.choice(WORDS) + content[at:]
            case 5:
                content = _number_replaced(content, at, random_)
            case _:
                other = random_.randrange(len(content) + 1)
                content = content[:at] + content[other : other + end - at] + content[end:]
    return content


def _number_replaced(content: bytes, at: int, random_: random.Random) -> bytes:
    """Replace the next run of digits by a word, which keeps more of the structure than a stray byte."""
    while at < len(content) and not content[at : at + 1].isdigit():
        at += 1
    end = at
    while end < len(content) and content[end : end + 1].isdigit():
        end += 1
    return content[:at] + random_.choice(WORDS) + content[end:]


def seeds_of(shared: Path | None) -> dict[str, bytes]:
    """Return the files to begin with, by name: our own, and what the real tools wrote where it is at hand."""
    found = dict(_own())
    folders = ("formats", "prometheus_textfile") if shared is not None else ()
    for folder in folders:
        assert shared is not None
        for path in sorted((shared / folder).rglob("*")):
            if path.is_file() and path.suffix != ".md" and path.stat().st_size <= LARGEST:
                found[f"{folder}/{path.relative_to(shared / folder)}"] = path.read_bytes()
    if shared is not None:
        stores = shared / "formats" / "mlflow" / "filestore"
        found["filestore.zip"] = _packed({
            path.relative_to(stores).as_posix(): path.read_bytes()
            for path in sorted(stores.rglob("*")) if path.is_file()
        })  # fmt: skip
    return found


def _own() -> Iterator[tuple[str, bytes]]:
    rows = "".join(f"2026-01-{n % 28 + 1:02d}T00:00:{n % 60:02d}Z,{n}.5,eu\n" for n in range(60))
    wide = ("time,latency,region\n" + rows).encode()
    yield "wide.csv", wide
    yield "wide.csv.gz", gzip.compress(wide)
    yield "several.zip", _packed({"a.csv": wide, "b/c.csv": wide})
    lines = "".join(f'{{"time":"2026-01-01T00:{n:02d}:00Z","latency":{n}.5}}\n' for n in range(60))
    yield "lines.jsonl", lines.encode()
    yield "rows.json", ("[" + ",".join(lines.split()) + "]").encode()
    slack = '[{"type":"message","user":"U01","text":"rolled back &amp; holding","ts":"1777889531.000200"}]'
    users = '[{"id":"U01","name":"a","profile":{"real_name":"Operator A"}}]'
    yield "slack.zip", _packed({
        "users.json": users.encode(), "channels.json": b'[{"id":"C1","name":"war-room"}]',
        "war-room/2026-05-04.json": slack.encode(),
    })  # fmt: skip
    pager = (
        '{"event":{"id":"E1","event_type":"incident.triggered","resource_type":"incident",'
        '"occurred_at":"2026-05-04T09:12:31.004Z","agent":null,"client":null,"data":{"id":"P7",'
        '"type":"incident","number":7,"status":"triggered","title":"slow","created_at":'
        '"2026-05-04T08:55:02Z","urgency":"high","priority":null,"service":{"summary":"API"}}}}'
    )
    yield "pagerduty.json", pager.encode()
    sketch = "message,datetime,timestamp_desc\nrolled back,2026-05-04T10:30:00+00:00,done\n"
    yield "timesketch.csv", sketch.encode()
    yield "samples.parquet", _parquet()


def _parquet() -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.parquet")
        duckdb.sql(
            "SELECT TIMESTAMPTZ '2026-01-01 00:00:00Z' + INTERVAL (i) MINUTE AS time, i * 0.5 AS latency "
            "FROM range(60) t(i)"
        ).write_parquet(str(path))
        return path.read_bytes()


def _packed(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _complete(store: Store) -> int:
    with store.signals.read() as connection:
        return len(list(imports.list_all(connection)))


def main() -> None:
    """Import as many mutants as the first argument says; the second is the seed."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    beside = Path(__file__).parents[3] / "shared" / "data"
    shared = Path(os.environ.get("TOCSIN_SHARED_DATA", beside))
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()
        store = create_store(
            Path(folder, "fuzz.tocsin"), code="WR", zone="UTC", clock=clock, author=Author("Operator A")
        )
        seeds = seeds_of(shared if shared.is_dir() else None)
        outcome = run(store, seeds, count, random.Random(seed), Path(folder))
        store.close()
    print(
        f"{count:,} mutants of {len(seeds)} files: {outcome.imported:,} imported, {outcome.refused:,} refused"
    )
    print(f"slowest: {outcome.slowest[0]:.2f} s CPU ({outcome.slowest[1]}); readers: {dict(outcome.readers)}")
    for number, (name, fault, content) in enumerate(outcome.faults):
        kept = Path(tempfile.gettempdir(), f"mutant-{seed}-{number}")
        kept.write_bytes(content)
        print(f"FAULT {name}: {fault[:300]} ({kept})")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
