"""`tocsin regimes list|show|check|add|adopt|remove`: the law as data, and a team's corrections of it."""

import argparse
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from tocsin import paths
from tocsin.cli import options, regimes_words
from tocsin.errors import NotFound
from tocsin.model.regime import Regime, Rules
from tocsin.operations import regimes
from tocsin.store.folder import Store

_LIST = """What is in force in the store, else what is shipped. Only notification, individual_notice and
public_disclosure count down by themselves.

JSON: as_of, adopted, by, reason (null where nobody adopted any), offered (as_of of newer shipped rules, null
without), disclaimer, regimes (each id, title, jurisdiction, kind, enabled: yes, no or confirm, status,
pending, as_of, sureness, applies_from, applies_until, origin: shipped or team, stages, fields)."""
_SHOW = """JSON: the whole regime, offsets in words. With --toml a file that a team can change and add."""
_CHECK = """JSON: ok, where, regimes (their ids), problems (each file, key, reason). Exit 1 unless ok."""
_CHANGED = """JSON: as_of, adopted, regimes (each id, title, what: added, changed or gone), duties (of open
incidents: incident, reference, duty, name, what: begins, ends, moves or reads otherwise, before and after:
state, plan_to, legal_outer). With --preview nothing is written and adopted is null."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    group = subparsers.add_parser("regimes", help="legal regimes: list, show, check, add, adopt, remove")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    listing = options.command(verbs, "list", _list, "list the regimes with their state and how sure they are")
    listing.epilog = _LIST
    listing.add_argument("--jurisdiction", default="", metavar="WORD", help="of this one only, such as EU")
    listing.add_argument("--kind", default="", metavar="KIND", help="of this kind only")
    show = options.command(verbs, "show", _show, "show a regime: stages, deadlines, fields, sources")
    show.epilog = _SHOW
    show.add_argument("regime", metavar="REGIME", help="its id, such as eu-gdpr-33")
    show.add_argument("--toml", action="store_true", help="print it as a file to start from")
    check = options.command(verbs, "check", _check, "say everything that is wrong with a file of regimes")
    check.epilog = _CHECK
    check.add_argument("file", metavar="FILE", type=Path)
    add = _changing(verbs, "add", _add, "adopt a file's regimes: new ones, or in the place of others")
    add.add_argument("file", metavar="FILE", type=Path)
    _changing(verbs, "adopt", _adopt, "adopt the shipped rules, keeping the team's own regimes")
    remove = _changing(verbs, "remove", _remove, "take a team's regime out again; the shipped one comes back")
    remove.add_argument("regime", metavar="REGIME", help="its id")


def _changing(
    verbs: options.Subparsers, name: str, run: Callable[[argparse.Namespace], int], help: str
) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True)
    parser.epilog = f"They count for open incidents too. {_CHANGED}"
    parser.add_argument("--because", metavar="TEXT", default="", help="why, for the journal")
    parser.add_argument("--preview", action="store_true", help="only say what would change")
    return parser


def _list(args: argparse.Namespace) -> int:
    rules, entry, offered = _found(args)
    chosen = [one for one in rules.regimes if _wanted(one, args)]
    if args.json:
        options.print_json({
            "as_of": rules.as_of,
            "adopted": entry.recorded_at if entry else None,
            "by": entry.author.name if entry else None,
            "reason": getattr(entry.body, "reason", "") if entry else None,
            "offered": offered.as_of if offered else None,
            "disclaimer": rules.disclaimer,
            "regimes": [regimes_words.as_json(one) for one in chosen],
        })  # fmt: skip
        return 0
    for one in chosen:
        options.show(regimes_words.line(one))
    adopted = f"adopted by {entry.author.name}" if entry else "as shipped"
    options.say(f"{len(chosen)} of {len(rules.regimes)} regimes, rules as of {rules.as_of}, {adopted}.")
    if offered:
        options.say(f"Rules as of {offered.as_of} are shipped: tocsin regimes adopt --preview")
    return 0


def _wanted(regime: Regime, args: argparse.Namespace) -> bool:
    place = args.jurisdiction.lower() in f"{regime.jurisdiction} {regime.id}".lower()
    return place and args.kind in ("", regime.kind.value)


def _show(args: argparse.Namespace) -> int:
    rules = _found(args)[0]
    wanted = args.regime.strip().partition("/")[0]
    regime = rules.regime(wanted)
    if regime is None:
        near = [one.id for one in rules.regimes if wanted.lower() in one.id][:5]
        hint = f"Perhaps {', '.join(near)}." if near else "`tocsin regimes list` names them."
        raise NotFound("there is no such regime.", where=wanted[:100], hint=hint)
    if args.toml:
        options.show(regimes.text_of((regime,), regimes.own_questions(rules, regime)).rstrip("\n"))
    elif args.json:
        options.print_json(regimes_words.whole(regime))
    else:
        for line in regimes_words.lines(regime, rules):
            options.show(line)
    return 0


def _check(args: argparse.Namespace) -> int:
    found = regimes.examine(args.file, _found(args)[0])
    ids = [one.id for one in found.regimes]
    if args.json:
        problems = [{"file": one.file, "key": one.key, "reason": one.reason} for one in found.problems]
        answer = {"ok": not problems, "where": str(args.file), "regimes": ids, "problems": problems}
        options.print_json(answer)
    else:
        for one in found.problems:
            options.show(f"{one.file}: {one}" if one.file else str(one))
        good = f"It can be used: {', '.join(ids)}."
        options.say("It cannot be used as it is." if found.problems else good)
    return 1 if found.problems else 0


def _add(args: argparse.Namespace) -> int:
    return _change(args, lambda held: regimes.corrected(held, args.file))


def _adopt(args: argparse.Namespace) -> int:
    return _change(args, regimes.renewed)


def _remove(args: argparse.Namespace) -> int:
    return _change(args, lambda held: regimes.without(held, args.regime))


def _change(args: argparse.Namespace, make: Callable[[Rules], Rules]) -> int:
    from tocsin.operations.regimes_preview import preview

    with options.opened(args) as store:
        held = regimes.rules(store)
        rules = make(held)
        changed, duties = regimes.differences(held, rules), preview(store, rules)
        entry = None
        if not args.preview:
            entry = regimes.adopt(store, options.author(store, args), rules, args.because, held=held)
        if args.json:
            options.print_json({
                "as_of": rules.as_of,
                "adopted": entry.recorded_at if entry else None,
                "regimes": [{"id": one.regime, "title": one.title, "what": one.what} for one in changed],
                "duties": [regimes_words.change_as_json(one) for one in duties],
            })  # fmt: skip
            return 0
        for one in changed:
            options.show(f"{one.what:<8} {one.regime:<26} {one.title}")
        for duty in duties:
            options.show(regimes_words.change(duty, ZoneInfo(store.zone)))
        would = "would be in force" if entry is None else "are in force"
        options.say(f"Rules as of {rules.as_of} {would}. Regimes that change: {len(changed)}, duties of open "
                    f"incidents: {len(duties)}.")  # fmt: skip
        return 0


def _found(args: argparse.Namespace) -> tuple[Rules, regimes.Entry | None, Rules | None]:
    """The rules in force with the entry that adopted them and newer ones; those shipped without a store."""
    if not (args.store or paths.default_store()).exists():
        return regimes.load_shipped(), None, None
    with options.opened(args) as store:
        found = _look(store)
        return found.rules, found.entry, regimes.offered(store)


def _look(store: Store) -> regimes.Standing:
    with store.journal.read() as connection:
        return regimes.look(connection)
