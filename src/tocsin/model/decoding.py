"""Stored text as facts. What msgspec keeps of a type is made by one thread at a time: two at once crash."""

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_making = threading.Lock()
_known: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoded(text: bytes | str, shape: type[T]) -> T:
    """Return JSON as a type. Raises msgspec.DecodeError, of which msgspec.ValidationError is one."""
    found: T = _decoder(shape).decode(text)
    return found


def converted(value: object, shape: type[T]) -> T:
    """Return what was read as plain dicts and texts as a type. Raises msgspec.ValidationError."""
    _decoder(shape)  # which makes what the conversion rests on
    return msgspec.convert(value, shape)


def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    found = _known.get(shape)
    if found is None:
        with _making:
            found = _known[shape] = _known.get(shape) or msgspec.json.Decoder(shape)
    return found
