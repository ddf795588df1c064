"""The model card: what the model is for, how good it is, and when not to use it, in Markdown."""

from __future__ import annotations

from leadrank.bundle.bundle import Bundle
from leadrank.bundle.cautions import limits, monitoring, out_of_scope, privacy
from leadrank.bundle.fairness import fairness
from leadrank.bundle.markdown import MOST, bullets, code, interval, names, plain, section, share, table
from leadrank.evaluation.report import COLUMNS, TIERS, footnotes
from leadrank.project import Target

FIGURES = COLUMNS | TIERS | {"precision": ("precision", "{:.1%}"), "recall": ("recall", "{:.1%}"), "f1": ("F1", "{:.3f}")}


def model_card(bundle: Bundle, *, version: str) -> str:
    """Write the model card of a bundle.

    Parameters
    ----------
    bundle
        What the card is about.
    version
        The product's version.

    Returns
    -------
    str
        Markdown; the same for the same bundle and version. Sections after Mitchell et al. (2019), "Model Cards for Model Reporting".
    """
    parts = [
        f"# Model card: {plain(bundle.project.name)}",
        _summary(bundle),
        section("Purpose", _purpose(bundle)),
        section("Intended users", _users()),
        section("Out-of-scope uses", out_of_scope(bundle)),
        section("Data", _data(bundle)),
        section("Features", _features(bundle)),
        section("Columns set aside, and columns kept on somebody's word", _trusted(bundle)),
        section("How it was trained and measured", _training(bundle)),
        section("Figures", _figures(bundle), _classes(bundle), _against(bundle)),
        section("Calibration", _calibration(bundle)),
        section("Decision rule and tiers", _rule(bundle), _tiers(bundle)),
        section("Limits", limits(bundle)),
        section("Fairness", fairness(bundle)),
        section("Privacy", privacy(bundle)),
        section("Monitoring and retraining", monitoring(bundle)),
        section("Version", _version(bundle, version)),
    ]
    return "\n\n".join(parts) + "\n"


def _outcome(bundle: Bundle) -> str:
    return f"reached {plain(bundle.facts.classes[-1])}" if bundle.facts.learned_tiers else "converted"


def _summary(bundle: Bundle) -> str:
    report = bundle.report
    return (
        f"**{report.verdict.word[0].upper()}{report.verdict.word[1:]}.** {plain(' '.join(report.verdict.because))}\n\n"
        f"Model {code(bundle.identity)}, learner {plain(bundle.facts.chosen)}, learned from {bundle.facts.rows:,} leads."
    )


def _purpose(bundle: Bundle) -> str:
    declared = f"{plain(bundle.project.purpose)}\n\n" if bundle.project.purpose else ""
    what = f"the class of each lead ({', '.join(map(plain, bundle.facts.classes))}, worst first)" if bundle.facts.learned_tiers else (
        f"the probability that a lead converts ({_promised(bundle.project.target)})"
    )
    return f"{declared}It estimates {what} from what is known when the lead is scored, and orders the work: whom to contact, how soon, whom not."


def _promised(target: Target) -> str:
    """Name the outcome as text of others, whatever it is called."""
    return plain(target.in_words) if target.event is not None else f"column {code(target.column)}"


def _users() -> str:
    return (
        "Sales and marketing teams that decide whom to contact first, and the analysts who keep the model. They should know the sales process "
        "well enough to say of each column when it is filled in."
    )


def _data(bundle: Bundle) -> str:
    report, project, aside = bundle.report, bundle.project, bundle.held_out
    order = project.lead.order or project.lead.created_at
    items = [
        f"Outcome: {_promised(project.target)}; from worst to best: {', '.join(code(name) for name in bundle.facts.classes)}.",
        f"Learned from {bundle.facts.rows:,} leads with a known outcome.",
        f"Judged on {report.rows:,} leads, of which {report.positives:,} {_outcome(bundle)} ({share(report.base_rate)}).",
        f"Time order: {code(order)}." if order else "Time order: none.",
    ]
    if aside.hashes:
        items.append(f"Set aside before anything was looked at: {len(aside.hashes):,} rows ({share(aside.share)}), for `leadrank verify`.")
    notes = sum(f.code.startswith("D") for f in bundle.findings)
    return bullets([*items, f"Findings about the quality of the data: {notes}; `leadrank report` shows them all."])


def _features(bundle: Bundle) -> str:
    profiles = {column.name: column for column in bundle.profile.columns}
    things, drops = {} if bundle.origin is None else bundle.origin.things, {one.column: one.drop for one in bundle.facts.importance}
    rise = {name: drops[thing] for name in bundle.encoder.columns if (thing := things.get(name, name)) in drops}
    ordered = sorted(bundle.encoder.columns, key=lambda name: -rise[name].value if name in rise else 0.0)
    rows = []
    for name in ordered[:MOST]:
        own = profiles.get(name)
        blank = share(own.blank / own.rows) if own is not None and own.rows else "–"
        rows.append([code(name), own.type if own else "–", blank, interval(rise.get(name), "{:.4f}"), plain(own.description) if own else ""])
    more = f"{len(ordered) - MOST:,} more columns are used." if len(ordered) > MOST else ""
    together = " with all that is counted of the same" if things else ""
    heads = ["column", "type", "blank", f"rise in log loss when shuffled{together} (95% interval)", "what it is"]
    return "\n\n".join(filter(None, [table(heads, rows) or "The model uses no column.", more]))


def _trusted(bundle: Bundle) -> str:
    facts, columns = bundle.facts, bundle.project.lead.columns
    seen = {f.column: f for f in bundle.findings if f.severity == "quarantine"}
    against = {f.column: f for f in bundle.findings if f.code == "L201" and f.severity == "warning"}
    protected = [f.column for f in bundle.findings if f.code == "F301" and f.column is not None]
    aside = list(dict.fromkeys([*protected, *facts.quarantined]))
    items = [f"Set aside: {code(name)}. {plain(seen[name].message) if name in seen else ''}".strip() for name in aside[:MOST]]
    if len(aside) > MOST:
        items.append(f"{len(aside) - MOST:,} more columns are set aside.")
    for name in facts.accepted[:MOST]:
        because = columns[name].because if name in columns else ""
        word = f"because {plain(because).rstrip('.')}" if because else "no reason was given"
        doubt = f" **It would have been set aside.** {plain(against[name].message)}" if name in against else ""
        items.append(f"Kept on the user's word that it is known at the moment of scoring: {code(name)}; {word}.{doubt}")
    if facts.excluded:
        items.append(f"Excluded by the user: {names(facts.excluded)}.")
    return "\n\n".join(filter(None, [bullets(items) or "None.", _with_and_without(facts.with_quarantined)]))


def _with_and_without(found: dict[str, float]) -> str:
    """Compare what a quick model would show if the columns that were set aside were used, and what it shows without them."""
    rows = []
    for key in dict.fromkeys(key.removesuffix("_with").removesuffix("_without") for key in found):
        label, form = FIGURES.get(key, (key, "{:.3f}"))
        rows.append([label, *(form.format(found[end]) if end in found else "–" for end in (f"{key}_with", f"{key}_without"))])
    return table(["figure of a quick model", "if they were used", "as trained"], rows)


FITTED = (
    "Fills of blanks, bins, target statistics, resampling and calibration are fitted inside the folds; the list of levels of a category is taken "
    "from all training rows (no outcomes are used for it)."
)


def _training(bundle: Bundle) -> str:
    facts, modelling = bundle.facts, bundle.project.model
    settings = "; ".join(f"{name}: {', '.join(f'{k} = {v}' for k, v in own.items()) or 'defaults'}" for name, own in facts.settings.items())
    items = [
        f"Learner: {plain(facts.chosen)}, chosen among the candidates by log loss on leads that it had not learned from; {facts.trials} trials.",
        f"Settings: {plain(settings)}." if settings else "Settings: defaults.",
        f"Seed {facts.seed}; resampling: {modelling.resampling}.",
        f"Measured: {plain(facts.measured)}. {FITTED}",
        f"Intervals are 95% ones from {bundle.report.draws} bootstrap resamples: how far a figure would move with other leads to judge on.",
        f"Reasons are additive contributions on the scale of {plain(facts.scale)}.",
    ]
    return bullets([*items, f"Served form: {plain(facts.speed).rstrip('.')}."] if facts.speed else items)


def _figures(bundle: Bundle) -> str:
    rows = bundle.report.table
    keys = [key for key in FIGURES if any(key in row.figures for row in rows)]
    lines = [[FIGURES[key][0], *(interval(row.figures.get(key), FIGURES[key][1]) for row in rows)] for key in keys]
    lower = "Lower is better for log loss, Brier and ECE, higher for all others."
    called = bundle.report.called
    at_cut = "" if called is None else f" Precision, recall, F1 and profit are those of {called:,} called leads in each column."
    at_cut += f" {bundle.report.cut}" if bundle.report.cut else ""
    notes = "".join(f" {note}" for note in footnotes(bundle.report))
    return f"{table(['figure', *(plain(row.name) for row in rows)], lines)}\n\n{lower}{at_cut}{notes}"


def _classes(bundle: Bundle) -> str:
    rows = [
        [plain(one.name), f"{one.rows:,}", interval(one.precision, "{:.3f}"), interval(one.recall, "{:.3f}"), interval(one.f1, "{:.3f}")]
        for one in bundle.report.per_class
    ]
    return table(["class", "leads", "precision", "recall", "F1"], rows)


def _against(bundle: Bundle) -> str:
    return bullets(f"Against {plain(one.rival)}: {plain(one.words)}." for one in bundle.report.differences)


def _calibration(bundle: Bundle) -> str:
    ours, report = bundle.report.ours, bundle.report
    items = []
    if "ece" in ours:
        error = interval(ours["ece"], "{:.3f}")
        items.append(f"Expected calibration error {error}; up to {report.calibration_noise:.3f} is what a perfectly calibrated model shows here.")
    if "calibration_slope" in ours:
        items.append(f"Calibration slope {interval(ours['calibration_slope'], '{:.2f}')}; 1 is right, below 1 the promises are too bold.")
    bins = report.curves.reliability
    rows = [[f"{b.rows:,}", share(b.promised), f"{share(b.came)} ({share(b.low)} to {share(b.high)})"] for b in bins]
    return "\n\n".join(filter(None, [bullets(items), table(["leads", "promised", "came (95% interval)"], rows)])) or "Not measured."


def _rule(bundle: Bundle) -> str:
    cut, unit = bundle.policy.threshold, f" {plain(bundle.policy.currency)}" if bundle.policy.currency else ""
    scale = f"expected profit above {cut.cut:,.2f}{unit}" if cut.on == "expected_profit" else f"a probability of at least {cut.cut:.3f}"
    calls = "Cuts by this rule, each chosen without the leads it is measured on, call" if cut.cross_fitted else "On the judged leads that calls"
    said = [f"A lead is called at {scale}: {plain(cut.because).rstrip('.')}. {calls} {cut.called:,} of {cut.rows:,}."]
    if bundle.policy.value is not None:
        mean = " on average" if bundle.policy.per_lead else ""
        said.append(f"A conversion is worth {bundle.policy.value:,.2f}{unit} and a contact costs {bundle.policy.cost:,.2f}{unit}{mean}.")
    if cut.empirical is not None:
        said.append(f"One fixed cut would have earned most at {interval(cut.empirical, '{:.3f}')} (90% interval).")
    return " ".join(said)


def _tiers(bundle: Bundle) -> str:
    rows = []
    for tier in bundle.policy.tiers:
        begins = "the rest" if tier.at_least is None else f"{tier.at_least:,.3g}"
        rate = share(tier.converted / tier.rows) if tier.rows else "–"
        cells = [plain(tier.name), "likeliest class" if bundle.policy.tiers_on == "class" else begins, plain(tier.action), plain(tier.within)]
        rows.append([*cells, f"{tier.rows:,}", f"{tier.converted:,} ({rate})"])
    return table(["tier", "from", "action", "within", "leads", _outcome(bundle)], rows)


def _version(bundle: Bundle, version: str) -> str:
    items = [f"Model: {code(bundle.identity)}", f"Leadrank {plain(version)}"]
    return bullets([*items, f"Trained at: {plain(bundle.facts.trained_at)}"] if bundle.facts.trained_at else items)
