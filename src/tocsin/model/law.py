"""What the law asks of an incident, as documents tell it: duties with deadline and filing."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.model.clock_state import MARKS

_SETTLED = frozenset(mark.value for mark in MARKS)
_LETTERS = frozenset({
    "dora", "csirt", "enisa", "ico", "nydfs", "fca", "pra", "apra", "sec", "cisa", "fda", "mas", "ppc", "hhs",
    "ftc", "anpd", "dpb", "cac", "oaic", "asd", "opc", "cai", "pdpc", "pipc", "ai", "psd2", "cer", "ca",
    "oes", "ny", "dfs", "ag", "cert", "cn",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty of law as of an entry. `verdict` is applies, does not apply or undecided, `because` why.

    `due` is what to plan to, `outer` what the law still takes; `late` says that it was filed, or stands,
    after `due`. `filed` is when it was submitted first, with `how`, `receipt` and the `reasons` for lateness.
    `short` names it with its law. `counts` tells that its kind has a limit, `inside` that it stays with us.
    """

    id: str
    name: str
    regime: str
    citation: str
    recipient: str
    verdict: str
    because: str
    state: str = ""
    due: datetime | None = None
    outer: datetime | None = None
    why: str = ""
    late: bool = False
    optional: bool = False
    filed: datetime | None = None
    how: str = ""
    receipt: str = ""
    reasons: str = ""
    individual: bool = False
    ruled: bool = False
    short: str = ""
    counts: bool = True
    inside: bool = False

    @property
    def owed(self) -> bool:
        """Whether it is a notice that somebody has to get."""
        return self.verdict == "applies" and self.counts and not self.optional and not self.inside

    @property
    def settled(self) -> bool:
        """Whether nobody has to act on it any more: filed or done otherwise, waived, found not applicable."""
        return self.filed is not None or self.state in _SETTLED


@dataclass(frozen=True, slots=True)
class FilingLine:
    """A filing with the people of its four eyes; `digest` is that of its contents."""

    duty: str
    phase: str
    state: str
    opened: datetime
    by: str
    digest: str
    approved: datetime | None = None
    approved_by: str = ""
    filed: datetime | None = None
    filed_by: str = ""
    how: str = ""
    receipt: str = ""
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Law:
    """What the law asks of an incident: duties nearest deadline first, and how many others there are.

    `questions` are those still open that decide most; `rules` names the rules and their date.
    """

    rules: str = ""
    duties: tuple[DutyLine, ...] = ()
    filings: tuple[FilingLine, ...] = ()
    undecided: int = 0
    excluded: int = 0
    questions: tuple[str, ...] = ()


def recipient_words(recipient: str) -> str:
    """Return the office a stage names, in words: short ones are names by their letters."""
    words = " ".join(word.upper() if word in _LETTERS else word for word in recipient.split("_"))
    return f"{words[:1].upper()}{words[1:]}"
