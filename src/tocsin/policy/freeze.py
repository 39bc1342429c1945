"""Turns a scheme into the content an incident freezes, named by its SHA-256, and back."""

import hashlib
from typing import Any

import msgspec

from tocsin.errors import BadInput
from tocsin.model.decoding import converted
from tocsin.model.severity import Scheme
from tocsin.policy.check_parts import everything_wrong


def freeze(scheme: Scheme) -> tuple[str, dict[str, Any]]:
    """Return the SHA-256 (hex) of the scheme's canonical JSON, and the content as plain JSON values."""
    content = msgspec.to_builtins(scheme, order="deterministic", str_keys=True)
    return digest(content), content


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of JSON with sorted keys: the name of a frozen pack."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def thaw(content: dict[str, Any]) -> Scheme:
    """Return the scheme of frozen content. Raises BadInput when it is not one: it may come from elsewhere."""
    try:
        scheme = converted(content, Scheme)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInput(f"The frozen policy cannot be read: {error}") from None
    if wrong := everything_wrong(scheme):
        told = "; ".join(f"{one.file}: {one}" for one in wrong)
        raise BadInput(f"The frozen policy cannot be used: {told}")
    return scheme
