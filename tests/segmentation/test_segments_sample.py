"""The groups planted in the sample shop are found again, better than by texts or by recency, orders and spend alone."""

from __future__ import annotations

import polars as pl
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from retrieval.customers import customer_vectors
from retrieval.encoder import load_encoder
from segmentation import segment_customers
from shop.profiles import customer_profiles
from shop.sample import sample_shop, sample_truth
from shop.texts import product_texts


@pytest.mark.models
def test_planted_groups_of_the_sample_shop_are_found_from_behaviour_and_texts() -> None:
    shop = sample_shop(customers=2_000)
    profiles = customer_profiles(shop)
    vectors = customer_vectors(shop, load_encoder(None).encode(product_texts(shop)))
    truth = profiles.join(sample_truth(customers=2_000).customers, on="customer_id", how="left", maintain_order="left")[
        "segment"
    ]
    bought = (profiles["orders"] > 0).to_numpy()
    planted = truth.filter(pl.Series(bought)).to_list()

    found = segment_customers(profiles, vectors)
    agreement = adjusted_rand_score(planted, found.labels[bought])
    assert agreement >= 0.8
    assert found.k - found.has_idle in (7, 8, 9)  # eight were planted

    texts_alone = KMeans(8, n_init=4, random_state=0).fit_predict(vectors[bought])
    spend_alone = segment_customers(profiles, method="rfm", k=8).labels[bought]
    assert agreement > adjusted_rand_score(planted, texts_alone)
    assert agreement > adjusted_rand_score(planted, spend_alone)
