"""`tocsin init|verify|backup|restore|operators`: making, checking and bringing back a store."""

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tocsin import paths
from tocsin.cli import options
from tocsin.errors import NotFound, StoreProblem
from tocsin.model.instant import iso
from tocsin.model.journal import StoreRestored
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import evidence, file_check, operators, stores
from tocsin.operations.verification import Verification, verify
from tocsin.store import backup
from tocsin.store.folder import Store, is_store

_VERIFY_KEYS = """JSON keys: ok, entries, site, head, entry, seq, reason, differences, evidence.
Exit 1 when not ok.

Of FILE.pdf: ok, path, size, sha256, signatures (by, at, self_signed, issuer, intact, whole, problem),
recorded (entry, document, incident, reference, by, at, as_of, paper, standing, match: whole, unsigned or
beginning, withdrawn), asked (whether there was a store), said (all of it in sentences). Exit 0 when its
signatures hold and the journal knows it; where there is no store to ask, when it is signed and they hold."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    init = options.command(subparsers, "init", _init, "make a store", writes=True)
    init.epilog = "JSON keys: store (its path), code, zone, site."
    init.add_argument("--zone", help="home zone, such as Europe/Berlin; default this machine's")
    init.add_argument("--code", help="the letters in references, such as WR; default three random ones")
    check = options.command(
        subparsers, "verify", _verify, "check the journal's chain and what is derived from it, or a document"
    )
    check.epilog = _VERIFY_KEYS
    check.add_argument(
        "file", nargs="?", metavar="FILE.pdf", type=Path, help="a document: its signature and its export"
    )
    saving = options.command(subparsers, "backup", _backup, "make a verified backup of the journal now")
    saving.epilog = "JSON keys: path, made, entries."
    restore = options.command(
        subparsers, "restore", _restore, "bring a backup back; what it replaces is moved aside", writes=True
    )
    restore.epilog = """Every console on the store must be closed. References carry another code afterwards.
JSON keys: id (of the journal entry), backup, moved_aside (the journal it replaces, in backups/), code; with
--list a list of backup, made."""
    restore.add_argument("backup", nargs="?", metavar="BACKUP", help="its file name; default the newest")
    restore.add_argument("--list", action="store_true", help="list the backups there are")
    people = options.command(
        subparsers, "operators", _operators, "list the operators, or add one with --by", writes=True
    )
    people.epilog = "JSON: a list of names."


def _init(args: argparse.Namespace) -> int:
    path = args.store or paths.default_store()
    if is_store(path):
        raise StoreProblem("there is a store already.", where=str(path), hint="Name another folder.")
    by = operators.account() if args.by is None else Author(operators.checked_name(args.by))
    store = stores.make(path, clock=SystemClock(), author=by, code=args.code, zone=args.zone)
    if args.by is not None:
        operators.add(store, by)
    facts = {"store": str(path), "code": store.code, "zone": store.zone, "site": store.site}
    store.close()
    if args.json:
        options.print_json(facts)
    else:
        options.say(f"{path}: references INC-YEAR-{facts['code']}-NUMBER, home zone {facts['zone']}.")
    return 0


def _verify(args: argparse.Namespace) -> int:
    if args.file is not None:
        return _verify_file(args)
    try:
        with options.opened(args, as_it_is=True) as store:
            found = _with_evidence(verify(store), store)
    except StoreProblem as problem:
        found = Verification(False, 0, "", "", reason=str(problem))
    if args.json:
        options.print_json(found)
    elif found.ok:
        options.say(f"All {found.entries} entries verify; head {found.head}.")
    else:
        place = f"entry {found.seq} ({found.entry}): " if found.entry else ""
        options.say(
            f"NOT verified: {place}{found.reason}. Change nothing; `tocsin restore --list` shows backups."
        )
        for difference in [*found.evidence, *found.differences][:20]:
            options.say(f"  {difference}")
    return 0 if found.ok else 1


def _verify_file(args: argparse.Namespace) -> int:
    there = args.store is not None or is_store(paths.default_store())
    with ExitStack() as open_stores:
        store = open_stores.enter_context(options.opened(args, as_it_is=True)) if there else None
        found = file_check.check(args.file, store)
    if args.json:
        options.print_json(found)
        return 0 if found.ok else 1
    for sentence in found.said:
        options.show(sentence)
    options.show(f"SHA-256 {found.sha256}, {found.size} bytes.")
    options.say("It holds." if found.ok else "NOT verified.")
    return 0 if found.ok else 1


def _with_evidence(found: Verification, store: Store) -> Verification:
    """Return what was found, every file of evidence being hashed too; say which files nobody names."""
    checked = options.with_bar(evidence.check(store))
    if checked.orphans:
        options.say(
            f"{len(checked.orphans)} files in evidence/ belong to no entry: a crash, or a backup brought "
            "back, left them. Nothing was deleted."
        )
    if not checked.wrong or not found.ok:
        return replace(found, evidence=checked.wrong)
    reason = f"{len(checked.wrong)} attached files are not as they were"
    return replace(found, ok=False, reason=reason, evidence=checked.wrong)


def _backup(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        made = backup.make(store)
    if args.json:
        options.print_json({"path": str(made.path), "made": made.made, "entries": made.entries})
    else:
        options.say(f"{made.path}: {made.entries} entries, verified.")
    return 0


def _restore(args: argparse.Namespace) -> int:
    path = args.store or paths.default_store()
    known = backup.listed(path)
    if args.list:
        return _list_backups(args, known)
    if not known:
        raise NotFound("there is no backup in this store.", where=str(path))
    chosen = known[-1].path if args.backup is None else path / "backups" / Path(args.backup).name
    by = operators.account() if args.by is None else Author(operators.checked_name(args.by))
    entry = backup.restore(path, by, chosen, clock=SystemClock())
    body = entry.body
    assert isinstance(body, StoreRestored)
    if args.json:
        options.print_json(
            {"id": entry.id, "backup": body.backup, "moved_aside": body.moved_aside, "code": body.code}
        )
    else:
        options.say(
            f"Restored {body.backup}; references now carry {body.code}. "
            f"The journal it replaces is backups/{body.moved_aside}."
        )
    return 0


def _list_backups(args: argparse.Namespace, known: list[backup.Backup]) -> int:
    if args.json:
        options.print_json([{"backup": one.path.name, "made": one.made} for one in known])
    for one in () if args.json else known:
        options.show(f"{one.path.name}  {iso(one.made)}")
    return 0


def _operators(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        if args.by is not None:
            operators.add(store, Author(operators.checked_name(args.by)))
        names = operators.names(store)
    if args.json:
        options.print_json(names)
    for name in () if args.json else names:
        options.show(name)
    return 0
