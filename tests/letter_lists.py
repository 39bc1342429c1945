"""Lists of persons and what is said for all of them, to test and measure letters. Nobody is real."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

STATEMENT = (
    "[Here stands the statement of the regulation as the creditor supplies it, with name and address of its "
    "agency. It is about as long as these words are, which say nothing of their own but fill the room that "
    "it will take, so that a letter of the tests is as long as one that is sent.]"
)
CREDIT = {
    "sender_name": "First Example Bank",
    "sender_address": "1 Bank Street|Example City, NY 10000",
    "sender_phone": "1-800-555-0100",
    "credit": "your application for a personal loan",
    "action": "We denied your application.",
    "report_used": "yes",
    "cra_name": "Example Reporting Agency",
    "cra_address": "PO Box 1|Example City 20000",
    "cra_phone": "1-800-555-0111",
    "score_range": "300 to 850",
    "score_source": "Example Scores Inc.",
    "ecoa_statement": STATEMENT,
}
CORRECTION = {
    "case": "reasons",
    "earlier_said": "that your income was too low.",
    "error": "A software error put the reasons of another application into your notice.",
    "corrected": "The reasons in the enclosed notice are the ones that counted.",
    "meaning": "Our decision stays as it was. No fee is charged for this notice.",
    "review": "Write to us and a loan officer decides anew, with whatever you send us.",
    "contact": "Loan office, 1-800-555-0100, weekdays 9 to 17; we also speak Spanish.",
}
AUTOMATED = {
    "sender_name": "Example Insurance AG",
    "sender_address": "1 Example Street|10000 Example City",
    "decision": "your claim was refused.",
    "logic": "The claim was compared with those of five years; the date of the damage weighed most.",
    "significance": "Without the decision the claim would have been paid.",
    "error": "The date was read in the wrong order of day and month.",
    "corrected": "Your claim is accepted and will be paid this week.",
    "review": "A claims officer who was not part of it answers within two weeks.",
    "view": "Write to the address below.",
    "contest": "Write to the address below; the answer says why.",
    "contact": "Data protection officer, dpo@insurance.example",
}
BREACH = {
    "sender_name": "Example Clinic",
    "sender_address": "2 Example Street|20000 Example City",
    "what_happened": "A chat assistant showed parts of your file to another patient.",
    "consequences": "Somebody may know when you were treated.",
    "measures": "The assistant is switched off, and the other patient deleted what was shown.",
    "steps": "Watch for calls that mention your treatment.|Call us when anything seems odd.",
    "contact": "Data protection officer, dpo@clinic.example",
    "authority": "Example Data Protection Authority",
}


def person(number: int) -> dict[str, str]:
    """Return a row with every column that some kind of letter asks for each person."""
    return {
        "name": f"Recipient {number:05d} Família",
        "address 1": f"{number} Long Street",
        "address 2": f"{10000 + number % 80000} Example Town",
        "account": f"APP-{number:06d}",
        "reference": f"DEC-{number:06d}",
        "decision date": f"2026-{number % 9 + 1:02d}-{number % 28 + 1:02d}",
        "earlier date": f"2026-{number % 9 + 1:02d}-{number % 27 + 2:02d}",
        "reason 1": "Income insufficient for the amount of credit asked for",
        "reason 2": f"Length of employment ({number % 40} months)",
        "reason 3": "Past payments to other creditors late",
        "score": str(500 + number % 300),
        "score date": "2026-08-30",
        "key factor 1": "Balances are high in proportion to limits",
        "key factor 2": "Accounts were opened a short time ago",
        "data": f"Your name|Your appointment of 2026-08-{number % 28 + 1:02d}",
    }


COLUMNS = {
    "adverse-action": "name address account decision reason score key",
    "corrected-notice": "name address account earlier decision reason score key",
    "gdpr-34": "name address reference data",
    "automated-decision": "name address reference decision data",
}


def write(path: Path, kind: str, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write the columns that a kind asks for as CSV."""
    wanted = COLUMNS[kind].split()
    kept = [{key: value for key, value in row.items() if key.split()[0] in wanted} for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(dict.fromkeys(key for row in kept for key in row)))
        table.writeheader()
        table.writerows(kept)
    return path


GIVEN = {
    "adverse-action": CREDIT,
    "corrected-notice": {**CREDIT, **CORRECTION},
    "gdpr-34": BREACH,
    "automated-decision": AUTOMATED,
}
