"""`tocsin detectors`: which detectors judge, with which parameters, under which budget of false alarms."""

import argparse
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.journal import Entry
from tocsin.model.judgement import DetectorSet
from tocsin.operations import budget
from tocsin.operations import detectors as settings
from tocsin.operations.detectors import Known, Listing
from tocsin.store.folder import Store

_DETECTOR = """name, title, package, judges (series or decisions), enabled, version (that its alerts are
raised under), broken (empty when it works), changed (when, null at its defaults), changed_by, reason,
parameters (a list of name, value, default, unit, says, least, most)"""
_LIST = f"""JSON: number (how many settings were made so far), changed, changed_by, reason (of the last one),
budget (false alarms a week of every system), used (a list of system, per_week, raised, weeks: what was raised
in the last weeks, true or false), detectors (a list of {_DETECTOR})."""
_SHOW = f"JSON: {_DETECTOR}, history (a list of at, by, parameters, enabled, reason)."
_SET = """NAME is a detector, or "budget": `tocsin detectors set budget per_week=2 --system loans`. What was
judged before stays judged; alerts say under which version they were raised."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    group = subparsers.add_parser("detectors", help="detectors: list, show, set")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    options.command(verbs, "list", _list, "list the detectors and the budget of false alarms").epilog = _LIST
    show = options.command(verbs, "show", _show, "show a detector with its parameters and their history")
    show.epilog = _SHOW
    show.add_argument("name", metavar="NAME")
    change = options.command(verbs, "set", _set, "set parameters of a detector, or the budget", writes=True)
    change.epilog = f"{_SET}\n\nJSON: as `tocsin detectors show`; of the budget: system, per_week."
    change.add_argument("name", metavar="NAME")
    change.add_argument("values", metavar="KEY=VALUE", nargs="*", help="a parameter and its new value")
    change.add_argument("--because", metavar="TEXT", default="", help="why, for the journal")
    change.add_argument("--system", metavar="S", default="", help="of the budget: of this system alone")
    change.add_argument("--defaults", action="store_true", help="put all other parameters back")
    switch = change.add_mutually_exclusive_group()
    switch.add_argument("--enable", action="store_true", help="let it judge from now on")
    switch.add_argument("--disable", action="store_true", help="let it judge no more")


def as_json(known: Known) -> dict[str, Any]:
    """Return the stable JSON form of a detector."""
    return {
        "name": known.name,
        "title": known.title,
        "package": known.package,
        "judges": known.kind,
        "enabled": known.enabled,
        "version": known.version,
        "broken": known.broken,
        **_changed(known.changed),
        "parameters": known.parameters,
    }


def listing_as_json(store: Store, listing: Listing) -> dict[str, Any]:
    """Return the stable JSON form of all detectors with the budget."""
    used = [
        {"system": one.name, "per_week": one.per_week, "raised": one.raised, "weeks": one.weeks}
        for one in budget.use(store)
    ]
    return {
        "number": listing.number,
        **_changed(listing.last),
        "budget": budget.in_force(store).every,
        "used": used,
        "detectors": [as_json(one) for one in listing.detectors],
    }


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        listing = settings.list_all(store)
        if args.json:
            options.print_json(listing_as_json(store, listing))
            return 0
        told = settings.as_of(listing)
        options.say(f"{told[0].upper() + told[1:]}.")
        for one in listing.detectors:
            state = one.broken or ("on" if one.enabled else "off")
            options.show(f"{one.name:<14} {one.kind:<9} {state:<4} version {one.version:<12} {one.title}")
        options.show(f"budget: {budget.in_force(store).every:g} false alarms a system and week")
        for used in budget.use(store):
            options.show(
                f"  {used.name}: {used.raised} raised in {used.weeks:g} weeks, "
                f"{used.per_week * used.weeks:g} of them may be false"
            )
        return 0


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        known, entries = settings.get(store, args.name), settings.history(store, args.name)
        if args.json:
            options.print_json({**as_json(known), "history": [_said(entry) for entry in entries]})
            return 0
        _tell(known)
        for entry in entries:
            said = _said(entry)
            values = ", ".join(f"{key}={value}" for key, value in said["parameters"].items()) or "defaults"
            because = f" because: {said['reason']}" if said["reason"] else ""
            options.show(f"{entry.recorded_at:%Y-%m-%d %H:%M} UTC  {entry.author.name}: {values}{because}")
        return 0


def _set(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        values = dict(_pair(text) for text in args.values)
        if args.name == "budget":
            return _set_budget(store, args, values)
        if args.system:
            raise BadInput("only the budget is set for one system.", where=args.name)
        enabled = True if args.enable else False if args.disable else None
        if not values and enabled is None and not args.defaults:
            raise BadInput("there is nothing to set.", where=args.name, hint="Give KEY=VALUE or --enable.")
        known = settings.set_parameters(
            store,
            options.author(store, args),
            args.name,
            values,
            enabled=enabled,
            reason=args.because,
            defaults=args.defaults,
        )
        if args.json:
            history = [_said(entry) for entry in settings.history(store, args.name)]
            options.print_json({**as_json(known), "history": history})
        else:
            _tell(known)
        return 0


def _set_budget(store: Store, args: argparse.Namespace, values: dict[str, str]) -> int:
    if set(values) != {"per_week"} or args.enable or args.disable:
        raise BadInput("the budget is set by per_week=NUMBER.", where="budget")
    try:
        per_week = float(values["per_week"])
    except ValueError:
        raise BadInput(f"“{values['per_week']}” is no number.", where="budget") from None
    author = options.author(store, args)
    budget.set_budget(store, author, per_week, system=args.system, reason=args.because)
    if args.json:
        options.print_json({"system": args.system, "per_week": per_week})
    else:
        options.show(f"{args.system or 'every system'}: {per_week:g} false alarms a week")
    return 0


def _tell(known: Known) -> None:
    state = known.broken or ("on" if known.enabled else "off")
    options.show(f"{known.name} ({known.title}), {state}, version {known.version}, judges {known.kind}")
    for one in known.parameters:
        changed = "" if one.value == one.default else f" (default {one.default})"
        options.show(f"  {one.name} = {one.value}{changed} {one.unit}: {one.says}")


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise BadInput("a parameter is KEY=VALUE, such as window_days=14.", where=text)
    return key.strip(), value.strip()


def _changed(entry: Entry | None) -> dict[str, Any]:
    reason = "" if entry is None else getattr(entry.body, "reason", "")
    who = "" if entry is None else entry.author.name
    return {"changed": None if entry is None else entry.recorded_at, "changed_by": who, "reason": reason}


def _said(entry: Entry) -> dict[str, Any]:
    body = entry.body
    assert isinstance(body, DetectorSet)
    return {
        "at": entry.recorded_at,
        "by": entry.author.name,
        "parameters": body.parameters,
        "enabled": body.enabled,
        "reason": body.reason,
    }
