"""Data captured by SageMaker endpoints, in JSON Lines, as a decision log: asked what, answered what, when."""

import base64
import binascii
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.importers.base import Options, Piece, Rejected, Source
from tocsin.importers.decision_log import logged
from tocsin.importers.gathering import Clock
from tocsin.importers.json_text import lines
from tocsin.importers.json_values import text
from tocsin.importers.times import NUMBER
from tocsin.model.instant import to_us

_EVENTS_A_STEP = 500
_LONGEST = 1 << 20
_COLUMNS = {
    "inference_id": "VARCHAR",
    "input": "VARCHAR",
    "output": "VARCHAR",
    "prediction": "DOUBLE",
    "input_type": "VARCHAR",
    "output_type": "VARCHAR",
}


def decisions(source: Source, options: Options) -> Iterator[Piece]:
    """Yield one Table with the columns id, time, input, output, prediction and so on.

    A request that brought several rows as CSV, and got as many answers, is as many decisions: EVENT/1 ....
    """
    clock, staged, found = Clock(options), source.scratch / "captured.jsonl", lines(source)
    encode = msgspec.json.Encoder().encode
    with staged.open("wb") as file:
        for line, value in found:
            try:
                if isinstance(value, Rejected):
                    yield value
                else:
                    file.writelines([encode(row) + b"\n" for row in _rows(value, line, clock)])
            except ValueError as error:
                yield Rejected(line, str(error))
            if line % _EVENTS_A_STEP == 0:
                yield found.step()
    yield from clock.assumed()
    yield from logged(source, staged, _COLUMNS)


def _rows(value: Any, line: int, clock: Clock) -> Iterator[dict[str, Any]]:
    """Yield the rows of one event, as `logged` wants them. Raises ValueError with the reason."""
    about, captured = _inner(value, "eventMetadata"), _inner(value, "captureData")
    event = text(about.get("eventId"))
    if not event:
        raise ValueError("it has no eventId")
    us = to_us(clock.read(text(about.get("inferenceTime"))))
    input, output = _inner(captured, "endpointInput"), _inner(captured, "endpointOutput")
    asked, answered = _data(input), _data(output)
    if asked is None and answered is None:
        raise ValueError("it has neither input nor output")
    types = [text(part.get("observedContentType")) or None for part in (input, output)]
    inference = text(about.get("inferenceId")) or None
    pairs = [(asked, answered)]
    if asked and answered and input.get("encoding") == output.get("encoding") == "CSV":
        pairs = _pairs(asked, answered)
    for number, (one, answer) in enumerate(pairs, 1):
        id = event if len(pairs) == 1 else f"{event}/{number}"
        cells = (inference, one, answer, _prediction(answer), *types)
        yield {"line": line, "us": us, "id": id} | {f"c{index}": cell for index, cell in enumerate(cells)}


def _inner(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _data(part: dict[str, Any]) -> str | None:
    if part.get("data") is None:
        return None
    found = text(part["data"], _LONGEST)
    if part.get("encoding") == "BASE64":
        try:
            return base64.b64decode(found, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return found
    return found


def _pairs(asked: str, answered: str) -> list[tuple[str | None, str | None]]:
    """Return each row of input with its answer, where there are as many."""
    inputs, outputs = asked.strip().splitlines(), answered.strip().splitlines()
    if len(inputs) == len(outputs) > 1:
        return list(zip(inputs, outputs, strict=True))
    return [(asked, answered)]


def _prediction(answer: str | None) -> float | None:
    """Return the answer as a number where it is one."""
    plain = (answer or "").strip()
    found = float(plain) if re.fullmatch(NUMBER, plain) else math.nan
    return found if math.isfinite(found) else None
