"""Tables of samples: wide, with a column a metric, or long, with a column that names the metric."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options
from tocsin.importers.mapping import (
    LABEL,
    Head,
    Pattern,
    column,
    constant,
    known,
    pattern,
    some,
    stated_time,
    time_form,
)

KEYS = ("time", "value", "metric", "unit", "segment", "group", "system", "decimal", "shape")
_METRIC_NAMES = {"metric", "metric_name", "signal", "series", "measure", "name"}
_VALUE_NAMES = {"value", "val", "v", "y"}
_DECIMAL_COMMA = r"[+-]?[0-9]+,[0-9]+"
_TEXTS = ("metric", "unit", "segment", "group", "system")


@dataclass(frozen=True, slots=True)
class SamplesMapping:
    """Which column is what. Without a `metric` each value column is one of its own name.

    `form` is that of the times: zoned, naive or number. `key` are the patterns that tell one series of the
    file from another (metric, unit, segment, group, system and `label.NAME`), those that vary from row to
    row; `fixed` those that do not, as text.
    """

    time: Pattern
    form: str
    values: tuple[str, ...]
    key: Mapping[str, Pattern]
    fixed: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    decimal_comma: bool = False

    def assumed(self, options: Options) -> list[Assumed]:
        """Return what to tell of it."""
        told = [Assumed("zone", options.zone or "UTC")] if self.form == "naive" else []
        if self.form == "number":
            told.append(Assumed("time_unit", options.time_unit))
        told += [
            Assumed("time", self.time.constant or str(self.time)),
            Assumed("value", ", ".join(self.values)),
        ]
        told += [Assumed(field, f"column {made}") for field, made in self.key.items() if field in _TEXTS]
        told += [Assumed(field, text) for field, text in self.fixed.items() if text]
        labels = [str(made) for field, made in self.key.items() if field.startswith(LABEL)]
        if labels:
            told.append(Assumed("labels", ", ".join(labels)))
        if self.ignored:
            told.append(Assumed("columns ignored", ", ".join(self.ignored)))
        return told

    def stated(self) -> dict[str, str]:
        """Return it as Options.mapping says it."""
        said = {"time": str(self.time), "value": ",".join(self.values)}
        said |= {field: f"'{text}'" for field, text in self.fixed.items() if text}
        said |= {field: str(made) for field, made in self.key.items()}
        said |= {} if "metric" in said else {"shape": "wide"}
        return said | ({"decimal": "comma"} if self.decimal_comma else {})

    def name(self, value: str, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return metric, unit, segment, group, system and labels of a series.

        `value` is its column, `cells` the text of each field of `key`. What segment and group are made of
        stays a label as well, so that the series keep apart.
        """
        found: dict[str, Any] = {"metric": value, **self.fixed}
        labels: dict[str, str] = {}
        for field, cell in cells.items():
            if field.startswith(LABEL):
                labels[field.removeprefix(LABEL)] = cell
            else:
                found[field] = cell
                if field in ("segment", "group"):
                    labels.setdefault(self.key[field].column or field, cell)
        found["labels"] = {name: cell for name, cell in labels.items() if cell}
        return found


def samples_mapping(head: Head, options: Options, stem: str) -> SamplesMapping:
    """Return which column is what in a table of samples; `stem` names the metric where nothing else does.

    Raises BadInput, also where the times are numbers whose unit nobody stated.
    """
    stated = options.mapping
    _check_keys(stated, head.source)
    time = stated_time(head, options)
    form = time_form(head, time, options)
    _check_apart(stated, time.column, head)
    comma = _decimal_comma(head, stated, time.column)
    rest = [name for name in head.columns if name not in time.columns]
    told = _told(head, stated, rest)
    long = bool(told.get("metric") and told["metric"].columns)
    used = {name for made in told.values() for name in made.columns}
    free = [name for name in rest if name not in used]
    values = _value_columns(head, stated, free, comma, one="metric" in told, long=long)
    if long:
        texts = [name for name in free if name not in values and _is_text(head, name)]
        told |= {LABEL + name: column(name) for name in texts if LABEL + name not in told}
        used |= set(texts)
    if "metric" not in told and len(values) == 1 and values[0].lower() in _VALUE_NAMES:
        told["metric"] = constant(stem)
    return SamplesMapping(
        time=time,
        form=form,
        values=tuple(values),
        key={field: made for field, made in told.items() if made.columns or field.startswith(LABEL)},
        fixed={f: made.constant for f, made in told.items() if not made.columns and not f.startswith(LABEL)},
        ignored=tuple(name for name in free if name not in values and name not in used),
        decimal_comma=comma,
    )


def _is_text(head: Head, name: str) -> bool:
    """Whether a column may tell series apart: numbers and times would make one of every row."""
    return not head.is_numeric(name) and head.time_form(name) not in ("zoned", "naive")


def _check_keys(stated: Mapping[str, str], source: str) -> None:
    unknown = [key for key in stated if key not in KEYS and not (key.startswith(LABEL) and key != LABEL)]
    if unknown:
        raise BadInput(
            f"--map knows no “{min(unknown)}” for samples.",
            where=source,
            hint="It takes time, value, metric, unit, segment, group, system, label.NAME, "
            "decimal=comma and shape=wide or long.",
        )
    if stated.get("shape", "") not in ("", "wide", "long"):
        raise BadInput("shape is wide or long.", where=source)


def _check_apart(stated: Mapping[str, str], time: str, head: Head) -> None:
    """Refuse a column that was told to be two things."""
    values = _split(stated.get("value", ""), head)
    told = [time, *values, *(stated[key] for key in _TEXTS if stated.get(key) in head.columns)]
    twice = [name for name in told if name and told.count(name) > 1]
    if twice:
        raise BadInput(f"--map says two things of column “{twice[0]}”.", where=head.source)


def _told(head: Head, stated: Mapping[str, str], rest: list[str]) -> dict[str, Pattern]:
    """Return the patterns of what names a series, as stated, or as the header shows."""
    found = {
        field: pattern(stated[field], head.columns, head.source, bare=field in ("metric", "unit"))
        for field in stated
        if (field in _TEXTS or field.startswith(LABEL)) and stated[field]
    }
    used = {name for made in found.values() for name in made.columns}
    if "metric" not in found and (name := _metric_column(head, stated.get("shape", ""), rest, used)):
        found = {"metric": column(name)} | found
    long = "metric" in found and bool(found["metric"].columns)
    for name in ("unit", "segment") if long else ("unit",):
        if name in rest and name not in (*found, *used) and not head.is_numeric(name):
            found[name] = column(name)
    return found


def _metric_column(head: Head, shape: str, rest: list[str], used: set[str]) -> str:
    if shape == "wide":
        return ""
    texts = [name for name in rest if name not in used and not head.is_numeric(name)]
    named = [name for name in texts if name.lower() in _METRIC_NAMES]
    if shape == "long":
        if not (named or texts):
            raise BadInput(
                f"no column names the metric; there are {some(head.columns)}.",
                where=head.source,
                hint="Say --map metric=COLUMN.",
            )
        return (named or texts)[0]
    valued = [name for name in rest if name.lower() in _VALUE_NAMES]
    return named[0] if named and valued else ""


def _value_columns(
    head: Head, stated: Mapping[str, str], free: list[str], comma: bool, *, one: bool, long: bool
) -> list[str]:
    if stated.get("value"):
        values = known(head.columns, _split(stated["value"], head), head.source)
    else:
        values = [
            name
            for name in free
            if head.is_numeric(name) or (comma and head.share(name, _DECIMAL_COMMA) >= 0.8)
        ]
        named = [name for name in free if name.lower() in _VALUE_NAMES]
        if named and (long or not values):
            values = named
    if one and len(values) > 1:
        kind = "a file with a metric column" if long else "one metric"
        raise BadInput(
            f"{kind} has one value column; here are {', '.join(values)}.",
            where=head.source,
            hint="Say --map value=COLUMN.",
        )
    if not values:
        raise BadInput(
            f"no column holds numbers; there are {some(head.columns)}.",
            where=head.source,
            hint="Say --map value=COLUMN.",
        )
    return values


def _split(said: str, head: Head) -> list[str]:
    """Return the columns said, several with commas between; a name may hold a comma itself."""
    return [said] if said in head.columns else [name.strip() for name in said.split(",")]


def _decimal_comma(head: Head, stated: Mapping[str, str], time: str) -> bool:
    if "decimal" in stated:
        if stated["decimal"] not in ("comma", "point"):
            raise BadInput("decimal is comma or point.", where=head.source)
        return stated["decimal"] == "comma"
    for name in head.columns:
        cells = head.cells(name)
        if name != time and head.share(name, _DECIMAL_COMMA) >= 0.5:
            raise BadInput(
                f"column “{name}” holds numbers like {cells[0]}: a decimal comma, or thousands?",
                where=head.source,
                hint="Say --map decimal=comma or --map decimal=point.",
            )
    return False
