"""The facts that may be said, by name: what each is about, its unit and its exact meaning. It holds no value of any shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assistant.writing.known_desk import DESK

KINDS = ("segment", "customer", "product", "reason", "order", "shop", "offer", "passage", "ticket")
UNITS = (
    "count",
    "mean",
    "share",
    "percent",
    "money",
    "days",
    "times",
    "date",
    "hour",
    "weekday",
    "month",
    "name",
    "text",
)
NUMBERS = ("count", "mean", "share", "percent", "money", "days", "times", "hour", "weekday", "month")


@dataclass(frozen=True)
class Known:
    """What a fact's name means.

    `is_mean`: "on average" may be said of it, and money is rounded as a mean. `is_typical`: a median. `is_top`: the
    largest of its kind without a tie, so "most" and "favourite" may be said. `is_estimate`: predicted, not counted; a
    line that states it says so, and its money is rounded as a mean. `cues`: words one of which must stand in a sentence
    of unknown wording that states it. `topic` orders the sentences of a text.
    """

    kind: str
    unit: str
    meaning: str
    topic: str = ""
    cues: tuple[str, ...] = ()
    is_mean: bool = False
    is_typical: bool = False
    is_top: bool = False
    is_estimate: bool = False


# name | unit | topic | flags | cue words | meaning
_SEGMENT = """
customers | count | size | | customers members people | customers in the segment
share | share | size | | base customers | customers of the segment among the customers of all segments
kept_purchases | count | size | | purchase purchases | purchases of the segment that were neither cancelled nor sent back
held_differences | count | size | | apart | differences from all other customers that were found and held on customers the grouping never saw
revenue_share | share | size | | revenue sales turnover | revenue of the segment in the revenue of all segments
orders_mean | mean | value | mean | orders order ordered | mean number of orders a customer
items_mean | mean | value | mean | bought items | mean number of units a customer has bought
average_order_value | money | value | mean | order | revenue of the segment divided by its number of orders
spend_per_year | money | value | mean | year | mean over the customers of what each spent in the last 365 days
spend_mean | money | value | mean | spent | mean over the customers of what each has spent in all
order_value_ratio | times | value | mean | order | average order value as a multiple of that of all other customers
spend_ratio | times | value | mean | spend | mean spend in all a customer, as a multiple of that of all other customers
spend_median_ratio | times | value | typical | spend spent | median spend in all of those who bought, as a multiple of that of all other buyers
unit_price_ratio | times | value | typical | price costs | median over buyers of the mean price each paid a unit, as a multiple of that of all others
products_median | mean | value | typical | products | median over those who bought of how many different products each has bought
basket_size | mean | value | mean | items | mean number of units in an order
single_order_share | share | value | | once one | customers with exactly one order among the customers
interval_days | days | rhythm | typical | every between | median over customers with two or more orders of their mean days between orders
recency_days | days | rhythm | typical | last ago | median over the customers of the days since their last order
tenure_days | days | rhythm | typical | first | median over the customers of the days since their first order
top_category | name | category | top | category spend | the category with the largest part of their spend
top_category_share | share | category | | spend | part of their spend in top_category
second_category | name | category | | second | the category with the second largest part of their spend
category_lift | times | category | | likely | part of them who bought from top_category as a multiple of that part among all other customers
drawn_category | name | category | | | a category that sets what they buy apart from what others buy
drawn_category_lift | times | category | | likely | part of them who bought from drawn_category as a multiple of that part among all other customers
drawn_product | name | category | | | a product that sets what they buy apart from what others buy
drawn_product_lift | times | category | | likely | part of them who bought drawn_product as a multiple of that part among all other customers
second_drawn_category | name | category | | | another category that sets what they buy apart
second_drawn_category_lift | times | category | | likely | part of them who bought from it as a multiple of that part among all others
second_drawn_product | name | category | | | another product that sets what they buy apart
second_drawn_product_lift | times | category | | likely | part of them who bought it as a multiple of that part among all others
third_drawn_category | name | category | | | a third category that sets what they buy apart
third_drawn_category_lift | times | category | | likely | part of them who bought from it as a multiple of that part among all others
third_drawn_product | name | category | | | a third product that sets what they buy apart
third_drawn_product_lift | times | category | | likely | part of them who bought it as a multiple of that part among all others
shunned_category | name | category | | | a category they buy from less than others do
shunned_category_ratio | share | category | | likely | part of them who bought from it as a part of that part among all others
title_word | name | category | | title titles | a word of product titles that sets their purchases apart
title_word_share | share | category | | title titles | of the pairs of customer and product they bought, the part with title_word in the title
title_word_lift | times | category | | title titles | title_word_share as a multiple of that part among all other customers
second_title_word | name | category | | title titles | another word of product titles that sets their purchases apart
second_title_word_lift | times | category | | title titles | its part of the pairs of customer and product as a multiple of that among all others
top_product | name | category | top | product | the product in the largest number of their orders
top_channel | name | habit | top | through channel | the channel of the largest number of their orders
top_channel_share | share | habit | | orders | part of their orders through top_channel
weekday | weekday | habit | top | day | the weekday of the largest number of their orders, Monday 1 to Sunday 7
weekday_share | share | habit | | orders | part of their orders placed on that weekday
weekend_share | share | habit | | weekend | part of their orders placed on a Saturday or Sunday
hour | hour | habit | top | hour around | the hour of the day in which the largest number of their orders is placed, 0 to 23, shop time
month | month | habit | top | month | the month of the year of the largest number of their orders, 1 to 12
month_share | share | habit | | orders | part of their orders placed in that month of the year
country | name | habit | top | country | the country of the largest number of them
country_share | share | habit | | live country | part of them with that country
return_rate | share | risk | | return returned send | units returned among units bought
views_without_order_share | share | risk | | look looked view viewed | of the customer–product pairs of a view, the part without an order
abandoned_cart_share | share | risk | | cart carts basket | of the customer–product pairs of a cart, the part without an order
churn_probability_mean | share | outlook | mean estimate | chance | mean over them of the predicted chance of no order within churn_horizon_days
churn_horizon_days | days | outlook | | days | the days after as_of that churn_probability_mean looks ahead
orders_expected_mean | mean | outlook | mean estimate | orders | mean over the customers of the orders predicted within value_horizon_days
value_expected_mean | money | outlook | mean estimate | spend | mean over the customers of the spend predicted within value_horizon_days
value_horizon_days | days | outlook | | days | the days after as_of that orders_expected_mean and value_expected_mean look ahead
"""
_PRODUCT = """
title | name | product | | | the product's title, as customers read it
category | name | product | | category | the product's category
brand | name | product | | brand by from | the product's brand
price | money | product | | price costs | today's price of one unit
stock | count | stock | | stock | units on hand
description_sentence | text | product | | | one sentence of the product's description, word for word (see `quotable_sentences`)
buyers | count | popularity | | customers bought | customers who have bought the product
repeat_buyers | count | popularity | | again | customers with two or more orders that hold the product
recent_buyers | count | popularity | | customers bought | customers who bought it in the last recent_days days
recent_days | days | popularity | | days | the days recent_buyers looks back
category_rank | count | popularity | | | place of the product in its category by number of buyers, 1 first
rating | mean | popularity | mean | rating rated | mean rating of the product's reviews, of 5
reviews | count | popularity | | reviews | ratings that mean is made of
demand_units | mean | prediction | estimate | units | units predicted to be sold in the demand_days days after as_of
demand_low | mean | prediction | estimate | units | lower end of the interval of demand_units
demand_high | mean | prediction | estimate | units | upper end of the interval of demand_units
demand_level | share | prediction | | | probability the model gives the interval from demand_low to demand_high
demand_days | days | prediction | | days | the days demand_units looks ahead
price_rise | share | prediction | | higher | a rise of the price, as a part of today's price
units_lost | share | prediction | estimate | fewer | part of its units that the model predicts not to be sold at a price higher by price_rise
units_lost_low | share | prediction | estimate | fewer | lower end of the interval of units_lost
units_lost_high | share | prediction | estimate | fewer | upper end of the interval of units_lost
units_lost_level | share | prediction | | | probability the model gives the interval from units_lost_low to units_lost_high
"""
_REASON = """
reason_title | name | reason | | | title of the product that is recommended
because_product | name | reason | | | title of a product the reader bought and the recommended one is near to
because_date | date | reason | | | the day the reader last bought because_product
because_viewed | name | reason | | | title of a product the reader looked at and the recommended one is near to
because_carted | name | reason | | | title of a product the reader put in the basket and the recommended one is near to
because_saved | name | reason | | | title of a product the reader saved as a favourite and the recommended one is near to
because_rated | name | reason | | | title of a product the reader rated and the recommended one is near to
own_orders | count | reason | | ordered | orders of the reader that hold the recommended product
own_date | date | reason | | | the day the reader last bought the recommended product
also_bought_n | count | reason | | bought | customers who bought because_product and the recommended one
also_bought_of | count | reason | | bought | customers who bought because_product
shared_category | name | reason | | | a category the reader has bought from and the recommended product is in
shared_brand | name | reason | | | a brand the reader has bought and the recommended product is of
reason_buyers | count | reason | | bought | customers who bought the recommended product in the last reason_days days
reason_days | days | reason | | days | the days reason_buyers looks back
"""
_OTHERS = """
customer | customer_name | name | greeting | | | the reader's name as the shop keeps it
customer | orders_placed | count | history | | orders | orders the reader has placed
customer | last_order_date | date | history | | order | the day of the reader's last order
customer | favourite_category | name | history | top | category | the category with the largest part of the reader's spend
customer | churn_probability | share | prediction | estimate | chance | predicted probability that the customer places no order within churn_days
customer | churn_raised_by | name | prediction | | raised raises against risk away | what of the customer raises churn_probability most
customer | churn_lowered_by | name | prediction | | lowered lowers favour good again | what of the customer lowers churn_probability most
customer | churn_days | days | prediction | | days | the days after as_of that churn_probability looks ahead
customer | next_order_on | date | prediction | estimate | | the day by which the model gives the next order an even chance (the median of its time)
customer | next_order_from | date | prediction | estimate | | first day of the interval of next_order_on
customer | next_order_to | date | prediction | estimate | | last day of the interval of next_order_on
customer | next_order_level | share | prediction | | | probability the model gives a next order from next_order_from to next_order_to
customer | orders_expected | mean | prediction | estimate | orders | orders predicted for the customer in the value_days days after as_of
customer | customer_value | money | prediction | estimate | spend | spend predicted for the customer in the value_days days after as_of
customer | customer_value_low | money | prediction | estimate | | lower end of the interval of customer_value
customer | customer_value_high | money | prediction | estimate | | upper end of the interval of customer_value
customer | customer_value_level | share | prediction | | | probability the model gives the interval from customer_value_low to customer_value_high
customer | value_days | days | prediction | | days | the days customer_value and orders_expected look ahead
offer | percent_off | percent | offer | | off | percent off everything
offer | amount_off | money | offer | | off | amount off an order of anything
offer | product_percent_off | percent | offer | | off | percent off offer_product
offer | product_amount_off | money | offer | | off | amount off offer_product
offer | offer_product | name | offer | | | title of the one product the offer is for
offer | code | name | offer | | code | the code that must be entered
offer | ends | date | offer | | until | the last day of the offer
order | order_number | name | order | | order | the order's number as the customer knows it
order | placed_on | date | order | | placed | the day it was placed
order | sent_on | date | order | | sent | the day it was sent
order | delivered_on | date | order | | delivered | the day it was delivered
order | cancelled_on | date | order | | cancelled | the day it was cancelled
order | status | name | order | | status | the order's status in the shop's own word
order | tracking | name | order | | tracking | the carrier's number
shop | shop_name | name | shop | | | the shop's name
shop | contact | name | shop | | reach | how the shop is reached
shop | hours | text | shop | | open | the shop's opening hours in its own words
shop | occasion | name | shop | | | an occasion the shop writes for, in its own word
shop | shop_customers | count | shop | | customers | customers in the data
shop | shop_products | count | shop | | products | products in the data
shop | shop_orders | count | shop | | orders | orders in the data
shop | groups | count | shop | | groups | groups the customers were put in
shop | claims_tested | count | shop | | claims | claims of personas that were tested on customers held out of the grouping
shop | claims_held | count | shop | | claims | those of claims_tested that held
shop | data_from | date | shop | | | the day of the first event in the data
shop | data_to | date | shop | | | the day of the last event in the data
passage | passage_title | name | passage | | | title or question of a page of the shop
passage | passage_source | name | passage | | | where that page lies
"""


def _rows(table: str, kind: str | None) -> dict[str, Known]:
    known = {}
    for row in table.strip().splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        of_kind = kind or cells.pop(0)
        name, unit, topic, flags, cues, meaning = cells
        is_so = [flag in flags.split() for flag in ("mean", "typical", "top", "estimate")]
        known[name] = Known(of_kind, unit, meaning, topic, tuple(cues.split()), *is_so)
    return known


KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        **_rows(_SEGMENT, "segment"),
        **_rows(_PRODUCT, "product"),
        **_rows(_REASON, "reason"),
        **_rows(_OTHERS, None),
        **_rows(DESK, None),
    }
)
REPEATED = frozenset(
    {"description_sentence", "told", "review_rating"}
)  # the only names a subject may have several facts of


def known(name: str) -> Known:
    """Return what the fact `name` means.

    Raises
    ------
    KeyError
        When no fact has that name; near names are offered.
    """
    if name not in KNOWN:
        from difflib import get_close_matches

        near = get_close_matches(name, KNOWN, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise KeyError(f"no fact is called {name!r}.{hint} The names are in assistant/writing/known.py.")
    return KNOWN[name]
