"""What tests of notices share: an incident with a personal data breach, and steps of a filing in a line."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.model.filing import Fill, Filled
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.operations import answers, facts, filings, incidents, timeline
from tocsin.operations.filings import FilingView
from tocsin.store.folder import Store

A, B, C = Author("Operator A"), Author("Operator B"), Author("Operator C")
SA, SUPPLEMENT, BANK = "eu-gdpr-33/notify_sa", "eu-gdpr-33/supplement", "us-bank-36h/regulator"
ORGANISATION = {
    "jurisdictions": "eu",
    "legal_name": "Example Retail GmbH",
    "legal_address": "Example Street 1, Berlin",
    "dpo_name": "The data protection officer",
    "dpo_email": "dpo@example.test",
    "supervisory_authority": "Berlin authority",
}
INCIDENT = {"personal_data_breach": "yes", "breach_risk": "risk"}
AWARE = datetime(2026, 11, 2, 12, 6, tzinfo=UTC)


@dataclass
class Case:
    """An incident, and the filing of a duty in it."""

    store: Store
    incident: str
    filing: str = ""

    def begin(self, duty: str = SA, author: Author = A) -> "Case":
        """Begin a notice."""
        self.filing = filings.open(self.store, author, self.incident, duty).id
        return self

    def fill(self, author: Author = A) -> "Case":
        """Say of every field that may not be blank and is, that it is not known yet."""
        view = self.look()
        fields = {
            one.field.id: Filled(fill=Fill.UNKNOWN, reason="Under investigation") for one in view.missing
        }
        if fields:
            filings.edit(self.store, author, self.filing, fields)
        return self

    def approved(self) -> "Case":
        """Fill it, ask for a review as A, approve as B."""
        self.fill()
        filings.ask_review(self.store, A, self.filing)
        filings.approve(self.store, B, self.filing)
        return self

    def look(self, duty: str = "") -> FilingView:
        """The notice as it stands."""
        from tocsin.operations.filings_view import view_of

        return filings.look(self.store, self.incident, duty) if duty else view_of(self.store, self.filing)


def breach(store: Store) -> Case:
    """Declare an incident in which personal data were breached, with what is on record of it."""
    known = incidents.declare(store, A, title="Assistant shows orders of others", system="shop")
    start = When(AWARE - timedelta(hours=40), AWARE - timedelta(hours=41), AWARE - timedelta(hours=39))
    incidents.set_fields(store, A, known.id, {
        "impact": "Orders of other customers were shown.", "scope": "about 1 190 customers", "start": start,
    })  # fmt: skip
    timeline.add(store, A, known.id, "assistant switched off", lane="done")
    facts.state(store, A, known.id, "awareness", at=AWARE.replace(hour=13, minute=37), evidence="a call")
    for question, value in ORGANISATION.items():
        answers.answer(store, A, question, (value,))
    answers.answer(store, A, "data_role", ("controller",), incident=known.id)
    for question, value in INCIDENT.items():
        answers.answer(store, A, question, (value,), incident=known.id)
    return Case(store, known.id)
