"""How options, pulls, flagged deployments and the blast radius are said on the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.model.blast_radius import UNKNOWN, Radius
from tocsin.model.containment import KINDS, Option, PullState, Readiness
from tocsin.model.containment_effect import Verdict
from tocsin.model.freeze import Flagged
from tocsin.operations.containment_view import Offered, Pulled
from tocsin.operations.freeze import FreezeView
from tocsin.ui.palette import Tone
from tocsin.ui.times import number, short_stamp, span

PULL_TONES: dict[PullState, Tone] = {
    PullState.RUNNING: Tone.BLUE,
    PullState.OVER_TIME: Tone.ORANGE,
    PullState.WORKED: Tone.GREEN,
    PullState.FAILED: Tone.RED,
    PullState.RELEASED: Tone.GREY,
}
VERDICT_TONES: dict[Verdict, Tone | None] = {
    Verdict.BACK: Tone.GREEN,
    Verdict.NOT_YET: Tone.ORANGE,
    Verdict.UNMOVED: Tone.YELLOW,
    Verdict.NO_DATA: Tone.YELLOW,
    Verdict.NO_BASELINE: Tone.YELLOW,
}
_TOP = 6  # parts of a column shown that the incident is not about


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the blast radius: what it is, the figure, and what it rests on."""

    what: str
    figure: str
    rests: str
    tone: Tone | None = None


def rehearsed(option: Option, readiness: Readiness, now: datetime) -> str:
    """Return when an option was last tried, and how that went."""
    last = option.rehearsed
    if last is None:
        return str(Readiness.NEVER)
    ago = f"{span(now - last.at).split(' ')[0]} {span(now - last.at).split(' ')[1]} ago"
    took = f" in {number(last.minutes)} min" if last.minutes is not None else ""
    if readiness is Readiness.FAILED:
        return f"did not work when rehearsed {ago}"
    return f"rehearsed {ago}{took}"


def readiness_tone(readiness: Readiness) -> Tone:
    """Return the tone of a rehearsal: amber when there was none, or none for half a year."""
    if readiness is Readiness.FRESH:
        return Tone.GREY
    return Tone.RED if readiness is Readiness.FAILED else Tone.YELLOW


def option_line(one: Offered) -> str:
    """Return kind and people of an option, and whether it takes something offline."""
    offline = " · takes offline" if one.option.takes_offline else ""
    return f"{KINDS[one.option.kind]}{offline} · {', '.join(one.option.who)}"


def details(one: Offered) -> str:
    """Return all there is to read of an option, a paragraph a matter."""
    option = one.option
    parts = [option.how]
    if one.open:
        listed = "\n".join(f"– {step.text}" for step in one.open)
        parts.append(f"Evidence comes first:\n{listed}")
    parts += [f"Who may: {told}"] if (told := _who(one)) else []
    if option.undo:
        parts.append(f"To put it back: {option.undo}")
    parts.append(f"Live signal: {one.signal}" if one.signal else "No live signal shows whether it worked.")
    last = option.rehearsed
    if last is not None and last.note:
        parts.append(f"Last rehearsal: {last.note}")
    return "\n\n".join(parts)


def _who(one: Offered) -> str:
    """Return who stands behind the titles and rotas that may pull, with their numbers."""
    found = []
    for each in one.who:
        number = f", {each.number}" if each.number else ""
        if each.person and (number or each.person.casefold() != each.target.casefold()):
            same = each.person.casefold() == each.target.casefold()
            found.append(f"{each.target}{'' if same else f' is {each.person}'}{number}")
    return "; ".join(found)


def pull_line(one: Pulled, zone: ZoneInfo, now: datetime) -> str:
    """Return who pulled it when, and what rule was broken for it."""
    pull = one.pull
    said = [f"pulled {short_stamp(pull.at, zone, now)} by {pull.said.by}"]
    if pull.effect is not None:
        said.append(f"{pull.state(now)} {short_stamp(pull.effect.at, zone, now)} by {pull.effect.by}")
    if pull.released is not None:
        said.append(f"put back {short_stamp(pull.released.at, zone, now)}")
    if pull.body.override:
        said.append("evidence not preserved first")
    return " · ".join(said)


def left(one: Pulled, now: datetime) -> timedelta:
    """Return what is left of the minutes expected, or how long it took where it is over."""
    return one.pull.due - (one.pull.ended or now)


def freeze_line(view: FreezeView, zone: ZoneInfo) -> tuple[str, Tone | None]:
    """Return how the freeze stands in a line."""
    if view.standing is not None:
        since = short_stamp(view.standing.begin, zone, view.now)
        why = f": {view.standing.reason}" if view.standing.reason else f", by {view.standing.by}"
        return f"stands since {since}{why}", None
    if view.spans:
        last = view.spans[-1]
        ended = short_stamp(last.end, zone, view.now) if last.end else ""
        if not last.lifted_by:
            return f"ended {ended}: the incident was {last.why_ended}", None
        return f"lifted {ended} by {last.lifted_by}: {last.why_ended}", None
    return (
        ("none declared, and the level asks for one", Tone.YELLOW) if view.wanted else ("none declared", None)
    )


def flag_words(one: Flagged) -> tuple[str, Tone]:
    """Return what is said of a deployment in the freeze, and its tone."""
    if one.allowed is not None:
        return f"allowed by {one.allowed.by}: {one.allowed.body.reason}", Tone.GREY
    if one.rolls_back:
        return "flagged: it brings back an earlier version, and may be the roll-back", Tone.YELLOW
    if not one.sure:
        return "flagged: it may have begun before the freeze", Tone.YELLOW
    return "flagged: deployed in the change freeze", Tone.ORANGE


def figures(radius: Radius) -> Iterator[Figure]:
    """Yield the blast radius line by line; what is not known says so."""
    rests = {name: text.removeprefix(f"{UNKNOWN}: ") for name, text in radius.rests.items()}
    if radius.decisions is None:
        yield Figure("Decisions, people, ahead", UNKNOWN, f"{rests['decisions']}; Ctrl I imports one")
    else:
        yield from _counted(radius, rests)
    off = UNKNOWN if radius.off is None else f"{radius.off.share:.0%}"
    faulty = f" {', '.join(radius.off.faulty)}" if radius.off else " the faulty version"
    yield Figure(f"Traffic off{faulty}", off, rests["off"])
    shared = [f"{one.name} ({one.what} {one.by})" for one in radius.shared]
    told = ", ".join(shared) or "none known"
    basis = "live sources, versions in service and vendors compared"
    yield Figure("Systems that share its cause", told, basis, Tone.YELLOW if shared else None)
    yield from _largest(radius)


def _counted(radius: Radius, rests: dict[str, str]) -> Iterator[Figure]:
    """Yield what the decision log tells."""
    yield Figure("Decisions since the start", _decisions(radius), rests["decisions"])
    for part in radius.hit:
        figure = f"{number(part.count)} · {part.share:.1%} of all"
        yield Figure(f"{part.column} {part.value}", figure, "named by its alerts or its scope", Tone.ORANGE)
    people = UNKNOWN if radius.people is None else number(radius.people)
    yield Figure("People", people, rests["people"])
    yield Figure("Decisions an hour, now", number(radius.per_hour or 0.0), rests["per_hour"])
    ahead = _ahead(radius) or ("—" if radius.contained else UNKNOWN)
    yield Figure("If nothing is done", ahead, rests["ahead"])


def _decisions(radius: Radius) -> str:
    some = radius.decisions
    if some is None:
        return UNKNOWN
    bounds = f" ({number(some.least)} to {number(some.most)})" if some.least != some.most else ""
    return f"{number(some.at)}{bounds}"


def _ahead(radius: Radius) -> str:
    return " · ".join(f"+{one.hours} h {number(one.decisions)}" for one in radius.ahead)


def _largest(radius: Radius) -> Iterator[Figure]:
    """Yield the greatest other parts, a line a column."""
    for column, values in radius.groups.items():
        others = [part for part in radius.parts if part.column == column and not part.hit][:_TOP]
        told = ", ".join(f"{part.value} {part.share:.0%}" for part in others)
        if told:
            yield Figure(f"By {column}", told, f"the greatest of {values} values")
