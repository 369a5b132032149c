"""The main job on the sample shop, from its files to answers, as a stranger sees it first.

It only calls what every other user of Shopkeeper calls; it has no way of its own into the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.stages import Stages, StageTime

if TYPE_CHECKING:
    from assistant.copying import Copy
    from assistant.desk.conversation import Answer
    from assistant.personas import Persona
    from retrieval import Recommendation

QUESTIONS = (
    "How long do I have to send something back?",
    "Do you deliver to Ireland?",
    "My parcel arrived with a broken mug, what now?",
    "Can I collect my order in the shop?",
    "Which ways of paying do you take?",
    "What happens if a plant dies?",
    "Can I change my delivery address after ordering?",
    "Do you wrap gifts?",
    "How do I use a gift card?",
    "Can you repair my bicycle?",
)


@dataclass(frozen=True)
class Demo:
    """Everything the demo made, and where it lies."""

    shop: str
    counts: dict[str, int]
    personas: tuple[Persona, ...]
    customer: str
    recommendations: tuple[Recommendation, ...]
    copies: tuple[Copy, ...]
    answers: tuple[Answer, ...]
    stages: tuple[StageTime, ...]
    files: tuple[Path, ...] = field(default=())

    def text(self) -> str:
        """Return what the command line prints."""
        from assistant.commands.showing import demo_text

        return demo_text(self)


def run_demo(out: Path, *, llm: str | None, stages: Stages) -> Demo:
    """Write the sample shop's files into `out`/shop, read them back and do the main job on them.

    What an earlier run made in `out`/state is taken again where its inputs did not change.
    """
    from assistant import Assistant, Offer
    from assistant.llm.models import load_llm
    from shop import Shop
    from shop.sample import write_sample

    folder = out / "shop"
    with stages.stage("sample shop"):
        if (folder / "shop.toml").exists():
            stages.reused()
        else:
            write_sample(folder)
    with stages.stage("language model") as tick:
        model = load_llm(llm, on_progress=tick)
    with stages.stage("read and check"):
        shop = Shop.load(folder)
    assistant = Assistant(shop, llm=model, state=out / "state", source="sample shop", stages=stages)
    made = assistant.index()
    report = assistant.report(out / "report")
    with stages.stage("recommendations"):
        customer = assistant.busiest_customer()
        recommendations = tuple(assistant.recommend(customer, k=5))
    with stages.stage("copy"):
        product = recommendations[0].product_id
        offer = Offer(percent_off=10, code="FRIEND10", ends="2026-11-30")
        copies = (
            assistant.write_copy(product_id=product, customer_id=customer, channel="email", offer=offer),
            assistant.write_copy(product_id=product, segment=0, channel="push"),
            assistant.write_copy(product_id=product, segment=0, channel="sms", offer=offer),
            assistant.write_copy(product_id=product, segment=0, channel="ad"),
        )
    with stages.stage("ten questions") as tick:
        answers = []
        for number, question in enumerate(QUESTIONS, 1):
            answers.append(assistant.answer(question))
            tick(number, len(QUESTIONS))
    counts = {
        "products": made.products,
        "customers": made.customers,
        "passages": made.passages,
        "segments": made.segments,
    }
    return Demo(
        shop.settings.name,
        counts,
        tuple(report.personas),
        customer,
        recommendations,
        copies,
        tuple(answers),
        tuple(stages.times),
        tuple(report.files),
    )
