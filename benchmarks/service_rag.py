"""Plain retrieval-augmented generation as a peer: langchain's usual chain over the same entries with the same language model.

Its texts are judged by code: whether they hold what an expected entry says, and whether a value stands in them that no passage it was
shown has. It measures no taste.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.form import Figure

Asked = tuple[str, frozenset[int]]  # a question and the numbers of the entries that answer it, 1 the first
_SHOWN = 3  # entries in the prompt
_TOKENS = 60
_MOST = 0.6  # of the words of an expected entry in the text: it says what the entry says
_VALUE = re.compile(r"\d+(?:[.,]\d+)*%?|[\w.+-]+@[\w-]+\.\w+|\b(?:www\.|https?:)\S+")
_SILENT = re.compile(
    r"not know|n't know|does not (?:answer|say|mention|provide|contain)|doesn't|no information|not (?:mentioned|provided)"
)


def rag_chain(faq: Sequence[tuple[str, str]], encoder: Any, model: Any) -> Callable[[str], tuple[str, list[int]]]:
    """Return langchain's usual chain: three entries in the prompt, whatever they are; it gives the text and the entries' numbers."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate

    from retrieval import Passage, PassageIndex
    from retrieval.langchain import ShopkeeperRetriever

    passages = [Passage(f"faq-{n}", "faq", q, a, f"faq, entry {n}") for n, (q, a) in enumerate(faq, 1)]
    retriever = ShopkeeperRetriever(passages=PassageIndex.build(passages, encoder), encoder=encoder, k=_SHOWN)
    prompt = ChatPromptTemplate.from_template(
        "Answer the question using only this context. If the context does not answer it, say you do not know.\n\n"
        "{context}\n\nQuestion: {question}\nAnswer:"
    )
    chain = prompt | model | StrOutputParser()
    number = {(q, a): n for n, (q, a) in enumerate(faq, 1)}

    def answer(text: str) -> tuple[str, list[int]]:
        found = [(str(one.metadata.get("title", "")), one.page_content) for one in retriever.invoke(text)]
        context = "\n\n".join(f"{title} {content}" for title, content in found)
        said = str(chain.invoke({"context": context, "question": text}))
        return said, [number[one] for one in found if one in number]

    return answer


def values_of_nowhere(said: str, shown: str) -> set[str]:
    """Return the numbers, addresses and links of a text that stand in none of what it was shown.

    Examples
    --------
    >>> values_of_nowhere("Within 30 days, 5% off, write to a@b.example.", "30 days; a@b.example")
    {'5%'}
    """
    there = set(_VALUE.findall(shown))
    return {one for one in _VALUE.findall(said) if one not in there}


def written(chain: Callable[[str], tuple[str, list[int]]], kept: Path | None) -> Callable[[str], tuple[str, list[int]]]:
    """Return the chain, its texts kept in a file of JSON lines: a run goes on where the one before was stopped."""
    there: dict[str, tuple[str, list[int]]] = {}
    if kept is not None and kept.is_file():
        rows = (json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines())
        there = {row["question"]: (row["said"], row["entries"]) for row in rows}

    def answer(text: str) -> tuple[str, list[int]]:
        if text not in there:
            there[text] = said, entries = chain(text)
            if kept is not None:
                with kept.open("a", encoding="utf-8") as stream:
                    row = {"question": text, "said": said, "entries": entries}
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        return there[text]

    return answer


def rag_figures(
    name: str,
    faq: Sequence[tuple[str, str]],
    asked: Sequence[Asked],
    ours: tuple[Any, Callable[[str], Any]],
    kept: Path | None = None,
) -> list[Figure]:
    """Return how the usual chain does on some questions, the desk's way on the same ones beside it.

    right: the text holds most words of an expected entry. wrong: it holds those of none and does not say that it does not know.
    """
    from assistant.llm.chat_model import ShopkeeperChatModel
    from retrieval import Lexicon

    encoder, desk = ours
    plain = Lexicon()
    chain = written(rag_chain(faq, encoder, ShopkeeperChatModel(max_tokens=_TOKENS)), kept)
    found: dict[str, list[bool]] = {
        what: [] for what in ("right", "wrong", "values", "there", "our right", "our wrong")
    }
    for text, expected in asked:
        said, numbers = chain(text)
        words = set(plain.concepts(said))
        entries = [set(plain.concepts(faq[number - 1][1])) for number in expected]
        good = any(len(words & entry) >= _MOST * len(entry) for entry in entries)
        shown = " ".join(" ".join(faq[number - 1]) for number in numbers)
        found["wrong"].append(not good and not _SILENT.search(said.lower()))
        found["values"].append(bool(values_of_nowhere(said, f"{shown} {text}")))
        got = desk(text)
        hit = bool(set(got.shown) & expected)
        found["our wrong"].append(got.decision == "answer" and not hit)
        if expected:
            found["right"].append(good)
            found["there"].append(bool(set(numbers) & expected))
            found["our right"].append(hit)
    told = f"{name}/plain RAG, {len(asked)} questions"
    mean = {what: float(np.mean(rows)) if rows else 0.0 for what, rows in found.items()}
    return [
        Figure(f"{told}/an answering entry among its passages", mean["there"]),
        Figure(f"{told}/right", mean["right"], peers={"Shopkeeper, directly or among the choices": mean["our right"]}),
        Figure(
            f"{told}/neither an entry's words nor a do-not-know",
            mean["wrong"],
            better="less",
            peers={"Shopkeeper": mean["our wrong"]},
        ),
        Figure(f"{told}/a value of nowhere in the text", mean["values"], better="less", peers={"Shopkeeper": 0.0}),
    ]
