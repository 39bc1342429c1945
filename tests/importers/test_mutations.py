"""Files of tools with parts changed, lost or doubled: refused, or read in part, never a crash."""

import contextlib
import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tocsin import plugins
from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Rows, Samples, Source

ODD = (None, True, [], {}, "", -1, 10**18, 1e308, "NaN", "x" * 300, [[]], [{}], {"a": {}}, "2026-01-01", 1.5)
FOLDERS = ("evidently", "great_expectations", "langfuse", "nannyml", "otel", "sagemaker")
TRIES = 12  # of each file; many thousands more were made by hand


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*before, key)
        yield from paths(one, (*before, key))


def changed(document: Any, chance: random.Random) -> str:
    """Return a document with some parts replaced, left out or doubled."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        places = list(paths(document))
        if not places:
            break
        *way, last = chance.choice(places)
        target = document
        for key in way:
            target = target[key]
        match chance.randrange(3):
            case 0:
                target[last] = chance.choice(ODD)
            case 1:
                del target[last]
            case _ if isinstance(target, list):
                target.append(target[last])
            case _:
                target[chance.choice(list(target))] = target[last]
    return json.dumps(document)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file with some bytes replaced, left out or put in."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(found))
        found[place : place + chance.choice((0, 1, 30))] = chance.choice(
            (b'"', b",", b"\n", b"nan", b"1e999", b"\xff")
        )
    return bytes(found)


def check(pieces: list[Piece]) -> None:
    for piece in pieces:
        if isinstance(piece, Samples):
            assert len(piece.times) == len(piece.values) == len(piece.lines) > 0
            assert not np.isinf(piece.values).any()
            assert all(isinstance(text, str) for pair in piece.labels.items() for text in pair)
        elif isinstance(piece, Rows):
            for row in piece.rows:
                assert row["time"].tzinfo is not None
                assert all(isinstance(row[key], float) for key in ("value", "threshold") if key in row)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_change_of_a_file_is_a_crash(
    source: Callable[[bytes | str], Source], shared_data: Path, folder: str
) -> None:
    importer = plugins.importer("otlp" if folder == "otel" else folder)
    chance = random.Random(folder)
    for path in sorted((shared_data / "formats" / folder).rglob("*.*")):
        content = path.read_bytes()
        for number in range(TRIES):
            text = (
                changed(json.loads(content), chance)
                if path.suffix == ".json" and number % 3
                else damaged(content, chance)
            )
            made = source(text)
            importer.knows(made)
            with contextlib.suppress(BadInput):
                check(list(importer.read(made, Options())))
