"""Layers proposed from the names that monitoring tools give their metrics."""

import pytest

from tocsin.model.signal import Layer, likely_layer


@pytest.mark.parametrize(
    ("metric", "layer"),
    [
        ("drift", Layer.PIPELINE),
        ("column unique value share", Layer.PIPELINE),
        ("dataset row count", Layer.PIPELINE),
        ("feature completeness", Layer.PIPELINE),
        ("expectations evaluated", Layer.PIPELINE),
        ("estimated roc_auc", Layer.QUALITY),
        ("tpr", Layer.QUALITY),
        ("rmse", Layer.QUALITY),
        ("fairness DI", Layer.FAIRNESS),
        ("evaluation relevance", Layer.QUALITY),
        ("evaluation toxicity", Layer.SAFETY),
        ("human score override", Layer.OVERSIGHT),
        ("gen_ai.server.time_per_output_token p95", Layer.INFRASTRUCTURE),
        ("gen_ai.client.operation.duration mean", Layer.INFRASTRUCTURE),
        ("process_cpu_seconds", Layer.INFRASTRUCTURE),
        ("cost", Layer.COST),
        ("output_length", Layer.BEHAVIOUR),
        ("something", Layer.INFRASTRUCTURE),
    ],
)
def test_the_name_of_a_metric_tells_its_likely_layer(metric: str, layer: Layer) -> None:
    assert likely_layer(metric) is layer
