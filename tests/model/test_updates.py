"""Templates, copies, the difference of situations: hostile words stay words, equal things do not differ."""

import html
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tocsin.model import situation, updates, wording
from tocsin.model.drafting import ACTS, AI_PART
from tocsin.model.situation import Change, Fact, both, changes, moment
from tocsin.model.update_copies import as_html, as_markdown, as_text, shown
from tocsin.model.updates import HEADING, PLACEHOLDERS, POINT, TITLE, Template, blocks, fill, parts, problems
from tocsin.policy.load import load_shipped, shipped

TEMPLATES = load_shipped().updates
NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
WORDS = "".join
hostile = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["<b>", "</p>", "&lt;", "*a*", "_b_", "`c`", "[x](http://e.org)", "![i](j)", "# h",
                         "- p", "1. q", "+ r", "> s", "---", "===", "~~t~~", "|u|", "$v$", "\\", "\u202e",
                         "\x00", "\r", "\t", "\n", "\u2028", "<!--", "<script>", "{title}", "{done}", "&amp;",
                         "http://e.org", "x@e.org", "www.e.org", "    code", "#", ":---:", "😀",
                         "## h", "\u200b", "é", "a", "<http://e.org>"]),
        max_size=8,
    ).map(WORDS),
)  # fmt: skip


class Words(HTMLParser):
    """What a browser would show: the text, and every tag that is not one of ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert attrs == []

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Words:
    parser = Words()
    parser.feed(markup)
    parser.close()
    return parser


def line(text: str) -> str:
    """A line as it is shown, blanks aside."""
    return "".join(shown(" ".join(text.split())).split())


@given(hostile, hostile, hostile)
def test_every_word_is_shown_literally_in_html_and_markdown(title: str, heading: str, point: str) -> None:
    """Markdown is read by an independent reader, with tables, strikes and links found by themselves."""
    said = [updates.flat(one) for one in (title, heading, point)]
    text = f"# t{said[0]}\n## h{said[1]}\n- p{said[2]}\n- q{said[0]}\nz{said[1]}"
    expected = line("t" + said[0] + "h" + said[1] + "p" + said[2] + "q" + said[0] + "z" + said[1])
    seen = read(as_html(text))
    assert "".join(seen.text.split()) == expected
    assert seen.tags <= {"h1", "h2", "ul", "li", "p"}
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    rendered = read(reader.render(as_markdown(text)))
    assert "".join(rendered.text.split()) == expected
    assert rendered.tags == {"h1", "h2", "ul", "li", "p"}
    assert line(text.replace("# t", "t", 1)).casefold()[:1] == as_text(text).casefold()[:1]


@given(st.lists(hostile, max_size=6))
@example(
    ["+ r", "---", "===", "#", "1. q", "2) q", "-x", "- - a", "## # b #", "* c", "> d", "a | b", "- | -"]
)
def test_a_line_of_its_own_stays_what_it_is(lines: list[str]) -> None:
    """Typed by hand a line may begin with anything; what is no mark of ours is a plain paragraph."""
    text = "\n".join(updates.flat(one) for one in lines)
    expected = "".join(line(block.text) for block in blocks(text))
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    rendered = read(reader.render(as_markdown(text)))
    assert "".join(rendered.text.split()) == expected
    kinds = {TITLE: "h1", HEADING: "h2", POINT: "li"}
    wanted = {kinds.get(block.kind, "p") for block in blocks(text)}
    assert rendered.tags == wanted | ({"ul"} if "li" in wanted else set())
    assert "".join(read(as_html(text)).text.split()) == expected


@given(
    st.dictionaries(st.sampled_from(sorted(PLACEHOLDERS)), hostile | st.lists(hostile, max_size=3).map(tuple))
)
def test_no_value_leaves_its_line(values: dict[str, updates.Value]) -> None:
    """Whatever fills a draft, it has the title, headings and order of its template."""
    for template in TEMPLATES:
        before = [(b.kind, b.text) for b in blocks(template.text) if b.kind == HEADING]
        filled = blocks(fill(template.text, values))
        assert [(b.kind, b.text) for b in filled if b.kind == HEADING] == before
        assert [b.kind for b in filled].count(TITLE) == 1
        assert not any(b.kind == POINT and not b.text for b in filled)


def test_what_is_not_known_says_so() -> None:
    told = fill("- Who: {scope}\n- {done}\n- {doing}, {commander}", {"done": ("a", "b\n## c")})
    assert told == (
        "- Who: not known yet\n- a\n- b ## c\n- Nothing is recorded as under way, nobody yet"
    )  # fmt: skip
    assert fill("- {title}", {"title": "{scope} {done}"}) == "- {scope} {done}"


@pytest.mark.parametrize("pack", shipped())
def test_the_templates_of_every_pack_can_be_used(pack: str) -> None:
    templates = load_shipped(pack).updates
    assert {one.audience for one in templates} >= {"leadership", "teams", "users", "public"}
    for one in templates:
        assert list(problems(one)) == []
        assert one.outside == (one.audience in ("users", "public"))


@pytest.mark.parametrize("audience", ["users", "public"])
@pytest.mark.parametrize(
    "values",
    [{}, {"impact": "2,400 applicants were declined", "acts": ("We have switched the AI function off.",)}],
)
def test_a_draft_for_outside_breaks_no_rule(audience: str, values: dict[str, updates.Value]) -> None:
    """However little is known; what is being done is always known: somebody declared it."""
    template = next(one for one in TEMPLATES if one.audience == audience)
    known = {"acts": ("We have been working on it since 14:06 CET.",), "system": "scorer", **values}
    assert wording.breaches(fill(template.text, known), outside=True) == ()


def test_what_is_wrong_with_a_template_is_told() -> None:
    bad = Template("x", "X", "# T\n{title} begins\n## a\n## b {nonsense}\n", to="{whom}")
    told = list(problems(bad))
    assert [key for key, _ in told] == ["text", "to", "text", "text"]
    assert "nonsense" in told[0][1]
    assert "line 2" in told[2][1]
    assert "three headings" in told[3][1]


def test_the_parts_are_under_the_first_three_headings() -> None:
    told = parts("# t\nintro\n## A\n- one\ntwo\n## B\n## C\n- need\n## D\nmore")
    assert (told.conditions, told.actions, told.needs) == ("- one\ntwo", "", "- need")


facts = st.lists(
    st.builds(Fact, st.sampled_from("abcdef"), st.text(max_size=5), st.text(min_size=1, max_size=5)),
    unique_by=lambda fact: fact.key,
    max_size=6,
).map(tuple)


@given(facts)
def test_equal_situations_do_not_differ(known: tuple[Fact, ...]) -> None:
    assert changes(known, known) == ()
    assert changes(known[::-1], known) == ()


@given(facts, facts)
def test_the_changes_lead_from_one_situation_to_the_other(
    before: tuple[Fact, ...], after: tuple[Fact, ...]
) -> None:
    """Applied to what was known they give what is known, and none of them says nothing."""
    known = {fact.key: fact.value for fact in before}
    for change in changes(before, after):
        assert change.before != change.after
        assert known.get(change.key, "") == change.before
        known = {**known, change.key: change.after}
    assert {key: value for key, value in known.items() if value} == {fact.key: fact.value for fact in after}


def test_a_change_reads_as_a_sentence() -> None:
    assert Change("level", "Severity", "SEV-2", "SEV-1").words == "Severity: SEV-1 (was SEV-2)"
    assert Change("impact", "Impact", "", "40 letters").words == "Impact: 40 letters"
    assert Change("scope", "Who is affected", "all", "").words == "Who is affected: no longer all"


def test_moments_are_told_in_the_store_s_zone() -> None:
    zone = "Europe/Berlin"
    assert moment(NOW, zone, NOW) == "14:37 CET"
    assert moment(NOW - timedelta(days=9), zone, NOW) == "24 Oct, 15:37 CEST"
    assert moment(NOW - timedelta(days=400), zone, NOW) == "28 Sep 2025, 15:37 CEST"
    assert both(NOW - timedelta(hours=1), NOW, zone, NOW) == ("13:37 CET", "14:37 CET")
    assert both(NOW - timedelta(days=1), NOW, zone, NOW) == ("1 Nov, 14:37 CET", "2 Nov, 14:37 CET")
    yesterday = NOW - timedelta(days=1)
    assert both(yesterday, yesterday, zone, NOW)[1] == "1 Nov, 14:37 CET", "never taken for today"


def test_html_needs_no_escaping_twice() -> None:
    assert as_html("a < b & c") == f"<p>{html.escape('a < b & c')}</p>\n"
    assert situation.UPDATE == "update"


@pytest.mark.parametrize("kind", sorted(AI_PART))
def test_our_own_sentences_break_no_rule(kind: str) -> None:
    """What drafts are made of is held to the rules too, for every kind of incident and measure."""
    acts = (*ACTS.values(), "We have been working on it since 14:06 CET.")
    values: dict[str, updates.Value] = {"ai_part": AI_PART[kind], "acts": acts, "system": "scorer"}
    for template in TEMPLATES:
        told = wording.breaches(fill(template.text, values), outside=template.outside, vendors=["Acme"])
        assert told == (), template.audience
