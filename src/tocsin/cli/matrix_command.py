"""`tocsin matrix` shows levels by response, escalation and route, with the open incidents in their cells."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.matrix import Column, Owed, Placed
from tocsin.operations import matrix
from tocsin.operations.matrix import MatrixView

_KEYS = """JSON keys: policy (id of the pack in force), title, sha256, levels (a list, gravest first, of id,
meaning, found_by, respond, escalate, escalate_to, forum, cells: a list of route, served, incidents; route is
null where an incident has none), routes (a list of kind, title, to, types, layers, levels), elsewhere
(incidents graded by levels of another pack), owed (a list, by incident, of incident, reference, what, to,
from, by, state, clock). An incident is an object of id, reference, title, level, type, layer. Times are
ISO 8601 in UTC; null when there is none."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "matrix", _run, "severity by escalation, with the open incidents")
    parser.epilog = _KEYS


def _run(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        view = matrix.look(store)
        if args.json:
            options.print_json(as_json(view))
        else:
            _show(view, ZoneInfo(store.zone))
    return 0


def as_json(view: MatrixView) -> dict[str, Any]:
    """Return the stable JSON form of the matrix."""
    scheme = view.scheme
    return {
        "policy": scheme.id,
        "title": scheme.title,
        "sha256": view.sha256,
        "levels": [_level(view, column) for column in view.matrix.columns],
        "routes": [
            {
                "kind": r.kind,
                "title": r.title,
                "to": r.to,
                "types": r.types,
                "layers": r.layers,
                "levels": r.levels,
            }
            for r in scheme.routes
        ],
        "elsewhere": [_placed(one) for one in view.matrix.elsewhere],
        "owed": [_owed(one) for each in view.owed.values() for one in each],
    }


def _level(view: MatrixView, column: Column) -> dict[str, Any]:
    kinds: list[str | None] = [*(route.kind for route in view.matrix.routes), None]
    return {
        "id": column.level.id,
        "meaning": column.level.meaning,
        "found_by": column.level.found_by,
        "respond": column.respond or None,
        "escalate": column.escalate or None,
        "escalate_to": column.level.escalate_to,
        "forum": column.level.forum,
        "cells": [
            {"route": kind, "served": spot.served, "incidents": [_placed(one) for one in spot.incidents]}
            for kind, spot in zip(kinds, (*column.spots, column.unrouted), strict=True)
        ],
    }


def _placed(one: Placed) -> dict[str, Any]:
    return {"id": one.id, "reference": one.reference, "title": one.title, "level": one.level,
            "type": one.type, "layer": one.layer}  # fmt: skip


def _owed(one: Owed) -> dict[str, Any]:
    return {"incident": one.incident, "reference": one.reference, "what": one.what, "to": one.to,
            "from": one.from_, "by": one.by, "state": one.state, "clock": one.clock}  # fmt: skip


def _show(view: MatrixView, zone: ZoneInfo) -> None:
    options.show(f"{view.scheme.title}, version {view.scheme.version}")
    for column in view.matrix.columns:
        level = column.level
        who = ", ".join([*level.escalate_to, *filter(None, [level.forum])])
        options.show(f"{level.id}  {level.meaning}")
        options.show(f"  respond {column.respond or '-'}; escalate {column.escalate or '-'} to {who or '-'}")
        kinds = [*(route.title for route in view.matrix.routes), "no route yet"]
        for kind, spot in zip(kinds, (*column.spots, column.unrouted), strict=True):
            for one in spot.incidents:
                options.show(f"  {kind}: {one.reference}  {one.title}")
                for due in view.owed[one.id]:
                    options.show(f"    {_line(due, zone)}")
    for one in view.matrix.elsewhere:
        options.show(f"another pack: {one.reference}  {one.level}  {one.title}")


def _line(one: Owed, zone: ZoneInfo) -> str:
    when = f"by {one.by.astimezone(zone):%Y-%m-%d %H:%M %Z}" if one.by else "no due time"
    to = f" to {', '.join(one.to)}" if one.to else ""
    return f"{one.what}{to}, {when}{f', {one.state}' if one.state else ''}"
