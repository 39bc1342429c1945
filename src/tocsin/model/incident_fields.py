"""The fields of an incident that people set, each a register: facts, texts, answers.

The texts follow domain.md M5, those of the review L1 to L3, those of the assessment I3.
"""

# Asked of an AI system after an incident (L2).
AI_QUESTIONS: dict[str, str] = {
    "review_evaluated": "Was it evaluated on the inputs it met?",
    "review_assumptions": "Were the assumptions of the data pipeline validated?",
    "review_prompts": "Were prompts versioned and tested?",
    "review_retrieval": "Was retrieval monitored?",
    "review_kill_switch": "Was there a kill switch, was it used, and if not, why?",
}

# Asked of whoever governs it (L3).
GOVERNANCE_QUESTIONS: dict[str, str] = {
    "review_framework": "Should the framework have caught it sooner?",
    "review_oversight": "Was human oversight carried out as prescribed?",
    "review_evidence": "Does the evidence suffice for a regulator?",
}

IMPACT: dict[str, str] = {
    "impact_users": "Impact on users",
    "impact_decisions": "Impact on decisions",
    "impact_business": "Impact on business",
}

# What the decisions did to people, and what is owed to them (I3).
CONSEQUENCES: dict[str, str] = {
    "harm": "Harm",
    "reversibility": "Reversibility",
    "correction": "Correction owed",
}

REMEDIATION: dict[str, str] = {
    "remediation_immediate": "Remediation, immediate",
    "remediation_short": "Remediation, short term",
    "remediation_long": "Remediation, long term",
}

# Texts of several lines; the others are a word, a line or a moment.
TEXTS: dict[str, str] = {
    "impact": "Impact",
    **IMPACT,
    **CONSEQUENCES,
    "root_cause": "Root cause",
    "cause_organisational": "Organisational cause",
    "detection_gap": "Why it was not noticed sooner",
    "remediation": "Remediation",
    **REMEDIATION,
    "prevention": "Prevention",
    **AI_QUESTIONS,
    **GOVERNANCE_QUESTIONS,
}

FIELDS: dict[str, str] = {
    "title": "Title",
    "severity": "Severity",
    "type": "Type",
    "category": "Category",
    "channel": "Noticed by",
    "scope": "Scope",
    "hypothesis": "Suspected cause",
    "start": "Estimated start",
    "version": "Affected version",
    **TEXTS,
}
