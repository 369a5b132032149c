"""The whole page: tabs put together, guarded at the door, served. It computes nothing and writes no sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from assistant.pages.chat import chat_tab
from assistant.pages.customers import customers_tab
from assistant.pages.data import data_tab
from assistant.pages.desk import desk_tab
from assistant.pages.door import LOCAL, Door
from assistant.pages.markup import plain
from assistant.pages.personas import personas_tab
from assistant.pages.policy import App, ContentSecurityPolicy
from assistant.pages.studio import studio_tab
from assistant.pages.theme import ShopkeeperTheme
from assistant.pages.wordings import wordings_tab

if TYPE_CHECKING:
    from assistant import Assistant


def build(assistant: Assistant) -> gr.Blocks:
    """Return the page of one shop; the caller serves it."""
    bar = (
        f'<div class="brand"><b>Shopkeeper</b><span>{plain(assistant.shop.settings.name)}</span>'
        f'<span class="when">{plain(assistant.as_of_words)}</span></div>'
    )
    tabs = (
        ("chat", "Chat", chat_tab),
        ("customers", "Customers", customers_tab),
        ("personas", "Personas", personas_tab),
        ("studio", "Copy studio", studio_tab),
        ("desk", "Desk", desk_tab),
        ("wordings", "Wordings", wordings_tab),
        ("data", "Data", data_tab),
    )
    with gr.Blocks(title="Shopkeeper", fill_width=True, fill_height=True, analytics_enabled=False) as page:
        gr.Markdown(bar, elem_id="sk-bar", container=False, latex_delimiters=[])
        with gr.Tabs(elem_id="sk-tabs", overflow_behavior="wrap"):  # "menu" measures a row and would hide a rail
            for name, title, fill in tabs:
                with gr.Tab(title, id=name, elem_id=f"sk-{name}-tab", render_children=True):
                    fill(assistant)
    return page


def application(
    page: gr.Blocks, *, host: str = "127.0.0.1", password: str | None = None, assistant: Assistant | None = None
) -> App:
    """Return the page as an ASGI application behind the door and the strict policy; with an assistant, its HTTP API beside it.

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

    page.has_launched = True  # a mounted page skips the check of file paths without it: any client could read any file
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    if assistant is not None:
        from assistant.http_api import add_api

        add_api(outer, assistant, password=password)
    mounted = gr.mount_gradio_app(
        outer,
        page,
        path="/",
        theme=ShopkeeperTheme(),
        footer_links=[],
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        show_error=False,
    )
    hosts = LOCAL if host in LOCAL else ()
    return Door(ContentSecurityPolicy(mounted), hosts=hosts, password=password, keyed=("/api/", "/embed.js"))


def serve(assistant: Assistant, *, host: str, port: int, password: str | None) -> None:
    """Serve the page until it is stopped."""
    import uvicorn

    made = application(build(assistant), host=host, password=password, assistant=assistant)
    uvicorn.run(made, host=host, port=port, log_level="warning")
