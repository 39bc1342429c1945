"""One expectation of Great Expectations: what was expected and found, and its alert when it was not met."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.importers.gathering import plain, stated
from tocsin.importers.json_values import follow, shortened
from tocsin.model.instant import iso

_SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What became of one. `unexpected` is a share, `observed` a number; None where it tells none.

    `about` is the column, or the columns, in words; `broken` why it could not be evaluated at all.
    """

    kind: str
    about: str
    labels: dict[str, str]
    met: bool
    severity: str
    unexpected: float | None
    observed: float | None
    counts: tuple[int, int] | None
    limits: dict[str, float]
    broken: str

    @property
    def name(self) -> str:
        """What tells it from the others of its suite, but for its bounds."""
        return f"{self.kind} {self.about}".strip()


def expectation(result: Any, labels: dict[str, str]) -> Expectation | None:
    """Return what one result says, in the words of 1.x, 0.x or `describe_dict`; None when it is none."""
    if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
        return None
    config = result.get("expectation_config")
    config = config if isinstance(config, dict) else result
    kind = config.get("type") or config.get("expectation_type")
    if not isinstance(kind, str):
        return None
    told = config.get("kwargs")
    kwargs: dict[str, Any] = told if isinstance(told, dict) else {}
    about = _about(kwargs)
    own = {"expectation": kind, **({"column": about} if about else {})}
    given = str(config.get("severity") or follow(config, "meta.severity") or "").lower()
    unexpected = plain(follow(result, "result.unexpected_percent"))
    return Expectation(
        kind=kind,
        about=about,
        labels=labels | own,
        met=bool(result["success"]),
        severity=given if given in _SEVERITIES else "medium",
        unexpected=None if unexpected is None else unexpected / 100,
        observed=plain(follow(result, "result.observed_value")),
        counts=_counts(result),
        limits={key: found for key, value in kwargs.items() if (found := plain(value)) is not None},
        broken=_broken(result.get("exception_info")),
    )


def alert(found: Expectation, time: datetime) -> dict[str, Any]:
    """Return the alert of an expectation that was not met, or could not be evaluated."""
    where = found.labels.get("suite") or found.labels.get("asset") or ""
    about = f" of {found.about}" if found.about else ""
    if found.broken:
        told = f"{found.kind}{about} could not be evaluated: {shortened(found.broken, 500)}"
    else:
        told = f"{found.kind}{about} was not met{_measured(found)}."
    value, limit = _value(found)
    row: dict[str, Any] = {
        "time": time,
        "severity": found.severity,
        "metric": f"expectation {'observed value' if found.unexpected is None else 'unexpected share'}",
        "message": f"{where}: {told}" if where else told,
        "detector": "great_expectations",
        "labels": found.labels,
        "id": "|".join(
            ("great_expectations", iso(time), *(text for _, text in sorted(found.labels.items())))
        ),
    }
    return row | stated(value=value, threshold=limit)


def _measured(found: Expectation) -> str:
    if found.counts:
        bad, whole = found.counts
        share = f" ({found.unexpected * 100:.4g} %)" if found.unexpected is not None else ""
        return f": {bad:,} of {whole:,} values{share} are not as expected"
    if found.observed is not None:
        bounds = [f"{key} {value:g}" for key, value in found.limits.items() if key != "mostly"]
        return f": {found.observed:g} was observed" + (f", expected {', '.join(bounds)}" if bounds else "")
    return ""


def _value(found: Expectation) -> tuple[float | None, float | None]:
    """Return value and threshold: of the share of unexpected values, else of the value observed."""
    if found.unexpected is not None:
        return found.unexpected, round(1 - found.limits.get("mostly", 1.0), 12)
    low, high = found.limits.get("min_value"), found.limits.get("max_value")
    if found.observed is None:
        return None, None
    return found.observed, low if low is not None and (high is None or found.observed < low) else high


def _about(kwargs: dict[str, Any]) -> str:
    if isinstance(kwargs.get("column"), str):
        return str(kwargs["column"])
    pair = [kwargs.get(key) for key in ("column_A", "column_B")]
    several = kwargs.get("column_list", kwargs.get("column_set"))
    named = several if isinstance(several, list) else pair
    return shortened(", ".join(name for name in named if isinstance(name, str)), 200)


def _counts(result: dict[str, Any]) -> tuple[int, int] | None:
    bad, whole = follow(result, "result.unexpected_count"), follow(result, "result.element_count")
    return (bad, whole) if type(bad) is int and type(whole) is int else None


def _broken(info: Any) -> str:
    """Return why an expectation could not be evaluated; 1.x may tell it once for each metric it needed."""
    if not isinstance(info, dict):
        return ""
    if info.get("raised_exception") is True:
        return str(info.get("exception_message") or "it raised an exception")
    return next((why for inner in info.values() if isinstance(inner, dict) and (why := _broken(inner))), "")
