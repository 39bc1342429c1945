"""The names OpenTelemetry has given generative AI over time, and the one name each has here.

From the OpenTelemetry semantic conventions 1.26 (2024) to 1.37 (2025), `model/gen-ai/deprecated` of
open-telemetry/semantic-conventions, and from open-telemetry/semantic-conventions-genai, where they live since
2026: prompt_tokens and completion_tokens became input_tokens and output_tokens in 1.27, gen_ai.system became
gen_ai.provider.name in 1.37, and gen_ai.client.token.usage is being replaced by a metric for each direction
(its changelog, unreleased when read in November 2026). The names of OpenInference, as Phoenix writes them,
are here too.
"""

# Attribute: the name it has now.
_ATTRIBUTES = {
    "gen_ai.system": "gen_ai.provider.name",
    "gen_ai.usage.prompt_tokens": "gen_ai.usage.input_tokens",
    "gen_ai.usage.completion_tokens": "gen_ai.usage.output_tokens",
    "llm.provider": "gen_ai.provider.name",
    "llm.model_name": "gen_ai.request.model",
    "llm.token_count.prompt": "gen_ai.usage.input_tokens",
    "llm.token_count.completion": "gen_ai.usage.output_tokens",
}
_VALUES = {
    "gen_ai.provider.name": {
        "vertex_ai": "gcp.vertex_ai",
        "gemini": "gcp.gemini",
        "az.ai.inference": "azure.ai.inference",
        "az.ai.openai": "azure.ai.openai",
        "xai": "x_ai",
    },
    "gen_ai.token.type": {"prompt": "input", "completion": "output"},
}
# Metric: the name it has here, and what its name said besides. A name for each direction is the newest; here
# both are one metric with a label, as most exporters still write it.
_METRICS = {
    "gen_ai.client.inference.operation.input_tokens": ("gen_ai.client.token.usage", {"token": "input"}),
    "gen_ai.client.inference.operation.output_tokens": ("gen_ai.client.token.usage", {"token": "output"}),
}
_LABELS = {
    "gen_ai.operation.name": "operation",
    "gen_ai.provider.name": "provider",
    "gen_ai.request.model": "model",
    "gen_ai.response.model": "response_model",
    "gen_ai.token.type": "token",
    "error.type": "error",
    "service.name": "service",
    "deployment.environment.name": "environment",
    "deployment.environment": "environment",
}
REQUESTED, ANSWERED = "gen_ai.request.model", "gen_ai.response.model"
PROVIDER, SERVICE, INSTANCE = "gen_ai.provider.name", "service.name", "service.instance.id"
INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
# Of the resource only these become labels: the others change with every start, or are the same everywhere.
_OF_RESOURCE = ("service.name", "deployment.environment.name", "deployment.environment")
# Of a call only these: the others differ from call to call.
_OF_CALL = ("gen_ai.operation.name", PROVIDER, REQUESTED, ANSWERED)


def current(attributes: dict[str, object]) -> dict[str, object]:
    """Return attributes under their current names; where both names are there, the current one counts."""
    found: dict[str, object] = {}
    for name, value in attributes.items():
        now = _ATTRIBUTES.get(name, name)
        if now == name or now not in attributes:
            known = _VALUES.get(now, {})
            found[now] = known.get(value, value) if isinstance(value, str) else value
    return found


def metric(name: str) -> tuple[str, dict[str, str]]:
    """Return what a metric is called here, and the labels its name stands for."""
    now, labels = _METRICS.get(name, (name, {}))
    return now, dict(labels)


def labels(attributes: dict[str, object], resource: dict[str, object]) -> dict[str, str]:
    """Return the labels of a point: all of its own attributes, and of the resource which service it is."""
    told = {name: resource[name] for name in _OF_RESOURCE if name in resource} | attributes
    return {_LABELS.get(name, name): text for name, value in told.items() if (text := _text(value))}


def call_labels(attributes: dict[str, object], resource: dict[str, object]) -> dict[str, str]:
    """Return the labels of a span."""
    return labels({name: attributes[name] for name in _OF_CALL if name in attributes}, resource)


def _text(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(value)
        if isinstance(value, str | int | float)
        else ""
    )
