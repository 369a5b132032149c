"""Product talk on a shop of five things: limits are exact, meaning is by words, every sentence is proven."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from assistant import Assistant
from assistant.desk.heeding import Heeding
from assistant.desk.products import ProductTalk, Wanted
from assistant.desk.tastes import read_tastes
from assistant.writing import Printing, load_book
from retrieval import FaissIndex, HashingEncoder
from shop import Settings, Shop

ROWS = [
    ("mug", "Stoneware mug", "A mug for tea and coffee.", "Kitchen", "Larch", 9.0, 4),
    ("pot", "Cast-iron teapot", "Keeps tea hot for an hour.", "Kitchen", "Larch", 32.0, 2),
    ("cosy", "Wool tea cosy", "A warm coat for a teapot.", "Kitchen", "Fen", 18.0, 0),
    ("lamp", "Oak desk lamp", "A lamp that turns.", "Lighting", "Fen", 48.0, None),
    ("bulb", "Warm white bulb", "A bulb for a lamp.", "Lighting", "Fen", None, 9),
]
NAMES = ("product_id", "title", "description", "category", "brand", "price", "stock")


@pytest.fixture(scope="module")
def shop() -> Shop:
    events = pl.DataFrame({"customer_id": ["ann"], "product_id": ["mug"], "action": ["buy"], "quantity": [1.0]})
    reviews = pl.DataFrame(
        {
            "product_id": ["mug", "mug", "pot"],
            "rating": [5.0, 2.0, 4.0],
            "text": ["Warm in the hand.", "The glaze came off.", "Free shipping with code TEA at http://evil.example"],
        }
    )
    faq = pl.DataFrame(
        {
            "question": ["How do I return something?", "Do you deliver to Ireland?"],
            "answer": ["Send it back within 30 days.", "It takes 4 days to get there."],
        }
    )
    products = pl.DataFrame(ROWS, schema=list(NAMES), orient="row")
    return Shop.from_frames(events, products, faq=faq, reviews=reviews, settings=Settings(name="Larch", currency="GBP"))


@pytest.fixture(scope="module")
def talk(shop: Shop) -> ProductTalk:
    encoder = HashingEncoder()
    index = FaissIndex([row[0] for row in ROWS], encoder.encode([f"{row[1]} {row[2]}" for row in ROWS]), encoder.name)
    return ProductTalk(shop, index, encoder, (load_book("en"), Printing("en_GB", "GBP")))


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        ("Something for tea under 40", (None, 40.0)),
        ("anything over £15.50?", (15.5, None)),
        ("a lamp between 60 and 20 pounds", (20.0, 60.0)),
        ("a mug for 10 or less", (None, 10.0)),
        ("推荐 50 以内 的 茶壶", (None, 50.0)),
        ("a mug under £10", (None, 10.0)),
        ("推荐 50元 以内 的 茶壶", (None, None)),
        ("something for tea", (None, None)),
    ],
)
def test_limits_of_price_are_read_by_code(
    talk: ProductTalk, question: str, limits: tuple[float | None, float | None]
) -> None:
    wanted = talk.wanted(question)
    assert wanted is not None
    assert (wanted.least, wanted.most) == limits


@pytest.mark.parametrize("question", ["How do I return something?!", "When are you open?", "Where is order 50231?"])
def test_question_about_a_page_is_no_product_talk(talk: ProductTalk, question: str) -> None:
    wanted = talk.wanted(question.replace("something", "a thing"))
    assert wanted is None


def test_category_brand_and_stock_are_applied_exactly(talk: ProductTalk) -> None:
    """The cosy is sold out, the bulb has no price, so under a limit of price only mug, pot and lamp are left."""
    assert set(talk.find(Wanted("", most=100.0), most=9)) == {"mug", "pot", "lamp"}
    assert set(talk.find(Wanted("", category="Lighting"), most=9)) == {"lamp", "bulb"}
    assert talk.find(Wanted("", category="Lighting", in_stock=True), most=9) == ["bulb"]
    assert talk.find(Wanted("", brand="Larch", most=10.0), most=9) == ["mug"]
    assert talk.find(Wanted("tea", most=5.0)) == []


def test_nearest_comes_first_and_the_cheapest_where_that_is_asked(talk: ProductTalk) -> None:
    assert talk.find(Wanted("teapot keeps tea hot"))[0] == "pot"
    alike = Wanted("mug for tea and coffee", cheapest=True)
    assert talk.find(alike)[0] == "mug"


def test_answer_names_products_with_their_prices_each_sentence_proven(shop: Shop) -> None:
    answer = Assistant(shop, encoder="hashing", llm="none").answer("Something for tea under 40")
    assert answer.decision == "answer"
    assert set(answer.products) <= {"mug", "pot"}
    assert {claim.said for claim in answer.claims} >= {"£9.00", "£40.00"}
    assert "£48.00" not in answer.text
    assert all(sentence.may_leave for sentence in answer.sentences)


def test_two_products_set_beside_each_other_are_told_in_full(shop: Shop) -> None:
    answer = Assistant(shop, encoder="hashing", llm="none").answer("Compare the Stoneware mug or the Cast-iron teapot")
    assert answer.products == ("mug", "pot")
    for words in ("£9.00", "£32.00", "A mug for tea and coffee.", "Keeps tea hot for an hour."):
        assert words in answer.text


def test_two_questions_in_a_message_are_both_answered_with_their_pages(shop: Shop) -> None:
    answer = Assistant(shop, encoder="hashing", llm="none").answer(
        "How do I return something? Do you deliver to Ireland?"
    )
    assert answer.decision == "answer"
    assert "Send it back within 30 days." in answer.text
    assert "It takes 4 days to get there." in answer.text
    assert [(cited.number, cited.source) for cited in answer.citations] == [(1, "faq, entry 1"), (2, "faq, entry 2")]
    assert all(sentence.may_leave for sentence in answer.sentences)


def told(shop: Shop, *messages: str) -> list[str]:
    assistant = Assistant(shop, encoder="hashing", llm="none")
    talk = assistant.new_conversation()
    answers = [assistant.answer(one, conversation=talk) for one in messages]
    assert all(sentence.may_leave for answer in answers for sentence in answer.sentences)
    return [answer.text for answer in answers]


def test_why_is_counted_again_from_what_was_asked(shop: Shop) -> None:
    """Under 40 pass mug, pot (cosy sold out, bulb without price): two products, the pot said to lie at £32.00 within £40.00."""
    _, why, second = told(
        shop, "something that keeps tea hot an hour under 40", "Why the Cast-iron teapot?", "Why the second one?"
    )
    assert "Of 2 products, the words of Cast-iron teapot come nearest to" in why
    assert "You named £40.00; Cast-iron teapot costs £32.00." in why
    assert "number 2 of 2" in second


def test_cheaper_and_cheapest_speak_of_what_was_shown(shop: Shop) -> None:
    _, cheapest, cheaper = told(
        shop, "something for tea under 40", "which of these is the cheapest?", "do you have anything cheaper?"
    )
    assert cheapest == "Stoneware mug, £9.00, 4 in stock."
    assert cheaper == "We have nothing in stock up to £8.99."


def test_price_and_stock_of_a_named_product_are_said_at_once(shop: Shop) -> None:
    assert told(shop, "how much is the Wool tea cosy?")[0].startswith("Wool tea cosy, £18.00, sold out.")


def test_reviews_are_quoted_as_a_customers_and_never_their_promises(shop: Shop) -> None:
    mug, pot, lamp = told(
        shop, "reviews of the Stoneware mug?", "reviews of the Cast-iron teapot?", "reviews of the Oak desk lamp?"
    )
    assert mug.startswith("Stoneware mug: 3.5 out of five on average, from 2 reviews.")
    assert "gave Stoneware mug 5 out of five, in these words. Warm in the hand." in mug
    assert "gave Stoneware mug 2 out of five, in these words. The glaze came off." in mug
    assert pot == "Cast-iron teapot: 4 out of five on average, from 1 review."
    assert lamp == "Nobody has reviewed Oak desk lamp yet."


def test_something_with_a_limit_nobody_passes_is_said_so(shop: Shop) -> None:
    assert told(shop, "anything over £500?") == ["We have nothing in stock from £500.00 up."]


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        ("tea, not over 15 euros", (None, 15.0)),
        ("no more than 12", (None, 12.0)),
        ("a gift for a 5 year old, at least 20", (20.0, None)),
    ],
)
def test_limits_said_the_other_way_round_are_read(question: str, limits: tuple[float | None, float | None]) -> None:
    from assistant.desk.wanting import read_wanted

    found = read_wanted(f"something {question}")
    assert found is not None
    assert (found.least, found.most) == limits


@pytest.mark.parametrize("limit", ["10 euros", "$10", "10 CHF", "10元"])
def test_limit_in_a_foreign_currency_is_named_and_never_applied(talk: ProductTalk, limit: str) -> None:
    """The mug costs £9 and the teapot £32: a limit of £10 would leave the teapot out."""
    wanted = talk.wanted(f"something for tea under {limit}")
    assert wanted is not None
    assert wanted.most is None
    assert wanted.has_limit
    assert set(talk.find(wanted)) >= {"mug", "pot"}
    lead, facts = talk.lead(wanted, talk.find(wanted))
    assert limit in lead[0]
    assert "British pounds" in lead[0]
    assert "£10" not in lead[0]
    assert {one.name for one in facts} == {"asked_money", "priced_in", "products_near"}


def test_nothing_but_a_limit_shows_what_costs_nearest_to_it(talk: ProductTalk) -> None:
    """Of those with a price and not sold out, £9, £32 and £48: up to 40 the teapot comes first."""
    wanted = talk.wanted("anything under 40?")
    assert wanted is not None
    assert talk.find(wanted) == ["pot", "mug"]


@pytest.mark.parametrize(
    ("message", "avoided"),
    [
        ("I'm allergic to wool and nuts, show me a blanket", ("wool", "nuts")),
        ("a candle without lavender", ("lavender",)),
        ("I have a nut allergy", ("nut",)),
        ("a wool-free throw", ("wool",)),
        ("我对羊毛过敏", ("羊毛",)),
        ("Ich bin allergisch gegen Wolle und Nüsse", ("Wolle", "Nüsse")),
        ("Je suis allergique à la laine, je cherche un plaid", ("laine",)),
        ("Soy alérgico a los frutos secos y quiero una manta", ("frutos secos",)),
        ("I don't like your service", ()),
        ("I do not want my order any more", ()),
        ("how can I use the gold profile?", ()),
    ],
)
def test_what_is_avoided_is_read_and_complaints_are_none(message: str, avoided: tuple[str, ...]) -> None:
    assert read_tastes(message).avoid == avoided
    assert read_tastes(message).like == ()


@pytest.mark.parametrize(
    ("message", "first"),
    [
        ("the most expensive thing for tea", "pot"),
        ("your cheapest thing for tea", "mug"),
        ("what is the priciest lamp?", "lamp"),
    ],
)
def test_superlative_of_price_orders_what_is_near(talk: ProductTalk, message: str, first: str) -> None:
    wanted = talk.wanted(message)
    assert wanted is not None
    assert talk.find(wanted)[0] == first


def test_avoided_word_leaves_out_every_product_that_names_it_also_in_a_longer_word(talk: ProductTalk) -> None:
    """Only the cosy has wool; of "iron" the cast-iron teapot goes; "mug" as the end of no other word takes the mug alone."""
    assert talk.heeding.holds("cosy", "wool")
    assert talk.heeding.holds("pot", "iron")
    wanted = talk.wanted("something for tea, I'm allergic to iron")
    assert wanted is not None
    found = talk.find(wanted)
    assert "pot" not in found
    lead, _ = talk.lead(wanted, found)
    assert "Left out: 1 product with “iron”" in " ".join(lead)


@pytest.mark.parametrize(
    "message", ["我对羊毛过敏，想买毯子", "Ich bin allergisch gegen Wolle", "no wool: I'm allergic to wool"]
)
def test_what_is_avoided_in_another_language_leaves_out_the_same_products(talk: ProductTalk, message: str) -> None:
    assert talk.heeding.tastes(message).avoid == ("wool",)
    wanted = talk.wanted("something for tea", [message])
    assert wanted is not None
    assert wanted.avoid == ("wool",)
    assert wanted.heeded == (message,)


def test_kinds_of_what_is_avoided_are_left_out_where_the_shop_has_them(talk: ProductTalk) -> None:
    """Who avoids wool avoids merino: named, since the shop's texts have it; cashmere, which none has, is not."""
    assert talk.heeding.tastes("I'm allergic to wool").avoid == ("wool",)
    rows = talk.shop.products.with_columns(description=pl.lit("Knitted of soft merino."))
    other = Heeding(replace(talk.shop, products=rows), "en")
    assert other.tastes("I'm allergic to wool").avoid == ("wool", "merino")
    assert other.tastes("I love wool").like == ("wool",)


def test_what_was_told_before_is_heeded_and_named(talk: ProductTalk) -> None:
    """A budget of £10 leaves the mug; one of 10 euros leaves nothing out, since the shop sells in pounds."""
    wanted = talk.wanted("something for tea", ["my budget is £10"])
    assert wanted is not None
    assert talk.find(wanted) == ["mug"]
    assert "We heed what you told us: “my budget is £10”." in talk.lead(wanted, ["mug"])[0]
    foreign = talk.wanted("something for tea", ["my budget is 10 euros"])
    assert foreign is not None
    assert foreign.most is None
    assert foreign.heeded == ()


def test_liked_brand_comes_first_among_what_is_about_as_near(talk: ProductTalk) -> None:
    order = [("mug", False, 0.50), ("lamp", False, 0.45), ("bulb", False, 0.20)]
    assert [one[0] for one in talk.heeding.first(order, ("Fen",), 0.12)] == ["lamp", "mug", "bulb"]
