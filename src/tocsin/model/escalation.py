"""Escalation: the steps of a pack, each with whom to call and how long they have to acknowledge."""

from dataclasses import dataclass, field

from tocsin.model.calendar import Offset


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step of the way up at these levels.

    `call` are rotas of the roster, titles such as "VP Engineering", roles of the incident, or "route" for
    those its type leads to (T4). Without acknowledgement `within` its time the next step begins. `send` are
    the kinds of channels a message goes out by itself (webhook, smtp).
    """

    id: str
    title: str
    levels: tuple[str, ...]
    call: tuple[str, ...]
    within: Offset
    send: tuple[str, ...] = ()
    kinds: tuple[str, ...] = field(default=())  # of routes; empty is all
