"""Spot checks (domain.md D6): what was drawn, and what each reviewer says of each decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.journal import Entry
from tocsin.model.judgement import SpotCheckDrawn, SpotCheckJudged

RIGHT, WRONG, UNSURE = "right", "wrong", "unsure"
VERDICTS = (RIGHT, WRONG, UNSURE)
DISPUTED = "disputed"  # two reviewers, one says right and one wrong


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reviewer says of one decision now; `entry` is the journal's, a correction another one."""

    decision: str
    reviewer: str
    verdict: str
    note: str
    seconds: float | None
    entry: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """A draw with the verdicts that stand: by decision, and then by reviewer."""

    id: str
    drawn: SpotCheckDrawn
    author: str
    at: datetime
    verdicts: Mapping[str, Mapping[str, Verdict]]

    def settled(self, decision: str) -> str:
        """Return right or wrong where all who are sure agree, else disputed or unsure; empty: not judged."""
        said = {one.verdict for one in self.verdicts.get(decision, {}).values()}
        sure = said - {UNSURE}
        if len(sure) > 1:
            return DISPUTED
        return next(iter(sure or said), "")

    def waiting(self, reviewer: str | None = None) -> tuple[str, ...]:
        """Return the decisions nobody has judged, or that one reviewer has not, in the order of review."""
        judged = self.verdicts
        return tuple(
            one for one in self.drawn.drawn
            if one not in judged or (reviewer is not None and reviewer not in judged[one])
        )  # fmt: skip


def fold(entries: Iterable[Entry]) -> SpotCheck | None:
    """Return the spot check that the standing entries about it make, in order; None when it was undone."""
    begun: Entry | None = None
    verdicts: dict[str, dict[str, Verdict]] = {}
    for entry in entries:
        if isinstance(entry.body, SpotCheckDrawn):
            begun = entry
        elif isinstance(entry.body, SpotCheckJudged):
            said, who = entry.body, entry.author.name
            one = Verdict(
                said.decision, who, said.verdict, said.note, said.seconds, entry.id, entry.recorded_at
            )
            verdicts.setdefault(said.decision, {})[who] = one
    if begun is None or not isinstance(begun.body, SpotCheckDrawn):
        return None
    return SpotCheck(begun.id, begun.body, begun.author.name, begun.recorded_at, verdicts)
