"""The planted facts of the sample shop, counted again from its tables alone and held against the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from shop.sample import Truth, sample_shop, sample_truth
from shop.shop import Shop

LONDON = ZoneInfo("Europe/London")
_SEASONAL = r"(?i)christmas|advent|wreath|winter tea|pomander|amaryllis"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return sample_shop()


@pytest.fixture(scope="module")
def truth() -> Truth:
    return sample_truth()


@pytest.fixture(scope="module")
def orders(shop: Shop, truth: Truth) -> pl.DataFrame:
    """The orders of known customers that are not planted as unusual, with what is true of their customers."""
    lines = shop.events.filter((pl.col("action") == "buy") & pl.col("customer_id").is_not_null())
    usual = lines.filter(~pl.col("order_id").is_in(list(truth.unusual_orders)))
    made = usual.group_by("order_id", "customer_id").agg(
        pl.col("time", "channel").first(), pl.col("product_id").n_unique().alias("lines")
    )
    return made.join(truth.customers, on="customer_id")


def total(values: pl.Series) -> float:
    return float(values.to_numpy().sum())


def mean(values: pl.Series) -> float:
    return float(values.to_numpy().mean())


def test_truth_names_every_customer_and_product_once(shop: Shop, truth: Truth) -> None:
    assert truth.customers["customer_id"].to_list() == shop.customers["customer_id"].to_list()
    assert truth.products["product_id"].to_list() == shop.products["product_id"].to_list()
    assert set(truth.customers["segment"]) == {segment.name for segment in truth.segments}


def test_segments_have_their_planted_shares(truth: Truth) -> None:
    for segment in truth.segments:
        share = mean(truth.customers["segment"] == segment.name)
        assert abs(share - segment.share) < 4 * sqrt(segment.share * (1 - segment.share) / 5_000), segment.name


def test_nobody_orders_before_coming_or_after_being_lost(orders: pl.DataFrame) -> None:
    assert orders.filter((pl.col("time") < pl.col("first_possible")) | (pl.col("time") >= pl.col("lost_at"))).is_empty()


def test_lost_customers_are_lost_at_the_planted_rate(truth: Truth) -> None:
    """An exponential life seen until the end: losses per day of exposure are 1 / alive_days, with error 1 / sqrt(losses)."""
    end = datetime(2026, 11, 1, tzinfo=LONDON)
    seen = truth.customers.with_columns(until=pl.min_horizontal("lost_at", pl.lit(end).dt.convert_time_zone("UTC")))
    for segment in truth.segments:
        own = seen.filter(segment=segment.name)
        days = total((own["until"] - own["first_possible"]).dt.total_seconds()) / 86_400
        losses = total(own["is_lost"])
        assert abs(days / losses / segment.alive_days - 1) < 4 / sqrt(losses), segment.name


def test_time_between_orders_is_the_planted_one(orders: pl.DataFrame, truth: Truth) -> None:
    """Days alive over orders after the first; mailed customers' campaign week is left out on both sides."""
    end = pl.lit(datetime(2026, 11, 1, tzinfo=LONDON)).dt.convert_time_zone("UTC")
    start = truth.campaign.sent_on
    in_campaign = pl.col("time").dt.date().is_between(start, start + timedelta(days=truth.campaign.days))
    counted = orders.filter(~in_campaign).group_by("customer_id").len("orders")
    people = truth.customers.filter("buys").join(counted, on="customer_id")
    alive = (pl.min_horizontal("lost_at", end) - pl.col("first_possible")).dt.total_seconds() / 86_400
    people = people.with_columns(days=alive, more=pl.col("orders") - 1)
    for segment in truth.segments:
        own = people.filter(segment=segment.name)
        found = total(own["days"]) / total(own["more"])
        # seasons run through a customer's own time, so that days are not worth the same: 6 % are allowed for it
        assert abs(found / segment.interval_days - 1) < 0.06 + 3 / sqrt(total(own["more"])), segment.name


def test_channels_and_basket_sizes_are_the_planted_ones(shop: Shop, orders: pl.DataFrame, truth: Truth) -> None:
    """Of British customers: the Irish ones order online only."""
    orders = orders.join(shop.customers.filter(country="United Kingdom"), on="customer_id", how="semi")
    ratios, weights = [], []
    for segment in truth.segments:
        own = orders.filter(segment=segment.name)
        store = own.filter(channel="store")
        assert abs(store.height / own.height - segment.store_share) < 0.03, segment.name
        web = own.filter(channel="web")
        ratios.append(mean(store["lines"]) / mean(web["lines"]))
        weights.append(1 / (1 / store.height + 1 / web.height))
    assert abs(np.average(ratios, weights=weights) - truth.store_lines_factor) < 0.07


def test_campaign_uplift_lies_within_its_standard_error(shop: Shop, orders: pl.DataFrame, truth: Truth) -> None:
    """Orders in the week a customer, mailed minus control, among those not lost when it began; three standard errors."""
    plan = truth.campaign
    start = datetime(plan.sent_on.year, plan.sent_on.month, plan.sent_on.day, tzinfo=LONDON).astimezone(UTC)
    week = orders.filter((pl.col("time") >= start) & (pl.col("time") < start + timedelta(days=plan.days)))
    people = shop.customers.join(truth.customers.filter("buys"), on="customer_id").filter(pl.col("lost_at") > start)
    people = people.join(week.group_by("customer_id").len("made"), on="customer_id", how="left")
    people = people.with_columns(
        pl.col("made").fill_null(0), pl.col("segment").replace_strict(plan.uplift).alias("planted")
    )
    sent, control = people.filter(pl.col(plan.column) == plan.sent), people.filter(pl.col(plan.column) == plan.control)
    found = mean(sent["made"]) - mean(control["made"])
    error = sqrt(sum(part["made"].to_numpy().var() / part.height for part in (sent, control)))
    assert min(sent.height, control.height) > 600
    assert found > 3 * error
    assert abs(found - mean(sent["planted"])) < 3 * error


def test_mail_went_only_to_those_who_asked_for_it(shop: Shop, truth: Truth) -> None:
    assert set(shop.customers.filter(pl.col(truth.campaign.column).is_not_null())["consent"]) == {"yes"}


def test_steady_products_never_change_their_price_and_others_do(shop: Shop, truth: Truth) -> None:
    paid = shop.events.filter(action="buy").group_by("product_id").agg(pl.col("unit_price").n_unique().alias("prices"))
    told = paid.join(truth.products, on="product_id").join(shop.products, on="product_id")
    assert told.filter(~pl.col("price_moves"))["prices"].max() == 1
    assert mean(told.filter("price_moves")["prices"] >= 2) > 0.95
    last = truth.prices.group_by("product_id").agg(pl.col("price").sort_by("week_start").last().alias("now"))
    assert last.join(shop.products, on="product_id").filter(pl.col("now") != pl.col("price")).is_empty()


def test_price_elasticity_is_recovered_by_a_regression(shop: Shop, truth: Truth) -> None:
    """Poisson regression of units on log price with an effect for each product and week, category by category."""
    scores = []
    for category in shop.products["category"].unique().sort():
        found, error = _elasticity(shop, truth, category)
        scores.append((found - truth.elasticity[category]) / error)
        assert abs(scores[-1]) < 4, category
    assert abs(float(np.mean(scores))) < 3 / sqrt(len(scores))


def test_response_to_price_is_seen_in_the_largest_categories(shop: Shop, truth: Truth) -> None:
    for category in ("Plants & Seeds", "Garden & Balcony", "Kitchen & Cooking", "Tableware"):
        assert abs(_elasticity(shop, truth, category)[0] - truth.elasticity[category]) < 0.5, category


def _elasticity(shop: Shop, truth: Truth, category: str) -> tuple[float, float]:
    """Return the slope and its robust error, by Newton steps with the two effects taken out by turns."""
    steady = ~pl.col("title").str.contains(_SEASONAL)
    ids = shop.products.filter((pl.col("category") == category) & steady)["product_id"].to_list()
    bought = shop.events.filter((pl.col("action") == "buy") & pl.col("product_id").is_in(ids))
    bought = bought.filter(~pl.col("order_id").is_in(list(truth.unusual_orders)))
    day = (bought["time"].dt.convert_time_zone("Europe/London").dt.date() - truth.starts).dt.total_days().to_numpy()
    product = bought["product_id"].replace_strict({name: row for row, name in enumerate(ids)}).to_numpy()
    prices = truth.prices.filter(pl.col("product_id").is_in(ids)).sort("product_id", "week_start")["price"].to_numpy()
    x = np.log(prices.reshape(len(ids), -1))
    units = np.zeros_like(x)
    np.add.at(units, (product, day // 7), bought["quantity"].to_numpy())
    slope, weeks = 0.0, np.ones(x.shape[1])
    for _ in range(40):
        mean = np.exp(slope * (x - x.mean(axis=1, keepdims=True)))
        for _ in range(5):
            rows = units.sum(axis=1) / (mean * weeks).sum(axis=1)
            weeks = units.sum(axis=0) / (mean * rows[:, None]).sum(axis=0)
        mean = mean * rows[:, None] * weeks
        left = x.copy()
        for _ in range(15):
            left -= (np.average(left, axis=1, weights=mean + 1e-12))[:, None]
            left -= np.average(left, axis=0, weights=mean + 1e-12)
        curve = (mean * left**2).sum()
        slope += ((units - mean) * left).sum() / curve
    return slope, float(sqrt((((units - mean) * left) ** 2).sum()) / curve)


def test_complements_are_bought_together_as_often_as_planted(shop: Shop, truth: Truth) -> None:
    """A pair's second product is beside the first in its planted share of orders, and a little more by chance."""
    baskets = shop.events.filter(action="buy").select("order_id", "product_id").unique()
    together = of_first = 0
    for first, second in truth.complements:
        with_first = baskets.filter(product_id=first).select("order_id")
        of_first += with_first.height
        together += baskets.filter(product_id=second).join(with_first, on="order_id").height
    assert len(truth.complements) >= 12
    assert of_first > 500
    assert -3 < (together / of_first - truth.complement_chance) / sqrt(0.35 * 0.65 / of_first)
    assert together / of_first < truth.complement_chance + 0.08


def test_returns_come_back_at_the_planted_rates(shop: Shop, truth: Truth) -> None:
    """Lines bought two months before the end and earlier; expected is the segment's rate times the category's factor."""
    rates = {segment.name: segment.return_rate for segment in truth.segments}
    early = shop.events.filter((pl.col("action") == "buy") & (pl.col("time") < shop.as_of - timedelta(days=60)))
    lines = early.filter(~pl.col("order_id").is_in(list(truth.unusual_orders))).join(truth.customers, on="customer_id")
    lines = lines.join(shop.products.select("product_id", "category"), on="product_id")
    factor = pl.col("category").replace_strict(dict(truth.return_factors), default=1.0)
    lines = lines.with_columns(expected=pl.col("segment").replace_strict(rates) * factor)
    back = shop.events.filter(action="return").select("order_id", "product_id", pl.lit(True).alias("back"))
    lines = lines.join(back, on=["order_id", "product_id"], how="left").with_columns(pl.col("back").fill_null(False))
    for segment in truth.segments:
        own = lines.filter(segment=segment.name)
        error = sqrt(total(own["expected"] * (1 - own["expected"]))) / own.height
        assert abs(mean(own["back"]) - mean(own["expected"])) < 4 * error, segment.name


def test_unusual_orders_are_what_their_kind_says(shop: Shop, truth: Truth) -> None:
    assert len(truth.unusual_orders) == 36
    lines = shop.events.filter(action="buy")
    for order, kind in truth.unusual_orders.items():
        own = lines.filter(order_id=order)
        hour = own["time"].dt.convert_time_zone("Europe/London").dt.hour()[0]
        if kind == "many units":
            assert own["quantity"].to_list()[0] >= 30
        elif kind == "dear and at night":
            assert (hour, own.height) == (3, 6)
        else:
            assert (kind, own.height) == ("a bit of everything", 16)
    night = lines.filter(pl.col("time").dt.convert_time_zone("Europe/London").dt.hour() < 6)
    assert set(night["order_id"]) <= set(truth.unusual_orders)


def test_future_only_column_tells_who_is_lost(shop: Shop, truth: Truth) -> None:
    """Nobody lost logs in again, so an old last login tells the future: 90 days without one leave few who come back."""
    table = shop.customers.join(truth.customers, on="customer_id")
    login = pl.col(truth.future_only).str.to_date()
    assert (
        table.filter("is_lost")
        .filter(login >= pl.col("lost_at").dt.convert_time_zone("Europe/London").dt.date())
        .is_empty()
    )
    assert mean(table.filter(login < truth.ends - timedelta(days=90))["is_lost"]) > 0.85
    assert mean(table.filter(login >= truth.ends - timedelta(days=30))["is_lost"]) < 0.15


def test_bakers_and_supper_cooks_differ_in_words_not_in_categories(shop: Shop, truth: Truth) -> None:
    lines = shop.purchases().join(truth.customers, on="customer_id").join(shop.products, on="product_id")
    shares = {}
    for name in ("bakers", "supper cooks"):
        own = lines.filter(segment=name)
        kitchen = own.filter(category="Kitchen & Cooking")
        shares[name] = (
            kitchen.height / own.height,
            mean(kitchen["title"].str.contains("(?i)bread|proving|icing|rolling")),
        )
    assert abs(shares["bakers"][0] - shares["supper cooks"][0]) < 0.08
    assert shares["bakers"][1] > 4 * shares["supper cooks"][1]
