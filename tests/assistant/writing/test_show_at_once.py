"""Printing from several threads at once: the mail of a code is written while the answer is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from assistant.writing.show import place_of

LOCALES = ("en_GB", "ja_JP", "de_DE", "fr_FR", "nl_NL", "es_ES", "it_IT", "pl_PL", "pt_PT", "sv_SE", "da_DK", "fi_FI")


def test_locales_loaded_by_eight_threads_at_once_are_all_whole() -> None:
    place_of.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(place_of, LOCALES * 8))
    assert [str(place) for place in places] == list(LOCALES * 8)
