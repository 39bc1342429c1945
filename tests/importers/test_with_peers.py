"""What importers make of files, against what the real Prometheus and Alertmanager say themselves."""

import json
import random
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.peers import alertmanager, program, prometheus, serving
from tocsin.importers.alertmanager import fingerprint, rows
from tocsin.importers.base import Piece, Rows, Samples
from tocsin.importers.openmetrics import OpenMetricsImporter
from tocsin.importers.prometheus_json import PrometheusJsonImporter
from tocsin.now import SystemClock

Read = Callable[..., list[Piece]]
BOUNDS = ("-1", "0.25", "0.5", "1", "2.5", "+Inf")
TIMES = 20


def exposition(first_s: int) -> str:
    """Three histograms whose counts grow at random, one of them begun anew now and then."""
    source, lines = random.Random(7), ["# TYPE wait histogram"]
    for queue in ("a", "b", "c"):
        counts = [0] * len(BOUNDS)
        for at in range(TIMES):
            if queue == "c" and source.random() < 0.2:
                counts = [0] * len(BOUNDS)
            counts = [count + source.randint(0, 4) for count in counts]
            told = [sum(counts[: index + 1]) for index in range(len(counts))]
            for bound, count in zip(BOUNDS, told, strict=True):
                lines.append(f'wait_bucket{{le="{bound}",queue="{queue}"}} {count} {first_s + 60 * at}')
    by_series = sorted(lines[1:], key=lambda line: line.split("}")[0])
    return "\n".join([lines[0], *by_series, "# EOF"]) + "\n"


def asked(url: str, path: str, **params: object) -> bytes:
    with urllib.request.urlopen(f"{url}/{path}?{urllib.parse.urlencode(params)}", timeout=30) as answer:
        return bytes(answer.read())


def quantiles(pieces: list[Piece]) -> dict[tuple[str, str, int], float]:
    return {
        (piece.metric, piece.labels["queue"], time // 1_000_000): value
        for piece in pieces
        if isinstance(piece, Samples)
        for time, value in zip(piece.times.tolist(), piece.values.tolist(), strict=True)
    }


def test_quantiles_are_those_of_prometheus(read: Read, tmp_path: Path) -> None:
    first = int((SystemClock().now() - timedelta(hours=8)).timestamp()) // 60 * 60
    text = exposition(first)
    (tmp_path / "history.txt").write_text(text)
    peer = prometheus(tmp_path)
    command = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "history.txt", "data"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    last = first + 60 * (TIMES - 1)
    with serving(peer):
        span = {"start": first, "end": last, "step": 60}
        saved = asked(peer.url, "api/v1/query_range", query="wait_bucket", **span)
        # Without restarts the difference between two scrapes is what was counted between them.
        query = "histogram_quantile({}, wait_bucket - wait_bucket offset 1m)"
        theirs: dict[tuple[str, str, int], float] = {}
        for share in (0.5, 0.95, 0.99):
            answer = json.loads(asked(peer.url, "api/v1/query_range", query=query.format(share), **span))
            for one in answer["data"]["result"]:
                for time, value in one["values"]:
                    theirs[f"wait p{share * 100:g}", one["metric"]["queue"], int(time)] = float(value)
        instant = asked(peer.url, "api/v1/query", query="wait_bucket", time=last)
        so_far = json.loads(
            asked(peer.url, "api/v1/query", query="histogram_quantile(0.95, wait_bucket)", time=last)
        )
    ours = quantiles(read(OpenMetricsImporter(), text))
    steady = {key: value for key, value in ours.items() if key[1] in "ab"}
    assert len(steady) == 2 * 3 * (TIMES - 1)
    assert steady == pytest.approx({key: theirs[key] for key in steady}, rel=1e-9)
    assert quantiles(read(PrometheusJsonImporter(), saved)) == pytest.approx(ours, rel=1e-9)
    now = quantiles(read(PrometheusJsonImporter(), instant))
    for one in so_far["data"]["result"]:
        assert now["wait p95", one["metric"]["queue"], last] == pytest.approx(
            float(one["value"][1]), rel=1e-9
        )


class _Heard(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_alert_has_one_id_in_the_webhook_and_in_the_api(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Heard)
    heard: Queue[Any] = Queue()
    server.heard = heard  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    peer = alertmanager(tmp_path)
    (tmp_path / "alertmanager.yml").write_text(
        "route: {receiver: desk, group_wait: 0s, group_interval: 1s, group_by: [alertname]}\n"
        f"receivers: [{{name: desk, webhook_configs: [{{url: 'http://127.0.0.1:{server.server_port}/'}}]}}]\n"
    )
    start = SystemClock().now() - timedelta(minutes=3)
    labels = {"alertname": "Drift", "severity": "critical", "team": 'ünï, "x"', "empty": ""}
    sent = {"labels": labels, "annotations": {"summary": "PSI 0.31"}, "startsAt": start.isoformat()}
    try:
        with serving(peer):
            post(peer.url, [sent])
            firing = heard.get(timeout=30)
            by_api = json.loads(asked(peer.url, "api/v2/alerts"))
            post(peer.url, [sent | {"endsAt": (start + timedelta(minutes=2)).isoformat()}])
            over = heard.get(timeout=30)
    finally:
        server.shutdown()
        server.server_close()
    found = [
        piece.rows[0] for told in (firing, by_api, over) for piece in rows(told) if isinstance(piece, Rows)
    ]
    assert len({row["id"] for row in found}) == 1
    assert ["ended" in row for row in found] == [False, False, True]
    assert found[2]["ended"] == start + timedelta(minutes=2)
    assert by_api[0]["fingerprint"] == fingerprint(by_api[0]["labels"])


def post(url: str, alerts: list[dict[str, Any]]) -> None:
    body = json.dumps(alerts).encode()
    request = urllib.request.Request(f"{url}/api/v2/alerts", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
