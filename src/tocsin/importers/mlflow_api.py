"""MLflow's model registry, asked over its REST API: each move of an alias or stage becomes a deployment.

MLflow remembers no move. So each round reads what every slot points at and compares it with the round before:
what is different moved after the one began and before the other was answered. Both instants are our own, so
that a server whose clock is wrong, was killed or was away for days only makes the interval wider.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Rows, Step
from tocsin.importers.http import Http
from tocsin.importers.live import Cursor, Setting
from tocsin.importers.mlflow_registry import Registry, Slots, Version, sighting
from tocsin.importers.mlflow_rest import add_model, add_version, list_of
from tocsin.model.instant import iso

_API = "api/2.0/mlflow"
_A_PAGE = 100
_MOST_PAGES = 1_000


class MlflowApi:
    """A tracking server with a model registry, MLflow 2.3 or newer."""

    name: ClassVar[str] = "mlflow_api"
    records: ClassVar[tuple[str, ...]] = ("deployments",)
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("filter", "which models, in MLflow's words, such as name LIKE 'credit%'; empty: all"),
    )

    def answers(self, http: Http) -> str:
        """Return that an MLflow registry answers. Raises BadInput and NoAnswer."""
        answer = http.get_json(f"{_API}/registered-models/search", {"max_results": "1"})
        _models(http, answer)
        return "an MLflow model registry"

    def poll(
        self, http: Http, settings: Mapping[str, str], cursor: dict[str, Any], now: datetime
    ) -> Iterator[Piece | Cursor]:
        """Yield the moves since the round before, and an end for each slot that is no more."""
        registry = Registry()
        wanted = settings.get("filter", "")
        yield from _read(http, wanted, registry)
        known: dict[str, dict[str, Any]] = cursor.get("slots", {})
        since = datetime.fromisoformat(cursor["at"]) if "at" in cursor else None
        slots = _asked_further(http, registry, known)
        at = http.clock.now()
        found = _compared(slots, known, since, at)
        # What another filter leaves out did not end.
        gone = [key for key in known if key not in found] if cursor.get("filter") == wanted else []
        yield from _rows(found, known, gone, at)
        yield Cursor({"at": iso(now), "filter": wanted, "slots": found})


def _read(http: Http, wanted: str, registry: Registry) -> Iterator[Piece]:
    """Read all pages of registered models."""
    token, seen = "", set()
    for page in range(_MOST_PAGES):
        params = {"max_results": str(_A_PAGE), **({"filter": wanted} if wanted else {})}
        answer = http.get_json(
            f"{_API}/registered-models/search", {**params, **({"page_token": token} if token else {})}
        )
        for model in _models(http, answer):
            try:
                add_model(registry, model)
            except ValueError as error:  # leaving it out would look like the end of what it serves
                what = f"a registered model is not as MLflow tells it: {error}."
                raise BadInput(what, where=http.url) from None
        yield Step(page + 1, None, "reading models")
        token = answer.get("next_page_token") or ""
        if not token:
            return
        if not isinstance(token, str) or token in seen:
            raise BadInput("the server goes round in circles: it gave the same page twice.", where=http.url)
        seen.add(token)
    raise BadInput(
        f"it has more than {_A_PAGE * _MOST_PAGES:,} models.", where=http.url, hint="Set a filter."
    )


def _models(http: Http, answer: Any) -> list[Any]:
    try:
        if isinstance(answer, dict) and not answer.keys() - {"registered_models", "next_page_token"}:
            return list_of(answer, "registered_models")
    except ValueError:
        pass
    raise BadInput("this is no MLflow server, or one without a model registry.", where=http.url)


def _asked_further(http: Http, registry: Registry, known: Mapping[str, Any]) -> Slots:
    """Return the slots; ask for a version that is new in its slot and that the search did not tell of."""
    slots = registry.slots()
    for (name, slot), one in slots.items():
        moved = known.get(_key(name, slot), {}).get("version") != one.version
        if moved and (name, one.version) not in registry.versions:
            slots[name, slot] = _described(http, one)
    return slots


def _described(http: Http, one: Version) -> Version:
    told = Registry()
    params = {"name": one.name, "version": one.version}
    try:
        answer = http.get_json(f"{_API}/model-versions/get", params)
        add_version(told, answer.get("model_version") if isinstance(answer, dict) else None)
    except ValueError as error:
        raise BadInput(
            f"about {one.name} {one.version} it answers wrongly: {error}.", where=http.url
        ) from None
    return replace(told.versions.get((one.name, one.version), one), stage="")


def _compared(
    slots: Slots, known: Mapping[str, dict[str, Any]], since: datetime | None, at: datetime
) -> dict[str, dict[str, Any]]:
    """Return what each slot points at and since when, as the cursor keeps it; what did not move stays.

    The id names the round before, not this one: asked again after a crash, the same move has the same id.
    """
    found = {}
    for (name, slot), one in sorted(slots.items()):
        key = _key(name, slot)
        before = known.get(key)
        if before is not None and before["version"] == one.version:
            found[key] = before
            continue
        row = sighting(slot, one, at, since)
        row["id"] = f"mlflow {name} {slot} {one.version} after {iso(since) if since else 'nothing'}"
        found[key] = _kept(row)
    return found


def _rows(
    found: Mapping[str, dict[str, Any]], known: Mapping[str, dict[str, Any]], gone: list[str], at: datetime
) -> Iterator[Rows]:
    """Yield what moved, and what ended because its slot is no more."""
    moved = [_row(row) for key, row in found.items() if known.get(key) != row]
    ended = [{**_row(known[key]), "until": at} for key in gone]
    if rows := [*moved, *ended]:
        yield Rows("deployments", rows, list(range(1, len(rows) + 1)))


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {part: iso(value) if isinstance(value, datetime) else value for part, value in row.items()}


def _row(kept: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: datetime.fromisoformat(kept[name]) for name in ("time", "earliest") if name in kept}
    return {**kept, **times}


def _key(name: str, slot: str) -> str:
    return f"{name}\n{slot}"
