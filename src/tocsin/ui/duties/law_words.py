"""What a regime, a stage and a question say of themselves, in words for the screen."""

from tocsin.model import facts
from tocsin.model.regime import COUNTING_KINDS, Kind, Question, Regime, Rules, Scope, Stage
from tocsin.ui.lines import PlainLine
from tocsin.ui.palette import Tone

KINDS = {
    Kind.NOTIFICATION: "notification",
    Kind.INDIVIDUAL: "notice to persons",
    Kind.DISCLOSURE: "public disclosure",
    Kind.RIGHTS: "rights of persons",
    Kind.RECORDS: "record keeping",
    Kind.VOLUNTARY: "voluntary",
    Kind.FUTURE: "not yet in force",
    Kind.SUPERSEDED: "superseded",
    Kind.WATCH: "to be watched",
}
SCOPES = {
    Scope.ORGANISATION: "The organisation",
    Scope.SYSTEM: "The system",
    Scope.INCIDENT: "This incident",
}
# How sure a rule is, as its file says it.
SURE = {
    "P": "read in the text of the law",
    "S": "read in a summary",
    "G": "general knowledge, to be checked",
    "P/G": "text read, partly our own reading",
    "high": "high",
    "medium": "medium",
    "low": "low",
}


def sureness(regime: Regime, stage: Stage | None = None) -> str:
    """Return how sure a rule is: of the stage by what was read, of the regime as a whole."""
    parts = [SURE.get(stage.basis, stage.basis)] if stage is not None and stage.basis else []
    if regime.confidence:
        parts.append(f"overall {SURE.get(regime.confidence, regime.confidence)}")
    return " · ".join(parts) or "not stated"


def allowed(stage: Stage) -> str:
    """Return the time a stage gives, from what: "72 h from awareness"."""
    start = facts.title(stage.anchor)
    if stage.offset is not None:
        before = "before" if stage.counting.endswith("_before") else "from"
        cap = f", at most {stage.not_after.words}" if stage.not_after else ""
        return f"{stage.offset.words} {before} {start}{cap}"
    if stage.house is not None:
        return f"no number in the law; house target {stage.house.words} from {start}"
    return f"{stage.standard or 'no number in the law'}, from {start}"


def fact_title(rules: Rules, fact: str) -> str:
    """Return what a fact is called; the filing of another stage by that stage's name."""
    stem, colon, rest = fact.partition(":")
    found = rules.stage(rest) if colon else None
    words = f"{stem} of {found[1].name}" if found else facts.title(fact)
    return words[:1].upper() + words[1:]


def stage_lines(rules: Rules) -> list[PlainLine]:
    """Return a line a stage of all regimes, to be found by any of its words."""
    return [
        PlainLine(
            f"{regime.id}/{stage.id}",
            stage.name,
            regime.jurisdiction,
            f"{regime.title} · {stage.citation} · {allowed(stage)}",
            fact=(regime, stage),
            icon="duties" if regime.kind in COUNTING_KINDS else "circle",
            quiet=regime.kind not in COUNTING_KINDS,
        )
        for regime in rules.regimes
        for stage in regime.stages
    ]


def regime_lines(rules: Rules) -> list[PlainLine]:
    """Return a line a regime."""
    return [
        PlainLine(
            regime.id,
            regime.title,
            regime.jurisdiction,
            " · ".join(part for part in (KINDS[regime.kind], regime.citation, corrected(regime)) if part),
            fact=regime,
            icon="duties" if regime.kind in COUNTING_KINDS else "circle",
            tone=Tone.BLUE if regime.origin != "shipped" else Tone.GREY,
            quiet=regime.kind not in COUNTING_KINDS,
        )
        for regime in rules.regimes
    ]


def corrected(regime: Regime) -> str:
    """Return whose rule it is where it is not the one shipped."""
    return "" if regime.origin == "shipped" else "corrected by the team"


def asked_when(regime: Regime) -> str:
    """Return whether a regime counts by itself."""
    if regime.kind not in COUNTING_KINDS:
        return "It never counts down by itself."
    if regime.enabled == "confirm":
        return f"It counts only when its own question is answered. {regime.confirm}".strip()
    return "It counts as soon as its questions are answered so." if regime.enabled == "yes" else "It is off."


def regime_text(regime: Regime) -> str:
    """Return all there is to say of a regime, part by part."""
    from_ = f"applies from {regime.applies_from}" if regime.applies_from else ""
    until = f"applies until {regime.applies_until}" if regime.applies_until else ""
    dates = ", ".join(part for part in (from_, until) if part)
    parts = [
        f"{regime.title}\n{regime.citation}",
        f"{KINDS[regime.kind].capitalize()} · {regime.jurisdiction}" + (f" · {dates}" if dates else ""),
        asked_when(regime),
        _part("Status", regime.status),
        _part("Pending", regime.pending),
        f"As of {regime.as_of} · how sure: {sureness(regime)}"
        + (f" · {corrected(regime)}" if corrected(regime) else ""),
        _part("Who", regime.who),
        _part("When", regime.trigger),
        _part("Authority", regime.authority),
        "\n".join(f"•  {stage.name} · {stage.citation} · {allowed(stage)}" for stage in regime.stages),
        _part("Thresholds", regime.thresholds),
        _part("Exemptions", regime.exemptions),
        _part("Form", regime.format),
        _part("Sanctions", regime.sanctions),
        _part("Notes", regime.notes),
        _part("Sources", "\n".join(regime.sources)),
    ]
    return "\n\n".join(part for part in parts if part)


def _part(head: str, text: str) -> str:
    return f"{head}: {text}" if text and "\n" not in text else f"{head}:\n{text}" if text else ""


def question_title(question: Question) -> str:
    """Return a question's words with its citation."""
    return f"{question.text}   {question.citation}".rstrip()


def rules_line(rules: Rules) -> str:
    """Return what stands at the foot: the rules' date, and what the team corrected."""
    own = [regime.title for regime in rules.regimes if regime.origin != "shipped"]
    team = "no corrections of the team" if not own else f"corrected by the team: {', '.join(own)}"
    return f"Rules as of {rules.as_of.day} {rules.as_of:%b %Y} · {len(rules.regimes)} regimes · {team}"
