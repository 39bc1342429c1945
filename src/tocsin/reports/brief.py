"""The executive brief laid out: exactly one page on either paper, whatever the facts.

What has a height of its own comes first; the texts share what is left, and one that is longer ends with a
word that it goes on in the incident report.
"""

from collections.abc import Iterator, Sequence

from reportlab.platypus import Flowable, Spacer

from tocsin.model.brief import MOST_DEADLINES, TITLE, Brief, Deadline
from tocsin.reports import badges, fonts, page, tables, words
from tocsin.reports.charts import Legend, Marks, Strip
from tocsin.reports.page import KICKER, QUIET_SMALL, SMALL, SMALL_BOLD, Furniture, Heading, style
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.sheet import carried
from tocsin.reports.text import one_line, paragraphs

GOES_ON = "… continues in the incident report."
_NOT_YET = "Not yet recorded."
_NAME = style("name of a brief", page.TITLE.fontName, 15, leading=18, spaceAfter=4)
_TEXT = style("text of a brief", size=9, leading=12, spaceAfter=2)
_TITLES = ("What happened", "What it did", "What we do")
_SLACK_PT = 6.0
_LEAST_PT = 220.0  # for the three texts with their headings
_LETTERS_A_LINE = 105  # of the text's size in the text's width, at most
_LINE_PT = 12.0


def render(brief: Brief) -> bytes:
    """Return the brief as PDF, one page. The same brief gives the same bytes."""
    fonts.register()  # heights are measured before the page is built
    return page.build(_story(brief), _furniture(brief))


def _furniture(brief: Brief) -> Furniture:
    as_of, printing = brief.as_of, brief.printing
    return Furniture(
        title=f"{TITLE} {brief.reference}: {brief.title}",
        subject=f"{brief.level.id} · {brief.status} · {brief.system}",
        author=brief.author,
        left=brief.reference,
        right=f"{TITLE} · {brief.title}",
        foot=f"As of {words.both(as_of.at, brief.zone)}",
        at=as_of.at,
        identity=f"brief {brief.reference} {as_of.sha256} {printing.paper} {printing.standing}",
        drill=as_of.drill,
        paper=printing.paper,
        standing=printing.standing,
        reference=brief.reference,
        rules=brief.rules,
        head=as_of.sha256,
        attachments=carried(brief.record),
    )


def _story(brief: Brief) -> list[Flowable]:
    top, chart = list(_top(brief)), list(_chart(brief))
    whole = page.height_pt(brief.printing.paper) - _SLACK_PT - sum(map(_height, (*top, *chart)))
    for most in range(MOST_DEADLINES, 0, -1):  # of each list fewer, where their names are very long
        end = list(_end(brief, most))
        room = whole - sum(map(_height, end))
        if room >= _LEAST_PT:
            break
    texts = (brief.what, brief.impact, brief.doing)
    heads = [Heading(f"{n}  {title}", f"section-{n}") for n, title in enumerate(_TITLES, start=1)]
    shares = _shares([_wanted(text) for text in texts], room - sum(_height(one) for one in heads))
    what, impact, doing = (_cut(text, share) for text, share in zip(texts, shares, strict=True))
    return [*top, heads[0], *what, *chart, heads[1], *impact, heads[2], *doing, *end]


def _top(brief: Brief) -> Iterator[Flowable]:
    yield Paragraph(TITLE.upper(), KICKER)
    yield one_line(brief.title or "(no title)", _NAME, most=150)
    level = badges.Badge(brief.level.id or "not graded", badges.of_rank(brief.level.rank), 11, framed=True)
    state = badges.Badge(brief.status, badges.of_state(brief.status), 11, framed=True)
    lasted = f"{words.duration(brief.lasted)} {'in all' if brief.ended else 'so far'}"
    since = [
        one_line(f"Since {words.local(brief.started, brief.zone)}", SMALL_BOLD),
        one_line(f"{brief.since}; {lasted}", QUIET_SMALL),
    ]
    system = [one_line(brief.system, SMALL_BOLD, most=60), one_line("system affected", QUIET_SMALL)]
    taken = level.width + state.width + 32
    rest = page.width_pt() - taken
    widths = [level.width + 14, state.width + 18, rest * 0.6, rest * 0.4]
    yield tables.grid(
        [[level, state, since, system]], widths, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), header=0
    )


def _chart(brief: Brief) -> Iterator[Flowable]:
    charts = brief.charts
    if charts is None or not charts.strips:
        return
    width = page.width_pt()
    yield Spacer(0, 4)
    yield Marks(charts, width)
    yield Strip(charts.strips[0], charts, width, zone=brief.zone, axis=True)
    yield Legend(charts, width)


def _end(brief: Brief, most: int) -> Iterator[Flowable]:
    deadlines, decisions = brief.deadlines[:most], brief.decisions[:most]
    yield Heading("4  Next deadlines", "section-4")
    if deadlines:
        rows: list[tables.Row] = [_deadline(one, brief.zone) for one in deadlines]
        yield tables.grid(rows, [page.width_pt() - 250, 190, 60], header=0)
    else:
        yield one_line("Nothing is due.", _TEXT)
    yield from _more(brief.more_deadlines + len(brief.deadlines) - len(deadlines), "deadline")
    yield Heading("5  Decisions needed", "section-5")
    for text in decisions or ("None now.",):
        yield one_line(f"• {text}" if decisions else text, _TEXT, most=150)
    yield from _more(brief.more_decisions + len(brief.decisions) - len(decisions), "decision")


def _deadline(one: Deadline, zone: str) -> tables.Row:
    state = "overdue" if one.overdue else "law" if one.law else "target"
    look = badges.of_state("overdue" if one.overdue else "running")
    due = words.both(one.due, zone)
    return [one_line(one.name, SMALL, most=90), one_line(due, SMALL), badges.Badge(state, look)]


def _more(count: int, what: str) -> Iterator[Flowable]:
    if count:
        more = what if count == 1 else f"{what}s"
        yield one_line(f"{count} further {more}: see the incident report.", QUIET_SMALL)


def _height(one: Flowable) -> float:
    gap = float(one.getSpaceBefore() + one.getSpaceAfter())
    return float(one.wrap(page.width_pt(), 5000)[1]) + gap


def _wanted(text: str) -> float:
    """Return about how high a text wants to be; of one that is far too long, more than a page."""
    if len(text) > 6000:
        return 1000.0
    return sum(_height(one) for one in paragraphs(text.strip() or _NOT_YET, _TEXT))


def _shares(wanted: Sequence[float], room: float) -> list[float]:
    """Divide the room: who wants less than an equal share leaves the rest to the others."""
    shares, left, room = [0.0] * len(wanted), set(range(len(wanted))), max(room, 0.0)
    while left:
        equal = room / len(left)
        content = {one for one in left if wanted[one] <= equal} or left
        for one in content:
            shares[one] = min(wanted[one], equal)
            room -= shares[one]
        left -= content
    return shares


def _cut(text: str, room: float) -> list[Flowable]:
    """Return as much of a text as fits the room, with a word that it goes on where it does."""
    text = text.strip() or _NOT_YET
    if len(text) <= 6000:
        whole = paragraphs(text, _TEXT)
        if sum(_height(one) for one in whole) <= room + 0.1:
            return whole
    low, high = 0, min(len(text), int(room / _LINE_PT + 1) * _LETTERS_A_LINE * 2)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_height(one) for one in _ended(text, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return _ended(text, low)


def _ended(text: str, letters: int) -> list[Flowable]:
    kept = text[:letters].rstrip()
    short = kept.rsplit(" ", 1)[0] if " " in kept[-60:] else kept
    found: list[Flowable] = paragraphs(f"{short} {GOES_ON}".strip(), _TEXT)
    return found


__all__ = ["GOES_ON", "render"]
