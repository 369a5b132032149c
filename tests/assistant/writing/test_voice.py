"""A shop's voice, its legal notes, its language, and variety over a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from assistant import Assistant
from assistant.errors import CallError
from assistant.speech import speech_of
from assistant.writing import CHANNELS, Offer, Subject, compose, compose_copy, load_book, offer_facts, prove
from assistant.writing.cases import made_up_facts
from assistant.writing.facts import fact
from assistant.writing.voice import Voice, voiced
from retrieval import HashingEncoder
from shop.shop import Settings
from tests.assistant.writing.examples import POUNDS, SOURCE, ScriptedLLM, evening_facts, facts_of, mug, mug_facts

BOOK = load_book("en")
STOP = "Reply STOP to opt out."


@pytest.mark.parametrize("channel", CHANNELS)
def test_word_to_avoid_stands_in_no_text_and_the_text_is_still_proven(channel: str) -> None:
    avoid = ("range", "have a look", "yours", "come", "customers", "lovely")
    book = voiced(BOOK, Voice(avoid=avoid))
    for seed in range(6):
        draft = compose_copy(mug_facts(), channel=channel, book=book, seed=seed, printing=POUNDS)
        text = f"{draft.subject.text} {draft.body.text}".lower()
        assert not [word for word in avoid if BOOK.script.holds(text, word)], text
        about = mug() if channel == "ad" else None  # an ad leans on its head
        assert prove(draft.body.text, mug_facts(), printing=POUNDS, about=about).may_leave


def test_word_to_avoid_in_a_title_is_said_as_it_is() -> None:
    facts = facts_of(Subject("product", "p", "Mountain range print"), title="Mountain range print", price=9.0)
    draft = compose_copy(facts, channel="sms", book=voiced(BOOK, Voice(avoid=("range",))), printing=POUNDS)
    assert "Mountain range print" in draft.body.text


def test_word_to_use_is_in_more_texts_than_without_it() -> None:
    def count(voice: Voice) -> int:
        book = voiced(BOOK, voice)
        drafts = (compose_copy(mug_facts(), channel="push", book=book, seed=seed, printing=POUNDS) for seed in range(8))
        return sum("yours" in draft.body.text.lower() for draft in drafts)

    assert count(Voice(use=("yours",))) > count(Voice())


def test_tone_takes_its_own_lines_and_none_of_another() -> None:
    for tone, other in (("warm", "lively"), ("lively", "warm")):
        book = voiced(BOOK, Voice(tone=tone))
        assert {line.tone for line in book.lines} == {"", tone}
        lines = {line.where: line.tone for line in BOOK.lines}
        drafts = [
            compose_copy(mug_facts(), channel="email", book=book, seed=seed, printing=POUNDS) for seed in range(6)
        ]
        both = [one for draft in drafts for one in (*draft.subject.sentences, *draft.body.sentences)]
        said = [lines[where] for one in both for where in one.wordings if where in lines]
        assert tone in said
        assert other not in said
    plain = [compose_copy(mug_facts(), channel="email", seed=seed, printing=POUNDS).subject for seed in range(6)]
    assert not any(lines[where] for draft in plain for one in draft.sentences for where in one.wordings)


@pytest.mark.parametrize("channel", CHANNELS)
def test_legal_note_closes_the_text_word_for_word_within_the_length(channel: str) -> None:
    book = voiced(BOOK, Voice(legal={channel: STOP}))
    for seed in range(4):
        draft = compose_copy(mug_facts(), channel=channel, book=book, seed=seed, printing=POUNDS)
        assert draft.body.text.endswith(STOP)
        assert len(draft.body.text) <= CHANNELS[channel].body
        assert draft.body.sentences[-1].label == "proven"
        assert draft.body.sentences[-1].quoted == f"shop.toml, legal_{channel}"
        assert draft.body.written_by[-1] == "shop"


def test_legal_note_that_leaves_no_room_is_refused_with_its_length() -> None:
    book = voiced(
        BOOK,
        Voice(legal={"ad": "This note is so long that no word of the advertisement itself can find room beside it."}),
    )
    with pytest.raises(ValueError, match=r"no ad of 90 characters with a legal note of 8\d can name"):
        compose_copy(mug_facts(), channel="ad", book=book, printing=POUNDS)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tone": "shouting"}, "tone: 'shouting'; expected one of plain, warm, lively"),
        ({"use": "cosy, warm", "avoid": "Cosy"}, "'cosy' is both a word to use and a word to avoid"),
        ({"fax": "note"}, "no channel 'fax'; there are email"),
        ({"sms": "Stop\u200b"}, "legal note of sms: invisible characters"),
    ],
)
def test_voice_that_cannot_be_is_refused(values: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Voice.of_words(**values)


def test_no_line_left_for_the_words_to_avoid_is_said() -> None:
    words = {
        word for line in BOOK.lines if line.section == "copy_product" for word in BOOK.script.words(line.text).split()
    }
    book = voiced(BOOK, Voice(avoid=tuple(words)))
    facts = facts_of(mug(), title="Red stoneware mug")
    with pytest.raises(ValueError, match="in this shop's voice"):
        compose_copy(facts, channel="sms", book=book, printing=POUNDS)


@pytest.mark.parametrize("channel", CHANNELS)
def test_openings_of_a_batch_are_even_and_none_comes_twice_in_a_row(channel: str) -> None:
    used: list[str] = []
    begun: list[tuple[str, ...]] = []
    for seed in range(30):
        draft = compose_copy(mug_facts(), channel=channel, seed=seed, printing=POUNDS, used_openings=used)
        begun.append(draft.openings)
        used += draft.openings
    for before, after in zip(begun, begun[1:], strict=False):
        assert not set(before) & set(after)
    for place in range(min(map(len, begun))):
        counts = Counter(one[place] for one in begun)
        assert max(counts.values()) <= 6, counts
        assert len(counts) >= 6, counts


def test_personas_of_a_batch_never_begin_alike_twice_in_a_row() -> None:
    openings: list[str] = []
    for seed in range(12):
        draft = compose(evening_facts(), seed=seed, printing=POUNDS, used_openings=openings)
        openings.append(draft.opening)
    assert all(one != other for one, other in zip(openings, openings[1:], strict=False))
    assert max(Counter(openings).values()) <= 4


def test_occasion_is_said_only_where_it_is_a_fact() -> None:
    shop = Subject("shop", "shop", "Larch & Co")
    offer = offer_facts(Offer(percent_off=10, ends=date(2026, 12, 24)), product=mug())
    facts = [*facts_of(mug(), title="Red stoneware mug"), *offer]
    said = prove("For Christmas, there is 10% off everything until 24 December 2026.", facts)
    assert not said.may_leave
    facts.append(fact(shop, "occasion", "Christmas", SOURCE))
    assert prove("For Christmas, there is 10% off everything until 24 December 2026.", facts).may_leave
    assert not prove("For Easter, there is 10% off everything until 24 December 2026.", facts).may_leave


@pytest.mark.parametrize(
    ("locale", "language", "expected", "printed"),
    [
        ("zh_CN", None, "zh", "zh_CN"),
        ("en_US", None, "en", "en_US"),
        ("en_GB", "zh", "zh", "zh_CN"),
        ("zh_Hans_CN", "en", "en", "en_GB"),
        ("en-US", "en", "en", "en-US"),
    ],
)
def test_language_is_that_of_the_locale_or_as_asked_for(
    locale: str, language: str | None, expected: str, printed: str
) -> None:
    speech = speech_of(Settings(locale=locale), language)
    assert (speech.language, speech.printing.locale) == (expected, printed)
    assert speech.book().language == expected


def test_language_without_a_book_is_refused_with_those_there_are() -> None:
    with pytest.raises(CallError, match="no wording book for language 'de'; there are books for en, zh"):
        speech_of(Settings(), "de")
    german = speech_of(Settings(locale="de_DE"))
    with pytest.raises(
        CallError, match="no wording book for language 'de'; there are books for en, zh. Set .shop. locale"
    ):
        german.book()
    assert german.book_for_quotes().lines == ()


def test_settings_with_a_voice_that_cannot_be_are_refused_by_file_and_key() -> None:
    with pytest.raises(CallError, match=r"shop\.toml, \[shop\]: voice, tone: 'loud'"):
        speech_of(Settings(tone="loud"))


def test_chinese_shop_is_written_about_in_chinese_without_the_embedded_model(small_assistant: Assistant) -> None:
    small_shop = small_assistant.shop
    shop = replace(
        small_shop, settings=replace(small_shop.settings, locale="zh_CN", currency="CNY", legal_sms="回复T退订。")
    )
    assistant = Assistant(shop, encoder=HashingEncoder())
    assistant.made = small_assistant.made  # the tables are the same
    assert assistant.llm is None
    product = str(shop.products["product_id"][0])
    made = assistant.write_copy(product_id=product, segment=0, channel="sms")
    assert made.body.endswith("回复T退订。")
    assert {sentence.label for sentence in prove(made.body[:-6], [], language="zh").sentences} == {"unproven"}
    assert all("他们" in one.summary or "人" in one.summary for one in assistant.personas())
    german = Assistant(
        replace(shop, settings=replace(shop.settings, locale="de_DE", legal_sms="")), encoder=HashingEncoder()
    )
    german.made = small_assistant.made
    with pytest.raises(CallError, match="no wording book for language 'de'"):
        german.write_copy(product_id=product, segment=0)
    assert german.answer(str(shop.faq["question"][0])).decision in ("answer", "ask back", "hand over")


@pytest.mark.parametrize("section", ["desk", "flows", "claims", "orders", "customers"])
def test_chinese_book_says_what_the_english_one_says_where_code_asks_for_it(section: str) -> None:
    """The desk asks for a line of exactly these facts; a claim is sought among lines of exactly its facts."""
    english, chinese = (
        {frozenset(line.facts) for line in load_book(language).section(section)} for language in ("en", "zh")
    )
    if section in ("orders", "customers"):
        english = {facts for facts in english if len(facts) < 3}
    assert english - chinese == set()


def test_chinese_book_has_the_claim_free_parts_of_the_english_one() -> None:
    assert set(load_book("en").free_lines) == set(load_book("zh").free_lines)


def test_made_up_facts_have_names_of_the_language() -> None:
    names = {one.value for one in made_up_facts(3, "zh") if one.name == "title"}
    assert names <= {"红色陶杯", "橡木台灯", "A4 打印纸（五百张）", "双人帐篷", "铸铁茶壶"}


def test_model_is_asked_in_the_language_of_the_book() -> None:
    class Chooser(ScriptedLLM):
        asked = ""

        def choose(self, prompt: str, options: Sequence[str]) -> int | None:
            self.asked = prompt
            return super().choose(prompt, options)

    for language, word in (("en", "natural English"), ("zh", "自然的中文")):
        chooser = Chooser()
        compose(made_up_facts(1, language)[:12], kind="persona", book=load_book(language), llm=chooser)
        assert word in chooser.asked
