"""What the screen "On call" says of rotas, contacts and channels."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from tocsin.model.ladder import NOT_SENT
from tocsin.model.roster import Stretch, key
from tocsin.operations.people import PeopleView, RotaNow
from tocsin.operations.roster import Preview
from tocsin.ui.lines import PlainLine
from tocsin.ui.palette import Tone
from tocsin.ui.times import WEEKDAYS, short_stamp, span

_MOST = 6  # gaps told in words


def rotas(view: PeopleView, zone: ZoneInfo) -> Iterator[PlainLine]:
    """Yield a line for each rota: who is on duty now, until when, and who follows."""
    for one in view.rotas:
        if one.now is not None and one.now.persons:
            who, tone, icon = ", ".join(one.now.persons), Tone.GREEN, "check"
            until = f"until {short_stamp(one.now.ends, zone, view.now)}"
        else:
            who, tone, icon, until = "nobody", Tone.ORANGE, "triangle", _next_begin(one, view, zone)
        if one.now is not None and one.now.persons and one.gaps:
            tone, icon = Tone.YELLOW, "diamond"
        yield PlainLine(
            one.rota.name, f"{one.rota.name}: {who}", until, _after(one, view, zone), tone, icon, fact=one
        )


def _next_begin(one: RotaNow, view: PeopleView, zone: ZoneInfo) -> str:
    return f"until {short_stamp(one.after.begins, zone, view.now)}" if one.after else "the roster has ended"


def _after(one: RotaNow, view: PeopleView, zone: ZoneInfo) -> str:
    if one.after is None:
        return "then nobody: the roster ends"
    until = short_stamp(one.after.ends, zone, view.now)
    return f"then {', '.join(one.after.persons) or 'nobody'}, until {until}"


def gaps(view: PeopleView, zone: ZoneInfo) -> str:
    """Return in words where nobody is on duty in the coming week."""
    told = [_gap(one.rota.name, gap, zone) for one in view.rotas for gap in one.gaps]
    if not view.rotas:
        return ""
    if not told:
        return "In the coming week somebody is on duty in every rota."
    more = f"\nand {len(told) - _MOST} times more" if len(told) > _MOST else ""
    return "\n".join(told[:_MOST]) + more


def _gap(name: str, gap: Stretch, zone: ZoneInfo) -> str:
    begins, ends = (f"{WEEKDAYS[at.weekday()]} {at:%H:%M}" for at in
                    (gap.begins.astimezone(zone), gap.ends.astimezone(zone)))  # fmt: skip
    return f"{name}: nobody from {begins} until {ends} ({span(gap.ends - gap.begins)})"


def contacts(view: PeopleView) -> Iterator[PlainLine]:
    """Yield a line for each contact, and before them for each word of the rules that leads to nobody."""
    for word in view.unnamed:
        below = "the rules call them; nobody is named, no rota has this name"
        yield PlainLine(f"?{word}", word, "nobody", below, Tone.ORANGE, "triangle", fact=word)
    book = {key(one.name): one for one in view.contacts}
    for one in view.contacts:
        name = f"{one.name}: {one.person}" if one.person else one.name
        person = book.get(key(one.person), one)
        reached, email = one.phone or person.phone, one.email or person.email
        below = " · ".join(part for part in (email or "no mail address", one.zone or person.zone) if part)
        tone, icon = (Tone.GREY, "person") if reached else (Tone.YELLOW, "diamond")
        reached = reached or "no number"
        yield PlainLine(one.name, name, reached, below, tone, icon, fact=one)


def channels(view: PeopleView, zone: ZoneInfo) -> Iterator[PlainLine]:
    """Yield a line for each channel, with what came of its last message."""
    for one in view.channels:
        tone, icon, last = Tone.GREY, "circle", ""
        if one.name in view.last:
            at, body = view.last[one.name]
            failed = body.outcome == NOT_SENT
            tone, icon = (Tone.ORANGE, "triangle") if failed else (Tone.GREEN, "check")
            last = f"{body.outcome} {short_stamp(at, zone, view.now)}"
        to = one.settings.get("to", "those called") if one.kind == "smtp" else ""
        below = f"{one.place}{f' · to {to}' if to else ''}"
        yield PlainLine(one.name, f"{one.name} ({one.kind})", last, below, tone, icon, fact=one)


def preview(found: Preview, zone: ZoneInfo) -> str:
    """Return in words what a roster file would set."""
    lines = []
    for one in found.rosters:
        lines.append(f"{one.rota}: {len(one.shifts)} shifts, hours of {one.zone}")
        lines += _spans("nobody", found.gaps[one.rota], zone)
        lines += _spans("two at once", found.overlaps[one.rota], zone)
    lines += list(found.notes[:_MOST])
    lines += [f"line {one.line} is refused: {one.reason}" for one in found.refused[:_MOST]]
    if len(found.refused) > _MOST:
        lines.append(f"and {len(found.refused) - _MOST} lines more are refused")
    return "\n".join(lines)


def _spans(word: str, spans: Sequence[Stretch], zone: ZoneInfo) -> Iterator[str]:
    for one in spans[:_MOST]:
        begins, ends = (f"{at.astimezone(zone):%d %b %H:%M}" for at in (one.begins, one.ends))
        who = f": {', '.join(one.persons)}" if one.persons else ""
        yield f"    {word} from {begins} until {ends}{who}"
    if len(spans) > _MOST:
        yield f"    and {len(spans) - _MOST} times more"
