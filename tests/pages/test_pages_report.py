"""The page holds everything, loads nothing, and believes no name."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from leadrank.bundle import Bundle
from leadrank.decisions.conversions import conversions_among_next
from leadrank.errors import MissingExtraError
from leadrank.pages import report_page
from leadrank.pages.charts import performance
from leadrank.pages.tiers import tier_lines
from leadrank.types import Finding

VOID = {"meta", "br", "link", "img", "hr", "input"}
HOSTILE = '<script>alert("x")</script>'
ALWAYS = ("tiers", "threshold", "drivers", "figures", "curves", "columns", "recipe", "words")
MONEY = ("money", "left_alone", "quarantine", "findings", "drift", "effects")


class Outline(HTMLParser):
    """Reads a page as a browser would: which tags are open, which ids there are, what is linked."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src", "action", "srcset", "data"}:
                self.links.append(value or "")
            if name.startswith("on"):
                self.wrong.append(name)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def outline(page: str) -> Outline:
    read = Outline()
    read.feed(page)
    read.close()
    return read


@pytest.fixture(scope="module")
def page(binary: Bundle, simulated: SimpleNamespace) -> str:
    return report_page(binary, call_list=simulated.call_list(), version="0.1.0")


def test_every_section_is_there_and_linked_from_the_contents(page: str) -> None:
    read = outline(page)
    wanted = {"summary", "calls", *ALWAYS, *MONEY}
    assert wanted <= set(read.ids)
    assert {f"#{name}" for name in wanted} <= set(read.links)


def test_page_is_well_formed_and_its_ids_differ(page: str) -> None:
    read = outline(page)
    assert read.open == []
    assert read.wrong == []
    assert len(read.ids) == len(set(read.ids))
    assert page.startswith("<!doctype html>")


def test_page_loads_nothing(page: str) -> None:
    assert not re.search(r"https?:|@import|\bsrc=|url\((?!#)|<script|<iframe|<link", page)
    assert all(link.startswith("#") for link in outline(page).links)
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_every_chart_has_a_title_and_a_sentence(page: str) -> None:
    charts = re.findall(r'<svg class="chart" role="img".*?</svg>', page, re.DOTALL)
    assert len(charts) == 8
    assert all(re.search(r"<title [^>]*>[^<]+</title><desc [^>]*>[^<]+\.", chart) for chart in charts)


def test_charts_take_the_pages_font_and_colours(page: str) -> None:
    charts = "".join(re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL))
    assert "font-family" not in charts
    assert "DejaVu" not in charts
    assert "var(--chart-ours)" in charts
    assert "#01a1b" not in charts
    assert "<style" not in charts


def test_same_bundle_gives_the_same_page(binary: Bundle, page: str, simulated: SimpleNamespace) -> None:
    assert report_page(binary, call_list=simulated.call_list(), version="0.1.0") == page


def test_page_is_small_and_quick(binary: Bundle, simulated: SimpleNamespace, page: str) -> None:
    start = time.perf_counter()
    report_page(binary, call_list=simulated.call_list(tuple(map(str, range(2000)))), version="0.1.0")
    assert time.perf_counter() - start < 10  # 1 second alone; other tests may share the processor
    assert len(page.encode()) < 400_000


def test_figures_stand_with_their_intervals(binary: Bundle, page: str) -> None:
    auc = binary.report.ours["auc"]
    assert f"{auc.value:.3f}" in page
    assert f"{auc.low:.3f}–{auc.high:.3f}" in page
    assert binary.identity in page


def test_a_page_without_a_call_list_has_no_such_section(binary: Bundle) -> None:
    read = outline(report_page(binary, version="0.1.0"))
    assert "calls" not in read.ids
    assert "#calls" not in read.links
    assert "left_alone" in read.ids


def test_reasons_are_shown_one_by_one(page: str) -> None:
    assert page.count("source is Referral: 71 of 100") == 3
    assert "base 39 of 100 leads converted" in page
    assert "costs 12.50 EUR, expected 5.00 EUR" in page


def test_names_are_text_and_never_markup(simulated: SimpleNamespace) -> None:
    bundle = simulated.binary(300, name=HOSTILE, renamed=HOSTILE, purpose=HOSTILE)
    bundle = replace(bundle, findings=(*bundle.findings, Finding("D1", "warning", HOSTILE, 1, HOSTILE, HOSTILE, {HOSTILE: 1.0})))
    policy = replace(bundle.policy, currency=HOSTILE, tiers=tuple(replace(t, name=HOSTILE, action=HOSTILE) for t in bundle.policy.tiers))
    bundle = replace(bundle, policy=policy, report=replace(bundle.report, currency=HOSTILE))
    rows = simulated.call_list((HOSTILE, '" onmouseover="x')).with_columns(pl.lit(f"base 1 of 9; + {HOSTILE}: 1 of 2").alias("reasons"))
    page = report_page(bundle, call_list=rows.rename({"lead": HOSTILE}), version=HOSTILE)
    read = outline(page)
    assert "script" not in read.tags
    assert read.wrong == []
    assert read.open == []


def test_dollars_and_formulas_in_a_currency_are_drawn_as_they_are(binary: Bundle) -> None:
    report = replace(binary.report, currency="$x^2$")
    assert any("$x^2$" in chart.svg for chart in performance(report, binary.policy.threshold))


def test_ordered_classes_have_figures_of_their_own(tiers: Bundle, simulated: SimpleNamespace) -> None:
    read = outline(page := report_page(tiers, version="0.1.0"))
    assert {"classes", *ALWAYS} <= set(read.ids)
    assert "reached High" in page
    assert "Right class" in page
    rows = simulated.call_list().with_columns(pl.lit(0.2).alias("probability_Low"), pl.lit(0.8).alias("probability_High"))
    assert "probability_High" not in report_page(tiers, call_list=rows, version="0.1.0")


def test_declared_conversion_rates_are_called_declared(simulated: SimpleNamespace) -> None:
    page = report_page(simulated.tiers(economics=True), version="0.1.0")
    assert "they were never measured" in page
    assert "declared to convert: 35–40%" in page


def test_tiers_say_what_their_next_hundred_leads_will_bring(binary: Bundle) -> None:
    lines = tier_lines(binary.policy)
    page = report_page(binary, version="0.1.0")
    assert all(line.next_hundred.interval in page for line in lines)
    first = binary.policy.tiers[0]
    low, high = map(int, lines[0].next_hundred.interval.split("–"))
    assert low < 100 * first.converted / first.rows < high


@pytest.mark.parametrize(("rows", "rate"), [(30, 0.02), (200, 0.3), (5000, 0.5)])
def test_the_next_hundred_leads_lie_in_the_interval_as_often_as_it_says(rows: int, rate: float) -> None:
    rng = np.random.default_rng(0)
    made = [conversions_among_next(rows, int(rng.binomial(rows, rate))) for _ in range(400)]
    held = np.mean([one.low <= rng.binomial(100, rate) <= one.high for one in made])
    assert 0.87 <= held <= 1


def test_intervals_rivals_and_shared_blocks_are_explained(binary: Bundle, page: str) -> None:
    assert "not a promise about the single lead" in page
    assert page.count("uncalibrated") == 1
    assert "shared the forward blocks" not in page
    ordered = replace(binary, report=replace(binary.report, measured="out of time, 5 forward blocks"))
    assert "shared the forward blocks" in report_page(ordered, version="0.1.0")


def test_without_money_there_is_no_profit(simulated: SimpleNamespace) -> None:
    read = outline(page := report_page(simulated.binary(economics=False), version="0.1.0"))
    assert "left_alone" not in read.ids
    assert "Profit" not in page
    assert "Hits on the call list" in page


def test_a_page_with_hardly_any_facts_still_renders(binary: Bundle, simulated: SimpleNamespace) -> None:
    page = report_page(simulated.bare(binary), call_list=simulated.call_list(()), version="0.1.0")
    read = outline(page)
    assert read.open == []
    assert not {"calls", "curves", "drivers", "columns", "findings"} & set(read.ids)


def test_a_tiny_table_renders(simulated: SimpleNamespace) -> None:
    assert "Not enough evidence" in report_page(simulated.binary(24), version="0.1.0")


def test_a_thousand_columns_do_not_drown_the_page(binary: Bundle) -> None:
    one = binary.profile.columns[0]
    wide = replace(binary.profile, columns=tuple(replace(one, name=f"column {k}") for k in range(1000)))
    many = tuple(Finding("D1", "info", f"column {k}", 1, "message " * 5000, "remedy") for k in range(1000))
    page = report_page(replace(binary, profile=wide, findings=many), version="0.1.0")
    assert len(page.encode()) < 1_500_000
    assert "200 of 1,000 columns" in page
    assert "900 more are not shown" in page


def test_quarantined_columns_show_evidence_and_figures_with_and_without(page: str) -> None:
    section = page[page.index('id="quarantine"') : page.index('id="findings"')]
    for words in ("close_reason", "0.982", "0.985", "0.781", "asked for on the form"):
        assert words in section


def test_the_quick_models_figures_are_headed_without_ambiguity(page: str) -> None:
    section = page[page.index('id="quarantine"') : page.index('id="findings"')]
    assert "If they were used: too good to be true" in section
    assert "As trained: what to expect" in section


def test_a_column_kept_against_the_evidence_shows_it(binary: Bundle) -> None:
    against = Finding("L201", "warning", "phone", 600, "Column phone seems to know the answer: AUC 0.979.", "Make sure.")
    page = report_page(replace(binary, findings=(*binary.findings, against)), version="0.1.0")
    section = page[page.index('id="quarantine"') : page.index('id="findings"')]
    assert "<strong>Column phone seems to know the answer: AUC 0.979.</strong>" in section


def test_figures_at_the_cut_say_how_it_was_chosen(binary: Bundle) -> None:
    cut = replace(binary.policy.threshold, cross_fitted=True)
    changed = replace(binary, report=replace(binary.report, cut="Chosen elsewhere."), policy=replace(binary.policy, threshold=cut))
    page = report_page(changed, version="0.1.0")
    assert "Chosen elsewhere." in page
    assert "Its figures are those of cuts chosen without the leads they are measured on" in page


def test_sensitive_columns_are_marked_and_not_pictured(page: str) -> None:
    section = page[page.index('id="drivers"') : page.index('id="quarantine"')]
    assert "sensitive" in section
    assert not re.search(r'<th scope="col">gender</th>', section)


@pytest.mark.parametrize("library", ["jinja2", "matplotlib"])
def test_a_missing_library_is_named_with_its_extra(binary: Bundle, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"leadrank\[report\]"):
        report_page(binary, version="0.1.0")


def test_importing_pages_is_light() -> None:
    import subprocess

    said = "import sys, leadrank.pages; print([m for m in ('matplotlib', 'jinja2', 'sklearn', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
