"""What the columns of a decision log mean: the roles that detectors ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# Role: what it means, and the names a column may have without being told. Lower case, compared whole.
ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "decision": ("what the system decided or predicted",
                 ("decision", "prediction", "predicted", "y_pred", "approved", "class", "output")),
    "score": ("the chance or score it decided by", ("score", "y_pred_proba", "probability", "confidence")),
    "outcome": ("what turned out to be true", ("outcome", "label", "target", "y_true", "actual", "repaid")),
    "correct": ("whether it was right, 0 or 1", ("correct", "right", "on_time", "is_correct", "success")),
    "group": ("a protected group", ("race", "sex", "gender", "ethnicity", "age_group", "age_cat", "group")),
    "person": ("whom it is about, an id",
               ("person", "person_id", "user_id", "customer_id", "applicant_id", "patient_id", "client_id")),
    "segment": ("a part of users or inputs", ("segment", "region", "country", "state", "channel", "product")),
    "recommendation": ("what the system advised", ("recommendation", "advice", "recommended")),
    "final": ("what the person decided in the end", ("final", "final_decision", "human_decision")),
    "reviewer": ("who reviewed it", ("reviewer", "reviewed_by", "completed_by", "judge", "annotator")),
    "team": ("the reviewer's team", ("team", "reviewer_team", "unit")),
    "review_seconds": ("how long the review took, seconds", ("review_seconds", "seconds_reviewed")),
    "reviewed": ("whether a person looked at it, 0 or 1", ("reviewed", "was_reviewed")),
    "verdict": ("what a spot check said of it, right or wrong", ("verdict", "spot_check")),
    "version": ("which version answered", ("version", "model", "model_version")),
    "task": ("which task, dataset or question set", ("task", "dataset", "suite")),
    "prompt": ("what was asked", ("prompt", "query", "question", "input")),
    "answer": ("what was answered", ("answer", "response", "completion")),
    "reference": ("the answer wanted", ("reference", "ref_answer", "expected", "gold")),
    "refused": ("whether it declined to answer, 0 or 1", ("refused", "refusal", "declined", "blocked")),
    "answered": ("whether it answered, 0 or 1", ("answered", "response rate", "response_rate")),
    "tokens": ("how long the answer is, tokens",
               ("tokens", "answer_token", "answer_tokens", "output_tokens", "completion_tokens")),
}  # fmt: skip
SEVERAL = ("group", "segment")  # roles that more than one column may have


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns have which role. `favourable` is the value of the decision that a person hopes for."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    favourable: str = ""

    def one(self, role: str) -> str:
        """Return the column with this role, empty when there is none."""
        return next(iter(self.columns.get(role, ())), "")

    def all(self, role: str) -> tuple[str, ...]:
        """Return every column with this role."""
        return self.columns.get(role, ())


def likely_roles(columns: Iterable[str]) -> Roles:
    """Propose roles from the columns' names; people correct them. A column has one."""
    there = {name.lower(): name for name in columns}
    found: dict[str, tuple[str, ...]] = {}
    for role, (_, names) in ROLES.items():
        hits = [there.pop(name) for name in names if name in there]
        if hits:
            found[role] = tuple(hits) if role in SEVERAL else (hits[0],)
    return Roles(found)
