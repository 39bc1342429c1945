"""What a spot check shows: the rate of errors with its interval, by stratum and reviewer, and agreement."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from tocsin.detectors import sampling
from tocsin.detectors.proportions import Rate, rate
from tocsin.model.spotcheck import DISPUTED, RIGHT, UNSURE, VERDICTS, WRONG, SpotCheck


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the decisions drawn from: how many there are, were drawn, are settled; its error rate."""

    label: str
    size: int
    drawn: int
    errors: Rate


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What one reviewer judged; `seconds` is the median time a review took, None when nobody measured."""

    name: str
    reviewed: int
    unsure: int
    errors: Rate
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers who judged the same decisions: how often alike, and Cohen's kappa (NaN: no telling)."""

    first: str
    second: str
    alike: Rate
    kappa: float


@dataclass(frozen=True, slots=True)
class Report:
    """How far a spot check is, and what it says of all the decisions it was drawn from.

    `errors` is their estimated error rate with Wilson's interval, `exact` the same with that of Clopper and
    Pearson; both rest on what is settled and are None before anything is. `at_most` is the rate if all that
    is unsure or disputed were wrong; `precision` half the width of the interval.
    """

    check: SpotCheck
    drawn: int
    reviewed: int
    right: int
    wrong: int
    unsure: int
    disputed: int
    errors: sampling.Estimate | None
    exact: sampling.Estimate | None
    at_most: float | None
    precision: float | None
    strata: tuple[Stratum, ...]
    reviewers: tuple[Reviewer, ...]
    agreement: tuple[Agreement, ...]
    confidence: float = 0.95

    @property
    def left(self) -> int:
        """How many nobody has judged."""
        return self.drawn - self.reviewed


def summed(check: SpotCheck, confidence: float = 0.95) -> Report:
    """Return what the verdicts on a draw show."""
    drawn = check.drawn
    settled = {one: check.settled(one) for one in drawn.drawn}
    counts = Counter(settled.values())
    strata = _strata(check, settled, confidence)
    judged = [(each.errors.events, each.errors.rows, each.size, each.drawn) for each in strata]
    wrong, rows, sizes, given = zip(*judged, strict=True)
    errors = sampling.stratified(wrong, rows, sizes, given, confidence)
    open_ones = [one for one, said in settled.items() if said in (UNSURE, DISPUTED)]
    return Report(
        check=check,
        drawn=len(drawn.drawn),
        reviewed=sum(1 for said in settled.values() if said),
        right=counts[RIGHT],
        wrong=counts[WRONG],
        unsure=counts[UNSURE],
        disputed=counts[DISPUTED],
        errors=errors,
        exact=sampling.stratified(wrong, rows, sizes, given, confidence, exact=True),
        at_most=_if_wrong(check, settled, open_ones, strata),
        precision=None if errors is None else (errors.high - errors.low) / 2,
        strata=strata,
        reviewers=_reviewers(check, confidence),
        agreement=_agreements(check, confidence),
        confidence=confidence,
    )


def _strata(check: SpotCheck, settled: dict[str, str], confidence: float) -> tuple[Stratum, ...]:
    drawn = Counter(check.drawn.strata)
    said = Counter(zip(check.drawn.strata, (settled[one] for one in check.drawn.drawn), strict=True))
    return tuple(
        Stratum(
            label,
            size,
            drawn[label],
            rate(said[label, WRONG], said[label, WRONG] + said[label, RIGHT], confidence),
        )
        for label, size in check.drawn.sizes.items()
    )


def _if_wrong(
    check: SpotCheck, settled: dict[str, str], open_ones: list[str], strata: tuple[Stratum, ...]
) -> float | None:
    stratum = dict(zip(check.drawn.drawn, check.drawn.strata, strict=True))
    added = Counter(stratum[one] for one in open_ones)
    wrong = [each.errors.events + added[each.label] for each in strata]
    rows = [each.errors.rows + added[each.label] for each in strata]
    sizes, drawn = [each.size for each in strata], [each.drawn for each in strata]
    found = sampling.stratified(wrong, rows, sizes, drawn)
    return None if found is None else found.rate


def _reviewers(check: SpotCheck, confidence: float) -> tuple[Reviewer, ...]:
    names = sorted({name for said in check.verdicts.values() for name in said})
    found = []
    for name in names:
        own = [said[name] for said in check.verdicts.values() if name in said]
        counts = Counter(one.verdict for one in own)
        took = [one.seconds for one in own if one.seconds is not None]
        errors = rate(counts[WRONG], counts[WRONG] + counts[RIGHT], confidence)
        found.append(Reviewer(name, len(own), counts[UNSURE], errors, median(took) if took else None))
    return tuple(found)


def _agreements(check: SpotCheck, confidence: float) -> tuple[Agreement, ...]:
    names = sorted({name for said in check.verdicts.values() for name in said})
    found = []
    for one, other in combinations(names, 2):
        both = [
            (VERDICTS.index(said[one].verdict), VERDICTS.index(said[other].verdict))
            for said in check.verdicts.values()
            if one in said and other in said
        ]
        if both:
            first, second = zip(*both, strict=True)
            alike = rate(sum(a == b for a, b in both), len(both), confidence)
            found.append(Agreement(one, other, alike, sampling.kappa(first, second)))
    return tuple(found)
