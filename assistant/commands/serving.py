"""Commands about products and customers as they are now: `recommend`, `record`, `audience` and `together`. They show and count nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
    AsOf,
    CannotError,
    Data,
    EncoderName,
    SettingsFile,
    StateFolder,
    app,
    open_checked,
    show,
    working,
)
from assistant.commands.showing import recommendation_text

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.stages import Stages

StoreAddress = Annotated[
    str | None,
    typer.Option("--store", help="A database for recorded events, postgresql+psycopg://…; left out, in the state."),
]
Owned = Literal["auto", "exclude", "include"]
K = Annotated[int, typer.Option("-k", min=1, max=1000, help="How many.")]


@app.command()
def recommend(
    data: Data,
    customer: Annotated[
        str | None, typer.Argument(help="The id of a customer; left out, somebody nobody knows.")
    ] = None,
    k: K = 10,
    category: Annotated[str | None, typer.Option("--category", help="Only of this category.")] = None,
    brand: Annotated[str | None, typer.Option("--brand", help="Only of this brand.")] = None,
    min_price: Annotated[float | None, typer.Option("--min-price", help="Only at this price or above.")] = None,
    max_price: Annotated[float | None, typer.Option("--max-price", help="Only at this price or below.")] = None,
    in_stock: Annotated[bool, typer.Option("--in-stock", help="Only what is known to be in stock.")] = False,
    channel: Annotated[str | None, typer.Option("--channel", help="Only what has been sold there.")] = None,
    owned: Annotated[
        Owned,
        typer.Option(
            "--owned", help="What the customer bought before; auto: shown where the shop's past says it pays."
        ),
    ] = "auto",
    viewing: Annotated[
        list[str] | None, typer.Option("--viewing", help="A product they look at right now; may be given again.")
    ] = None,
    pin: Annotated[list[str] | None, typer.Option("--pin", help="A product to put first; may be given again.")] = None,
    bury: Annotated[list[str] | None, typer.Option("--bury", help="A product to put last; may be given again.")] = None,
    per_category: Annotated[
        int | None, typer.Option("--per-category", min=1, help="So many of a category at most.")
    ] = None,
    diversity: Annotated[
        float, typer.Option("--diversity", min=0, max=1, help="0 by score alone, 1 all unlike.")
    ] = 0.0,
    why: Annotated[
        bool, typer.Option("--why", help="Also why this model was chosen, and whether owned products show.")
    ] = False,
    everybody: Annotated[bool, typer.Option("--all", help="For all customers, into the file of -o.")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The .parquet file for --all.")] = None,
    as_json: AsJson = False,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
    store: StoreAddress = None,
) -> None:
    """Name the products a customer would want next, each with what it rests on; with --all, everybody's into a Parquet file."""
    from retrieval.filters import Filter
    from retrieval.recommend import Exclude
    from retrieval.rules import RuleError, Rules

    if everybody != (out is not None) or (everybody and customer is not None):
        raise typer.BadParameter("--all goes with -o FILE.parquet and without a customer.")
    try:
        rules = Rules(tuple(pin or ()), tuple(bury or ()), per_category, diversity)
    except RuleError as error:
        raise typer.BadParameter(str(error)) from error
    filters = Filter(category, brand, min_price, max_price, in_stock, channel)
    exclude = Exclude(owned=owned)
    options = {"encoder": encoder, "as_of": as_of, "settings": settings, "state": state, "store": store}
    with working() as stages:
        assistant = open_checked(data, options, stages)
        if out is not None:
            if not rules.are_plain:
                raise typer.BadParameter(
                    "--pin, --bury, --per-category and --diversity are for one customer, not for --all."
                )
            rows = _everybody(assistant, out, {"k": k, "filters": filters, "exclude": exclude}, stages)
            text = f"{rows:,} rows for {assistant.shop.customers.height:,} customers are in {out}."
            return show({"rows": rows, "file": out}, text, as_json=as_json)
        context = {"viewing": tuple(viewing or ()), "channel": channel}
        found = assistant.recommend(customer, k, filters=filters, exclude=exclude, rules=rules, **context)
        _say_begun(assistant)
        choice = assistant.serving.choice if why else ""
    lines = [recommendation_text(number, one, assistant) for number, one in enumerate(found, 1)]
    lines += [choice] if choice else []
    return show(found, "\n".join(lines) or "No product passes all that was asked for.", as_json=as_json)


def _everybody(assistant: Assistant, out: Path, asked: Mapping[str, Any], stages: Stages) -> int:
    serving = assistant.serving
    with stages.stage("recommend to everybody") as tick:
        return serving.recommend_all(out, tick=tick, **asked)


@app.command()
def record(
    data: Data,
    file: Annotated[Path, typer.Argument(help="EVENT.json, a list of events, or EVENTS.jsonl with one a line.")],
    as_json: AsJson = False,
    encoder: EncoderName = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
    store: StoreAddress = None,
) -> None:
    """Record what customers did, or what is new of products, for good; the next answer knows it.

    An event: {"action": "view", "product_id": …, "customer_id": … or "session": …, "time": …, "event_id": …}; without a time,
    now. A product change has no action: {"product_id": …, "price": …, "stock": …, "title": …, "blocked": …}.
    """
    told = _told(file)
    with working() as stages:
        options = {"encoder": encoder, "settings": settings, "state": state, "store": store}
        assistant = open_checked(data, options, stages)
        changes, events = assistant.serving.record_lines(told)
        _say_begun(assistant)
    told_of = [(events, "event"), (changes, "product change")]
    sums = [
        _sum(receipt, what) for receipt, what in told_of if receipt.accepted or receipt.duplicates or receipt.refused
    ]
    text = f"{file.name}: {'; '.join(sums) or 'nothing in it'}."
    refused = [(at, why) for receipt in (events, changes) for at, why in receipt.refused]
    text += "".join(f"\n  row {at + 1}: {why}" for at, why in sorted(refused))
    show({"events": events, "changes": changes}, text, as_json=as_json)
    if refused:
        raise typer.Exit(1)


def _say_begun(assistant: Assistant) -> None:
    """Say beside the result why a snapshot was not begun from."""
    if assistant.serving.begun:
        typer.echo(f"note: {assistant.serving.begun}", err=True)


def _sum(receipt: Any, what: str) -> str:
    words = f"{receipt.accepted:,} {what}{'' if receipt.accepted == 1 else 's'} recorded"
    if receipt.duplicates:
        words += f", {receipt.duplicates:,} known already"
    return words + (f", {len(receipt.refused):,} set aside" if receipt.refused else "")


def _told(file: Path) -> list[Any]:
    if not file.is_file():
        raise CannotError(f"{file}: no such file; expected events as JSON or JSON lines.")
    text = file.read_text(encoding="utf-8-sig", errors="replace").strip()
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        return _lines(file, text)
    return whole if isinstance(whole, list) else [whole]


def _lines(file: Path, text: str) -> list[Any]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise CannotError(
                    f"{file}, line {number}: is no JSON ({error.msg}); expected one event a line. Nothing was recorded."
                ) from error
    return found


@app.command()
def audience(
    data: Data,
    product: Annotated[str, typer.Argument(help="The id of a product.")],
    k: K = 100,
    as_json: AsJson = False,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
    store: StoreAddress = None,
) -> None:
    """Name the customers a product would please most, those who own it left out."""
    with working() as stages:
        options = {"encoder": encoder, "as_of": as_of, "settings": settings, "state": state, "store": store}
        found = open_checked(data, options, stages).audience(product, k)
    lines = [f"{number:>4}. {name}  {score:.3f}" for number, (name, score) in enumerate(found, 1)]
    show([{"customer_id": name, "score": score} for name, score in found], "\n".join(lines), as_json=as_json)


@app.command()
def together(
    data: Data,
    product: Annotated[str, typer.Argument(help="The id of a product.")],
    k: K = 10,
    as_json: AsJson = False,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Name the products that are bought in the same orders more often than by chance."""
    with working() as stages:
        options = {"encoder": encoder, "as_of": as_of, "settings": settings, "state": state}
        found = open_checked(data, options, stages).bought_together(product, k)
    lines = [
        f"{number:>2}. {one.title} ({one.product_id})  in {one.together} of its {one.of} orders, {one.lift:.1f} times as often as by chance"
        for number, one in enumerate(found, 1)
    ]
    show(found, "\n".join(lines) or "No product shares its orders more often than by chance would.", as_json=as_json)
