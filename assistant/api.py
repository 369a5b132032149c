"""The assistant of one shop: everything made from its data, and what is said of it. The only door for page, commands and scripts.

It calls the rooms in order and keeps what they made. It computes no number and writes no sentence of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from assistant.briefs import Briefs
from assistant.copying import Copy, CopyCall, Copywriter, Failed
from assistant.customer_view import CustomerView
from assistant.desk.conversation import Answer, Conversation
from assistant.desk.deciding import Thresholds
from assistant.errors import CallError
from assistant.making import IndexSummary, Made, check_usable, make, make_repeats
from assistant.personas import Persona, Writing, write_personas
from assistant.printed import as_of_words, money
from assistant.product_facts import RECENT_DAYS, reason_facts
from assistant.segment_view import SegmentView, segment_view
from assistant.speech import speech_of
from assistant.stages import Stages
from assistant.state import State
from assistant.writing.offers import Offer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from polars import DataFrame

    from assistant.answering import Answering
    from assistant.llm import LLM
    from assistant.open_drafts import OpenDrafts
    from assistant.predictions import Predictions
    from assistant.report import Report
    from assistant.said_ahead import BatchAhead, SaidAhead
    from assistant.service import Service
    from assistant.serving import Serving
    from assistant.wording_work import WordingWork
    from assistant.writing import Book
    from assistant.writing.draft import Draft
    from retrieval import Encoder, Recommendation
    from retrieval.baskets import Pair
    from shop import Shop
    from shop.store import Receipt
    from shop.store_tables import Event


class Assistant:
    """The assistant of one shop.

    Parameters
    ----------
    shop : Shop
    llm : str, chat model or LLM, optional
        As `assistant.llm.models.load_llm` takes it; loaded when first needed. By default the embedded model; "none": the plan alone writes.
    encoder : str or Encoder, optional
        As `retrieval.load_encoder` takes it.
    language : str, optional
        "en" or "zh"; by default that of the shop's locale. Without a book for it nothing is written, and pages are quoted.
    state : Path, optional
        A folder to keep what is made in, and to take it from.
    source : str
        What the data are called in the state and in reports.
    stages : Stages, optional
        Told of progress and times.
    store : path or URL of a database for recorded events, optional; by default a SQLite file in the state
    reader : as `assistant.desk.reader.load_reader` takes it: says whether a page answers a question fully; by default none

    Raises
    ------
    StateError
        When the state belongs to another shop.
    CallError
        When there is no book for `language`, or the settings ask for a voice that cannot be.
    """

    def __init__(  # noqa: PLR0913 - each is an option of its own
        self,
        shop: Shop,
        *,
        llm: str | BaseChatModel | LLM | None = None,
        encoder: str | Encoder | None = None,
        language: str | None = None,
        state: Path | None = None,
        source: str = "given tables",
        stages: Stages | None = None,
        store: str | Path | None = None,
        reader: Any = None,
    ) -> None:
        self.shop = shop
        self.stages = stages or Stages()
        self._llm = llm
        self._encoder = encoder
        self._source = source
        self.state = None if state is None else State(Path(state))
        self._said: SaidAhead | None = None
        self._store = store
        self._reader = reader
        self.speech = speech_of(shop.settings, language)
        self.printing = self.speech.printing

    @property
    def book(self) -> Book:
        """The wording book in force, in the shop's voice: a line approved a moment ago is in it.

        Raises
        ------
        CallError
            When there is no book for the shop's language.
        """
        return self.speech.book(self._own_wordings())

    @property
    def wordings(self) -> WordingWork:
        """New wordings of this shop: looked for, queued, decided by a person.

        Raises
        ------
        CallError
            When there is no state folder to keep them in.
        """
        from assistant.wording_work import WordingWork

        if self.state is None:
            raise CallError("wordings are kept in a state folder and there is none; give Assistant(…, state=folder).")
        return WordingWork(self.shop, self._own_folder(self.state), language=self.speech.language)

    @property
    def drafts(self) -> OpenDrafts:
        """Whole drafts a model writes for a person to edit and approve; none leaves by itself."""
        from assistant.open_drafts import OpenDrafts

        folder = None if self.state is None else self.state.folder / "people"
        return OpenDrafts(self._briefs, (self.book, self.printing), self.llm, folder)

    @cached_property
    def as_of(self) -> datetime | None:
        """The moment just after the last event; None in a shop without a clock."""
        return self.shop.as_of if self.shop.has_clock else None

    @property
    def as_of_words(self) -> str:
        """The moment the data reach to, for a reader."""
        return as_of_words(self.as_of, self.printing)

    @cached_property
    def encoder(self) -> Encoder:
        """The text model; loaded at first use."""
        from retrieval import load_encoder

        if self._encoder is not None and not isinstance(self._encoder, str):
            return self._encoder
        with self.stages.stage("text model"):
            return load_encoder(self._encoder)

    @cached_property
    def llm(self) -> LLM | None:
        """The language model, loaded at first use; None for "none", and where the embedded one does not read the language."""
        from assistant.llm.models import load_llm
        from assistant.llm.remembered import remembered

        if self._llm == "none" or (self._llm is None and not self.speech.reads_embedded_model):
            return None
        with self.stages.stage("language model") as tick:
            loaded = load_llm(self._llm, on_progress=tick)
        return remembered(loaded, None if self.state is None else self.state.folder)

    @cached_property
    def made(self) -> Made:
        """Profiles, indexes, vectors and segments; made at first use, or taken from the state."""
        return make(self.shop, self.encoder, state=self.state, source=self._source, stages=self.stages)

    def index(self) -> IndexSummary:
        """Make everything that can be made ahead, and say how much it is."""
        from assistant.runs import keep_run

        made = self.made
        if self.state is not None:
            make_repeats(self.shop, made, state=self.state, stages=self.stages)
        keep_run(self)
        moment = "an order of events" if self.as_of is None else f"{self.as_of:%Y-%m-%d %H:%M} UTC"
        return IndexSummary(
            len(made.products), len(made.passages.passages), self.shop.customers.height, made.segments.k, moment
        )

    def check_state(self) -> None:
        """Refuse, by a StateError, a state folder that was made from other data, or with another encoder."""
        if self.state is not None:
            check_usable(self.state, self.shop, self.encoder.name)

    @cached_property
    def serving(self) -> Serving:
        """The shop live: what was recorded is in, and what is recorded now is in the next answer."""
        from assistant.recommending import open_serving

        return open_serving(self.shop, self.made, self.encoder, state=self.state, store=self._store, stages=self.stages)

    def recommend(self, customer_id: str | None = None, k: int = 10, **asked: Any) -> list[Recommendation]:
        """Return the `k` best products, best first, with terms and reasons; `asked` as `assistant.serving.Asked` has it (filters, …)."""
        from assistant.listing import Asked

        return self.serving.recommend(Asked(customer_id, k=k, **asked))

    def record(self, *events: Event | Mapping[str, Any]) -> Receipt:
        """Write events down, each once: they outlive a crash, and the next answer knows them. CallError without a state."""
        return self.serving.record_told(events)

    def audience(self, product_id: str, k: int = 100) -> list[tuple[str, float]]:
        """Return the customers a product scores highest for, owners left out; see `Serving.audience`."""
        return self.serving.audience(product_id, k)

    def bought_together(self, product_id: str, k: int = 10) -> list[Pair]:
        """Return the products that share orders with one more often than by chance; see `Serving.bought_together`."""
        return self.serving.bought_together(product_id, k)

    def reason_draft(self, one: Recommendation) -> Draft:
        """Return why a product is recommended, in proven words with their claims; its text is empty where nothing can be said."""
        from assistant.writing.draft import compose

        facts = reason_facts(one, as_of=self.as_of, days=RECENT_DAYS)
        return compose(facts, kind="reasons", book=self.book, printing=self.printing)

    def reason_words(self, one: Recommendation) -> str:
        """Return why a product is recommended, in proven words; empty where nothing can be said."""
        return self.reason_draft(one).text

    @cached_property
    def customers(self) -> CustomerView:
        """The customers to look at: a list to search, one with orders and attributes."""
        titles = {persona.segment: persona.title for persona in self.personas()}
        return CustomerView(self.shop, self.made, titles, as_of=self.as_of)

    def money(self, amount: float | None) -> str:
        """Return an amount as it is printed everywhere: with the shop's currency, in its locale; "" for None."""
        return money(amount, self.printing)

    @cached_property
    def _personas(self) -> list[Persona]:
        writing = Writing(self.book, self.printing, self.llm)
        made = self.made
        with self.stages.stage("personas") as tick:
            return write_personas(self.shop, made, writing, as_of=self.as_of, tick=tick)

    def personas(self) -> list[Persona]:
        """Return one persona a customer group, the largest first."""
        return self._personas

    @cached_property
    def _view(self) -> SegmentView:
        return segment_view(self.made)

    def segment_view(self) -> SegmentView:
        """Return the customers as points on a map, with what its axes mean."""
        return self._view

    @cached_property
    def predictions(self) -> Predictions:
        """Churn, next purchase, value, unusual orders, price response and demand: as tables, as facts, measured, explained."""
        from assistant.predictions import Predictions, segment_labels

        return Predictions(self.shop, segments=lambda: segment_labels(self.made.segments))

    def predict(self, what: str, *, horizon_days: int | None = None) -> DataFrame:
        """Return a prediction with its interval as a table; see `assistant.predictions.Predictions.table`."""
        return self.predictions.table(what, horizon_days=horizon_days)

    def report(self, out: Path) -> Report:
        """Write the persona report into `out`; see `assistant.report.write_report`."""
        from assistant.report import write_report

        return write_report(self, out)

    @property
    def _copywriter(self) -> Copywriter:
        return Copywriter(self._briefs, (self.book, self.printing), self.llm, self.stages)

    def write_copy(self, **call: Unpack[CopyCall]) -> Copy:
        """Return copy for one product to a customer or a segment; every sentence proven or claim-free.

        Takes product_id, customer_id or segment, channel (email, push, sms or ad), offer (an `Offer`, or a mapping with
        percent_off or amount_off and optionally code, ends, product), occasion ("Mother's Day") and seed.

        Raises
        ------
        CallError
            When product, customer, segment or channel are not there, the offer is wrong, or nothing fits the channel.
        """
        return self._copywriter.write(call, ahead=self._ahead(1))

    def write_variants(self, *, n: int = 3, **call: Unpack[CopyCall]) -> list[Copy]:
        """Return up to `n` different texts for the same brief; fewer where the facts allow no more. See `write_copy`."""
        return self._copywriter.variants(n, call, self._ahead(n))

    def write_copies(
        self,
        briefs: Sequence[Mapping[str, Any]],
        *,
        channel: str = "email",
        offer: Offer | Mapping[str, Any] | None = None,
        occasion: str | None = None,
    ) -> tuple[list[Copy], list[Failed]]:
        """Return copy for many briefs, and those that could not be written with the reason; one failure costs one text.

        Parameters
        ----------
        briefs : mappings with product_id and either customer_id or segment
        """
        ahead = self._ahead(len(briefs))
        return self._copywriter.many(briefs, channel=channel, offer=offer, occasion=occasion, ahead=ahead)

    def _ahead(self, texts: int) -> BatchAhead | None:
        """Return what the model says once for so many texts."""
        from assistant.said_ahead import ahead_of_batch, renewed

        if self.llm is None:
            return None
        folder = None if self.state is None else self.state.folder / "model"
        self._said = renewed(self._said, self.llm, (self.book, self.printing), folder)
        return ahead_of_batch(texts, self._said, (self.made.products, self.shop), self.encoder, self.stages)

    @cached_property
    def _briefs(self) -> Briefs:
        return Briefs(self.shop, self.made, lambda one, product: self.serving.explain(one, product), as_of=self.as_of)

    def busiest_customer(self) -> str:
        """Return the customer with the most orders; ties to the first id."""
        return str(self.made.profiles.sort(["orders", "customer_id"], descending=[True, False])["customer_id"][0])

    def new_conversation(self) -> Conversation:
        """Return a conversation without a turn."""
        return Conversation()

    @cached_property
    def service(self) -> Service:
        """The service desk: conversations that know the customer, tickets, what people of the shop answer."""
        from assistant.service import Service

        return Service(self)

    @cached_property
    def answering(self) -> Answering:
        """The answering from the shop's pages, with its words, models and reader."""
        from assistant.answering import Answering

        return Answering(self, self._reader, lambda: self.speech.book_for_quotes(self._own_wordings()))

    @property
    def thresholds(self) -> Thresholds:
        """When a page is near enough to answer a question, to be offered, or not at all."""
        return self.answering.desk.thresholds

    def answer(
        self, question: str, *, customer_id: str | None = None, conversation: Conversation | None = None
    ) -> Answer:
        """Return an answer from the shop's own pages, a question back, or a hand-over; every sentence proven.

        Raises
        ------
        CallError
            When the question is empty, or the shop has no such customer.
        """
        return list(self.stream_answer(question, customer_id=customer_id, conversation=conversation))[-1][0]

    def stream_answer(
        self, question: str, *, customer_id: str | None = None, conversation: Conversation | None = None
    ) -> Iterator[tuple[Answer, bool]]:
        """Yield the answer as it grows, sentence by sentence, each once proven, and whether it is whole."""
        if not question.strip():
            raise CallError("the question is empty; ask in words.")
        if customer_id is not None:
            self._briefs.row_of(customer_id)
        yield from self.answering.desk.stream(
            question.strip(), conversation if conversation is not None else Conversation()
        )

    def starters(self) -> list[str]:
        """Return up to three questions the shop's own pages answer, to begin with."""
        questions = self.shop.faq["question"].drop_nulls().to_list()
        step = max(1, len(questions) // 3)
        return questions[::step][:3]

    def persona_shares(self, persona: Persona) -> list[tuple[str, float, str]]:
        """Return (name of the fact, share 0–1, as printed) of a persona's part of customers and of sales."""
        from assistant.segment_view import printed_shares

        return printed_shares(persona.facts, self.printing)

    def _own_folder(self, state: State) -> Path:
        name = "wordings" if self.speech.own else f"wordings-{self.speech.language}"
        return state.folder / "people" / name

    def _own_wordings(self) -> list[Path]:
        own = [] if self.state is None else [self._own_folder(self.state)]
        return [folder for folder in own if any(folder.glob("*.txt"))]
