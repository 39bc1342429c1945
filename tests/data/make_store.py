"""Makes the stored example of the present schema versions: python tests/data/make_store.py

Run once when a version is new, before it ships, and never again for that version: the point of an example is
that a program of its time wrote it.
"""

import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from tocsin.importers.base import Options, Samples
from tocsin.model.clocks import State
from tocsin.model.filing import Fill, Filled
from tocsin.model.instant import When, to_us
from tocsin.model.judgement import SpotCheckDrawn
from tocsin.model.operator import Author
from tocsin.model.response import ExampleResult, ExamplesAdded, StepAdded
from tocsin.model.source import LiveSource
from tocsin.now import ManualClock
from tocsin.operations import alarms as rings
from tocsin.operations import (
    alerts,
    answers,
    budget,
    channels,
    clocks,
    contacts,
    containment,
    containment_options,
    decisions,
    deployments,
    detectors,
    diagnosis,
    documents,
    duties,
    escalation,
    evidence,
    examples,
    facts,
    filings,
    filings_sent,
    filings_view,
    freeze,
    handover,
    incidents,
    ingest,
    letters,
    observations,
    operators,
    playbook,
    policies,
    policies_applied,
    queue,
    redaction,
    roles,
    roster,
    signals,
    sources,
    spotcheck,
    start_judgement,
    systems,
    timeline,
    triage,
    undo,
    updates,
)
from tocsin.operations.detect import detect
from tocsin.operations.feeds import Feed
from tocsin.operations.progress import finish
from tocsin.policy.load import load_shipped
from tocsin.store import backup
from tocsin.store.folder import Store, create_store, open_store
from tocsin.store.schema import JOURNAL_VERSION

A, B = Author("Operator A"), Author("Operator B")
LETTER = {"sender_address": "Street 2, Town", "what_happened": "A file was sent to somebody else.",
          "data": "name and address", "consequences": "unwanted post", "measures": "the file was deleted",
          "contact": "dpo@example.com"}  # fmt: skip
STORES = Path(__file__).with_name("stores")


def main() -> None:
    """Write the example folder."""
    path = STORES / f"journal-{JOURNAL_VERSION}.tocsin"
    shutil.rmtree(path, ignore_errors=True)
    clock, seeded = ManualClock(datetime(2026, 11, 2, 13, tzinfo=UTC)), random.Random(1)
    store = create_store(
        path, code="WR", zone="Europe/Berlin", clock=clock, author=A, random=seeded.randbytes
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            incident = fill(store, clock, Path(folder))
        saved = backup.make(store).path
    finally:
        store.close()
    backup.restore(path, A, saved, clock=clock, random=seeded.randbytes)
    store = open_store(path, clock=clock, random=seeded.randbytes)
    try:
        timeline.log(store, A, incident, "goes on after a restore")
    finally:
        store.close()
    for used in path.glob("*.lock"):
        used.unlink()


def fill(store: Store, clock: ManualClock, path: Path) -> str:
    """One of every kind of thing that people do and sources send; return the id of the incident."""
    for person in (A, B):
        operators.add(store, person)
    send(store, clock, path)
    watch(store, path)
    finish(detect(store))
    found = alerts.list_all(store)
    first = incidents.declare(
        store, A, title="Approvals fell", system="scorer", alert_ids=[one.id for one in found[:1]]
    )
    clock.advance(minutes=5)
    line = timeline.log(store, A, first.id, "/decide change freeze")
    timeline.correct(store, B, line.id, text="change freeze until contained")
    gone = timeline.log(store, A, first.id, "wrong incident")
    undo.undo(store, A, undo.undo(store, A, gone.id).id)
    timeline.retract(store, A, gone.id, "belongs to another incident")
    incidents.set_fields(store, B, first.id, {"impact": "300 applications", "severity": "SEV-2"})
    roles.assume_role(store, A, first.id, "technical", "Operator B")
    clocks.mark(store, A, first.id, "escalate", State.WAIVED, reason="leadership is in the room")
    clock.advance(minutes=20)
    incidents.move(store, A, first.id, "contained", note="rolled back")
    judge(store, path, first.id)
    second = incidents.declare(store, B, title="Approvals fell (again)", system="scorer", severity="SEV-3")
    respond(store, clock, path, second.id)
    oblige(store, clock, path, first.id)
    incidents.link(store, B, second.id, first.reference)
    incidents.withdraw(store, B, second.id, "declared twice")
    report = Path(tempfile.gettempdir(), "report.pdf")  # its path is in the journal: not one of this checkout
    documents.export(store, A, first.id, report)
    report.unlink()
    return first.id


def oblige(store: Store, clock: ManualClock, path: Path, incident: str) -> None:
    """What people answer, rule and file about the law, one of each kind."""
    for question, value in {"jurisdictions": "eu", "data_role": "controller", "legal_name": "Example AG",
                            "personal_data_breach": "yes", "breach_risk": "high",
                            "individuals_exception": "none"}.items():  # fmt: skip
        answers.answer(store, A, question, (value,), incident=incident)
    duties.rule(store, B, incident, "eu-gdpr-34/public", False, "every person can be reached")
    facts.state(store, A, incident, "awareness", store.now())
    filing = filings.open(store, A, incident, "eu-gdpr-33/notify_sa").id
    view = filings_view.view_of(store, filing)
    filings.edit(store, A, filing, {one.field.id: Filled("as told") for one in view.fields})
    filings.ask_review(store, A, filing)
    filings.give_back(store, B, filing, "the number of people is missing")
    filings.edit(store, A, filing, {"ds_count": Filled("300", Fill.ESTIMATE)})
    filings.ask_review(store, A, filing)
    filings.approve(store, B, filing)
    clock.advance(hours=2)
    filings_sent.file(store, B, filing, how="portal", receipt="R-1")
    redaction.mark(store, A, incident, "field:impact", reason="names a person")
    people = path / "people.csv"
    people.write_text('name,address,reference\nPerson One,"Street 1, Town",A-1\n', "utf-8")
    asked = letters.Asked("gdpr-34", people, given=LETTER)
    finish(letters.make(store, A, incident, asked, path / "letters.pdf"))


def judge(store: Store, path: Path, incident: str) -> None:
    """What people decide about detection, one of each kind; a decision log for some of it."""
    log = path / "decisions.csv"
    at = store.now() - timedelta(days=40)
    rows = [
        f"d{n},{(at + timedelta(minutes=30 * n)).isoformat()},yes,{n % 2},{'NE' if n % 3 else 'S'}"
        for n in range(40 * 48)
    ]
    log.write_text("\n".join(["id,time,decision,correct,region", *rows]) + "\n", "utf-8")
    finish(ingest.ingest(store, A, log, system="scorer", options=Options(record="decisions")))
    log.unlink()
    decisions.set_roles(store, A, "scorer", {"correct": ("correct",), "segment": ("region",)}, "yes")
    finish(detect(store))  # judges the decisions, too
    budget.set_budget(store, A, 3.0, system="scorer", reason="nobody is woken for it")
    detectors.set_parameters(store, A, "departure", {}, enabled=True, reason="as it was")
    found = alerts.list_all(store)
    entry = queue.snooze(store, B, [found[-1].id], store.now() + timedelta(hours=4), "retraining runs")
    undo.undo(store, B, entry.id)
    queue.accept(store, A, [found[-1].id], "the new model is stricter")
    start = When(
        store.now() - timedelta(days=2), store.now() - timedelta(days=3), store.now() - timedelta(days=1)
    )
    start_judgement.judge(store, A, start, "accepted", incident=incident)
    start_judgement.judge(store, B, start, "rejected", system="scorer", reason="that was the test")
    drawn = spotcheck.draw(store, A, "scorer", size=5, seed=7)
    assert isinstance(drawn.body, SpotCheckDrawn)
    spotcheck.record(store, B, drawn.id, drawn.body.drawn[0], "right")


def arrange(store: Store, clock: ManualClock, path: Path) -> str:
    """What people arrange beforehand, one of each kind; return the id of a way to contain the scorer."""
    file = path / "roster.csv"
    file.write_text(
        "rota,person,begins,ends\nfirst,Operator A,2026-11-02 08:00,2026-11-03 08:00\n"
        "first,Operator B,2026-11-03 08:00,2026-11-04 08:00\n", "utf-8",
    )  # fmt: skip
    roster.take(store, A, roster.preview(store, file, zone="Europe/Berlin"))
    file.unlink()
    contacts.save(store, A, "CISO", person="Operator B", phone="+49 30 1")
    channels.save(store, A, "room", "webhook", "https://room.example/hook", {})
    channels.save(store, A, "old-room", "webhook", "https://old.example/hook", {})
    channels.remove(store, A, "old-room")
    option = containment_options.register(
        store, A, "scorer", "Back to v13", kind="rollback", who=["Operator A"], how="Set the flag", minutes=10
    ).subject
    spare = containment_options.register(
        store, A, "scorer", "Switch off", kind="kill_switch", who=["Operator B"], how="Pull it", minutes=5
    ).subject
    containment_options.rehearse(store, B, option, True, minutes=7)
    containment_options.remove(store, A, spare, "there is no such switch any more")
    policies.choose(store, A, load_shipped("p1-p4"), "the team asked for it")
    policies.choose(store, A, load_shipped("sev-1-4"), "and for this one again")
    return option


def respond(store: Store, clock: ManualClock, path: Path, incident: str) -> None:
    """What people do in an incident, one of each kind that needs no time to pass in between."""
    option = arrange(store, clock, path)
    triage.record(store, B, incident, {}, level="SEV-1", override="it grows", fields={"type": "bias"})
    facts.state(store, A, incident, "awareness", store.now() - timedelta(minutes=1), "told by support")
    clocks.pause(store, A, incident, "contain", "the building is closed")
    clocks.resume(store, A, incident, "contain")
    escalation.record_call(store, A, incident, "no answer")
    escalation.acknowledge(store, B, incident, note="on my way")
    roles.assume_role(store, B, incident, "scribe", "Operator A")
    roles.relinquish(store, B, incident, "scribe", reason="not needed")
    handover.prepare(store, B, incident, "commander", "Operator A", {"situation": "Approvals fell again"})
    handover.confirm(store, B, incident)
    handover.confirm(store, A, incident)
    handover.prepare(store, A, incident, "commander", "Operator B", {})
    handover.cancel(store, A, incident, reason="stays")
    task = playbook.add_task(store, A, incident, "Read the logs", person="Operator B", minutes=15)
    assert isinstance(task.body, StepAdded)
    playbook.acknowledge(store, B, incident, task.body.id)
    playbook.done(store, B, incident, task.body.id, evidence="nothing odd")
    diagnosis.judge(store, A, incident, "deployment", "suspected", evidence="v14 an hour before")
    pulled = containment.pull(store, A, incident, option)
    containment.confirm(store, A, incident, pulled.id, True, "approvals are back at 0.58")
    containment.release(store, A, incident, pulled.id)
    freeze.lift(store, A, incident, "the roll-back is out")
    freeze.declare(store, A, incident, "once more")
    updates.tell(store, A, incident, "leadership", "300 applicants were declined in error by the model; "
                 "we went back to v13 and review each case.", to="the board")  # fmt: skip
    updates.snooze(store, A, incident, store.now() + timedelta(hours=1), "nothing will be new")
    policies_applied.apply(store, A, incident, load_shipped("p1-p4"), "as the team works now", level="P1")
    clock.advance(minutes=40)
    standing = rings.look(store).standing
    rings.acknowledge(store, A, standing[0].alarm, "heard")
    rings.shelve(store, A, standing[1].alarm, store.now() + timedelta(hours=2), "known")
    rings.unheard(store, A, standing[2].alarm, "could not be sounded: no sound device")
    shown = examples.add(store, A, incident, "age 61, income 40,000", expected="yes", observed="no")
    assert isinstance(shown.body, ExamplesAdded)
    examples.record(store, A, incident, "v13", [ExampleResult(shown.body.examples[0].id, True, "yes")])


def watch(store: Store, path: Path) -> None:
    """A live source that has sent a little, signals placed, what ran by hand, a report with evidence."""
    system = systems.ensure(store, A, "scorer")
    settings = {"query": "up"}
    asked = LiveSource("prom", "prometheus_api", "http://127.0.0.1:9090", system.id, 15.0, settings)
    source = sources.save(store, A, asked)
    times = np.arange(8, dtype=np.int64) * 15_000_000 + to_us(store.now() - timedelta(minutes=2))
    up = Samples("up", times, np.ones(8), np.zeros(8, np.int64), {"job": "scorer"})
    Feed(store, source, A).take([up], {"of": "prometheus_api http://127.0.0.1:9090", "cursor": {}})
    [placed] = [one.id for one in signals.look(store).rows if one.signal.metric == "up"]
    signals.place(store, A, [placed], layer="infrastructure", segment="all", group="")
    version = deployments.record(store, A, "scorer", "prompt", "7", kind="prompt")
    deployments.correct(store, B, version.subject, version="8")
    seen = observations.report(store, B, system="scorer", text="Applicants of one region call more often")
    note = path / "note.txt"
    note.write_text("calls: 14, usually 3\n", "utf-8")
    finish(evidence.attach(store, B, seen.id, note))
    note.unlink()


def send(store: Store, clock: ManualClock, path: Path) -> None:
    """Samples with a fall in them, and a deployment just before it."""
    noise, now = random.Random(2), clock.now()
    begin = now - timedelta(days=12)
    rows = ["time,approval_rate"]
    for hour in range(12 * 24 * 2):
        level = 0.58 if hour < 10 * 48 else 0.31
        rows.append(
            f"{(begin + timedelta(minutes=30 * hour)).isoformat()},{level + noise.gauss(0, 0.01):.4f}"
        )
    measured, deployed = path / "approvals.csv", path / "deployments.csv"
    measured.write_text("\n".join(rows) + "\n", "utf-8")
    at = (begin + timedelta(days=9, hours=23)).isoformat()
    deployed.write_text(f"time,name,version,kind\n{at},scorer,v14,model\n", "utf-8")
    finish(ingest.ingest(store, A, measured, system="scorer", options=Options()))
    finish(ingest.ingest(store, A, deployed, system="scorer", options=Options(record="deployments")))
    measured.unlink()
    deployed.unlink()


if __name__ == "__main__":
    main()
