"""What the HTTP API takes: bodies with their kinds and bounds, as its OpenAPI page shows them. They hold no value of any shop."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Form(BaseModel):
    """A body; a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Begin(Form):
    """A new conversation; `customer_id` only with a server key, for a customer the shop's own site has signed in."""

    customer_id: str | None = Field(None, max_length=200)


class Message(Form):
    """A message of a customer; without `conversation` a new one begins."""

    message: str = Field(min_length=1, max_length=2000)
    conversation: str | None = Field(None, max_length=64)


class Who(Form):
    """An order number or an e-mail address, to be sent a code."""

    conversation: str = Field(max_length=64)
    who: str = Field(min_length=3, max_length=250)


class Code(Form):
    """The code that was sent."""

    conversation: str = Field(max_length=64)
    code: str = Field(min_length=4, max_length=20)


class Judgement(Form):
    """Whether an answer helped."""

    conversation: str = Field(max_length=64)
    number: int = Field(ge=1)
    is_helpful: bool
    why: str = Field("", max_length=1000)


class Wanted(Form):
    """Products for a customer, a guest's session, or nobody known.

    `owned`: what the customer bought before; auto shows it where the shop's own past says that it pays. `viewing`: products they
    look at right now; `channel`: where they are, by which somebody without history is shown what sells there.
    """

    customer_id: str | None = Field(None, max_length=200)
    session: str | None = Field(None, max_length=200)
    k: int = Field(10, ge=1, le=100)
    owned: Literal["auto", "exclude", "include"] = "auto"
    viewing: list[str] = Field(default_factory=list, max_length=20)
    channel: str | None = Field(None, max_length=100)
    category: str | None = Field(None, max_length=200)
    brand: str | None = Field(None, max_length=200)
    min_price: float | None = Field(None, ge=0)
    max_price: float | None = Field(None, ge=0)
    in_stock: bool = False
    pin: list[str] = Field(default_factory=list, max_length=20)
    bury: list[str] = Field(default_factory=list, max_length=200)
    explore: float = Field(0.0, ge=0, le=1)


class Brief(Form):
    """Copy for one product, to a customer or a segment."""

    product_id: str = Field(max_length=200)
    customer_id: str | None = Field(None, max_length=200)
    segment: int | None = None
    channel: Literal["email", "push", "sms", "ad"] = "email"
    offer: dict[str, str | float] | None = None
    n: int = Field(1, ge=1, le=10)


class EventForm(Form):
    """One thing a customer, or a guest in a session, did."""

    action: str = Field(max_length=20)
    time: datetime | None = None  # with a time zone; now where it is left out
    product_id: str | None = Field(None, max_length=200)
    customer_id: str | None = Field(None, max_length=200)
    session: str | None = Field(None, max_length=200)
    quantity: float = Field(1.0, gt=0)
    unit_price: float | None = Field(None, ge=0)
    order_id: str | None = Field(None, max_length=200)
    channel: str | None = Field(None, max_length=100)
    event_id: str = Field("", max_length=200)


class ProductForm(Form):
    """What is new of a product; an id that is not known is a new product and needs a title."""

    product_id: str = Field(max_length=200)
    title: str | None = Field(None, max_length=500)
    description: str | None = Field(None, max_length=20_000)
    category: str | None = Field(None, max_length=200)
    brand: str | None = Field(None, max_length=200)
    price: float | None = Field(None, ge=0)
    stock: int | None = None
    image: str | None = Field(None, max_length=2000)
    blocked: bool | None = None
    time: datetime | None = None
    change_id: str = Field("", max_length=200)


class Changed(Form):
    """Product changes, at most 1,000 at a time."""

    products: list[ProductForm] = Field(min_length=1, max_length=1000)


class Happened(Form):
    """Events, at most 1,000 at a time."""

    events: list[EventForm] = Field(min_length=1, max_length=1000)
