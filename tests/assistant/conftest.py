"""A small sample shop and its assistant, with a hashing encoder and no model: built once for all tests of this room."""

from __future__ import annotations

import pytest

from assistant import Assistant
from retrieval import HashingEncoder
from shop import Shop
from shop.sample import sample_shop


@pytest.fixture(scope="session")
def small_shop() -> Shop:
    return sample_shop(customers=600)


@pytest.fixture(scope="session")
def small_assistant(small_shop: Shop) -> Assistant:
    return Assistant(small_shop, llm="none", encoder=HashingEncoder())
