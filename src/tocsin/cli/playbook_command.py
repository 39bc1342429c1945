"""`tocsin playbook INCIDENT` lists its steps; `tocsin step`, `task` and `layer` say what became of them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.diagnosis import LayerState
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.playbook import FINDINGS, LAYERS, PHASES
from tocsin.model.steps import StepState
from tocsin.operations import diagnosis, evidence, incidents, playbook
from tocsin.operations.playbook import PlaybookView
from tocsin.store.folder import Store

_STEP_KEYS = """id, phase, text, kind (do, ask, preserve), role, minutes, help, evidence_asked, takes_offline,
state (open, assigned, acknowledged, done, skipped), person, at, by, note, finding, evidence, files (of entry,
name, sha256), due (end of its time box), over, late, unanswered, task, kept (of another playbook)"""
_LAYER_KEYS = "layer, title, finding (cleared, suspected, confirmed or empty), evidence, by, at, judged"
_KEYS = f"""JSON keys: incident (reference), type, category, title, reviewed, done, total, steps (a list of
{_STEP_KEYS}), layers (a list of {_LAYER_KEYS}). Times are ISO 8601 in UTC; null when there is none."""
_VERBS = {
    "assign": "give it to --person",
    "ack": "somebody works on it from now on; the time box begins",
    "done": "it is done; a question asks for --finding",
    "skip": "leave it out, for a --reason",
    "reopen": "make it open again",
    "note": "add --evidence, a --file or a remark (--reason)",
}


def register(subparsers: options.Subparsers) -> None:
    """Add the four commands."""
    listing = options.command(subparsers, "playbook", _list, "list the playbook of an incident")
    listing.epilog = _KEYS
    listing.add_argument("incident", metavar="INCIDENT", help="reference or id")
    listing.add_argument("--person", metavar="NAME", help="only what this person has")
    listing.add_argument("--open", action="store_true", help="only what is not finished")
    _register_step(subparsers)
    task = options.command(subparsers, "task", _task, "add a task nobody planned for", writes=True)
    task.epilog = f"JSON keys: {_STEP_KEYS}."
    task.add_argument("incident", metavar="INCIDENT", help="reference or id")
    task.add_argument("text", metavar="TEXT", help="what is to be done")
    task.add_argument("--person", metavar="NAME", default="", help="who is to do it")
    task.add_argument("--minutes", metavar="N", type=int, help="its time box")
    task.add_argument("--phase", choices=PHASES, default="", help="default: by the incident's status")
    layer = options.command(
        subparsers, "layer", _layer, "say how a layer of the diagnosis stands", writes=True
    )
    layer.epilog = f"JSON keys: {_LAYER_KEYS}."
    layer.add_argument("incident", metavar="INCIDENT", help="reference or id")
    layer.add_argument("layer", metavar="LAYER", help=f"one of {', '.join(LAYERS)}")
    layer.add_argument("finding", metavar="FINDING", help=f"one of {', '.join(FINDINGS)}")
    layer.add_argument("--evidence", metavar="TEXT", default="", help="what it rests on")
    layer.add_argument("--file", metavar="FILE", nargs="+", type=Path, default=[], help="files it rests on")


def _register_step(subparsers: options.Subparsers) -> None:
    step = options.command(subparsers, "step", _step, "say what became of a step", writes=True)
    told = "\n".join(f"  {verb:<8} {help}" for verb, help in _VERBS.items())
    step.epilog = f"HOW is one of:\n{told}\n\nJSON keys: {_STEP_KEYS}."
    step.add_argument("incident", metavar="INCIDENT", help="reference or id")
    step.add_argument("step", metavar="STEP", help="its id, as `tocsin playbook` shows it, or its beginning")
    step.add_argument("how", metavar="HOW", choices=tuple(_VERBS), help=", ".join(_VERBS))
    step.add_argument("--person", metavar="NAME", default="")
    step.add_argument("--finding", metavar="FINDING", default="", help=f"one of {', '.join(FINDINGS)}")
    step.add_argument("--evidence", metavar="TEXT", default="", help="what it rests on")
    step.add_argument("--file", metavar="FILE", nargs="+", type=Path, default=[], help="files it rests on")
    step.add_argument("--reason", metavar="TEXT", default="", help="why, or a remark")


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        view = playbook.look(store, args.incident)
        shown = [one for one in view.steps if args.person in (None, one.person)]
        shown = [one for one in shown if not (args.open and one.finished)]
        if args.json:
            options.print_json(_json(view, shown))
            return 0
        _show(store, view, shown)
    return 0


def _step(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        where = (store, by, args.incident, args.step)
        for path in args.file:
            evidence.checked(path)  # so that a wrong name is told before anything is written
        if args.file and args.how not in ("done", "note"):
            raise BadInput("a file goes with done or note.", where=args.how)
        for path in args.file:
            options.with_bar(playbook.attach(*where, path))
        entry = _marked(where, args, by.name)
        return _tell_step(store, args, args.step if entry is None else getattr(entry.body, "step", ""))


def _marked(where: tuple[Store, Author, str, str], args: argparse.Namespace, me: str) -> Entry | None:
    """Write what was said of a step; None where the file attached said it all."""
    match args.how:
        case "assign":
            return playbook.assign(*where, args.person or me)
        case "ack":
            return playbook.acknowledge(*where, person=args.person)
        case "done":
            return playbook.done(*where, finding=args.finding, evidence=args.evidence, note=args.reason)
        case "skip":
            return playbook.skip(*where, args.reason)
        case "reopen":
            return playbook.reopen(*where, args.reason)
        case _ if args.evidence or args.reason or not args.file:
            return playbook.note(*where, evidence=args.evidence, note=args.reason)
        case _:
            return None


def _task(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        entry = playbook.add_task(
            store, by, args.incident, args.text, person=args.person, minutes=args.minutes, phase=args.phase
        )
        return _tell_step(store, args, getattr(entry.body, "id", ""))


def _layer(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        known = incidents.get(store, args.incident)
        for path in args.file:
            evidence.checked(path)
        files = [options.with_bar(evidence.attach(store, by, known.id, path)).id for path in args.file]
        diagnosis.judge(store, by, known.id, args.layer, args.finding, evidence=args.evidence, files=files)
        view = playbook.look(store, known.id)
        one = next(each for each in view.layers if each.layer == args.layer)
        if args.json:
            options.print_json(_layer_json(one))
        else:
            options.say(f"{one.title}: {one.finding}.")
    return 0


def _tell_step(store: Store, args: argparse.Namespace, id: str) -> int:
    view = playbook.look(store, args.incident)
    one = next((each for each in view.steps if each.step.id.startswith(id)), None)
    if one is None:
        options.say("Saved.")
    elif args.json:
        options.print_json(_step_json(view, one))
    else:
        options.say(f"{one.step.id}: {one.state}{f', {one.person}' if one.person else ''}.")
    return 0


def _show(store: Store, view: PlaybookView, shown: Sequence[StepState]) -> None:
    if view.title:
        options.show(f"{view.title}, {view.progress.done} of {view.progress.total} steps finished")
    else:
        options.say("The incident has no type: only what all playbooks share. `tocsin triage` gives it one.")
    for phase in PHASES:
        here = [one for one in shown if one.step.phase == phase]
        if here:
            options.show(f"\n{phase.upper()}")
        for one in here:
            options.show(f"  {one.step.id:<20} {one.state:<13} {_about(store, one):<34} {one.step.text}")
    options.show("\nLAYERS")
    for each in view.layers:
        options.show(f"  {each.layer:<12} {each.finding or '—':<10} {each.evidence}")


def _about(store: Store, one: StepState) -> str:
    due = f"until {one.due.astimezone(ZoneInfo(store.zone)):%H:%M}" if one.due and not one.finished else ""
    box = f"{one.step.minutes} min" if one.step.minutes and not due and not one.finished else ""
    over = "OVER" if one.over else "not acknowledged" if one.unanswered else ""
    who = one.person or (one.step.role if not one.finished else "")
    return " · ".join(filter(None, (who, one.finding, due or box, over, "kept" if one.kept else "")))


def _json(view: PlaybookView, shown: Sequence[StepState]) -> dict[str, Any]:
    return {
        "incident": view.incident.reference,
        "type": view.incident.text("type"),
        "category": view.incident.text("category"),
        "title": view.title,
        "reviewed": view.reviewed,
        "done": view.progress.done,
        "total": view.progress.total,
        "steps": [_step_json(view, one) for one in shown],
        "layers": [_layer_json(one) for one in view.layers],
    }


def _step_json(view: PlaybookView, one: StepState) -> dict[str, Any]:
    step, files = one.step, [view.files[id] for id in one.files if id in view.files]
    return {
        **{name: getattr(step, name) for name in ("id", "phase", "text", "kind", "role", "minutes", "help")},
        "evidence_asked": step.evidence,
        "takes_offline": step.takes_offline,
        **{
            name: getattr(one, name)
            for name in ("state", "person", "at", "by", "note", "finding", "evidence")
        },
        "files": [{"entry": file.entry, "name": file.name, "sha256": file.sha256} for file in files],
        **{name: getattr(one, name) for name in ("due", "over", "late", "unanswered", "task", "kept")},
    }


def _layer_json(one: LayerState) -> dict[str, Any]:
    return {name: getattr(one, name)
            for name in ("layer", "title", "finding", "evidence", "by", "at", "judged")}  # fmt: skip
