"""The HTTP API: what each key opens and what it does not, streams, the sign-in, the rate, and the script that embeds the chat."""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.http_api import api_application, docs_page
from assistant.http_guard import Rate
from retrieval import HashingEncoder
from shop.sample import sample_shop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    testclient = pytest.importorskip("starlette.testclient", reason="pip install httpx")

SITE = "https://www.shop.example"
QUESTION = "Do you deliver to Ireland?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    state = tmp_path_factory.mktemp("api")
    (state / "people").mkdir()
    (state / "people" / "desk.toml").write_text(f'origins = ["{SITE}"]\nrequests_a_minute = 6000\n')
    made = Assistant(sample_shop(customers=60), llm="none", encoder=HashingEncoder(), state=state)
    yield made
    made.service.store.engine.dispose()


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Any:
    return testclient.TestClient(api_application(assistant, password="open sesame"), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def server(assistant: Assistant) -> dict[str, str]:
    return {"Authorization": f"Bearer {assistant.service.keys.make('backend', 'server')}"}


@pytest.fixture(scope="module")
def site(assistant: Assistant) -> dict[str, str]:
    return {"Authorization": f"Bearer {assistant.service.keys.make('www', 'site')}", "Origin": SITE}


ROUTES = [
    ("POST", "/api/answer"),
    ("POST", "/api/conversations"),
    ("GET", "/api/conversations/x/turns"),
    ("POST", "/api/conversations/x/sign-out"),
    ("POST", "/api/sign-in"),
    ("POST", "/api/sign-in/code"),
    ("POST", "/api/feedback"),
    ("POST", "/api/recommend"),
    ("POST", "/api/copy"),
    ("POST", "/api/events"),
    ("POST", "/api/products"),
    ("GET", "/api/personas"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_key_nothing_opens(client: Any, method: str, path: str) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer site_guess"},
        {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()},
    ):
        assert client.request(method, path, headers=headers, json={}).status_code == 401


@pytest.mark.parametrize("path", ["/api/recommend", "/api/copy", "/api/events", "/api/products"])
def test_key_shown_in_the_shops_pages_opens_the_chat_alone(client: Any, site: dict[str, str], path: str) -> None:
    assert client.post(path, headers=site, json={}).status_code == 403


def test_site_key_works_on_the_sites_named_and_no_others(client: Any, site: dict[str, str]) -> None:
    body = {"message": QUESTION}
    assert client.post("/api/answer", headers=site, json=body).status_code == 200
    assert client.post("/api/answer", headers={**site, "Origin": "https://evil.example"}, json=body).status_code == 403
    assert client.post("/api/answer", headers={"Authorization": site["Authorization"]}, json=body).status_code == 403


def test_browser_of_another_site_gets_no_leave(client: Any) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = client.options("/api/answer", headers={**ask, "Origin": SITE})
    refused = client.options("/api/answer", headers={**ask, "Origin": "https://evil.example"})
    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in refused.headers


def test_answer_comes_sentence_by_sentence_then_whole(client: Any, server: dict[str, str]) -> None:
    lines = [
        json.loads(line)
        for line in client.post("/api/answer", headers=server, json={"message": QUESTION}).text.splitlines()
    ]
    sentences, whole = [one["sentence"] for one in lines[:-1]], lines[-1]
    assert len(sentences) > 1
    assert " ".join(sentences) == whole["text"]
    assert whole["citations"][0]["title"] == QUESTION
    assert whole["is_signed_in"] is False


def test_answer_comes_as_events_where_those_are_accepted(client: Any, server: dict[str, str]) -> None:
    said = client.post("/api/answer", headers={**server, "Accept": "text/event-stream"}, json={"message": QUESTION})
    assert said.headers["content-type"].startswith("text/event-stream")
    assert said.text.startswith("event: sentence\ndata: {")
    assert "event: whole" in said.text


def test_customer_signs_in_by_code_and_only_in_that_conversation(
    client: Any, assistant: Assistant, site: dict[str, str]
) -> None:
    mail = str(assistant.shop.customers["email"][0])
    talk = client.post("/api/conversations", headers=site, json={}).json()["conversation"]
    assert client.post("/api/sign-in", headers=site, json={"conversation": talk, "who": mail}).json() == {
        "is_taken": True
    }
    assistant.service.wait_for_mail()
    text = assistant.service.outbox.waiting()[-1].read_text().partition("\n\n")[2]
    code = re.search(r"\b\d{6}\b", text).group()  # type: ignore[union-attr]
    other = client.post("/api/conversations", headers=site, json={}).json()["conversation"]
    assert client.post("/api/sign-in/code", headers=site, json={"conversation": other, "code": code}).json() == {
        "is_signed_in": False
    }
    assert client.post("/api/sign-in/code", headers=site, json={"conversation": talk, "code": code}).json() == {
        "is_signed_in": True
    }
    assert assistant.service.customer(talk) == assistant.shop.customers["customer_id"][0]
    client.post(f"/api/conversations/{talk}/sign-out", headers=site)
    assert assistant.service.customer(talk) is None


def test_only_the_shops_own_key_may_say_who_speaks(
    client: Any, assistant: Assistant, site: dict[str, str], server: dict[str, str]
) -> None:
    customer = str(assistant.shop.customers["customer_id"][0])
    assert client.post("/api/conversations", headers=site, json={"customer_id": customer}).status_code == 403
    made = client.post("/api/conversations", headers=server, json={"customer_id": customer}).json()
    assert assistant.service.customer(made["conversation"]) == customer
    assert client.post("/api/conversations", headers=server, json={"customer_id": "nobody"}).status_code == 400


def test_turns_and_feedback_of_a_conversation(client: Any, assistant: Assistant, site: dict[str, str]) -> None:
    whole = json.loads(client.post("/api/answer", headers=site, json={"message": QUESTION}).text.splitlines()[-1])
    talk = whole["conversation"]
    said = client.get(f"/api/conversations/{talk}/turns", headers=site).json()
    assert [one["who"] for one in said] == ["customer", "shop"]
    body = {"conversation": talk, "number": whole["number"], "is_helpful": True}
    assert client.post("/api/feedback", headers=site, json=body).status_code == 200
    assert assistant.service.feedback_list()[0].question == QUESTION
    assert client.get("/api/conversations/guess/turns", headers=site).status_code == 400


def test_shop_gets_products_copy_and_personas(client: Any, assistant: Assistant, server: dict[str, str]) -> None:
    customer = assistant.busiest_customer()
    found = client.post("/api/recommend", headers=server, json={"customer_id": customer, "k": 3}).json()
    assert len(found) == 3
    assert client.post("/api/recommend", headers=server, json={"customer_id": "nobody"}).status_code == 400
    body = {"product_id": found[0]["product_id"], "customer_id": customer, "n": 2}
    assert client.post("/api/copy", headers=server, json=body).json()[0]["body"]
    assert client.get("/api/personas", headers=server).json()[0]["title"]


@pytest.mark.parametrize(
    "body", [{}, {"message": ""}, {"message": "x" * 2001}, {"message": "Hi", "customer_id": "C00001"}]
)
def test_body_of_another_form_is_refused(client: Any, server: dict[str, str], body: dict[str, str]) -> None:
    assert client.post("/api/answer", headers=server, json=body).status_code == 422


def test_docs_open_with_the_staff_password_or_a_server_key_and_ask_no_other_host(
    client: Any, server: dict[str, str]
) -> None:
    for word in ("open sesame", server["Authorization"].removeprefix("Bearer ")):
        basic = {"Authorization": "Basic " + base64.b64encode(f"me:{word}".encode()).decode()}
        page = client.get("/api/docs", headers=basic)
        assert page.status_code == 200
        assert "POST /answer" in page.text
        assert not re.search(r"(src|href)=|<script", page.text)
    assert docs_page({"info": {"title": "<b>"}, "paths": {}}).count("<b>") == 0


def test_script_of_the_chat_reads_no_markup_and_evaluates_nothing(client: Any) -> None:
    script = client.get("/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "document.write", ".style."):
        assert word not in script.text
    assert re.findall(r"https?://[\w.]+", script.text) == ["https://HOST"]


def test_host_of_another_name_is_refused(client: Any) -> None:
    assert client.get("/embed.js", headers={"Host": "evil.example"}).status_code == 421


def test_withdrawn_key_opens_nothing(client: Any, assistant: Assistant) -> None:
    headers = {"Authorization": f"Bearer {assistant.service.keys.make('old', 'server')}"}
    assert client.get("/api/personas", headers=headers).status_code == 200
    assistant.service.keys.withdraw("old")
    assert client.get("/api/personas", headers=headers).status_code == 401


def test_rate_lets_a_quarter_pass_at_once_and_the_rest_in_time() -> None:
    now = [0.0]
    rate = Rate(40, clock=lambda: now[0])
    assert [rate.wait_s("ann") for _ in range(10)] == [0.0] * 10
    assert rate.wait_s("ann") == pytest.approx(1.5)
    assert rate.wait_s("bob") == 0.0
    now[0] = 1.5
    assert rate.wait_s("ann") == 0.0
    assert rate.wait_s("ann") > 0


def test_wrong_desk_settings_are_named(tmp_path: Path) -> None:
    from assistant.desk.settings import read_desk_settings
    from assistant.errors import CallError

    for words, found in (
        ('origin = ["https://a.example"]', "key 'origin'"),
        ('origins = ["a.example"]', "expected scheme and host"),
        ('requests_a_minute = "many"', "expected int"),
        ("[smtp]\nhost = 3", "expected str"),
        ("origins = [", "not readable as TOML"),
    ):
        (tmp_path / "desk.toml").write_text(words)
        with pytest.raises(CallError, match=found):
            read_desk_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("path", "status"), [("/api/x", 200), ("/embed.js", 200), ("/embed.jsx", 401), ("/apix", 401), ("/", 401)]
)
def test_door_asks_for_no_password_only_where_keys_are_asked_for(path: str, status: int) -> None:
    from assistant.pages.door import Door

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    door = Door(app, hosts=(), password="secret", keyed=("/api/", "/embed.js"))
    assert testclient.TestClient(door).get(path).status_code == status


def test_guest_and_new_product_are_in_the_next_recommendation(client: Any, server: dict[str, str]) -> None:
    """A guest looks at a product and is answered by it; a new product is found at once; what cannot be is named by its row."""
    nobodys = client.post("/api/recommend", headers=server, json={"k": 5}).json()
    first = nobodys[0]["product_id"]
    looked = {"action": "view", "product_id": first, "session": "s1"}
    wrong = {**looked, "product_id": "nope", "event_id": "x"}
    told = client.post("/api/events", headers=server, json={"events": [looked, wrong]}).json()
    assert (told["accepted"], [one["row"] for one in told["refused"]]) == (1, [1])
    found = client.post("/api/recommend", headers=server, json={"session": "s1", "k": 5}).json()
    assert [one["score"] for one in found] != [one["score"] for one in nobodys]
    change = {"product_id": "NEW-1", "title": "Oak bench", "category": "Benches", "price": 80, "stock": 2}
    told = client.post(
        "/api/products", headers=server, json={"products": [change, {"product_id": "NEW-2", "price": 3}]}
    )
    assert (told.json()["accepted"], told.json()["refused"][0]["row"]) == (1, 1)
    asked = {"session": "s1", "category": "benches", "max_price": 100, "in_stock": True, "viewing": ["NEW-1"]}
    found = client.post("/api/recommend", headers=server, json=asked).json()
    assert [one["product_id"] for one in found] == ["NEW-1"]
    assert client.post("/api/recommend", headers=server, json={"viewing": ["nope"]}).status_code == 400
    assert client.post("/api/recommend", headers=server, json={"owned": "maybe"}).status_code == 422
