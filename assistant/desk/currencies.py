"""Which currencies a typed amount may be in, by its sign or word. It converts nothing and knows no shop."""

from __future__ import annotations

import re

_DOLLARS = "USD AUD CAD NZD SGD HKD"
# what stands before a number or behind it → the currencies it may mean
_MEANS = {
    "£": "GBP",
    "€": "EUR",
    "$": _DOLLARS,
    "¥": "CNY JPY",
    "₹": "INR",
    "pounds?": "GBP",
    "quid": "GBP",
    "euros?": "EUR",
    "dollars?": _DOLLARS,
    "bucks": _DOLLARS,
    "francs?": "CHF",
    "franken": "CHF",
    "yen": "JPY",
    "yuan": "CNY",
    "rmb": "CNY",
    "rupees?": "INR",
    "kron(?:er|or|e|a)": "SEK NOK DKK",
    "kr": "SEK NOK DKK",
    "z(?:ł|loty|loties)": "PLN",
    "元": "CNY TWD HKD",
    "块钱?": "CNY",
    "英镑": "GBP",
    "欧元": "EUR",
    "美元": "USD",
    "日元": "JPY",
} | {code: code for code in "GBP EUR USD AUD CAD NZD SGD HKD CHF CNY JPY INR SEK NOK DKK PLN CZK".split()}
SIGNS = "|".join(
    re.escape(one) if one in "£€$¥₹" else rf"\b{one}(?![a-z])" for one in _MEANS if one in "£€$¥₹" or one.isupper()
)
WORDS_OF_MONEY = "|".join(re.escape(one) if one in "£€$¥₹" else rf"{one}(?![a-zà-ÿ])" for one in _MEANS)


def currencies_in(amount: str) -> frozenset[str]:
    """Return the codes of the currencies an amount may be in; empty where it names none.

    Examples
    --------
    >>> sorted(currencies_in("under 15 euros")), sorted(currencies_in("300元")), currencies_in("below 40")
    (['EUR'], ['CNY', 'HKD', 'TWD'], frozenset())
    """
    found: set[str] = set()
    for sign, codes in _MEANS.items():
        pattern = re.escape(sign) if sign in "£€$¥₹" else rf"(?<![a-zà-ÿ]){sign}(?![a-zà-ÿ])"
        if re.search(pattern, amount, re.IGNORECASE):
            found |= set(codes.split())
    return frozenset(found)
