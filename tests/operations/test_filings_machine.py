"""Filings by three operators in any order: refused or kept, never filed by one pair of eyes, nothing lost."""

import contextlib
import random
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.filing_cases import BANK, A, B, C
from tocsin.errors import UserError
from tocsin.model.filing import Filled
from tocsin.model.filings import State, find, same_person
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import filings, incidents
from tocsin.operations.undo import undo
from tocsin.store.folder import Store, create_store

PEOPLE = st.sampled_from([A, B, C])
VALUES = st.sampled_from(["one", "two", ""])


class Filing(RuleBasedStateMachine):
    """One notice. `wrote` is what was acknowledged for its field last, `read` whether two have read it."""

    store: Store

    @initialize()
    def begin(self) -> None:
        """Declare an incident and begin a notice."""
        self.folder = Path(tempfile.mkdtemp())
        self.clock = ManualClock(datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC))
        path = self.folder / "machine.tocsin"
        self.store = create_store(
            path, code="WR", zone="UTC", clock=self.clock, author=A, random=random.Random(3).randbytes
        )
        known = incidents.declare(self.store, A, title="Something", system="shop")
        self.incident = known.id
        self.filing = filings.open(self.store, A, known.id, BANK).id
        self.wrote: dict[str, str] = {}
        self.edits: list[tuple[str, Author]] = []
        self.read = False

    @rule(who=PEOPLE, value=VALUES)
    def edit(self, who: Author, value: str) -> None:
        """Write into a field."""
        with contextlib.suppress(UserError):
            entry = filings.edit(self.store, who, self.filing, {"contact": Filled(value)})
            self.wrote["contact"] = value
            self.edits.append((entry.id, who))
            self.read = False

    @rule(who=PEOPLE)
    def ask(self, who: Author) -> None:
        """Ask for a review."""
        with contextlib.suppress(UserError):
            filings.ask_review(self.store, who, self.filing)
            self.read = False

    @rule(who=PEOPLE)
    def approve(self, who: Author) -> None:
        """Approve it, or be refused."""
        with contextlib.suppress(UserError):
            filings.approve(self.store, who, self.filing)
            self.read = True

    @rule(who=PEOPLE)
    def give_back(self, who: Author) -> None:
        """Return it."""
        with contextlib.suppress(UserError):
            filings.give_back(self.store, who, self.filing, "not yet")
            self.read = False

    @rule(who=PEOPLE)
    def file(self, who: Author) -> None:
        """File it: only where two have read it."""
        try:
            filings.file(self.store, who, self.filing, how="telephone")
        except UserError:
            return
        assert self.read

    @rule(who=PEOPLE)
    def undo_an_edit(self, who: Author) -> None:
        """Undo one's own last edit."""
        own = [(entry, by) for entry, by in self.edits if by == who]
        if own:
            with contextlib.suppress(UserError):
                undo(self.store, who, own[-1][0])
                self.edits.remove(own[-1])
                self.wrote.pop("contact", None)

    @invariant()
    def two_have_read_what_is_approved(self) -> None:
        """What is approved or filed was read by somebody who wrote nothing of it."""
        if not hasattr(self, "filing"):
            return
        one = find(incidents.get(self.store, self.incident), self.filing)
        assert one is not None
        if "contact" in self.wrote:
            assert one.fields["contact"].value == self.wrote["contact"]
        if one.state in (State.APPROVED, State.FILED):
            assert one.approved is not None
            assert one.asked is not None
            wrote = {edit.by for edit in one.editors.values()} | {one.asked.by}
            assert not any(same_person(one.approved.by, each) for each in wrote)

    def teardown(self) -> None:
        """Close the store and remove it."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


def test_nobody_files_alone() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Filing, settings=settings(max_examples=3, stateful_step_count=12, deadline=None)
    )


@pytest.mark.soak
def test_nobody_files_alone_for_long() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Filing, settings=settings(max_examples=80, stateful_step_count=40, deadline=None)
    )
