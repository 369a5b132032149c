"""The real embedded models, end to end on a small sample shop, in a process that may reach no other machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.models, pytest.mark.timeout(600)]  # the first run converts the language model

RUN = """
import json, sys
from pathlib import Path

reached = []

def watch(event, told):
    # names asked for and addresses connected to; sockets between processes of this machine are no network
    if event == "socket.getaddrinfo" and told[0] not in (None, "localhost", "127.0.0.1", "::1"):
        reached.append(f"{event} {told[0]}")
        raise OSError("no network in this test")
    if event == "socket.connect" and isinstance(told[1], tuple) and told[1][0] not in ("127.0.0.1", "::1"):
        reached.append(f"{event} {told[1]}")
        raise OSError("no network in this test")

sys.addaudithook(watch)

from assistant import Assistant, Offer
from retrieval.recommend import Exclude
from shop import Shop
from shop.sample import write_sample

folder = Path(sys.argv[1])
write_sample(folder / "shop", customers=250)
shop = Shop.load(folder / "shop")
assistant = Assistant(shop, state=folder / "state", source="sample shop")
report = assistant.report(folder / "report")
customer = assistant.busiest_customer()
best = assistant.recommend(customer, k=5, exclude=Exclude(owned="exclude"))
product = best[0].product_id
offer = Offer(percent_off=10, code="FRIEND10", ends="2026-11-30")
copies = [assistant.write_copy(product_id=product, customer_id=customer, channel=channel, offer=offer)
          for channel in ("email", "sms")]
answers = [assistant.answer(question) for question in ("How long do I have to send something back?", "Can you repair my bicycle?")]
print(json.dumps({
    "reached": reached,
    "models": [assistant.encoder.name, assistant.llm.name],
    "personas": [[one.title, one.summary, list(one.written_by)] for one in report.personas],
    "owned": sorted(set(shop.purchases().filter(shop.purchases()["customer_id"] == customer)["product_id"])),
    "recommended": [one.product_id for one in best],
    "copies": [[one.subject, one.body, list(one.written_by), [refused.text for refused in one.refused]] for one in copies],
    "answers": [[one.decision, one.text, [cited.source for cited in one.citations], list(one.choices)] for one in answers],
    "files": [path.name for path in report.files],
}))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("shop")
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def test_no_other_machine_is_asked_for_anything(made: dict[str, Any]) -> None:
    assert made["reached"] == []
    assert made["models"] == ["all-MiniLM-L6-v2-384", "SmolLM2-135M-Instruct"]


def test_every_persona_has_a_name_and_the_model_had_a_hand_in_some(made: dict[str, Any]) -> None:
    titles = [title for title, _, _ in made["personas"]]
    assert len(set(titles)) == len(titles) >= 2
    assert all(summary.endswith(".") for _, summary, _ in made["personas"])
    assert any("model chose" in writers for _, _, writers in made["personas"])
    assert made["files"] == ["report.html", "personas.json", "assignments.csv"]


def test_copy_states_the_offer_as_given_and_nothing_the_model_made_up(made: dict[str, Any]) -> None:
    for subject, body, writers, _ in made["copies"]:
        assert "FRIEND10" in body
        assert "10%" in body
        assert writers
        assert "{" not in subject + body
    assert len(made["copies"][1][1]) <= 160


def test_recommended_products_are_new_to_the_customer(made: dict[str, Any]) -> None:
    assert len(made["recommended"]) == 5
    assert not set(made["recommended"]) & set(made["owned"])


def test_answer_is_a_page_of_the_shop_and_a_stranger_question_gets_none(made: dict[str, Any]) -> None:
    (decision, text, sources, choices), (other, _, others, _) = made["answers"]
    assert decision in ("answer", "ask back")
    assert sources or choices
    assert "30 days" in text or any("send" in choice.lower() or "return" in choice.lower() for choice in choices)
    assert other != "answer"
    assert others == []
