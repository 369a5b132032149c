"""The Customers tab: a list to search, one customer with timeline, orders and recommendations. It shows rows and never counts one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import empty, mark, notice, plain, proven, spans, table
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.customer_view import CustomerDetail, CustomerRow, OrderRow

_MOST = 50
_RECOMMENDED = 4
_SHOWN_ORDERS = 12
_WIDTHS = ["140px", "78px", "168px", "132px", "66px", "90px"]  # with % rows and head part on a phone
_ALL = ""
_FORETOLD = ("churn_probability", "churn_raised_by", "churn_lowered_by")


def customers_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab: the list left, the chosen customer right."""
    view = assistant.customers
    rows, count = view.find(most=_MOST)
    first = rows[0].customer_id if rows else None
    bare = {"show_label": False, "container": False}
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=4, min_width=320):
            with gr.Row(elem_classes="tools"):
                hint = words("customers.find")
                typed = gr.Textbox(
                    label=hint, placeholder=hint, max_lines=1, scale=1, max_length=200, elem_id="sk-find", **bare
                )
                personas = [(words("customers.all"), _ALL), *((one, one) for one in view.personas)]
                persona = gr.Dropdown(
                    personas,
                    value=_ALL,
                    label=words("customers.persona"),
                    scale=0,
                    min_width=190,
                    elem_id="sk-persona",
                    **bare,
                )
            head = ("customer", "id", "persona", "last_order", "orders", "sales")
            grid = gr.Dataframe(
                _cells(rows, assistant, words),
                headers=[words(f"customers.{name}") for name in head],
                datatype=["str", "str", "str", "str", "number", "str"],
                interactive=False,
                show_label=False,
                buttons=[],
                elem_id="sk-customers",
                max_height=640,
                column_widths=_WIDTHS,
            )
            told = gr.Markdown(_told(len(rows), count, words), elem_id="sk-found", **HTML)
        with gr.Column(scale=3, min_width=320, elem_classes="card"):
            shown = gr.Markdown(detail(assistant, first, words), elem_id="sk-customer", **HTML)
            chosen = gr.State(first)
            ask = gr.Button(words("customers.expect"), size="sm", elem_id="sk-expect")
            forecast = gr.Markdown("", elem_id="sk-expected", **HTML)

    def find(said: str, of: str) -> tuple[Any, str]:
        found, all_of_them = view.find(said, persona=of or None, most=_MOST)
        return _cells(found, assistant, words), _told(len(found), all_of_them, words)

    def pick(event: gr.SelectData) -> tuple[str, str, str]:
        customer_id = str(event.row_value[1])
        return detail(assistant, customer_id, words), customer_id, ""

    def foretell(customer_id: str | None) -> str:
        return expected(assistant, customer_id, words)

    for listen in (typed.submit, persona.change):
        listen(find, [typed, persona], [grid, told], concurrency_limit=4, **PRIVATE)
    grid.select(pick, None, [shown, chosen, forecast], concurrency_limit=4, **PRIVATE)
    waiting = {**PRIVATE, "show_progress": "minimal"}  # the first one fits the model
    ask.click(foretell, chosen, forecast, concurrency_limit=1, **waiting)


def _cells(rows: list[CustomerRow], assistant: Assistant, words: Words) -> list[list[Any]]:
    money = assistant.money
    return [
        [one.name, one.customer_id, one.persona, words.day(one.last_order), one.orders, money(one.sales)]
        for one in rows
    ]


def _told(shown: int, count: int, words: Words) -> str:
    if not count:
        return f'<p class="quiet">{plain(words("customers.nobody"))}</p>'
    return f'<p class="quiet">{plain(words("customers.told", shown=f"{shown:,}", count=f"{count:,}"))}</p>'


def detail(assistant: Assistant, customer_id: str | None, words: Words) -> str:
    """Return one customer: numbers, timeline, what would fit next and why, orders, what the shop keeps of them."""
    if customer_id is None:
        return empty(words("customers.customer"), words("customers.choose"))
    try:
        one = assistant.customers.detail(customer_id)
    except KeyError as error:
        return notice("bad", words("customers.none"), plain(error.args[0]))
    persona = mark("quiet", one.row.persona or words("customers.no_persona"))
    return (
        f'<section class="detail"><header><h2>{plain(one.row.name)}</h2>{persona}{_consent(one, words)}</header>'
        f"{_tiles(assistant, one, words)}{_timeline(assistant, one, words)}"
        f"<h3>{plain(words('customers.fits'))}</h3>{recommended(assistant, customer_id, words)}"
        f"<h3>{plain(words('customers.orders'))}</h3>{_orders(assistant, one.orders, words)}{_kept(one, words)}</section>"
    )


def _consent(one: CustomerDetail, words: Words) -> str:
    said = dict(one.attributes).get("consent", "").casefold()
    if said in ("yes", "true", "1"):
        return mark("ok", words("customers.consent"))
    return mark("warn", words("customers.no_consent")) if said in ("no", "false", "0") else ""


def _tiles(assistant: Assistant, one: CustomerDetail, words: Words) -> str:
    last = one.orders[0] if one.orders else None
    tiles = [
        ("sales", assistant.money(one.row.sales) or "–", words("customers.net")),
        ("orders", f"{one.row.orders:,}", words("customers.with_kept")),
        ("last_order", words.day(one.row.last_order) or "–", last.order_id if last else ""),
    ]
    body = "".join(
        f"<div><dt>{plain(words(f'customers.{name}'))}</dt><dd>{plain(value)}</dd><small>{plain(source)}</small></div>"
        for name, value, source in tiles
    )
    return f'<dl class="tiles">{body}</dl>'


def _timeline(assistant: Assistant, one: CustomerDetail, words: Words) -> str:
    """Return the last twelve months as bars of what was paid, or of orders where there are no prices."""
    from babel.dates import format_date

    if not one.months:
        return ""
    is_priced = all(month.paid is not None for month in one.months)
    sizes = [(month.paid or 0.0) if is_priced else float(month.orders) for month in one.months]
    most = max(sizes) or 1.0
    bars = []
    for month, size in zip(one.months, sizes, strict=True):
        name = format_date(month.first.date(), "MMM", locale=words.locale)
        whole = format_date(month.first.date(), "MMM y", locale=words.locale)
        said = assistant.money(size) if is_priced else f"{month.orders}"
        height = max(round(100 * size / most), 4) if size > 0 else 0
        label = plain(f"{whole}: {said}")
        bars.append(
            f'<li title="{label}"><span><i style="height:{height}%"></i></span><small>{plain(name)}</small></li>'
        )
    return f'<h3>{plain(words("customers.timeline"))}</h3><ol class="timeline">{"".join(bars)}</ol>'


def recommended(assistant: Assistant, customer_id: str, words: Words) -> str:
    """Return what is recommended, each product with its proven reason."""
    cards = []
    for one in assistant.recommend(customer_id, k=_RECOMMENDED):
        draft = assistant.reason_draft(one)
        none = f'<span class="quiet">{plain(words("customers.no_reason"))}</span>'
        why = proven(draft.text, spans(draft.claims, words)) if draft.text else none
        cards.append(f'<li><div><b>{plain(one.title)}</b><p class="because">{why}</p></div></li>')
    if not cards:
        return f'<p class="quiet">{plain(words("customers.all_owned"))}</p>'
    return f'<ul class="products">{"".join(cards)}</ul>'


def expected(assistant: Assistant, customer_id: str | None, words: Words) -> str:
    """Return the chance that a customer stays away and what raises and lowers it, each in a proven line."""
    from assistant.writing.draft import compose

    if customer_id is None:
        return ""
    name = assistant.customers.detail(customer_id).row.name
    facts = {one.name: one for one in assistant.predictions.churn_facts(customer_id, name=name)}
    lines = []
    for key in _FORETOLD:
        of = [facts[one] for one in (key, "churn_days") if one in facts]
        draft = (
            compose(of, kind="predictions", book=assistant.book, printing=assistant.printing) if key in facts else None
        )
        if draft is not None and draft.text:
            lines.append(f"<li>{proven(draft.text, spans(draft.claims, words))}</li>")
    if not lines:
        return f'<p class="quiet">{plain(words("customers.not_expected"))}</p>'
    return f'<ul class="because">{"".join(lines)}</ul>'


def _orders(assistant: Assistant, orders: tuple[OrderRow, ...], words: Words) -> str:
    if not orders:
        return f'<p class="quiet">{plain(words("customers.no_order"))}</p>'
    rows = [
        [
            plain(words.day(one.time)),
            plain(one.order_id),
            _what(one, words),
            plain(one.status),
            plain(assistant.money(one.paid)),
        ]
        for one in orders[:_SHOWN_ORDERS]
    ]
    left = len(orders) - _SHOWN_ORDERS
    more = f'<p class="quiet">{plain(words.count("customers.earlier", left))}</p>' if left > 0 else ""
    head = [words(f"customers.{name}") for name in ("date", "order", "what", "status", "paid")]
    return table(head, rows, numbers=[4]) + more


def _what(one: OrderRow, words: Words) -> str:
    said = "; ".join(title if units == 1 else f"{title} × {units:g}" for title, units in one.what[:4])
    return plain(said + ("; " + words("customers.more", n=len(one.what) - 4) if len(one.what) > 4 else ""))


def _kept(one: CustomerDetail, words: Words) -> str:
    if not one.attributes:
        return ""
    rows = "".join(
        f"<li><span>{plain(name.replace('_', ' '))}</span>{plain(value)}</li>" for name, value in one.attributes
    )
    return f'<h3>{plain(words("customers.kept"))}</h3><ul class="memory">{rows}</ul>'
