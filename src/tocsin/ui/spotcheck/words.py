"""What the review form says: how far it is, the error rate with its interval, what a draw was."""

from tocsin.operations.spotcheck_report import Report

LONG = 60  # characters; a longer text, or one of several lines, gets a row of its own
MOST_SHOWN = 20_000


def progress(told: Report) -> str:
    """Return how many were reviewed, and what became of them."""
    parts = [f"{told.reviewed} of {told.drawn} reviewed", f"{told.wrong} wrong"]
    parts += [
        f"{count} {name}" for count, name in ((told.unsure, "unsure"), (told.disputed, "disputed")) if count
    ]
    return " · ".join(parts)


def figure(told: Report) -> str:
    """Return the error rate, or a dash before anything is settled."""
    return "–" if told.errors is None else f"{100 * told.errors.rate:.1f} %"


def interval(told: Report) -> str:
    """Return the interval of the error rate in a line, and what it might be."""
    if told.errors is None:
        return "no error rate yet"
    words = f"{100 * told.confidence:.0f} %: {100 * told.errors.low:.1f} – {100 * told.errors.high:.1f} %"
    if told.at_most is not None and told.at_most > told.errors.rate:
        words += f" · {100 * told.at_most:.1f} % if all unsure were wrong"
    return words


def about(told: Report, system: str) -> str:
    """Return what was drawn from what, and how."""
    drawn = told.check.drawn
    by = f" · by {', '.join(drawn.by)}" if drawn.by else ""
    return f"{system} · {len(drawn.drawn):,} of {drawn.population:,} decisions{by} · seed {drawn.seed}"


def bounded(text: str) -> str:
    """Return a text as long as it can be read, and how much more there is."""
    more = len(text) - MOST_SHOWN
    return text if more <= 0 else f"{text[:MOST_SHOWN]}\n… {more:,} more characters"


def is_long(text: str) -> bool:
    """Whether a text needs a row of its own."""
    return len(text) > LONG or "\n" in text
