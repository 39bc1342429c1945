"""What must not be loaded before it is used, because it would delay the first window."""

import json
import subprocess
import sys

HEAVY = {"duckdb", "matplotlib", "pandas", "reportlab.platypus", "scipy"}
LIVE = {"cryptography", "httpx", "keyring", "waitress"}  # of live sources only
# What is imported only when it is used: the reports, and the wire to a live source.
LOAD_ALL = """
import importlib, json, pkgutil, sys, tocsin
late = ("tocsin.reports", "tocsin.importers.wire", "tocsin.importers.http_words")
for module in pkgutil.walk_packages(tocsin.__path__, "tocsin."):
    if not module.name.endswith("__main__") and not module.name.startswith(late):
        importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""


def test_no_module_but_a_report_loads_a_heavy_library_by_being_imported() -> None:
    told = subprocess.run([sys.executable, "-c", LOAD_ALL], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert (HEAVY | LIVE) & set(json.loads(told.stdout)) == set()
