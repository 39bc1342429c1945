"""Readings: which importer reads what of a source, and what it yields, whatever a guest among them does."""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice

from tocsin import plugins
from tocsin.errors import BadInput, UserError
from tocsin.importers.base import Importer, Options, Piece, Source
from tocsin.importers.text import foreign
from tocsin.operations import archive

_NAMED = 3  # files that are left out
_log = logging.getLogger(__name__)


def of(source: Source, options: Options, *, most: int | None = None) -> list[tuple[Source, Importer]]:
    """Return what to read with which importer: all of it by one, else the members each by its own.

    `most` is how many members are looked at, None for all. Raises BadInput when no importer knows any of it.
    """
    offered = _offered(options)
    whole = _knowing(offered, source)
    if whole is not None:
        return [(source, whole)]
    known = [(part, _knowing(offered, part)) for part in islice(archive.parts(source), most)]
    found = [(part, importer) for part, importer in known if importer is not None]
    if found:
        return found
    kind = foreign(source.head()) or "nothing an importer knows"
    if source.members:
        kind = f"an archive of {len(source.members):,} files, none of which an importer knows"
    wanted = f" as {options.record}" if options.record else ""
    names = ", ".join(one.name for one in offered)
    raise BadInput(f"this is {kind}{wanted}.", where=source.name, hint=f"What can be read: {names}.")


def unread(source: Source, found: Sequence[tuple[Source, Importer]]) -> str:
    """Return in words which files of an archive are read by none of those found, empty when all are read."""
    if any(part is source for part, _ in found):
        return ""
    read = {part.name for part, _ in found}
    names = [name for name in source.members if name not in read]
    if not names:
        return ""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}, which no importer knows"


def pieces(importer: Importer, source: Source, options: Options) -> Iterator[Piece]:
    """Yield what an importer does; whatever it raises that is no answer to a person becomes a refusal."""
    try:
        yield from importer.read(source, options)
    except (UserError, OSError):
        raise
    except Exception as error:  # a guest may raise anything at all
        _log.exception("the importer %s broke on %s", importer.name, source.name)
        raise BadInput(
            f"the importer {importer.name} broke on it ({type(error).__name__}).",
            where=source.name,
            hint="Nothing was stored. The log has the details; the importer's makers will want them.",
        ) from error


def _offered(options: Options) -> list[Importer]:
    if options.importer:
        return [plugins.importer(options.importer)]
    return [one for one in plugins.importers() if not options.record or options.record in one.records]


def _knowing(offered: list[Importer], source: Source) -> Importer | None:
    return next((one for one in offered if _knows(one, source)), None)


def _knows(importer: Importer, source: Source) -> bool:
    try:
        return importer.knows(source)
    except Exception:  # noqa: BLE001 - a guest may raise anything at all
        _log.exception("the importer %s broke where it should only look", importer.name)
        return False
