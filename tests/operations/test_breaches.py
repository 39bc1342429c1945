"""The register of breaches: what it says of each breach that was told, is owed, or need not be told."""

import pytest

from tests.filing_cases import SA, A, B, Case, breach
from tocsin.model.clocks import State
from tocsin.model.document import Printing
from tocsin.model.sheet import Table
from tocsin.operations import answers, breaches, clocks, facts, filings
from tocsin.store.folder import Store


@pytest.fixture
def case(store: Store) -> Case:
    return breach(store)


def authority(case: Case) -> object:
    """What the table of all breaches says of the authority."""
    table = breaches.build(case.store, Printing()).sections[0].blocks[0]
    assert isinstance(table, Table)
    return table.rows[0][3]


def told(case: Case) -> str:
    found = authority(case)
    return str(found[0] if isinstance(found, tuple) else found)


def test_a_notice_that_is_owed_and_then_filed(case: Case) -> None:
    assert told(case) == "owed, not yet told"
    case.begin(SA).approved()
    first = filings.file(case.store, A, case.filing, how="portal")
    case.begin(SA).approved()
    filings.file(case.store, B, case.filing, how="portal")
    found = authority(case)
    assert isinstance(found, tuple)
    assert found[:2] == ("told", first.happened.at)  # the first is when the authority was told


def test_a_breach_without_a_risk_is_kept_and_not_owed_to_the_authority(case: Case) -> None:
    answers.answer(case.store, A, "breach_risk", ("unlikely",), incident=case.incident)
    assert told(case) == "not told"


def test_what_was_waived_or_told_elsewhere_is_not_owed(case: Case, store: Store) -> None:
    clocks.mark(store, A, case.incident, SA, State.WAIVED, reason="The group told its lead authority.")
    assert told(case) == "waived"


def test_what_somebody_stated_as_filed_was_told(case: Case, store: Store) -> None:
    at = store.now()
    facts.state(store, A, case.incident, f"submission:{SA}", at=at, evidence="the receipt")
    found = authority(case)
    assert isinstance(found, tuple)
    assert found[:2] == ("told", at)
