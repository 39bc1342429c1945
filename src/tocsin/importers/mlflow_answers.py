"""Saved answers of MLflow's REST API: registered models, model versions, runs, and a metric's history."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.gathering import Gathering, refuse_mapping, untimed, wants
from tocsin.importers.mlflow_registry import Registry, sightings
from tocsin.importers.mlflow_rest import add_metric, add_model, add_run, add_version, list_of

# The outermost key of an answer, and keys that are inside it and in no other tool's.
_SHAPES = {
    "registered_models": {"creation_timestamp", "name"},
    "registered_model": {"creation_timestamp", "name"},
    "model_versions": {"creation_timestamp", "version"},
    "model_version": {"creation_timestamp", "version"},
    "runs": {"info", "run_id", "experiment_id"},
    "metrics": {"key", "value", "timestamp", "step"},
}
_A_STEP = 2_000
_MORE = "next_page_token"


class MlflowAnswersImporter:
    """One JSON document, as MLflow's server sent it."""

    name: ClassVar[str] = "mlflow_answers"
    records: ClassVar[tuple[str, ...]] = ("samples", "deployments")

    def knows(self, source: Source) -> bool:
        """Whether it has the outermost key of such an answer, and nothing else beside it."""
        top = json_text.keys(source, top=True) - {_MORE}
        if len(top) != 1 or not json_text.head(source).lstrip("\ufeff \r\n\t").startswith("{"):
            return False
        [key] = top
        return _SHAPES.get(key, {""}) <= json_text.keys(source)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield metrics of runs, or what aliases and stages point at. Raises BadInput."""
        refuse_mapping(source, options)
        answer = json_text.document(source, nan=True)
        key = next((key for key in _SHAPES if isinstance(answer, dict) and key in answer), None)
        if key is None:
            raise BadInput("this is no answer of MLflow about models, runs or metrics.", where=source.name)
        if answer.get(_MORE):
            yield Assumed("pages", "the answer says that there are more pages; only this one was read")
        if key in ("runs", "metrics"):
            if wants(options, "samples"):
                yield from _samples(source, options, answer, key)
        elif wants(options, "deployments"):
            yield from _deployments(source, options, answer, key)


def _samples(source: Source, options: Options, answer: dict[str, Any], key: str) -> Iterator[Piece]:
    gathered = Gathering(source.name, options)
    if key == "metrics":
        yield Assumed("run", "the answer does not say of which run; the metric stands alone")
        yield from _each(source, answer, key, lambda number, one: add_metric(gathered, number, one, {}))
    else:
        yield from _each(source, answer, key, lambda number, one: add_run(gathered, number, one, {}))
    yield from gathered.pieces()


def _deployments(source: Source, options: Options, answer: dict[str, Any], key: str) -> Iterator[Piece]:
    registry = Registry()
    add = add_model if key.startswith("registered_model") else add_version
    yield from _each(source, answer, key, lambda _number, one: add(registry, one))
    if registry.slots():
        at, told = untimed(source, options)
        yield told
        yield from sightings(registry, at)


def _each(
    source: Source, answer: dict[str, Any], key: str, take: Callable[[int, Any], None]
) -> Iterator[Piece]:
    """Let `take` have every record with its number; one it finds wrong is set aside with the reason."""
    try:
        found = list_of(answer, key) if key.endswith("s") else [answer[key]]
    except ValueError as error:
        raise BadInput(f"{error}.", where=source.name) from None
    for number, one in enumerate(found, 1):
        try:
            take(number, one)
        except ValueError as error:
            yield Rejected(number, str(error))
        if number % _A_STEP == 0:
            yield Step(number, len(found), "reading")
