"""What the screen says of a source, as plain functions of its state and the instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tocsin.errors import BadInput
from tocsin.model.source import LiveSource, State
from tocsin.ui.palette import Tone
from tocsin.ui.times import number, span

KINDS = {
    "prometheus_api": "Prometheus",
    "alertmanager_api": "Alertmanager",
    "mlflow_api": "MLflow registry",
    "folder": "Watched folder",
    "webhook": "Webhook receiver",
}
PLACES = {
    "folder": ("Folder", "path of the folder to watch"),
    "webhook": ("Address", "127.0.0.1:9099"),
}
# What settings are called whose own name would not do, or is that of another field.
SETTINGS = {"ca": "Own CA", "system": "System label", "segment": "Segment label", "group": "Group label"}
_SERVER = ("URL", "https://prometheus.example:9090")
_LATE_ROUNDS = 3  # a source that has not been tried for so many of its rounds is asked by nobody


@dataclass(frozen=True, slots=True)
class Shown:
    """A source as the screen shows it; `system` is the name of the system it writes to."""

    source: LiveSource
    state: State
    system: str


def kind(importer: str) -> str:
    """Return what a person calls an importer."""
    return KINDS.get(importer, importer)


def trouble(state: State) -> str:
    """Return the last error in the words of the form, where the command line's stand in it."""
    said = state.error.replace('Set one, as --set "query=up".', "Write one under “Query”, such as up.")
    return said.replace("--ca FILE", f"“{SETTINGS['ca']}”")


def setting(name: str) -> str:
    """Return what the form calls a setting of a kind."""
    return SETTINGS.get(name, name.replace("_", " ").capitalize())


def place_asked(importer: str) -> tuple[str, str]:
    """Return what the place of such a source is called, and an example."""
    return PLACES.get(importer, _SERVER)


def status(one: Shown, now: datetime) -> tuple[str, Tone]:
    """Return one word for how a source goes, and its tone."""
    state = one.state
    if state.error:
        return "failing", Tone.ORANGE
    if state.last_try is None:
        return "not asked yet", Tone.GREY
    if now - state.last_try > max(_LATE_ROUNDS * timedelta(seconds=one.source.every_s), timedelta(minutes=2)):
        return ("listening", Tone.GREEN) if one.source.importer == "webhook" else ("not asked", Tone.GREY)
    return ("listening" if one.source.importer == "webhook" else "in order"), Tone.GREEN


def failing(known: list[Shown]) -> list[Shown]:
    """Return the sources whose last round went wrong."""
    return [one for one in known if one.state.error]


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was: 12 s ago, 3 min 10 s ago; "never" when it was not."""
    if at is None:
        return "never"
    return f"{span(now - at)} ago" if now - at >= timedelta(seconds=1) else "just now"


def lag(state: State, now: datetime) -> str:
    """Return how old the newest record is, or a dash where there is none."""
    return "—" if state.newest is None else span(max(now - state.newest, timedelta(0)))


def next_try(one: Shown, now: datetime) -> str:
    """Return in how long the next round is due; a webhook waits to be sent something."""
    if one.source.importer == "webhook" and not one.state.error:
        return "waits"
    if one.state.next_try is None:
        return "—"
    left = one.state.next_try - now
    return f"in {span(left)}" if left >= timedelta(seconds=1) else "now"


def rows(state: State) -> str:
    """Return how many records a source ever sent."""
    return number(float(state.rows)) if state.rows < 1e9 else f"{state.rows:.2e}"


def openly(source: LiveSource) -> bool:
    """Whether what the source says can be read on its way to here."""
    # Loaded when there is a source: the console shows a word of them before.
    from tocsin.importers.http import is_loopback
    from tocsin.operations.receiver import address

    if source.importer == "folder":
        return False
    if source.importer == "webhook":
        try:
            return address(source.place).open
        except BadInput:
            return False
    parts = urlsplit(source.place)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def aloud(one: Shown, now: datetime) -> str:
    """Return a row for a screen reader."""
    word, _ = status(one, now)
    open_way = ", not encrypted" if openly(one.source) else ""
    error = f", {trouble(one.state)}" if one.state.error else ""
    return (
        f"{one.source.name}, {kind(one.source.importer)}, {word}{error}{open_way}, "
        f"last success {ago(one.state.last_success, now)}, next try {next_try(one, now)}"
    )
