"""True sentences in other words than the book's: what is refused although it is true. They hold by the facts, whoever reads them.

The templates were written without the book at hand; `{name}` is a fact as printed, `{who}` what the facts are about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from benchmarks.lies_texts import TrueText

_GROUP = """
We count {customers} people among the {who}.
The {who} number {customers}.
There are {customers} {who} in our data.
Of our whole customer base, {share} belong to the {who}.
{who}: {customers} customers.
{who} hold a share of {share} of the customers.
In terms of sales, {who} stand for {revenue_share}.
{revenue_share} of what we take at the till is paid by {who}.
When it comes to revenue, {who} account for {revenue_share}.
A typical basket of {who} is worth {average_order_value}.
Per order, {who} leave {average_order_value} with us on average.
{who} put {basket_size} things in an average basket.
{who} have placed {orders_mean} orders each on average.
On average a member of {who} has placed {orders_mean} orders.
Taken together over time, each of the {who} has paid {spend_mean} on average.
Within a year one of the {who} spends {spend_per_year} on average.
Between two purchases of {who}, {interval_days} days usually go by.
{who} usually come back after {interval_days} days.
We last heard from {who} {recency_days} days ago, typically.
It is typically {recency_days} days since {who} ordered.
{who} have typically known us for {tenure_days} days.
{top_category} takes the largest part of what {who} spend, {top_category_share}.
What {who} buy is {top_category} before anything else.
After {top_category}, {who} spend most on {second_category}.
No product is bought by {who} as often as {top_product}.
{top_product} heads the list of what {who} buy.
{who} mainly live in {country}.
The country named most by {who} is {country}, {country_share} of them.
{top_channel} is how {who} order, {top_channel_share} of the time.
{who} place {top_channel_share} of their orders through {top_channel}.
{weekday} is when {who} order more than on any other day.
The day of {who} is {weekday}: {weekday_share} of orders.
In {month}, {who} place {month_share} of their orders.
{month} sees more orders of {who} than any other month.
Weekends bring {weekend_share} of the orders of {who}.
{return_rate} of what {who} buy is sent back.
Out of everything {who} order, {return_rate} is returned.
{who} leave {abandoned_cart_share} of the products in their carts unbought.
{views_without_order_share} of the products {who} look at are not ordered.
Just one order each: that goes for {single_order_share} of {who}.
{single_order_share} of {who} came once and ordered once.
Compared with others, {who} buy {top_category} {category_lift} times as often.
Set against all other customers, an order of {who} is worth {order_value_ratio} times as much.
Count the {who} and you get {customers}, or {share}.
With {customers} customers, {who} reach {share} of the base and {revenue_share} of sales.
{customers} customers, {average_order_value} an order: these are {who}.
"""
_PRODUCT = """
We ask {price} for {title}.
{title}? {price}.
{title} sells at {price}.
{price} buys you {title}.
The maker of {title} is {brand}.
{title} comes out of the workshop of {brand}.
You will find {title} on our {category} shelf.
{title} belongs to {category}.
Right now {stock} pieces of {title} lie in our store.
We keep {stock} of {title}.
{buyers} people own {title} through us.
{title} found {buyers} buyers.
Over {recent_days} days, {title} went to {recent_buyers} people.
{recent_buyers} people took {title} home within {recent_days} days.
By {brand}, for {price}: {title}.
{title}, made by {brand}, sells for {price}.
Among our {category}: {title} at {price}.
At the price of {price} you can have {title}.
"""
_OFFER = """
Type {code} and {percent_off} comes off.
The code {code} cuts {percent_off} from the total.
Your total shrinks by {percent_off}.
We knock {amount_off} off the total.
With {code}, the total falls by {amount_off}.
{code} works up to and including {ends}.
The last day of this offer is {ends}.
After {ends}, the offer is over.
"""
_REASON = """
Among {also_bought_of} buyers of {because_product}, {also_bought_n} also took {reason_title}.
{also_bought_n} in {also_bought_of} who have {because_product} have {reason_title} too.
{reason_title} goes together with {because_product} in {also_bought_n} households of {also_bought_of}.
{reason_buyers} people bought {reason_title} during the past {reason_days} days.
Since you own {because_product}: {also_bought_n} of its {also_bought_of} owners bought {reason_title}.
"""


def free_truths(texts: Sequence[TrueText], *, most_of_one: int = 8) -> list[TrueText]:
    """Return true sentences in words of their own, each template at most `most_of_one` times."""
    made: dict[str, TrueText] = {}
    for block, jobs in ((_GROUP, ("persona",)), (_PRODUCT, _COPY), (_OFFER, _COPY), (_REASON, ("reason",))):
        sources = list({one.facts: one for one in texts if one.job in jobs}.values())
        for template in block.strip().splitlines():
            filled = ((_filled(template, one), one) for one in sources)
            for said, one in [each for each in filled if each[0]][:most_of_one]:
                made.setdefault(said, replace(one, text=said, passages=(), about=None))
    return list(made.values())


_COPY = ("email", "push", "sms", "ad")


def _filled(template: str, source: TrueText) -> str:
    values = dict(_values(source))
    wanted = re.findall(r"{(\w+)}", template)
    if not all(name in values for name in wanted) or not _holds(template, source):
        return ""
    if re.search(r"\b1 (?:people|pieces|buyers)", said := template.format(**values)):
        return ""
    return said


def _values(source: TrueText) -> Iterator[tuple[str, str]]:
    from assistant.writing import show

    yield "who", source.facts[0].subject.name
    for fact in source.facts:
        yield fact.name, show(fact, locale=source.printing.locale, currency=source.printing.currency)


# what a template says beyond its values, and when that is so
_CONDITIONS: Mapping[str, Callable[[Mapping[str, object]], bool]] = {
    "mainly live": lambda value: float(str(value["country_share"])) > 0.5,
    "before anything else": lambda value: float(str(value["top_category_share"])) > 0.5,
    "Just one order": lambda value: value["single_order_share"] != 1,
    "Compared with others": lambda value: float(str(value["category_lift"])) >= 1.1,
}


def _holds(template: str, source: TrueText) -> bool:
    values = {fact.name: fact.value for fact in source.facts}
    return all(check(values) for words, check in _CONDITIONS.items() if words in template)
