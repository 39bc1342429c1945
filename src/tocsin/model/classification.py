"""What kind of incident it is: its type (domain.md K1), category (K2) and where the fault may lie (T3).

Alerts only suggest: a layer in which something shows is no finding about what it is.
"""

from collections.abc import Iterable

from tocsin.model.signal import Layer

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

HYPOTHESES: dict[str, str] = {
    "model": "Model",
    "data": "Data",
    "infrastructure": "Infrastructure",
    "pipeline": "Pipeline",
}

# What a signal of a layer most often turns out to be.
_TYPE_OF: dict[Layer, str] = {
    Layer.BEHAVIOUR: "behaviour_change",
    Layer.QUALITY: "distribution_shift",
    Layer.PIPELINE: "distribution_shift",
    Layer.FAIRNESS: "bias",
    Layer.OVERSIGHT: "oversight",
}
_CATEGORY_OF: dict[Layer, str] = {
    Layer.BEHAVIOUR: "accuracy",
    Layer.QUALITY: "accuracy",
    Layer.PIPELINE: "accuracy",
    Layer.FAIRNESS: "unfairness",
    Layer.SAFETY: "harmful_output",
    Layer.INFRASTRUCTURE: "failure",
    Layer.COST: "cost",
}
_HYPOTHESIS_OF: dict[Layer, str] = {
    Layer.PIPELINE: "pipeline",
    Layer.INFRASTRUCTURE: "infrastructure",
}
# Where a suspected cause would have shown, for incidents without an alert.
_LAYER_OF: dict[str, Layer] = {
    "model": Layer.QUALITY,
    "data": Layer.PIPELINE,
    "infrastructure": Layer.INFRASTRUCTURE,
    "pipeline": Layer.PIPELINE,
}


def suggested(layers: Iterable[str]) -> dict[str, str]:
    """Return type, category and hypothesis (where there is one) that the layers of alerts speak for.

    The first layer that says something of a field says it.
    """
    known = [Layer(layer) for layer in layers if layer in list(Layer)]
    found: dict[str, str] = {}
    for name, table in (("type", _TYPE_OF), ("category", _CATEGORY_OF), ("hypothesis", _HYPOTHESIS_OF)):
        said = next((table[layer] for layer in known if layer in table), "")
        found |= {name: said} if said else {}
    return found


def layer_of_cause(hypothesis: str) -> str:
    """Return the layer in which a suspected cause would show, empty where nothing is suspected."""
    return next((layer.value for id_, layer in _LAYER_OF.items() if hypothesis.startswith(id_)), "")


def said(field: str, value: str) -> str:
    """Return the words for the value of a field of an incident; of a free text the text itself."""
    words = {"type": TYPES, "category": CATEGORIES, "hypothesis": HYPOTHESES}.get(field, {})
    return words.get(value, value)
