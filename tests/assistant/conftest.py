"""A small sample shop and its assistant, with a hashing encoder and no model: built once for all tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant import Assistant, making
from retrieval import HashingEncoder, contest, ranker_fit
from retrieval.ranker_fit import TREES
from shop import Shop
from shop.sample import sample_shop


@pytest.fixture(scope="session", autouse=True)
def _fitted_once() -> Iterator[None]:
    """A model is fitted once for the same shop and encoder, with a second look of few trees: what it finds is tried in `tests/retrieval`."""
    found: dict[object, object] = {}

    def once(fit: Callable[..., object]) -> Callable[..., object]:
        def remembered(shop: Shop, vectors: NDArray[np.float32], **more: object) -> object:
            key = (fit, shop.fingerprint(), vectors.tobytes(), more.get("encoder"), more.get("seed"))
            if key not in found:
                found[key] = fit(shop, vectors, **more)
            return found[key]

        return remembered

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TREES, "max_iter", 3)
        patch.setattr(ranker_fit, "MOST_CUSTOMERS", 60)
        patch.setattr(contest, "MOST_CUSTOMERS", 100)
        for name in ("fitted", "fitted_with_repeats"):
            patch.setattr(making, name, once(getattr(making, name)))
        yield


@pytest.fixture(scope="session")
def small_shop() -> Shop:
    return sample_shop(customers=600)


@pytest.fixture(scope="session")
def small_assistant(small_shop: Shop) -> Assistant:
    return Assistant(small_shop, llm="none", encoder=HashingEncoder())
