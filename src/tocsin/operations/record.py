"""The incident as JSON, for copies that carry it: its fields and each entry of the journal with its hash."""

from typing import Any

import msgspec

from tocsin.model.fields import Register
from tocsin.operations.past import Past

NAME = "incident.json"


def of(found: Past) -> bytes:
    """Return an incident as it was then as UTF-8 JSON; the same entry gives the same bytes.

    Keys: reference, id, title, system, status, severity, declared, detected, fields (name to value), roles,
    as_of (entry, sha256), entries (a list of id, site, seq, lamport, kind, author, subject, occurred,
    recorded_at, previous, hash, body).
    """
    known = found.state
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "reference": known.reference,
                "id": known.id,
                "title": known.title,
                "system": found.system,
                "status": known.status,
                "severity": known.severity,
                "declared": known.declared,
                "detected": known.detected,
                "fields": {name: _value(register) for name, register in sorted(known.fields.items())},
                "roles": dict(sorted(known.staff.items())),
                "as_of": {"entry": found.last.id, "sha256": found.last.hash},
                "entries": [msgspec.to_builtins(entry) for entry in found.entries],
            },
            order="deterministic",
        ),
        indent=1,
    )


def _value(register: Register) -> Any:
    return register.value
