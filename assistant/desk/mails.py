"""Messages to customers made of proven sentences: the code of a sign-in, the copy of an invoice. It sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.desk.orders import Order, order_facts
from assistant.desk.outbox import Mail
from assistant.desk.saying import Said, Sayer
from assistant.desk.signin import LIMITS
from assistant.product_facts import shop_facts
from assistant.writing.facts import Source, Subject, clean, fact

if TYPE_CHECKING:
    from shop import Shop


def code_mail(sayer: Sayer, shop: Shop, to: str, code: str) -> Mail:
    """Return the message that carries a code."""
    subject = Subject("shop", "shop", shop.settings.name)
    source = Source("desk_codes")
    facts = [fact(subject, "sign_in_code", code, source), fact(subject, "code_minutes", LIMITS.code_minutes, source)]
    said: tuple[Said, ...] = (("sign_in_code", "code_minutes"),)
    return Mail(to, clean(shop.settings.name), sayer.answer(to, said, facts).text)


def invoice_mail(sayer: Sayer, shop: Shop, to: str, order: Order) -> Mail:
    """Return the copy of an invoice: what was ordered when, for how much, and where it goes."""
    facts = order_facts(order)
    names = {one.name for one in facts}
    wanted: list[Said] = [
        ("order_number", "placed_on"),
        ("order_number", "item_count", "order_total"),
        ("item",),
        ("address",),
    ]
    said = [one for one in wanted if isinstance(one, tuple) and names.issuperset(one)] or [("order_number", "status")]
    own = shop_facts(shop)
    if any(one.name == "contact" for one in own):
        said.append(("contact",))
    return Mail(to, f"{clean(shop.settings.name)}: {order.id}", sayer.answer(order.id, said, [*facts, *own]).text)
