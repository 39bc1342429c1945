"""What people arrange before anything burns: rules, rosters, contacts, channels, ways to contain.

Each is an entry of the store; the newest about its subject counts.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PolicyChosen:
    """The frozen pack that new incidents get from now on. An entry of the store; the newest counts."""

    sha256: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OptionRegistered:
    """A way to contain a system, known beforehand (C1). Its subject is its own id; set anew it replaces.

    `who` may pull it, `how` says what to do step by step, `minutes` how long that takes. `takes_offline` asks
    for the evidence first. `signal` is the id of the signal that shows whether it worked, `undo` how to put
    things back. `kind` is one of `containment.KINDS`.
    """

    system: str
    name: str
    kind: str
    who: tuple[str, ...]
    how: str
    minutes: int
    takes_offline: bool = False
    signal: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class OptionRemoved:
    """A way to contain is there no more. The subject is the option's id."""

    reason: str


@dataclass(frozen=True, slots=True)
class OptionRehearsed:
    """A way to contain was tried while nothing burned. The subject is the option's id."""

    worked: bool
    minutes: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty from `begins` until before `ends` (UTC)."""

    person: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class RosterSet:
    """Who is on duty when, for one rota, as a file said; it replaces what it had. The rota is the subject.

    `zone` is the zone its hours were written in, `sha256` that of the file.
    """

    rota: str
    shifts: tuple[Shift, ...]
    zone: str
    source: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ContactSet:
    """How a person is reached, or who stands behind a title: set anew it replaces. The name is the subject.

    `person` names who holds a title such as "VP Engineering", empty for a person.
    """

    name: str
    phone: str = ""
    email: str = ""
    person: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ChannelSet:
    """A way messages go out by themselves: `kind` is webhook or smtp, `place` a URL or host:port.

    Its name is the subject. Secrets are never here: they lie in the keyring under the name.
    """

    name: str
    kind: str
    place: str
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelRemoved:
    """Nothing goes out by this channel any more. Its name is the subject."""

    name: str


Body = (
    PolicyChosen | OptionRegistered | OptionRemoved | OptionRehearsed | RosterSet | ContactSet
    | ChannelSet | ChannelRemoved
)  # fmt: skip

KINDS: dict[str, type] = {
    "policy.chosen": PolicyChosen,
    "option.registered": OptionRegistered,
    "option.removed": OptionRemoved,
    "option.rehearsed": OptionRehearsed,
    "roster.set": RosterSet,
    "contact.set": ContactSet,
    "channel.set": ChannelSet,
    "channel.removed": ChannelRemoved,
}
