"""A field that two people may set at once: every value nobody has replaced is kept and shown.

Each setting lists the settings it replaces; the ones nobody replaced are the heads (the multi-value
register of Shapiro et al. 2011). One head is the value; several are a conflict both sides can see.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """One standing value and the entry that set it."""

    entry: str
    lamport: int
    site: str
    value: Any


@dataclass(frozen=True, slots=True)
class Register:
    """The standing values of one field, greatest (lamport, site) first."""

    heads: tuple[Head, ...] = ()

    @property
    def value(self) -> Any:
        """The value shown; None when the field was never set."""
        return self.heads[0].value if self.heads else None

    @property
    def conflict(self) -> bool:
        """Whether two people set it without knowing of each other."""
        return len(self.heads) > 1

    @property
    def entries(self) -> tuple[str, ...]:
        """Ids of the entries a new setting replaces."""
        return tuple(head.entry for head in self.heads)

    def set(self, head: Head, replaces: Collection[str]) -> "Register":
        """Return the register after one more setting."""
        kept = [h for h in self.heads if h.entry not in replaces and h.entry != head.entry]
        order = sorted([*kept, head], key=lambda h: (h.lamport, h.site), reverse=True)
        return Register(tuple(order))


Fields = dict[str, Register]


def value_of(fields: Fields, name: str, default: Any = None) -> Any:
    """Return the shown value of a field, or `default` when it was never set."""
    register = fields.get(name)
    return default if register is None or not register.heads else register.value


def replaced_by(fields: Fields, names: Collection[str]) -> tuple[str, ...]:
    """Return the entry ids that a new setting of these fields replaces."""
    seen = (entry for name in names for entry in fields.get(name, Register()).entries)
    return tuple(dict.fromkeys(seen))
