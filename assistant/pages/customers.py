"""The Customers tab: a list to search, one customer with orders and recommendations. It shows rows and never counts one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.markup import Said, mark, notice, plain, proven, table

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.customer_view import CustomerDetail, CustomerRow, OrderRow

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
ALL = "All personas"
_MOST = 50
_RECOMMENDED = 4
_SHOWN_ORDERS = 12


def customers_tab(assistant: Assistant) -> None:
    """Fill the tab: the list left, the chosen customer right."""
    view = assistant.customers
    rows, count = view.find(most=_MOST)
    first = rows[0].customer_id if rows else None
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=4, min_width=320):
            with gr.Row(elem_classes="tools"):
                words = gr.Textbox(
                    placeholder="Name, e-mail, customer or order number",
                    lines=1,
                    max_lines=1,
                    show_label=False,
                    container=False,
                    scale=1,
                    max_length=200,
                    elem_id="sk-find",
                )
                persona = gr.Dropdown(
                    [ALL, *view.personas],
                    value=ALL,
                    show_label=False,
                    container=False,
                    scale=0,
                    min_width=190,
                    elem_id="sk-persona",
                )
            grid = gr.Dataframe(
                _cells(rows, assistant),
                headers=["Customer", "Id", "Persona", "Last order", "Orders", "Sales"],
                datatype=["str", "str", "str", "str", "number", "str"],
                interactive=False,
                show_label=False,
                buttons=[],
                elem_id="sk-customers",
                max_height=640,
                column_widths=[
                    "150px",
                    "84px",
                    "170px",
                    "110px",
                    "72px",
                    "90px",
                ],  # with % rows and head part on a phone
            )
            told = gr.Markdown(_told(len(rows), count, assistant), elem_id="sk-found", **_HTML)
        with gr.Column(scale=3, min_width=320):
            shown = gr.Markdown(detail(assistant, first), elem_id="sk-customer", **_HTML)

    def find(typed: str, of: str) -> tuple[Any, str]:
        found, all_of_them = view.find(typed, persona=None if of == ALL else of, most=_MOST)
        return _cells(found, assistant), _told(len(found), all_of_them, assistant)

    def pick(event: gr.SelectData) -> str:
        return detail(assistant, str(event.row_value[1]))

    for listen in (words.submit, persona.change):
        listen(find, [words, persona], [grid, told], concurrency_limit=4, **_PRIVATE)
    grid.select(pick, None, shown, concurrency_limit=4, **_PRIVATE)


def _cells(rows: list[CustomerRow], assistant: Assistant) -> list[list[Any]]:
    money = assistant.money
    return [
        [one.name, one.customer_id, one.persona, _day(one.last_order), one.orders, money(one.sales)] for one in rows
    ]


def _told(shown: int, count: int, assistant: Assistant) -> str:
    as_of = assistant.as_of_words
    if not count:
        return '<p class="quiet">Nobody fits. Try part of a name, or a whole order number.</p>'
    return f'<p class="quiet">{shown:,} of {count:,} customers, by sales. {plain(as_of[:1].upper() + as_of[1:])}.</p>'


def detail(assistant: Assistant, customer_id: str | None) -> str:
    """Return one customer: numbers, what would fit next and why, orders, what the shop keeps of them."""
    if customer_id is None:
        return '<p class="quiet">Choose a customer in the list.</p>'
    try:
        one = assistant.customers.detail(customer_id)
    except KeyError as error:
        return notice("bad", "No such customer", plain(error.args[0]))
    return (
        f'<section class="detail"><header><h2>{plain(one.row.name)}</h2>{mark("quiet", one.row.persona or "no persona")}'
        f"{_consent(one)}</header>{_tiles(assistant, one)}"
        f"<h3>Would fit next</h3>{recommended(assistant, customer_id)}"
        f"<h3>Orders</h3>{_orders(assistant, one.orders)}{_kept(one)}</section>"
    )


def _consent(one: CustomerDetail) -> str:
    said = dict(one.attributes).get("consent", "").casefold()
    if said in ("yes", "true", "1"):
        return mark("proof", "May be written to")
    return mark("warn", "No consent to be written to") if said in ("no", "false", "0") else ""


def _tiles(assistant: Assistant, one: CustomerDetail) -> str:
    last = one.orders[0] if one.orders else None
    tiles = [
        ("Sales", assistant.money(one.row.sales), "net of returns"),
        ("Orders", f"{one.row.orders:,}", "with something kept"),
        ("Last order", _day(one.row.last_order), last.order_id if last else ""),
    ]
    body = "".join(
        f"<div><dt>{plain(name)}</dt><dd>{plain(value)}</dd><small>{plain(source)}</small></div>"
        for name, value, source in tiles
    )
    return f'<dl class="tiles">{body}</dl>'


def recommended(assistant: Assistant, customer_id: str) -> str:
    """Return what is recommended, each product with its proven reason."""
    cards = []
    for one in assistant.recommend(customer_id, k=_RECOMMENDED):
        draft = assistant.reason_draft(one)
        said = [Said(claim.said, claim.fact_line, claim.source_line) for claim in draft.claims]
        why = proven(draft.text, said) if draft.text else '<span class="quiet">No reason that can be counted.</span>'
        cards.append(f'<li><div><b>{plain(one.title)}</b><p class="because">{why}</p></div></li>')
    if not cards:
        return '<p class="quiet">Nothing is left to recommend: all is owned or out of stock.</p>'
    return f'<ul class="products">{"".join(cards)}</ul>'


def _orders(assistant: Assistant, orders: tuple[OrderRow, ...]) -> str:
    if not orders:
        return '<p class="quiet">No order yet.</p>'
    rows = [
        [plain(_day(one.time)), plain(one.order_id), _what(one), plain(one.status), plain(assistant.money(one.paid))]
        for one in orders[:_SHOWN_ORDERS]
    ]
    more = f'<p class="quiet">{len(orders) - _SHOWN_ORDERS:,} earlier ones.</p>' if len(orders) > _SHOWN_ORDERS else ""
    return table(["Date", "Order", "What", "Status", "Paid"], rows, numbers=[4]) + more


def _what(one: OrderRow) -> str:
    said = "; ".join(title if units == 1 else f"{title} × {units:g}" for title, units in one.what[:4])
    return plain(said + (f"; {len(one.what) - 4} more" if len(one.what) > 4 else ""))


def _kept(one: CustomerDetail) -> str:
    if not one.attributes:
        return ""
    rows = "".join(
        f"<li>{plain(name.replace('_', ' '))} <span>{plain(value)}</span></li>" for name, value in one.attributes
    )
    return f'<h3>Kept by the shop</h3><ul class="memory">{rows}</ul>'


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.day} {moment:%b %Y}"
