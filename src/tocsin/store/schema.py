"""Every table of both files, each column with its meaning; the versions and what each brought.

Times are UTC microseconds. Tables are STRICT, so a tampered column type is an error, not a surprise.

journal.db  1  journal, incident, timeline, operator, system, policy, site
            2  kinds of entries that version 1 cannot read: sources, placements, deployments, observations
            3  kinds of entries that version 2 cannot read: what people decide about detection
            4  kinds of entries that version 3 cannot read: what people do in an incident and arrange before
signals.db  1  series, chunk, import, alert, watermark, deployment, decision_log, message
            2  series.group, series.proposed, import.feed, import.options, message.more, feed, arrival,
               chunk_end
            3  log_mark, alert.ended_us
"""

from sqlalchemy import REAL, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

JOURNAL_VERSION = 5
SIGNALS_VERSION = 3
APPLICATION_ID = 0x54435300  # "TCS\0", so that `file` and we can tell a store from any other database

journal_tables = MetaData()
signals_tables = MetaData()


def _table(metadata: MetaData, name: str, *columns: Column[object] | UniqueConstraint | Index) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True)


# --- journal.db: the truth -------------------------------------------------------------------------------

site = _table(
    journal_tables,
    "site",
    Column("id", Text, primary_key=True),  # UUIDv7 of this store folder's chain
    Column("code", Text, nullable=False),  # the letters in its references
    Column("zone", Text, nullable=False),  # IANA home zone, shown beside UTC
    Column("current", Integer, nullable=False),  # 1 for the site that writes here; a restore starts a new one
)

journal = _table(
    journal_tables,
    "journal",
    Column("site", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),  # gap-free from 1 within the site
    Column("id", Text, nullable=False, unique=True),
    Column("lamport", Integer, nullable=False),
    Column("incident", Text, nullable=False),  # empty for entries of the store; copies of head fields, for
    Column("subject", Text, nullable=False),  # finding entries: verify checks them against the head
    Column("kind", Text, nullable=False),
    Column("recorded_us", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),  # exact bytes that were hashed
    Column("salt", LargeBinary),  # with the body: both NULL once the body was erased
    Column("body", LargeBinary),  # exact bytes; the head carries SHA-256(tag, salt, body)
    Column("previous", LargeBinary, nullable=False),  # hash of seq - 1, zeros for the first
    Column("hash", LargeBinary, nullable=False),  # SHA-256(tag, previous, head)
    Index("journal_subject", "subject", "lamport"),
    Index("journal_incident", "incident", "lamport"),
    Index("journal_kind", "kind", "lamport"),
    Index("journal_lamport", "lamport"),
)

# --- journal.db: projections, rebuilt from the journal at any time --------------------------------------

incident = _table(
    journal_tables,
    "incident",
    Column("id", Text, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("system", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),  # model.incident.Incident as JSON
)

timeline = _table(
    journal_tables,
    "timeline",
    Column("id", Text, primary_key=True),
    Column("incident", Text, nullable=False, index=True),
    Column("state", LargeBinary, nullable=False),  # model.timeline.Item as JSON
)

operator = _table(
    journal_tables,
    "operator",
    Column("name", Text, primary_key=True),
    Column("entry", Text, nullable=False),
)

system = _table(
    journal_tables,
    "system",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("aliases", Text, nullable=False),  # JSON list of names
)

policy = _table(
    journal_tables,
    "policy",
    Column("sha256", Text, primary_key=True),
    Column("content", Text, nullable=False),  # the frozen pack as JSON
)

# --- signals.db: what a source can send again, and alerts ------------------------------------------------

series = _table(
    signals_tables,
    "series",
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),  # model.signal.Signal.id
    Column("system", Text, nullable=False, index=True),
    Column("metric", Text, nullable=False),
    Column("labels", Text, nullable=False),  # JSON object, sorted keys
    Column("unit", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("group", Text, nullable=False, server_default=""),
    # JSON of system, layer, segment and group as the importer proposed them, where people placed the signal
    # elsewhere; else empty. The id is always that of the proposal.
    Column("proposed", Text, nullable=False, server_default=""),
)

import_ = _table(
    signals_tables,
    "import",
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),  # id of the journal entry, made before the first row
    Column("complete", Integer, nullable=False),  # readers ignore everything of an import until this is 1
    Column("source", Text, nullable=False),  # file name as text, never opened again
    Column("sha256", Text, nullable=False),
    Column("importer", Text, nullable=False),
    Column("record", Text, nullable=False),  # samples, alerts, deployments, decisions, messages
    Column("system", Text, nullable=False),
    Column("author", Text, nullable=False),  # JSON model.operator.Author, for an entry appended at start-up
    Column("started_us", Integer, nullable=False),
    Column("completed_us", Integer),
    Column("read", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("already", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("assumed", Text, nullable=False),  # JSON object: what was assumed, such as the time zone
    Column("options", Text, nullable=False, server_default="{}"),  # JSON object: what the person said of it
    # The live source all of this came from, empty for a file. Such an import takes what the source sends in
    # one UTC day; it is complete from its first row, and has completed_us when the day is over.
    Column("feed", Text, nullable=False, server_default=""),
)

chunk = _table(
    signals_tables,
    "chunk",
    Column("number", Integer, primary_key=True),
    Column("series", Integer, nullable=False),
    Column("import", Integer, nullable=False, index=True),
    Column("t0", Integer, nullable=False),  # first and last sample, UTC microseconds
    Column("t1", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("vmin", REAL, nullable=False),
    Column("vmax", REAL, nullable=False),
    Column("vsum", REAL, nullable=False),
    Column("vlast", REAL, nullable=False),
    Column("data", LargeBinary, nullable=False),  # store.chunks packs and unpacks it
    # Covering: a zoomed-out chart and "latest of every series" never touch the blobs.
    Index("chunk_header", "series", "t0", "t1", "import", "n", "vmin", "vmax", "vsum", "vlast"),
    Index("chunk_end", "t1", "series"),  # which series have anything since an instant
)

alert = _table(
    signals_tables,
    "alert",
    Column("id", Text, primary_key=True),
    Column("system", Text, nullable=False, index=True),
    Column("series", Text, nullable=False),  # series id; empty for an imported alert about none
    Column("detector", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("key", Text, nullable=False),  # what makes it the same alert when found or sent again
    Column("time_us", Integer, nullable=False),
    Column("import", Integer),  # NULL when a detector of ours raised it
    Column("body", LargeBinary, nullable=False),  # model.alert.Alert as JSON
    Column("ended_us", Integer),  # a copy of what the body says; NULL while it lasts
    UniqueConstraint("series", "detector", "version", "key"),
    Index("alert_ended", "ended_us"),
)

watermark = _table(
    signals_tables,
    "watermark",
    Column("series", Integer, primary_key=True),
    Column("detector", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("upto_us", Integer, nullable=False),  # samples up to and including this instant were judged
)

log_mark = _table(
    signals_tables,
    "log_mark",
    Column("system", Text, primary_key=True),
    Column("detector", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("upto_us", Integer, nullable=False),  # the system's decisions up to and including it were judged
)

deployment = _table(
    signals_tables,
    "deployment",
    Column("id", Text, primary_key=True),
    Column("system", Text, nullable=False, index=True),
    Column("import", Integer, nullable=False),
    Column("at_us", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # model.deployment.Deployment as JSON
    UniqueConstraint("system", "key"),
)

decision_log = _table(
    signals_tables,
    "decision_log",
    Column("import", Integer, primary_key=True),
    Column("system", Text, nullable=False, index=True),
    Column("file", Text, nullable=False),  # name of the Parquet file in imports/
    Column("rows", Integer, nullable=False),
    Column("t0", Integer, nullable=False),
    Column("t1", Integer, nullable=False),
    Column("columns", Text, nullable=False),  # JSON list of names
)

message = _table(
    signals_tables,
    "message",
    Column("id", Text, primary_key=True),
    Column("system", Text, nullable=False, index=True),
    Column("import", Integer, nullable=False),
    Column("at_us", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("more", Text, nullable=False, server_default="{}"),  # JSON: the source's id, channel, thread ...
    UniqueConstraint("system", "at_us", "author", "text"),
)

arrival = _table(
    signals_tables,
    "arrival",
    Column("import", Integer, primary_key=True),  # of a live source
    Column("at_us", Integer, primary_key=True),  # when it sent something
    Column("newest_us", Integer, nullable=False),  # the newest time it had come to by then
)

feed = _table(
    signals_tables,
    "feed",
    Column("source", Text, primary_key=True),  # name of the live source
    Column("cursor", Text, nullable=False),  # JSON: up to where it was read, in the importer's own terms
    Column("state", Text, nullable=False),  # JSON: model.source.State, how it goes
)
