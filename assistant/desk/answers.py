"""Questions answered from the shop's own pages: answer, ask back, or hand over.

It decides and quotes. It knows passages and their scores, not how they are searched, and never another customer's rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.desk.conversation import Answer, Citation, Conversation
from assistant.desk.deciding import Decision, calibrate, decide
from assistant.desk.glossary import read_foreign
from assistant.desk.looking import Looking
from assistant.desk.product_replies import ProductReplies
from assistant.desk.products import ProductTalk, Told
from assistant.desk.quoting import questions_in, quoted
from assistant.desk.small_talk import small_talk
from assistant.desk.tastes import only_tastes, read_tastes, without_tastes
from assistant.desk.tongues import other_tongue
from assistant.writing.draft import MODEL_CHOSE, PLAN, Part, finish
from assistant.writing.facts import Fact, Source, Subject, fact, short
from assistant.writing.plan import plan_texts
from assistant.writing.proof import Prover, filled_lines
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book
from prompts import render
from retrieval import PassageHit
from retrieval.passages import reads

if TYPE_CHECKING:
    from assistant.desk.reader import Reading
    from assistant.llm import LLM
    from retrieval import Encoder, Passage, PassageIndex


class Desk:
    """Answers questions over one shop's passages.

    Parameters
    ----------
    passages, encoder : what is searched, and with what
    book, printing : what may be said around a quote, and how values are printed
    shop_facts : what the shop says of itself; its contact is named when a person has to help
    llm : LLM, optional
        Chooses how an answer opens and closes.
    products : ProductTalk, optional
        Finds products by what is said; without it such questions are asked back or handed over.
    reading : Reading, optional
        A reader and what is sure enough of it: more is answered at once.
    """

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        passages: PassageIndex,
        encoder: Encoder,
        book: Book,
        printing: Printing,
        shop_facts: Sequence[Fact],
        llm: LLM | None,
        products: ProductTalk | None = None,
        *,
        reading: Reading | None = None,
    ) -> None:
        self.passages = passages
        self._products = products
        self._replies = None if products is None else ProductReplies(products)
        self._looking = None if products is None else Looking(products, passages)
        self._encoder = encoder
        self._book = book
        self._printing = printing
        self._shop_facts = list(shop_facts)
        self._shop = next((one.subject for one in shop_facts), Subject("shop", "shop", "the shop"))
        self._llm = llm
        self.reading = reading
        self.thresholds = calibrate(passages)

    @property
    def pages(self) -> Sequence[Passage]:
        """The passages it answers from."""
        return self.passages.passages

    def stream(self, question: str, conversation: Conversation) -> Iterator[tuple[Answer, bool]]:
        """Yield the answer as it grows, each sentence once proven, and whether it is whole; the whole one is remembered."""
        several = questions_in(question)
        if len(several) > 1:
            answer = self._joined(question, [self._answered(one, conversation) for one in several])
        else:
            answer = self._small_talk(question) or self._answered(question, conversation)
        for upto in range(1, len(answer.sentences)):
            yield _first(answer, upto), False
        conversation.turns.append(answer)
        yield answer, True

    def asked_of_products(self, question: str, conversation: Conversation) -> bool:
        """Return whether a message asks something of products it names, or of those the conversation showed."""
        return self._replies is not None and self._replies.asked(question, conversation.turns)

    def glance(self, question: str, conversation: Conversation) -> tuple[Decision, list[str]]:
        """Return what would be done with a message, and the titles of the pages it is about, the best first."""
        wanted = None if self._products is None else self._products.wanted(question)
        if wanted is not None and (wanted.has_limit or wanted.by_price):
            return "answer", []
        found = []
        for one in questions_in(question):
            context = self.in_own_words(conversation.context(one))[0]
            found.append(self._decided(context))
        decisions = [decision for decision, _ in found]
        pages = [hit.passage for _, hits in found for hit in hits if hit.passage.kind in ("faq", "policy")]
        own = self.in_own_words(question)[0]
        titles = [page.title for page in pages if self._shares_name(own, page)]
        sure: Decision = "answer" if set(decisions) == {"answer"} else decisions[0]
        return sure, list(dict.fromkeys(titles)) if "hand over" not in decisions else []

    def _decided(self, question: str) -> tuple[Decision, list[PassageHit]]:
        hits = self.passages.search(question, self._encoder, 12)
        return decide(question, hits, self.passages, self.thresholds, self.reading)

    def in_own_words(self, question: str) -> tuple[str, bool]:
        """Return a question in words of the pages' language where it is in another, and whether each of its words is known here."""
        read = read_foreign(question, self._book.language) if reads(self._encoder.name, "a") else None
        if read is None or not read.text:
            return question, True
        known = set().union(*(self.passages.holds(page)[1] for page in self.pages))
        return read.text, set(self.passages.concepts(" ".join(read.unknown))) <= known and read.text.isascii()

    def _answered(self, question: str, conversation: Conversation) -> Answer:
        if self._replies is not None:
            told = self._replies.reply(question, conversation.turns, conversation.reasons)
            if told is not None and told.sentences:
                return self._show(question, told)
        asked = conversation.context(question)
        context, is_sure = self.in_own_words(asked)
        tastes = conversation.tastes
        if context != asked and read_tastes(asked).avoid:  # what is avoided is heeded, not looked for
            context, is_sure = self.in_own_words(without_tastes(asked))
            tastes = [*tastes, only_tastes(asked)]
        decision, best = self._decided(context)
        if not is_sure:  # a word of another language that says nothing here may change what is asked
            shared = [hit for hit in best if self._shares_name(context, hit.passage)]
            decision, best = ("ask back", shared) if shared and decision != "hand over" else ("hand over", best)
        if decision == "hand over" and context != asked:
            decision, best = self._decided(asked)
        if decision == "answer" and self._is_avoided(question, best[0].passage, tastes):
            decision = "ask back"
        if decision == "answer" and quoted(best[0].passage):  # a product's text may be nothing but prices and promises
            return self._quote(question, best)
        told = None if self._looking is None else self._looking.told(context, best, tastes)
        if told is not None and self._looking is not None:
            return replace(self._show(question, told), choices=tuple(self._looking.warnings(question)))
        return (
            self._ask_back(question, context, best, tastes)
            if decision == "ask back"
            else self._hand_over(question, best)
        )

    def _is_avoided(self, question: str, passage: Passage, tastes: Sequence[str]) -> bool:
        return self._looking is not None and self._looking.is_avoided(question, passage, tastes)

    def _joined(self, question: str, answers: Sequence[Answer]) -> Answer:
        """Return the answers to several questions of one message as one; what is not clear is asked back last."""
        order = {"answer": 0, "hand over": 1, "ask back": 2}
        ranked = sorted(answers, key=lambda one: order[one.decision])
        said = [
            Part(sentence.text, who)
            for one in ranked
            for sentence, who in zip(one.sentences, one.written_by, strict=True)
        ]
        parts = list({part.text: part for part in said}.values())  # one thanks for all questions
        cited = list({one.source: one for answer in ranked for one in answer.citations}.values())
        known = {passage.source: passage for passage in self.passages.passages}
        return self._finished(
            question,
            ranked[-1].decision,
            parts,
            [known[one.source] for one in cited if one.source in known],
            citations=tuple(replace(one, number=number) for number, one in enumerate(cited, 1)),
            choices=ranked[-1].choices,
            why="; ".join(one.why for one in answers),
            facts=[claim.fact for answer in ranked for claim in answer.claims if claim.fact not in self._shop_facts],
        )

    def _show(self, question: str, told: Told) -> Answer:
        first = len(told.sentences) - len(told.passages)
        parts = [Part(sentence, PLAN) for sentence in told.sentences[:first]]
        for sentence, passage in zip(told.sentences[first:], told.passages, strict=True):
            parts += [Part(sentence, PLAN), Part(quoted(passage), SHOP)]
        cited = tuple(Citation(at, one.title, one.text, one.source) for at, one in enumerate(told.passages, 1))
        made = self._finished(question, "answer", parts, told.passages, citations=cited, why=told.why, facts=told.facts)
        return replace(made, products=told.products)

    def _small_talk(self, question: str) -> Answer | None:
        kind = small_talk(question)
        if kind != "robot":
            free = self._free(kind, question) if kind else []
            return self._finished(question, "answer", free, [], why="small talk") if free else None
        told = fact(self._shop, "robot_of", self._shop.name, Source("shop.toml"))
        lines = filled_lines(Sheet([told], self._printing), self._book, ("desk",))
        said = next((line.text for line in lines if set(line.wording.facts) == {told.name}), "")
        parts = [Part(said, PLAN)]
        return self._finished(question, "answer", parts, [], why="small talk", facts=[told]) if said else None

    def noted(self, message: str) -> Answer | None:
        """Return what is said of a message that only tells what somebody likes, avoids or can spend; None for others."""
        if self._products is None or self._products.wanted(message) is not None:
            return None
        if self._products.wanted(self.in_own_words(without_tastes(message))[0]) is not None:
            return None  # in another language something is looked for beside
        said, facts = self._products.noted(message)
        return self._finished(message, "answer", [Part(said, PLAN)], [], why="a taste", facts=facts) if said else None

    def is_small_talk(self, message: str) -> bool:
        """Return whether a message is a greeting, a thanks, or asks who answers."""
        return bool(small_talk(message))

    def _quote(self, question: str, hits: Sequence[PassageHit]) -> Answer:
        passage = hits[0].passage
        words = quoted(passage) if passage.kind == "product" else passage.text
        cited = (Citation(1, passage.title, words, passage.source),)
        parts = [*self._free("answer_opening", question), Part(quoted(passage), SHOP)]
        why = f"nearest passage {passage.id}, cosine {hits[0].dense:.2f}"
        return self._finished(question, "answer", parts, [passage], citations=cited, why=why)

    def _ask_back(self, question: str, context: str, hits: Sequence[PassageHit], tastes: Sequence[str]) -> Answer:
        pages = [hit for hit in hits if hit.passage.kind in ("faq", "policy")]
        things = [
            hit for hit in hits if hit.passage.kind == "product" and not self._is_avoided(question, hit.passage, tastes)
        ]
        named = [hit for hit in things if self._shares_name(context, hit.passage)]
        titles = [
            hit.passage.title
            for hit in sorted([*pages, *named] or things, key=lambda hit: hit.passage.kind == "product")
        ]
        why = f"nearest passage {hits[0].passage.id}, cosine {hits[0].dense:.2f}: not sure enough"
        return self._finished(
            question, "ask back", self._free("ask_back", question), [], choices=tuple(titles), why=why
        )

    def _shares_name(self, question: str, passage: Passage) -> bool:
        """Return whether a message has a word of a product's name: one that is only near in meaning is no question of theirs."""
        return bool(set(self.passages.concepts(question)) & self.passages.holds(passage)[0][0])

    def _hand_over(self, question: str, hits: Sequence[PassageHit]) -> Answer:
        parts = self._free("hand_over", question)
        candidates = plan_texts(self._shop_facts, self._book, kind="answers", printing=self._printing)
        reach = [one for one in candidates if any(fact.name == "contact" for fact in one.facts_used)]
        parts += [Part(reach[0].text, PLAN)] if reach else []
        why = f"nearest passage has cosine {hits[0].dense:.2f}" if hits else "the shop has no pages to answer from"
        return self._finished(question, "hand over", parts, [], why=why)

    def _free(self, part: str, question: str) -> list[Part]:
        """Return a claim-free sentence of the book for a part of an answer; the model chooses where there is one."""
        lines = self._book.free_lines.get(part, ())
        if not lines:
            return []
        if self._llm is None or len(lines) == 1:
            return [Part(lines[0], PLAN)]
        chosen = self._llm.choose(
            render("choose_reply", language=self._book.language, question=short(question, 300)), list(lines)
        )
        return [Part(lines[0], PLAN) if chosen is None else Part(lines[chosen], MODEL_CHOSE)]

    def _finished(  # noqa: PLR0913 - each is a part of the answer
        self,
        question: str,
        decision: Decision,
        parts: Sequence[Part],
        passages: Sequence[Passage],
        *,
        citations: tuple[Citation, ...] = (),
        choices: tuple[str, ...] = (),
        why: str = "",
        facts: Sequence[Fact] = (),
    ) -> Answer:
        tongue = other_tongue(question, self._book, self._printing, self._shop)
        if tongue is not None:  # in which language the answer is, in the customer's, before all else
            facts, parts = [*facts, tongue[0]], [tongue[1], *(part for part in parts if part != tongue[1])]
        prover = Prover.of([*self._shop_facts, *facts], self._book, printing=self._printing, passages=passages)
        draft = finish(parts, prover)
        return Answer(
            question, decision, draft.text, citations, choices, draft.claims, draft.written_by, draft.sentences, why
        )


SHOP = "shop"  # the shop's own words, quoted


def _first(answer: Answer, count: int) -> Answer:
    """Return the beginning of an answer, so many sentences of it."""
    end = answer.sentences[count - 1].span[1]
    claims = tuple(claim for claim in answer.claims if claim.span[1] <= end)
    return replace(
        answer,
        text=answer.text[:end],
        claims=claims,
        sentences=answer.sentences[:count],
        written_by=answer.written_by[:count],
    )
