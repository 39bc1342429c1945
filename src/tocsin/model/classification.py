"""What kind of incident it is: its type, with a playbook each (domain.md K1), and its category (K2)."""

TYPES: dict[str, str] = {
    "behaviour_change": "Silent behaviour change",
    "distribution_shift": "Distribution shift",
    "bias": "Bias or disparate impact",
    "oversight": "Human oversight breakdown",
}

CATEGORIES: dict[str, str] = {
    "harmful_output": "Harmful or dangerous output",
    "accuracy": "Accuracy degraded",
    "data_exposure": "Data exposed",
    "unfairness": "Bias against a protected group",
    "out_of_scope": "Used outside its intended scope",
    "failure": "Complete failure",
    "cost": "Cost anomaly",
}
