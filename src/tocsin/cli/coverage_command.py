"""`tocsin coverage [SYSTEM]` tells of each layer who watches, where nobody does, what has gone silent."""

import argparse
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.coverage import Pulse, Watching
from tocsin.model.instant import from_us
from tocsin.operations import coverage
from tocsin.operations.coverage import CoverageView, LayerCoverage, SystemCoverage, Watch
from tocsin.store.folder import Store

_GAPS = (Watching.BLIND, Watching.SILENT, Watching.PARTLY)
_SHOWN = 3
_MORE = """A signal is late when nothing came for three times its usual interval (the median of its last
samples) and silent after five times; one of fewer than four samples has no rhythm and is never late. A layer
is
  watched        by signals that come
  partly silent  some of its signals have gone silent
  silent         all of them have: since says when something was heard last
  alerts only    no signal is there, but alerts of another tool were
  blind          nobody watches

JSON: now, and systems (a list by name) of system, system_id, blind, silent (lists of layers; silent holds the
partly silent ones too) and layers (a list) of layer, state, since, alerts (how many another tool sent) and
signals (a list) of signal (its id), name, metric, labels, unit, segment, group, state (on time, late, or
silent), last, rhythm_s. Times are ISO 8601 in UTC; null when there is none. Exit code 0; with --strict 1
where a layer is blind, silent or partly silent."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "coverage", _coverage, "tell which layers nobody watches")
    parser.epilog = _MORE
    parser.add_argument("system", metavar="SYSTEM", nargs="?", help="only this one: name, alias or id")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where something is not watched")


def _coverage(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        view = coverage.look(store, args.system)
        if args.json:
            options.print_json(as_json(view))
        else:
            _show(store, view)
    gaps = any(one.of(*_GAPS) for one in view.systems)
    return 1 if args.strict and gaps else 0


def as_json(view: CoverageView) -> dict[str, Any]:
    """Return the stable JSON form."""
    return {"now": view.now, "systems": [_system(one) for one in view.systems]}


def _system(one: SystemCoverage) -> dict[str, Any]:
    return {
        "system": one.system.name,
        "system_id": one.system.id,
        "blind": one.of(Watching.BLIND),
        "silent": one.of(Watching.SILENT, Watching.PARTLY),
        "layers": [
            {
                "layer": layer.layer,
                "state": layer.watching,
                "since": layer.since,
                "alerts": layer.alerts,
                "signals": [_signal(watch) for watch in layer.watches],
            }
            for layer in one.layers
        ],
    }


def _signal(watch: Watch) -> dict[str, Any]:
    signal, heard = watch.signal, watch.heard
    return {
        "signal": signal.id,
        "name": signal.name,
        "metric": signal.metric,
        "labels": signal.labels,
        "unit": signal.unit,
        "segment": signal.segment,
        "group": signal.group,
        "state": heard.pulse,
        "last": from_us(heard.last_us),
        "rhythm_s": None if heard.rhythm_us is None else heard.rhythm_us / 1e6,
    }


def _show(store: Store, view: CoverageView) -> None:
    zone = ZoneInfo(store.zone)
    for one in view.systems:
        options.show(one.system.name)
        for layer in one.layers:
            options.show(f"  {layer.layer:<15} {layer.watching:<14} {_told(layer, zone)}".rstrip())
    if not view.systems:
        options.say("No system is known yet. `tocsin import` brings in what watches one.")


def _told(layer: LayerCoverage, zone: ZoneInfo) -> str:
    if layer.watching is Watching.BLIND:
        return ""
    if layer.watching is Watching.ALERTS:
        return f"{layer.alerts} alerts, the newest {_local(layer.since, zone)}"
    gone = [watch for watch in layer.watches if watch.heard.pulse is Pulse.SILENT]
    named = sorted(gone or layer.watches, key=lambda watch: watch.heard.last_us)
    names = ", ".join(watch.signal.name for watch in named[:_SHOWN])
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    if layer.watching is Watching.WATCHED:
        return f"{names}{more}"
    of = f"{len(gone)} of {len(layer.watches)} " if layer.watching is Watching.PARTLY else ""
    return f"{of}since {_local(layer.since, zone)}: {names}{more}"


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
