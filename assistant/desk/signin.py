"""Who speaks: an order number or e-mail address, then a code sent to the address the shop knows. It never says whether it knows one.

Codes are kept as salted hashes, hold for minutes, and are worth few tries. What may be done after the sign-in is no matter here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.desk.store import Store
    from shop import Shop

DIGITS = 6


@dataclass(frozen=True)
class Limits:
    """How long a code and a sign-in hold, how many tries a code has, how many codes an hour one may ask for."""

    code_minutes: int = 10
    tries: int = 5
    codes_an_hour: int = 5
    signed_in_minutes: int = 60


LIMITS = Limits()


def mail_column(shop: Shop) -> str | None:
    """Return the column of `customers` that holds e-mail addresses: named so, and most of its values are some."""
    import polars as pl

    for name in shop.customers.columns:
        if not re.search(r"e?-?_?mail", name, re.IGNORECASE) or shop.customers[name].dtype != pl.String:
            continue
        values = shop.customers[name].drop_nulls()
        is_mail = values.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
        if len(values) and 2 * int(is_mail.sum()) > len(values):
            return name
    return None


def mail_of(shop: Shop, customer_id: str) -> str:
    """Return the e-mail address of a customer, "" where the shop has none."""
    import polars as pl

    column = mail_column(shop)
    if column is None:
        return ""
    found = shop.customers.filter(pl.col("customer_id") == customer_id)[column].drop_nulls().to_list()
    return str(found[0]).strip() if found and "@" in str(found[0]) else ""


def customer_of(shop: Shop, typed: str) -> str | None:
    """Return the customer an order number or an e-mail address belongs to; None where nobody's, or more than one's."""
    import polars as pl

    words = typed.strip().casefold()
    column = mail_column(shop)
    if "@" in words:
        if column is None:
            return None
        rows = shop.customers.filter(pl.col(column).str.to_lowercase().str.strip_chars() == words)
    else:
        number = re.sub(r"[^a-z0-9]", "", words)
        rows = shop.orders.filter(pl.col("order_id").str.to_lowercase().str.replace_all(r"[^a-z0-9]", "") == number)
    found = rows["customer_id"].drop_nulls().unique().to_list()
    return str(found[0]) if len(found) == 1 else None


def looks_like_sign_in(typed: str) -> bool:
    """Return whether a message is an e-mail address or an order number and nothing else."""
    words = typed.strip().strip("#.")
    return bool(re.fullmatch(r"[^@\s]{1,64}@[^@\s]{3,190}", words) or re.fullmatch(r"(?=.*\d)[\w/-]{3,40}", words))


def code_in(typed: str) -> str:
    """Return the code in a message that is a code and little else, "" where there is none.

    Examples
    --------
    >>> code_in("my code is 123 456"), code_in("Order 123456 from 2024")
    ('123456', '')
    """
    words = re.sub(r"^\s*(my |the )?(code|it)( is)?:?\s+", "", typed.strip(), flags=re.IGNORECASE).strip(" .")
    joined = re.sub(r"[\s-]", "", words)
    return joined if re.fullmatch(rf"\d{{{DIGITS}}}", joined) else ""


def ask_code(
    store: Store,
    conversation: str,
    typed: str,
    customer_id: str | None,
    send: Callable[[str, str], None],
    limits: Limits = LIMITS,
) -> None:
    """Make a code for a conversation and hand it to `send(customer_id, code)` where somebody is known and the hour allows it.

    Whether anybody is known changes neither what is written nor what is returned. Earlier codes of the conversation end.
    """
    from sqlalchemy import func, select

    from assistant.desk.tables import codes

    code, salt = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", secrets.token_hex(16)
    asked_for = hashlib.sha256(typed.strip().casefold().encode()).hexdigest()
    now = store.now()
    with store.writing() as connection:
        recent = codes.c.made > now - timedelta(hours=1)
        by = (codes.c.conversation_id == conversation) | (codes.c.asked_for == asked_for)
        if customer_id is not None:
            by |= codes.c.customer_id == customer_id
        before = connection.execute(select(func.count()).select_from(codes).where(recent & by)).scalar_one()
        is_within = before < limits.codes_an_hour
        connection.execute(codes.update().where(codes.c.conversation_id == conversation).values(is_used=True))
        connection.execute(
            codes.insert().values(
                conversation_id=conversation,
                asked_for=asked_for,
                customer_id=customer_id if is_within else None,
                salt=salt,
                hash=_hashed(code, salt),
                made=now,
                expires=now + timedelta(minutes=limits.code_minutes),
                tries=0,
                is_used=False,
            )
        )
    if customer_id is not None and is_within:
        send(customer_id, code)


def give_code(store: Store, conversation: str, code: str, limits: Limits = LIMITS) -> tuple[str | None, int]:
    """Return the customer a code signs in, or None with the tries that are left; a code works once and in its conversation only."""
    from sqlalchemy import select

    from assistant.desk.tables import codes

    with store.writing() as connection:
        mine = (codes.c.conversation_id == conversation) & ~codes.c.is_used & (codes.c.expires > store.now())
        row = connection.execute(
            select(codes).where(mine).order_by(codes.c.id.desc()).limit(1).with_for_update()
        ).one_or_none()
        if row is None or row.tries >= limits.tries:
            return None, 0
        is_right = hmac.compare_digest(_hashed(code, row.salt), row.hash) and row.customer_id is not None
        values = {"tries": row.tries + 1, "is_used": is_right}
        connection.execute(codes.update().where(codes.c.id == row.id).values(**values))
        left = limits.tries - row.tries - 1
    if not is_right:
        return None, left
    store.sign_in(conversation, row.customer_id, minutes=limits.signed_in_minutes)
    return str(row.customer_id), left


def _hashed(code: str, salt: str) -> str:
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
