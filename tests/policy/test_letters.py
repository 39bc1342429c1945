"""The texts of letters as data, and what is wrong in a file."""

from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.model.letters import Form, Recipient, day_words, problems, wanting
from tocsin.policy import letters, regimes

GOOD = """title = "A letter"
language = "en"
duties = []
[[ask]]
id = "name"
title = "the name"
[[block]]
kind = "text"
text = "Dear {name}"
"""


def read(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    try:
        letters.read(path)
    except BadInput as error:
        return str(error)
    return ""


def test_every_shipped_letter_is_whole_and_serves_duties_there_are() -> None:
    rules = regimes.load_shipped()
    assert {one.id for one in letters.shipped()} == {
        "adverse-action", "automated-decision", "corrected-notice", "gdpr-34",
    }  # fmt: skip
    for kind in letters.shipped():
        assert kind.duties
        assert [duty for duty in kind.duties if rules.stage(duty) is None] == []
        assert {"sender_name", "name", "address"} <= {one.id for one in kind.asks}


def test_the_breach_letter_asks_what_article_34_asks() -> None:
    kind = letters.get("gdpr-34")
    cited = " ".join(one.citation for one in kind.asks if one.required)
    assert kind.gated
    for part in ("Art. 34(2)", "33(3)(b)", "33(3)(c)", "33(3)(d)"):
        assert part in cited


def test_only_wording_of_the_law_must_be_supplied_whole() -> None:
    for kind in letters.shipped():
        verbatim = {one.id for one in kind.asks if one.verbatim}
        assert verbatim == (
            {"ecoa_statement"} if kind.id in ("adverse-action", "corrected-notice") else set()
        )
    kind = letters.get("corrected-notice")
    assert [one.id for one in wanting(kind, {})] == ["ecoa_statement"]
    assert [one.id for one in wanting(kind, {"case": "approved"})] == []


def test_reasons_or_the_offer_of_reasons() -> None:
    kind = letters.get("adverse-action")

    def missing(**values: str) -> set[str]:
        shared = {one.id: one.default for one in kind.asks if one.default}
        found = problems(kind, Recipient(1, 2, values), shared)
        return {one.column for one in found if "is missing" in one.reason}

    assert "reasons" in missing()
    assert "reasons" not in missing(reasons_on_request="yes")
    assert "reasons_contact" in missing(reasons_on_request="yes")
    assert {"cra_name", "cra_phone"} <= missing(report_used="yes")
    assert "cra_name" not in missing(report_used="no")
    assert {"score_range", "key_factors", "score_date", "score_source"} <= missing(
        report_used="yes", score="600"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{name}", "{nobody}"), "nothing is asked under 'nobody'"),
        (('kind = "text"', 'kind = "shout"'), "none of subject"),
        (('id = "name"', 'id = "Name"'), "ask[0].id"),
        (('language = "en"', 'language = "english"'), "language"),
        (('title = "the name"', 'title = "the name"\ncolour = "red"'), "unknown field"),
        (('title = "the name"', 'title = "the name"\nform = "choice"'), "a choice has choices"),
        (('text = "Dear {name}"', 'text = "x"\nwhere = { other = ["*"] }'), "nothing is asked under 'other'"),
        (("duties = []", 'duties = []\nmonths = ["one"]'), "twelve"),
        (("duties = []", 'duties = []\ninclude = "../x"'), "no other letter"),
        (("duties = []", "duties = [}"), "no letter"),
    ],
)
def test_what_is_wrong_in_a_file_is_told(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert read(tmp_path, GOOD) == ""
    assert said in read(tmp_path, GOOD.replace(*change))


def test_a_broken_pattern_is_told(tmp_path: Path) -> None:
    check = '[[check]]\nwithin = ["name"]\nrefuses = true\nsay = "no"\npattern = "("\n'
    assert "check 'no'" in read(tmp_path, GOOD + check)


def test_days_are_told_in_words() -> None:
    months = letters.get("gdpr-34").months
    assert day_words("2026-11-02", months) == "2 November 2026"
    assert day_words("soon", months) == "soon"
    assert all(
        one.form is Form.DATE for one in letters.get("adverse-action").asks if one.id.endswith("_date")
    )
