"""`tocsin policy`: which packs there are, what they say, whether one can be used; use, take along, apply."""

import argparse
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tocsin import paths
from tocsin.cli import options, policy_words
from tocsin.operations import closure, incidents, packs, policies, policies_applied
from tocsin.operations.packs import Pack
from tocsin.operations.policies_applied import Change
from tocsin.policy import load
from tocsin.store.folder import Store

_PACK = "a shipped pack, a folder, the beginning of a SHA-256 in the journal, or in-force"
_LIST = """JSON: a list of id, title, version, in_force, shipped, sha256 (of its newest frozen form; null for
a shipped pack nobody used), open (incidents it rules), chosen, by, reason (null and empty when nobody
chose it)."""
_CHECK = """JSON: ok, where (the folder, or the first file in question), problems (a list of file, key,
reason). Exit 1 unless ok."""
_SHOW = """JSON: pack (the whole pack as it is frozen), closure (a list of id, title of what has to hold
before closing)."""
_CHANGES = """JSON: a list of incident, reference, level, to_level (where the pack has other levels), clock,
name, what (begins, ends, moves, reads otherwise), before and after (each state, due; null without such a
clock)."""
_NEW = """Change what is in it, `tocsin policy check DIR`, `tocsin policy use DIR`.

JSON: folder, id, version, files."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    group = subparsers.add_parser("policy", help="policy packs: list, check, show, new, use, preview, apply")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    options.command(verbs, "list", _list, "list the packs there are, the one in force first").epilog = _LIST
    _with_pack(verbs, "check", _check, "say everything that is wrong with a pack's folder", _CHECK)
    _with_pack(verbs, "show", _show, "show a pack: levels, clocks, routes, roles, closure", _SHOW, "in-force")
    make = options.command(verbs, "new", _new, "write a pack into a new folder, to be changed and used")
    make.epilog = _NEW
    make.add_argument("folder", metavar="DIR", type=Path)
    make.add_argument("--from", dest="source", metavar="PACK", default="in-force", help=_PACK)
    make.add_argument("--id", default="", help="what it is called; default the folder's name")
    use = _with_pack(verbs, "use", _use, "let a pack rule incidents declared from now on", "", writes=True)
    use.epilog = "JSON: as one of `tocsin policy list`. Open incidents keep the pack they froze."
    use.add_argument("--because", metavar="TEXT", default="", help="why, for the journal")
    help = "say which clocks of open incidents a pack would change"
    look = _with_pack(verbs, "preview", _preview, help, _CHANGES)
    look.add_argument("--incident", metavar="INCIDENT", help="of this one only")
    apply = options.command(verbs, "apply", _apply, "let another pack rule an open incident", writes=True)
    apply.epilog = f"Its commander only. Clocks that ended stay as they were.\n\n{_CHANGES}"
    apply.add_argument("incident", metavar="INCIDENT", help="reference or id")
    apply.add_argument("pack", metavar="PACK", nargs="?", default="in-force", help=_PACK)
    apply.add_argument("--because", metavar="TEXT", required=True, help="why, for the journal")
    apply.add_argument("--level", default="", help="its level in the pack, where that has others")
    closing = options.command(verbs, "closing", _closing, "say what is open before an incident may be closed")
    closing.epilog = "JSON: a list of id, title, settled, why."
    closing.add_argument("incident", metavar="INCIDENT", help="reference or id")


def _with_pack(
    verbs: options.Subparsers,
    name: str,
    run: Any,
    help: str,
    epilog: str,
    default: str = "",
    writes: bool = False,
) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=writes)
    parser.epilog = epilog
    parser.add_argument("pack", metavar="PACK", nargs="?" if default else None, default=default, help=_PACK)
    return parser


def as_json(pack: Pack) -> dict[str, Any]:
    """Return the stable JSON form of a pack in a list."""
    return {
        "id": pack.scheme.id,
        "title": pack.scheme.title,
        "version": pack.scheme.version,
        "in_force": pack.in_force,
        "shipped": pack.shipped,
        "sha256": pack.sha256 or None,
        "open": pack.open,
        "chosen": pack.chosen,
        "by": pack.by,
        "reason": pack.reason,
    }


def change_as_json(change: Change) -> dict[str, Any]:
    """Return the stable JSON form of a clock that would change."""
    before, after = (
        None if one is None else {"state": one.state, "due": one.due} for one in (change.before, change.after)
    )
    return {
        "incident": change.incident,
        "reference": change.reference,
        "level": change.level,
        "to_level": change.to_level,
        "clock": change.clock,
        "name": change.name,
        "what": change.what,
        "before": before,
        "after": after,
    }


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = packs.listed(store)
        if args.json:
            options.print_json([as_json(pack) for pack in found])
            return 0
        for pack in found:
            options.show(policy_words.line(pack, store.zone))
        return 0


def _check(args: argparse.Namespace) -> int:
    found = packs.check(args.pack)
    if args.json:
        problems = [{"file": one.file, "key": one.key, "reason": one.reason} for one in found.problems]
        options.print_json({"ok": not problems, "where": str(found.where), "problems": problems})
    else:
        for one in found.problems:
            options.show(f"{one.file}: {one}")
        options.say("It cannot be used as it is." if found.problems else "It can be used.")
    return 1 if found.problems else 0


def _show(args: argparse.Namespace) -> int:
    scheme = _found(args, args.pack)
    if args.json:
        options.print_json(policy_words.as_json(scheme))
    else:
        for line in policy_words.lines(scheme):
            options.show(line)
    return 0


def _found(args: argparse.Namespace, name: str) -> Any:
    """A pack by its name; a shipped one or a folder needs no store."""
    if name in load.shipped() or Path(name).is_dir() or not (args.store or paths.default_store()).exists():
        return packs.named(None, name)
    with options.opened(args) as store:
        return packs.named(store, name)


def _new(args: argparse.Namespace) -> int:
    made = packs.new(args.folder, _found(args, args.source), id=args.id)
    if args.json:
        files = sorted(str(one.relative_to(args.folder)) for one in args.folder.rglob("*") if one.is_file())
        answer = {"folder": str(args.folder), "id": made.id, "version": made.version, "files": files}
        options.print_json(answer)
    else:
        options.say(f"{policies.words(made)} is in {args.folder}. Then: tocsin policy check {args.folder}")
    return 0


def _use(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        scheme = packs.named(store, args.pack)
        policies.choose(store, options.author(store, args), scheme, args.because)
        now = next(pack for pack in packs.listed(store) if pack.in_force)
        if args.json:
            options.print_json(as_json(now))
        else:
            options.say(f"{policies.words(now.scheme)} rules incidents declared from now on.")
        return 0


def _preview(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        scheme = packs.named(store, args.pack)
        one = args.incident
        found = (
            policies_applied.preview_of(store, one, scheme)
            if one
            else policies_applied.preview(store, scheme)
        )
        _tell_changes(store, args, found)
        return 0


def _apply(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        author, scheme = options.author(store, args), packs.named(store, args.pack)
        known = incidents.get(store, args.incident)
        found = policies_applied.preview_of(store, known.id, scheme, level=args.level)
        policies_applied.apply(store, author, known.id, scheme, args.because, level=args.level)
        _tell_changes(store, args, found)
        return 0


def _closing(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = closure.look(store, args.incident)
        if args.json:
            options.print_json(found)
            return 0
        for one in found:
            options.show(
                f"{'settled' if one.settled else 'open':8} {one.title}{f': {one.why}' if one.why else ''}"
            )
        if not found:
            options.say("Its pack asks for nothing before closing.")
        return 0


def _tell_changes(store: Store, args: argparse.Namespace, found: tuple[Change, ...]) -> None:
    if args.json:
        options.print_json([change_as_json(change) for change in found])
        return
    for change in found:
        options.show(policy_words.change(change, ZoneInfo(store.zone)))
    if not found:
        options.say("No clock of an open incident changes.")
