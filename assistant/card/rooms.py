"""What the scorecard says of the data and of recommendations. It knows thresholds, not how a figure comes about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.card.lines import Line, Section, Table, share_line
from assistant.card.predictors import group_titles

if TYPE_CHECKING:
    from assistant import Assistant
    from retrieval.evaluate import Mode, Score
    from retrieval.model import ItemModel

MODES: tuple[Mode, ...] = ("new", "all")
_WORDS = {"new": "products new to them", "all": "all products"}
OURS = "Shopkeeper"
_ROUNDS = 1000
_FEWEST = 30  # customers
_YEAR = 364  # days; whole weeks


def data_section(assistant: Assistant) -> Section:
    """Return how whole the data are: rows kept, buyers known, products with a text, a category and a price."""
    shop, name = assistant.shop, "data"
    lines = []
    used, unused = _files(assistant)
    if shop.report is not None:
        for source, read in used.items():
            kept = shop.report.rows_kept.get(source, 0)
            lines.append(
                share_line(
                    name,
                    f"rows kept of {source}",
                    (kept, read),
                    least=0.95,
                    short=f"More than one row in twenty of {source} is set aside; see the data report for the reasons.",
                )  # fmt: skip
            )
    bought = shop.events.filter(shop.events["action"] == "buy")
    known = bought.height - bought["customer_id"].null_count()
    lines.append(
        share_line(
            name,
            "purchase lines whose customer is known",
            (known, bought.height),
            least=0.5,
            short="Most purchases are by customers nobody knows: groups and predictions speak of a minority.",
        )  # fmt: skip
    )
    products = shop.products
    for column, least, short in (
        ("title", 0.95, "Many products have no title, so texts and search cannot speak of them."),
        ("description", 0.5, "Most products have no description: recommendations rest on titles alone."),
        ("category", 0.5, "Most products have no category: groups are told apart by words of titles instead."),
    ):
        full = products.height - int(products[column].null_count())
        what = f"products with a {column}"
        lines.append(share_line(name, what, (full, products.height), least=least, short=short))
    first = shop.purchases()["time"].min() if shop.has_clock else None
    if isinstance(first, datetime):
        days = (shop.as_of - first).days
        short = "" if days >= _YEAR else "Less than a year of purchases: what belongs to a season cannot be told."
        lines.append(
            Line(name, "days of history", float(days), baseline=("a year of weeks", float(_YEAR)), short=short)
        )
    lacks = tuple((column, disables) for column, disables in shop.lacks.items())
    tables = (Table("What is missing, and what that rules out", ("missing", "rules out"), lacks),) if lacks else ()
    if unused:
        files = tuple((source, f"{read:,}") for source, read in unused.items())
        tables = (
            Table("Files that hold no table a shop is made of, and are not used", ("file", "rows"), files),
            *tables,
        )
    return Section(name, tuple(lines), tables)


def _files(assistant: Assistant) -> tuple[dict[str, int], dict[str, int]]:
    """Return the rows read of each file that was used, and of each in which no table was recognised."""
    shop = assistant.shop
    read = {} if shop.report is None else dict(shop.report.rows_read)
    if shop.mapping is None:
        return read, {}
    known = {choice.source for choice in shop.mapping.choices if choice.table}
    return {one: n for one, n in read.items() if one in known}, {one: n for one, n in read.items() if one not in known}


def recommendation_sections(assistant: Assistant) -> list[Section]:
    """Return a section a mode: how well what customers bought later was foreseen, beside three simple rivals."""
    return [_recommendations(assistant, mode) for mode in MODES]


def _recommendations(assistant: Assistant, mode: Mode) -> Section:
    name = f"recommendations, {_WORDS[mode]}"
    try:
        scores, model = _scores(assistant, mode)
    except ValueError as error:
        return Section(name, why_not=str(error))
    ours = next(one for one in scores if one.name == OURS)
    rival = max((one for one in scores if one.name != OURS), key=lambda one: one.ndcg)
    if ours.customers < _FEWEST:
        why = f"only {ours.customers} customers bought later; at least {_FEWEST} are needed to tell good from bad"
        return Section(name, why_not=why)
    short = _behind(ours, rival)
    lines = []
    for one in scores:
        is_ours = one.name == OURS
        beside = (rival.name, rival.ndcg) if is_ours else None
        note = f"{one.customers:,} customers, coverage {one.coverage:.0%}"
        lines.append(
            Line(
                name, f"NDCG@10, {one.name}", one.ndcg, one.ndcg_interval, note, beside, short=short if is_ours else ""
            )
        )
        beside = (rival.name, rival.recall) if is_ours else None
        lines.append(Line(name, f"Recall@20, {one.name}", one.recall, one.recall_interval, baseline=beside))
    lines += _cold_lines(name, scores)
    return Section(name, tuple(lines), _tables(assistant, ours, model))


def _cold_lines(name: str, scores: Sequence[Score]) -> list[Line]:
    """Return how each way finds products hardly sold before; none where nobody bought one later."""
    from retrieval.evaluate import COLD

    return [
        Line(
            name,
            f"Recall@20 of products with fewer than {COLD} sales before, {one.name}",
            one.cold_recall,
            one.cold_interval,
        )
        for one in scores
        if one.cold_recall is not None
    ]


def _tables(assistant: Assistant, ours: Score, model: ItemModel) -> tuple[Table, ...]:
    """Return what was tried on the validation window with the choice, and how the recommender does in each segment."""
    tried = tuple(
        (f"{one.name}{', chosen' if one.chosen else ''}", f"{one.ndcg:.4f}", f"{one.recall:.4f}") for one in model.tried
    )
    columns = ("tried", "NDCG@10", "Recall@20")
    tables = [Table(f"How the recipe was chosen. {model.why}", columns, tried)] if tried else []
    labels = dict(zip(assistant.shop.customers["customer_id"], assistant.made.labels.tolist(), strict=True))
    groups, titles = ours.per_group(labels), group_titles(assistant)
    rows = tuple(
        (
            titles[int(group)],
            f"{one.customers:,}",
            f"{one.ndcg:.4f} ({one.ndcg_interval[0]:.4f} to {one.ndcg_interval[1]:.4f})",
        )
        for group, one in groups.items()
    )
    return (*tables, Table("NDCG@10 in each group of customers", ("group", "customers", "NDCG@10"), rows))


def _behind(ours: Score, rival: Score) -> str:
    """Return what to say where the best simple rival is not beaten beyond chance, "" where it is.

    Source: paired bootstrap over customers, Efron & Tibshirani (1993), An Introduction to the Bootstrap.
    """
    import numpy as np

    gaps = ours.per_customer - rival.per_customer
    rng = np.random.default_rng(0)
    means = [gaps[rng.integers(0, len(gaps), len(gaps))].mean() for _ in range(_ROUNDS)]
    low, high = np.percentile(means, [2.5, 97.5])
    if high < 0:
        return f"“{rival.name[:1].upper()}{rival.name[1:]}” foresees purchases better than Shopkeeper does here: use it instead."
    if low <= 0:
        return f"Shopkeeper is not surely better than “{rival.name}” here; the simple way may do."
    return ""


def _scores(assistant: Assistant, mode: Mode) -> tuple[list[Score], ItemModel]:
    """Return how each way did, ours first as it is served: the shop's own choice of model, and of showing what customers own."""
    from retrieval.baselines import RECENT_DAYS, popularity, repeat
    from retrieval.batch import scorer_of
    from retrieval.choice import fitted, fitted_with_repeats, shows_repeats
    from retrieval.evaluate import evaluate, split_by_time
    from retrieval.live import Live
    from retrieval.recommend import Exclude

    split = split_by_time(assistant.shop)
    index = assistant.made.products
    vectors, encoder = index.vectors(), index.encoder_name
    again = fitted_with_repeats(split.train, vectors, encoder=encoder) if mode == "all" else None
    model = again if again is not None and shows_repeats(again) else fitted(split.train, vectors, encoder=encoder)
    # what is in stock today says nothing of the day of the cut
    exclude = Exclude("include" if model is again else "exclude", out_of_stock=False, returned=False)
    scorers = {
        OURS: scorer_of(Live(split.train, model, vectors, assistant.encoder.encode), exclude),
        "what sells": popularity(split.train),
        "what sells lately": popularity(split.train, days=RECENT_DAYS),
        "what they bought before": repeat(split.train),
    }
    return evaluate(split, scorers, mode=mode), model
