"""The whole page: tabs put together, guarded at the door, served. It computes nothing and writes no sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.chat import chat_tab
from assistant.pages.customers import customers_tab
from assistant.pages.data import data_tab
from assistant.pages.desk import desk_tab
from assistant.pages.door import LOCAL, Door
from assistant.pages.forms import HTML
from assistant.pages.languages import Languages
from assistant.pages.markup import plain
from assistant.pages.personas import personas_tab
from assistant.pages.policy import App, ContentSecurityPolicy
from assistant.pages.studio import studio_tab
from assistant.pages.theme import ShopkeeperTheme
from assistant.pages.wordings import wordings_tab
from assistant.pages.words import Words, page_languages, page_words, words_for

if TYPE_CHECKING:
    from assistant import Assistant


_TABS = (
    ("chat", chat_tab),
    ("customers", customers_tab),
    ("personas", personas_tab),
    ("studio", studio_tab),
    ("desk", desk_tab),
    ("wordings", wordings_tab),
    ("data", data_tab),
)


def build(assistant: Assistant, language: str | None = None) -> gr.Blocks:
    """Return the page of one shop in one language, by default that of the shop; the caller serves it."""
    words = words_for(assistant.speech.language if language is None else language)
    with gr.Blocks(title="Shopkeeper", fill_width=True, fill_height=True, analytics_enabled=False) as page:
        gr.Markdown(_bar(assistant, words), elem_id="sk-bar", **HTML)
        with gr.Tabs(elem_id="sk-tabs", overflow_behavior="wrap"):  # "menu" measures a row and would hide a rail
            for name, fill in _TABS:
                with gr.Tab(words(f"tab.{name}"), id=name, elem_id=f"sk-{name}-tab", render_children=True):
                    fill(assistant, words)
    return page


def _bar(assistant: Assistant, words: Words) -> str:
    moment = assistant.as_of
    when = words("bar.no_dates") if moment is None else words("bar.as_of", day=words.long_day(moment))
    others = "".join(
        f'<a href="/?lang={name}" lang="{name}" hreflang="{name}">{plain(page_words(name).own)}</a>'
        for name in page_languages()
        if name != words.language
    )
    return (
        f'<div class="brand"><b>Shopkeeper</b><span class="shop">{plain(assistant.shop.settings.name)}</span>'
        f'<span class="when">{plain(when)}</span><span class="others">{others}</span></div>'
    )


def application(
    page: gr.Blocks,
    *,
    host: str = "127.0.0.1",
    password: str | None = None,
    assistant: Assistant | None = None,
    others: Mapping[str, gr.Blocks] | None = None,
) -> App:
    """Return the page as an ASGI application behind the door and the strict policy; with an assistant, its HTTP API beside it.

    Parameters
    ----------
    others : the page in other languages, each served under its name, `/zh/`

    Raises
    ------
    ValueError
        When `host` is not this machine's own address and there is no password.
    """
    if host not in LOCAL and not password:
        raise ValueError(
            f"the page would be open to everybody at {host}: set SHOPKEEPER_PASSWORD, or serve it on 127.0.0.1."
        )
    from fastapi import FastAPI

    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    if assistant is not None:
        from assistant.http_api import add_api

        add_api(outer, assistant, password=password)
    there = {f"/{name}": one for name, one in (others or {}).items()} | {
        "/": page
    }  # the root last: it takes what is left
    for path, one in there.items():
        one.has_launched = (
            True  # a mounted page skips the check of file paths without it: any client could read any file
        )
        outer = gr.mount_gradio_app(outer, one, path=path, **_MOUNTED, theme=ShopkeeperTheme())
    mounted = Languages(outer, frozenset(others or {}))
    hosts = LOCAL if host in LOCAL else ()
    return Door(ContentSecurityPolicy(mounted), hosts=hosts, password=password, keyed=("/api/", "/embed.js"))


_MOUNTED: dict[str, Any] = {
    "footer_links": [],
    "ssr_mode": False,
    "run_history": False,
    "enable_monitoring": False,
    "show_error": False,
}


def serve(assistant: Assistant, *, host: str, port: int, password: str | None) -> None:
    """Serve the page until it is stopped."""
    import uvicorn

    own = words_for(assistant.speech.language).language
    others = {name: build(assistant, name) for name in page_languages() if name != own}
    made = application(build(assistant), host=host, password=password, assistant=assistant, others=others)
    uvicorn.run(made, host=host, port=port, log_level="warning")
