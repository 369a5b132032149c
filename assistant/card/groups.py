"""What the scorecard says of groups and personas: how clear and stable, beside other ways and chance. It names no group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.card.lines import Line, Section, Table, columns_of, wilson
from assistant.card.predictors import group_titles
from assistant.movement import MONTH, labels_at, movement

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.later import Later
    from assistant.making import Made
    from segmentation.comparing import Fared, Way

_LEAST_JACCARD = 0.75  # Hennig (2007): a group below comes back too seldom to be trusted
_LEAST_HELD = 0.95
_MOST_MOVED = 0.3
_LEAST_TRUE = 0.75
LATER = (90, 60, 30)  # days; the longest with as much history before it is taken
LATER_NAME = "personas later"
OURS = "k-means on behaviour and texts"


def segments_section(assistant: Assistant) -> Section:
    """Return how clear, stable and lasting the groups are, every way of grouping on one table."""
    name, made = "segments", assistant.made
    groups = len(made.segments.centres)
    if groups < 2:
        return Section(name, why_not=made.segments.reason)
    fared = compared(assistant)
    ours, chance = fared[0], fared[-1]
    weakest = min(ours.jaccards)
    moved = movement(assistant.shop, made, months=1)
    lines = [
        Line(name, "silhouette", ours.silhouette, note=f"{groups} groups", baseline=(chance.way, chance.silhouette)),
        Line(
            name, "stability (adjusted Rand index on resamples)", ours.stability, ours.stability_interval,
            baseline=(chance.way, chance.stability),
            short="" if ours.stability > chance.stability else "Another sample of customers would be divided otherwise.",
        ),
        Line(
            name, "overlap of the weakest group found again (Jaccard)", weakest, baseline=("asked for", _LEAST_JACCARD),
            short="" if weakest >= _LEAST_JACCARD else "A group does not come back on another sample: do not build on it.",
        ),
    ]  # fmt: skip
    if moved is not None:
        short = "Three customers in ten change their group within a month: read the groups as moods, not as kinds."
        lines.append(
            Line(
                name,
                "customers in another group than 30 days ago",
                moved.moved,
                note=f"{int(moved.matrix.sum()):,} customers",
                interval=wilson(int(moved.matrix.sum() - np.trace(moved.matrix)), int(moved.matrix.sum())),
                better="less",
                baseline=("at most", _MOST_MOVED),
                short=short if moved.moved > _MOST_MOVED else "",
            )  # fmt: skip
        )
    header = ("way", "groups", "silhouette", "stability", "weakest group", "smallest", "outliers", "moved", "like ours")
    rows = [
        (
            one.way, one.groups, one.silhouette, one.stability, min(one.jaccards), f"{one.smallest_share:.0%}",
            f"{one.outliers:.0%}", "–" if one.moved is None else f"{one.moved:.0%}", one.agreement,
        )
        for one in fared
    ]  # fmt: skip
    caption = (
        "Every way on the same customers: silhouette in the measures of the first way; stability and weakest group over "
        "resamples; moved within 30 days; agreement with the groups in use (adjusted Rand index)"
    )
    classes = _classes(made, group_titles(assistant))
    return Section(name, tuple(lines), (Table(caption, header, columns_of(rows)), *classes))


def _classes(made: Made, titles: Sequence[str]) -> tuple[Table, ...]:
    """Return the standard classes of recency, frequency and spend with who is in them; nothing without clock or prices."""
    import polars as pl

    from segmentation import rfm_classes
    from segmentation.rfm import RFM_CLASSES

    known = rfm_classes(made.profiles).with_columns(
        pl.Series("group", made.labels), made.profiles["monetary_value"].alias("spend")
    )
    known = known.drop_nulls("rfm_class")
    if known.is_empty():
        return ()
    groups = sorted(known["group"].unique().to_list())
    rows = []
    for name, *_ in RFM_CLASSES:
        own = known.filter(pl.col("rfm_class") == name)
        counts = [f"{own.filter(pl.col('group') == one).height:,}" for one in groups]
        worth = float(own["spend"].sum()) / max(float(known["spend"].sum()), 1e-9)
        rows.append((name, f"{own.height:,}", f"{own.height / known.height:.0%}", f"{worth:.0%}", *counts))
    head = ("class", "customers", "of all", "of spend", *(titles[one] for one in groups))
    return (
        Table(
            "The standard classes of recency, frequency and spend, and how many of each are in which group",
            head,
            tuple(rows),
        ),
    )


def compared(assistant: Assistant) -> list[Fared]:
    """Return how each way of grouping fares: ours first, chance (the same measures, each shuffled) last."""
    from segmentation.comparing import compare_ways

    made = assistant.made
    buys = np.flatnonzero((made.profiles["orders"] > 0).to_numpy())
    common = made.segments.features(made.profiles, made.customers)[buys]
    return compare_ways(_ways(assistant, buys), common, made.labels[buys])


def _ways(assistant: Assistant, buys: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Way]:
    from assistant.making import customers_at
    from segmentation.comparing import Way
    from segmentation.estimators import DensityGroups, FactorGroups, GraphGroups, KMeansGroups, WardGroups
    from segmentation.features import RFM, fit_scaling

    shop, made = assistant.shop, assistant.made
    k = len(made.segments.centres)
    profiles = made.profiles[buys.tolist()]
    rows = made.segments.features(made.profiles, made.customers)[buys]
    rfm = fit_scaling(profiles, None, columns=RFM)
    sales = _purchases(assistant)
    before, lived, earlier = None, None, None
    found = labels_at(shop, made, shop.as_of - MONTH) if shop.has_clock else None
    if found is not None:
        lived = found[1][buys]
        was, vectors = customers_at(shop, made, shop.as_of - MONTH)
        before, earlier = made.segments.features(was, vectors)[buys], rfm.features(was[buys.tolist()], None)
    rng = np.random.default_rng(0)
    nothing = np.column_stack([rng.permutation(column) for column in rows.T])
    return [
        Way(OURS, KMeansGroups(k), rows, before, lived),
        Way("k-means on recency, orders and spend", KMeansGroups(k), rfm.features(profiles, None), earlier, lived),
        Way("Ward", WardGroups(k), rows, before, lived),
        Way("similarity graph", GraphGroups(k), rows, before, lived),
        Way("factors of what is bought", FactorGroups(k), sales[buys], None if found is None else _purchases(
            assistant, before=True)[buys], lived),
        Way("HDBSCAN", DensityGroups(), rows, before, lived),
        Way("chance", KMeansGroups(k), nothing),
    ]  # fmt: skip


def _purchases(assistant: Assistant, *, before: bool = False) -> Any:
    """Return the units of each product each customer kept, CSR (customers, products)."""
    from scipy.sparse import csr_matrix

    shop = assistant.shop
    seen = shop.until(shop.as_of - MONTH) if before else shop
    lines = seen.purchases().select("customer_id", "product_id", "quantity")
    rows = shop.customers.select("customer_id").with_row_index("_row")
    columns = shop.products.select("product_id").with_row_index("_column")
    known = lines.join(rows, on="customer_id").join(columns, on="product_id")  # guests are no rows
    shape = (shop.customers.height, shop.products.height)
    return csr_matrix((known["quantity"].to_numpy(), (known["_row"].to_numpy(), known["_column"].to_numpy())), shape)


def personas_section(assistant: Assistant) -> Section:
    """Return how many claims of personas held on customers the grouping never saw, beside groups shuffled."""
    name = "personas"
    personas = assistant.personas()
    held, tested = sum(one.held_out.held for one in personas), sum(one.held_out.tested for one in personas)
    if not assistant.made.held_out.any():
        return Section(name, why_not="too few customers to hold some out")
    if not tested:
        return Section(name, why_not="nothing sets the groups apart enough to be claimed and tested")
    survived, of = _of_shuffled(assistant)
    chance = survived / max(of, 1)
    low, high = wilson(held, tested)
    buying = [one for one in personas if one.segment < len(assistant.made.segments.centres)]
    short = "" if held / tested >= _LEAST_HELD else (
        "More than one claim in twenty failed on new customers; those are removed, and the others deserve a second look."
    )  # fmt: skip
    lines = [
        Line(
            name, "claims that held on held-out customers, before any was removed", held / tested, (low, high),
            f"{held} of {tested}", ("held-out customers shuffled", chance), short=short,
        ),
        Line(name, "claims a group", tested / max(len(buying), 1), note=f"{len(buying)} groups of buying customers"),
    ]  # fmt: skip
    rows = [(one.title, f"{one.customers:,}", one.held_out.held, one.held_out.tested) for one in personas]
    return Section(
        name, tuple(lines), (Table("Each group", ("group", "customers", "held", "tested"), columns_of(rows)),)
    )


def later_section(assistant: Assistant) -> Section:
    """Return what became of the groups and claims of 90 (60, 30) days ago: still true today, of the group and of its people."""
    from assistant.later import judged_later
    from assistant.personas import Writing

    writing = Writing(assistant.book, assistant.printing, None)
    tried = (judged_later(assistant.shop, assistant.made, writing, days=days) for days in LATER)
    found = next((one for one in tried if one is not None and one.claims), None)
    if found is None:
        return Section(
            LATER_NAME, why_not="too little history, or too few customers, to look back at claims of a month ago"
        )
    return section_of_later(found, (assistant.shop.as_of - found.moment).days)


def section_of_later(found: Later, days: int) -> Section:
    """Return what became of groups and claims as a section, with the claims that are true no longer."""
    name, of = LATER_NAME, len(found.claims)
    kind, people = (sum(one[at] for one in _verdicts(found)) for at in (0, 1))
    short = "" if kind / of >= _LEAST_TRUE else (
        f"More than a quarter of what was said of the groups {days} days ago is true no longer: write personas anew more often."
    )  # fmt: skip
    lines = (
        Line(name, f"claims of {days} days ago true of their group as it is today", kind / of, wilson(kind, of),
             f"{kind} of {of} that had held then", ("customers put to groups at random", found.chance), short=short),
        Line(name, "the same, of the people who were in the group then", people / of, wilson(people, of), f"{people} of {of}"),
        Line(name, "groups found then and today, alike (adjusted Rand index)", found.agreement,
             note="today's customers put to both", baseline=("chance", 0.0)),
    )  # fmt: skip
    gone = [(title, test.said, test.why) for title, test, _ in found.claims if not test.held]
    head = ("group then", "what was said", "today")
    return Section(name, lines, (Table(f"Said {days} days ago and true no longer", head, tuple(gone)),))


def _verdicts(found: Later) -> list[tuple[bool, bool]]:
    return [(test.held, of_people) for _, test, of_people in found.claims]


def _of_shuffled(assistant: Assistant) -> tuple[int, int]:
    """Return how many claims hold, and of how many, where held-out customers are put to groups at random."""
    from assistant.personas import Writing, write_personas

    writing = Writing(assistant.book, assistant.printing, None)
    made = shuffled_held_out(assistant.made)
    told = write_personas(assistant.shop, made, writing, as_of=assistant.as_of, tick=lambda done, total: None)
    return sum(one.held_out.held for one in told), sum(one.held_out.tested for one in told)


def shuffled_held_out(made: Made, *, seed: int = 0) -> Made:
    """Return the same with the groups of the held-out customers who bought shuffled among them."""
    some = np.flatnonzero((made.profiles["orders"] > 0).to_numpy() & made.held_out)
    labels = made.labels.copy()
    labels[some] = np.random.default_rng(seed).permutation(labels[some])
    return replace(made, labels=labels)
