"""Evidence: a file that supports an observation, an incident or an entry of its timeline."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file attached. `entry` is that of its attaching, `subject` what it supports, `size` in bytes.

    `name` is what it was called where it came from, as text that is safe to show; it lies in evidence/ under
    its SHA-256, once however often it was attached.
    """

    entry: str
    subject: str
    incident: str
    sha256: str
    size: int
    name: str
    author: str
    at: datetime
