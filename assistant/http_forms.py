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
    """Products for a customer."""

    customer_id: str = Field(max_length=200)
    k: int = Field(10, ge=1, le=100)


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
    time: datetime
    product_id: str | None = Field(None, max_length=200)
    customer_id: str | None = Field(None, max_length=200)
    session: str | None = Field(None, max_length=200)
    quantity: float = Field(1.0, gt=0)
    unit_price: float | None = Field(None, ge=0)
    order_id: str | None = Field(None, max_length=200)
    channel: str | None = Field(None, max_length=100)
    event_id: str = Field("", max_length=200)


class Happened(Form):
    """Events, at most 1,000 at a time."""

    events: list[EventForm] = Field(min_length=1, max_length=1000)
