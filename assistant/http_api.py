"""The HTTP API of one shop: answers as they are proven, recommendations, copy, events, personas; and the script that embeds the chat.

It hands calls on and shows what comes back. It decides nothing, and no call reaches a customer's rows but by the sign-in of its
conversation or the shop's own key.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from assistant import http_forms as forms
from assistant import known_errors
from assistant.http_guard import Guard
from assistant.pages.policy import App, ContentSecurityPolicy

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.desk.parts import Reply
    from shop.store import Receipt

EMBED = "embed.js"


def reply_json(reply: Reply) -> dict[str, Any]:
    """Return a whole reply as the API tells it."""
    answer = reply.answer
    return {
        "conversation": reply.conversation,
        "number": reply.number,
        "text": answer.text,
        "decision": answer.decision,
        "choices": list(answer.choices),
        "citations": [asdict(one) for one in answer.citations],
        "facts": [{"said": c.said, "fact": c.fact_line, "source": c.source_line} for c in answer.claims],
        "flow": reply.flow,
        "needs": reply.needs,
        "ticket": reply.ticket,
        "is_signed_in": reply.customer_id is not None,
    }


def _lines(stream: Iterator[tuple[Reply, bool]], *, is_sse: bool) -> Iterator[str]:
    """Yield each sentence once it is proven, then the whole reply, as server-sent events or JSON lines."""
    told = ""
    try:
        for reply, is_whole in stream:
            new, told = reply.answer.text[len(told) :].strip(), reply.answer.text
            if new:
                yield _line({"sentence": new}, "sentence", is_sse=is_sse)
            if is_whole:
                yield _line(reply_json(reply), "whole", is_sse=is_sse)
    except known_errors() as error:
        yield _line({"error": str(error)}, "error", is_sse=is_sse)


def _line(content: dict[str, Any], event: str, *, is_sse: bool) -> str:
    words = json.dumps(content, ensure_ascii=False)
    return f"event: {event}\ndata: {words}\n\n" if is_sse else words + "\n"


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    refused = [{"row": row, "why": why} for row, why in receipt.refused]
    return {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "refused": refused}


class _Routes:
    """The routes over one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._service = assistant.service

    def begin(self, body: forms.Begin, request: Request) -> dict[str, str]:
        """Begin a conversation. Its id is the key to it: keep it in the customer's browser and nowhere else."""
        conversation = self._service.begin()
        if body.customer_id is not None:
            if request.state.kind != "server":
                raise HTTPException(403, "Only a server key may say which customer speaks.")
            self._service.vouch(conversation, body.customer_id)
        return {"conversation": conversation}

    def answer(self, body: forms.Message, request: Request) -> StreamingResponse:
        """Answer a message, sentence by sentence, each once proven: JSON lines, or server-sent events where those are accepted."""
        conversation = body.conversation or self._service.begin()
        self._service.customer(conversation)  # an unknown conversation is refused before the stream begins
        is_sse = "text/event-stream" in request.headers.get("accept", "")
        kind = "text/event-stream" if is_sse else "application/x-ndjson"
        stream = self._service.stream(conversation, body.message)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_lines(stream, is_sse=is_sse), media_type=kind, headers=headers)

    def turns(self, conversation: str, after: int = 0) -> list[dict[str, Any]]:
        """Return what was said in a conversation after a turn, the answers of people among it."""
        shown = ("decision", "choices", "citations", "ticket", "by")
        return [
            {"number": one.number, "who": one.who, "text": one.text, "time": one.time.isoformat()}
            | {name: one.about[name] for name in shown if one.about.get(name)}
            for one in self._service.turns(conversation, after=after)
        ]

    def ask_code(self, body: forms.Who) -> dict[str, bool]:
        """Send a code to whom the number or address belongs. The answer is the same whether it belongs to anybody."""
        self._service.ask_code(body.conversation, body.who)
        return {"is_taken": True}

    def enter_code(self, body: forms.Code) -> dict[str, bool]:
        """Sign in with the code."""
        return {"is_signed_in": self._service.enter_code(body.conversation, body.code)}

    def sign_out(self, conversation: str) -> dict[str, bool]:
        """End the sign-in of a conversation."""
        self._service.sign_out(conversation)
        return {"is_signed_in": False}

    def feedback(self, body: forms.Judgement) -> dict[str, bool]:
        """Keep whether an answer helped."""
        self._service.feedback(body.conversation, body.number, is_helpful=body.is_helpful, why=body.why)
        return {"is_kept": True}

    def recommend(self, body: forms.Wanted) -> list[dict[str, Any]]:
        """Return products for a customer, a guest or nobody known, best first, each with the proven words of why."""
        from retrieval import Exclude, Filter, Rules

        found = self._assistant.recommend(
            body.customer_id,
            body.k,
            session=body.session,
            exclude=Exclude(body.owned),
            filters=Filter(body.category, body.brand, body.min_price, body.max_price, body.in_stock),
            rules=Rules(tuple(body.pin), tuple(body.bury)),
            viewing=tuple(body.viewing),
            channel=body.channel,
            explore=body.explore,
        )
        return [
            {
                "product_id": one.product_id,
                "title": one.title,
                "score": float(one.score),
                "why": self._assistant.reason_words(one),
            }
            for one in found
        ]

    def copy(self, body: forms.Brief) -> list[dict[str, Any]]:
        """Write copy for one product, every sentence proven or claim-free."""
        call = {name: value for name, value in body.model_dump(exclude={"n"}).items() if value is not None}
        return [
            {"subject": one.subject, "body": one.body, "written_by": list(one.written_by)}
            for one in self._assistant.write_variants(n=body.n, **call)
        ]

    def events(self, body: forms.Happened) -> dict[str, Any]:
        """Write events down: what is answered here outlives a crash, and the next recommendation knows it."""
        return _receipt_json(self._assistant.record(*(one.model_dump(exclude_none=True) for one in body.events)))

    def products(self, body: forms.Changed) -> dict[str, Any]:
        """Write product changes down: a new price, stock or product is in the next recommendation."""
        told = [one.model_dump(exclude_none=True) for one in body.products]
        return _receipt_json(self._assistant.serving.record_lines(told)[0])

    def personas(self) -> list[dict[str, Any]]:
        """Return one persona a customer group, the largest first."""
        return [
            {"segment": one.segment, "title": one.title, "summary": one.summary} for one in self._assistant.personas()
        ]


def create_api(assistant: Assistant, *, password: str | None = None) -> FastAPI:
    """Return the API of a shop, to be served alone or mounted beside the page."""
    guard, routes = Guard(assistant.service, password), _Routes(assistant)

    def site(request: Request) -> None:
        request.state.kind = guard.site(request)

    chat = APIRouter(dependencies=[Depends(site)], tags=["chat"])
    shop = APIRouter(dependencies=[Depends(guard.server)], tags=["shop"])
    for router, method, path, call in (
        (chat, "POST", "/conversations", routes.begin),
        (chat, "POST", "/answer", routes.answer),
        (chat, "GET", "/conversations/{conversation}/turns", routes.turns),
        (chat, "POST", "/conversations/{conversation}/sign-out", routes.sign_out),
        (chat, "POST", "/sign-in", routes.ask_code),
        (chat, "POST", "/sign-in/code", routes.enter_code),
        (chat, "POST", "/feedback", routes.feedback),
        (shop, "POST", "/recommend", routes.recommend),
        (shop, "POST", "/copy", routes.copy),
        (shop, "POST", "/events", routes.events),
        (shop, "POST", "/products", routes.products),
        (shop, "GET", "/personas", routes.personas),
    ):
        router.add_api_route(path, call, methods=[method], response_model=None)
    title = f"Shopkeeper: {assistant.shop.settings.name}"
    api = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    api.include_router(chat)
    api.include_router(shop)
    _add_docs(api, guard)
    for error in known_errors():
        api.add_exception_handler(error, _said)
    api.add_middleware(
        CORSMiddleware,
        allow_origins=list(assistant.service.settings.origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Accept"],
        max_age=600,
    )
    return api


async def _said(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=400)


def _add_docs(api: FastAPI, guard: Guard) -> None:
    def description() -> dict[str, Any]:
        return api.openapi()

    def page() -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi()))

    for path, call in (("/openapi.json", description), ("/docs", page)):
        api.add_api_route(
            path,
            call,
            methods=["GET"],
            include_in_schema=False,
            response_model=None,
            dependencies=[Depends(guard.people)],
        )


def docs_page(told: dict[str, Any]) -> str:
    """Return the OpenAPI description as a plain page: no script, and nothing asked of another host."""
    parts = [f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(told['info']['title'])}</title>"]
    parts.append(
        f"<h1>{html.escape(told['info']['title'])}</h1><p>Send a key with each call: Authorization: Bearer KEY.</p>"
    )
    forms_of = told.get("components", {}).get("schemas", {})
    for path, calls in told["paths"].items():
        for method, call in calls.items():
            parts.append(
                f"<h2>{method.upper()} {html.escape(path)}</h2><p>{html.escape(call.get('description', ''))}</p>"
            )
            body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = body.get("$ref", "").rpartition("/")[2]
            if name in forms_of:
                shown = json.dumps(forms_of[name].get("properties", {}), indent=1, ensure_ascii=False)
                parts.append(
                    f"<details><summary>{html.escape(name)}</summary><pre>{html.escape(shown)}</pre></details>"
                )
    return "".join(parts) + "</html>"


def embed_script() -> Response:
    """Return the script that opens the chat in a shop's own page."""
    words = Path(__file__).with_name(EMBED).read_text(encoding="utf-8")
    headers = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(words, media_type="text/javascript; charset=utf-8", headers=headers)


def add_api(outer: FastAPI, assistant: Assistant, *, password: str | None = None) -> None:
    """Put the API under /api and the script at /embed.js of an application."""
    outer.add_api_route(f"/{EMBED}", embed_script, methods=["GET"], include_in_schema=False, response_model=None)
    outer.mount("/api", create_api(assistant, password=password))


def api_application(assistant: Assistant, *, host: str = "127.0.0.1", password: str | None = None) -> App:
    """Return the API alone, behind the check of the host name and the strict policy."""
    from assistant.pages.door import LOCAL, Door

    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_api(outer, assistant, password=password)
    return Door(ContentSecurityPolicy(outer), hosts=LOCAL if host in LOCAL else (), password=None)
