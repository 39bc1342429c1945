"""What every command shares: the options, the opening of the store, and how results are printed."""

import argparse
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tocsin import paths
from tocsin.errors import BadInput, UserError
from tocsin.model.document import Paper
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import operators, stores
from tocsin.operations.progress import Progress
from tocsin.operations.times import parse_when
from tocsin.store.folder import Store, open_store

if TYPE_CHECKING:
    from tocsin.operations.signing import Signer

Result = TypeVar("Result")
Subparsers = Any  # argparse keeps the class of add_subparsers() private


def command(
    subparsers: Subparsers,
    name: str,
    run: Callable[[argparse.Namespace], int],
    help: str,
    *,
    writes: bool = False,
    answers: bool = True,
    nested: bool = False,
) -> argparse.ArgumentParser:
    """Add a subcommand with the shared options; `run` gets the arguments and returns the exit code.

    `writes` gives it --by, `answers` --json. `nested` is one below a command that has both itself: it must
    not take back what was said before its name.
    """
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name, help=help, description=help, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    unsaid = argparse.SUPPRESS if nested else None
    parser.add_argument(
        "--store", metavar="PATH", type=Path, default=unsaid, help="the store folder, NAME.tocsin"
    )
    if answers:
        parser.add_argument(
            "--json",
            action="store_true",
            default=unsaid or False,
            help="print one JSON document on standard output",
        )
    if writes:
        parser.add_argument(
            "--by", metavar="NAME", help="who does this; without it the OS account is recorded"
        )
    parser.set_defaults(run=run)
    return parser


@contextmanager
def opened(args: argparse.Namespace, *, create: bool = False, as_it_is: bool = False) -> Iterator[Store]:
    """Give the store named by --store, or this user's own.

    `create` makes it at first use; `as_it_is` opens it without upgrade or backup, for looking at damage.
    """
    path, clock = args.store or paths.default_store(), SystemClock()
    store = (
        open_store(path, clock=clock) if as_it_is else stores.open_or_create(path, clock=clock, create=create)
    )
    for warning in store.warnings:
        say(f"tocsin: {warning}")
    try:
        if not as_it_is:
            _back_up(store)
        yield store
    finally:
        store.close()


def _back_up(store: Store) -> None:
    try:
        stores.back_up_if_due(store)
    except UserError as problem:
        say(f"tocsin: the daily backup failed: {problem} Run `tocsin verify`.")


def author(store: Store, args: argparse.Namespace) -> Author:
    """Return who writes, as --by says."""
    return operators.author(store, args.by)


def instant(store: Store, text: str | None) -> datetime:
    """Return the instant of a --at option; now when it was not given."""
    return store.now() if text is None else parse_when(text, now=store.now(), zone=store.zone).at


def paper_option(parser: argparse.ArgumentParser) -> None:
    """Give a command that writes a document --paper; `paper` is what it says."""
    parser.add_argument("--paper", choices=["a4", "letter"], default="a4", help="size of the pages")


def paper(args: argparse.Namespace) -> Paper:
    """Return the size of the pages, as --paper says."""
    return Paper.LETTER if args.paper == "letter" else Paper.A4


def sign_options(parser: argparse.ArgumentParser) -> None:
    """Give a command that writes a document --sign and --pass-file; `signer` is what they say."""
    parser.add_argument(
        "--sign",
        metavar="FILE.p12",
        type=Path,
        help="put a signature below it with this RSA key; needs the extra 'sign'",
    )
    parser.add_argument(
        "--pass-file",
        metavar="FILE",
        type=Path,
        help="file whose first line is the key's passphrase; without it you are asked",
    )


def signer(args: argparse.Namespace) -> "Signer | None":
    """Return who signs, as --sign says; None without it. The passphrase is never echoed or kept."""
    if args.sign is None:
        if args.pass_file is not None:
            raise BadInput(
                "a passphrase without a key.", where="--pass-file", hint="Name the key with --sign."
            )
        return None
    from tocsin.operations import signing

    return signing.load(args.sign, _passphrase(args))


def _passphrase(args: argparse.Namespace) -> bytes:
    if args.pass_file is not None:
        from tocsin.operations.signing import content_of

        return content_of(args.pass_file, 64 * 1024).split(b"\n", 1)[0].rstrip(b"\r")
    if not sys.stdin.isatty():
        raise BadInput(
            "nobody is there to be asked for the passphrase.",
            where="--sign",
            hint="Name it with --pass-file.",
        )
    return getpass(f"Passphrase of {harmless(str(args.sign))}: ", stream=sys.stderr).encode()


def print_json(value: object) -> None:
    """Print one JSON document; times are ISO 8601 in UTC."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def say(text: str) -> None:
    """Print a message for a person, on standard error."""
    print(harmless(text), file=sys.stderr)


def show(text: str) -> None:
    """Print a line of what was asked for, on standard output."""
    print(harmless(text))


def harmless(text: str) -> str:
    """Return a text without what would steer a terminal: titles and messages come from anywhere."""
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)


def with_bar(work: Generator[Progress, None, Result], *, quiet: bool = False) -> Result:
    """Run a long operation to its end with a progress bar on standard error; return its result."""
    from tqdm import tqdm

    bar = tqdm(disable=quiet or not sys.stderr.isatty(), leave=False, unit_scale=True, file=sys.stderr)
    try:
        while True:
            step = next(work)
            bar.total, bar.n = step.total, step.done
            bar.set_description(step.note, refresh=False)
            bar.update(0)
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        bar.close()
        work.close()
