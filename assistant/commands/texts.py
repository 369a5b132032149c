"""Commands that give texts: `copy`, `ask` and `prove`. They show labels and sources; they prove nothing themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
    AsOf,
    CannotError,
    Data,
    EncoderName,
    LanguageName,
    Llm,
    ReaderName,
    SettingsFile,
    StateFolder,
    app,
    open_checked,
    show,
    working,
)
from assistant.commands.showing import answer_text, copy_text, proof_text


@app.command()
def copy(
    data: Data,
    product: Annotated[str, typer.Option("--product", help="The id of a product.")],
    customer: Annotated[str | None, typer.Option("--customer", help="Write to this customer …")] = None,
    segment: Annotated[int | None, typer.Option("--segment", min=0, help="… or to this segment.")] = None,
    channel: Annotated[str, typer.Option("--channel", help="email, push, sms or ad.")] = "email",
    offer: Annotated[
        Path | None, typer.Option("--offer", help="A JSON file: percent_off or amount_off, code, ends.")
    ] = None,
    occasion: Annotated[str | None, typer.Option("--occasion", help="What it is for, such as Christmas.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, max=100, help="How many variants.")] = 3,
    language: LanguageName = None,
    as_json: AsJson = False,
    llm: Llm = None,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Write copy for one product to a customer or a segment; every sentence is proven."""
    if (customer is None) == (segment is None):
        raise typer.BadParameter("give either --customer ID or --segment N.")
    terms = None if offer is None else _json_file(offer, 'an offer such as {"percent_off": 10, "ends": "2026-12-01"}')
    with working() as stages:
        options = {"llm": llm, "encoder": encoder, "as_of": as_of, "settings": settings, "state": state}
        assistant = open_checked(data, {**options, "language": language}, stages)
        made = assistant.write_variants(
            n=n,
            product_id=product,
            customer_id=customer,
            segment=segment,
            channel=channel,
            offer=terms,
            occasion=occasion,
        )
    show(made, "\n\n".join(copy_text(number, one) for number, one in enumerate(made, 1)), as_json=as_json)


@app.command()
def ask(
    data: Data,
    question: Annotated[str, typer.Argument(help="What a customer asks.")],
    customer: Annotated[str | None, typer.Option("--customer", help="Who asks.")] = None,
    as_json: AsJson = False,
    llm: Llm = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Answer a question from the shop's own pages, ask back, or hand over."""
    with working() as stages:
        options = {
            "llm": llm,
            "encoder": encoder,
            "as_of": as_of,
            "settings": settings,
            "state": state,
            "reader": reader,
        }
        assistant = open_checked(data, options, stages)
        answer = assistant.answer(question, customer_id=customer)
    show(answer, answer_text(answer), as_json=as_json)


@app.command()
def prove(
    file: Annotated[Path, typer.Argument(help="The text to check.")],
    facts: Annotated[Path, typer.Option("--facts", help="A JSON file with a list of facts.")],
    language: LanguageName = None,
    locale: Annotated[str | None, typer.Option("--locale", help="How values are printed, such as en_US.")] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="The currency of amounts, such as GBP.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check any text against facts: each sentence is proven, claim-free, checked or unproven. Exit code 1 if one is not."""
    from assistant.speech import speech_of
    from assistant.writing import facts_from_json
    from assistant.writing import prove as prove_text
    from shop.shop import Settings

    if not file.is_file():
        raise CannotError(f"{file}: no such file; expected a text to check.")
    known = facts_from_json(_json_file(facts, "a list of facts"), source=facts.name)
    speech = speech_of(Settings(locale=locale or language or "en_GB", currency=currency), language)
    result = prove_text(file.read_text(encoding="utf-8"), known, book=speech.book(), printing=speech.printing)
    show(result, proof_text(result), as_json=as_json)
    if not result.may_leave:
        raise typer.Exit(1)


def _json_file(path: Path, expected: str) -> Any:
    if not path.is_file():
        raise CannotError(f"{path}: no such file; expected {expected}.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CannotError(f"{path}: is no JSON ({error}); expected {expected}.") from error
