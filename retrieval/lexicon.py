"""Words as what they mean to a customer: stems, one concept for words of the same thing, typing errors mended.

It finds pages and never makes a sentence; which words mean the same is a text a shop can read and change.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

_CJK = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[a-zà-ÿ0-9]+|[\u3400-\u9fff]+")
# signs that carry no content of a Chinese question
_STOP_SIGNS = frozenset("的了吗呢啊吧是我你您好有没不能可以会要和就也都还很这那哪什么怎么如何多少请问在上下个一")
_SHORTEST = 5  # letters; shorter words are near to too many others to be mended
# words that carry no content of a question
STOP = frozenset(
    "a about an and any are as at be been but by can could did do does for from get give got had has have how i if in is it its "
    "just let like may me might my need no not of on or our out please shall should so some tell than that the their them then "
    "there these they this those to too us want was we were what when where which who whom why will with would you your am also "
    "im ive id ill dont doesnt cant hi hello hey thanks thank offer offers offering something anything thing things possible".split()
)


def stem(word: str) -> str:
    """Return a word without its common endings.

    Examples
    --------
    >>> stem("deliveries"), stem("returned"), stem("boxes")
    ('delivery', 'return', 'box')
    """
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            base = word[: -len(ending)]
            return base + "y" if ending == "ies" else base.rstrip("e") if ending == "es" else base
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


class Lexicon:
    """What words mean the same.

    Parameters
    ----------
    groups : str
        One concept a line: single words, then " | " between phrases of several; the first word stands for all. "#" begins a
        remark. Chinese words stand between blanks and are found anywhere in a text.

    Examples
    --------
    >>> Lexicon("parcel package | brown box").concepts("Where is the brown box with two packages?")
    ['parcel', 'two', 'parcel']
    """

    def __init__(self, groups: str = "") -> None:
        self._concept: dict[str, str] = {}
        self._signs: dict[str, str] = {}
        phrases: dict[str, str] = {}
        for line in groups.splitlines():
            parts = [part.strip().lower() for part in line.split("#")[0].split("|")]
            words = parts[0].split()
            if not words:
                continue
            head = stem(words[0])
            signs = {word: words[0] for word in words[1:] if _CJK.search(words[0])}
            self._signs.update({_flat(word).replace(" ", ""): first for word, first in signs.items()})
            for word in (word for word in words if word not in signs):
                self._concept.setdefault(stem(word), head)
            for part in parts[1:]:
                if " " in part:
                    phrases[_flat(part)] = words[0]
                elif part:
                    self._concept.setdefault(stem(part), head)
        self._phrases = sorted(phrases.items(), key=lambda pair: -len(pair[0]))

    def concepts(self, text: str, known: Collection[str] = frozenset()) -> list[str]:
        """Return the concepts of a text, in its order; of Chinese each sign with content and each two beside each other.

        Parameters
        ----------
        known : concepts of the pages; a word that is none of them is taken as the one it differs from by a letter or two
        """
        flat = f" {_flat(self._one_word(text))} "
        for phrase, head in self._phrases:
            if phrase in flat:
                flat = flat.replace(f" {phrase} ", f" {head} ")
        found = []
        for word in _WORDS.findall(flat):
            if _CJK.match(word):
                found += [word[at : at + 2] for at in range(len(word) - 1)]
                found += [sign for sign in word if sign not in _STOP_SIGNS]
            elif word not in STOP:
                found.append(self._of(word, known))
        return found

    def mended(self, text: str, known: frozenset[str]) -> str:
        """Return a text with the typing errors in it mended by the words of the pages, `known`; other text stays as it is.

        Examples
        --------
        >>> Lexicon().mended("Can i cancle tihs in Iceland?", frozenset({"cancel", "ireland"}))
        'Can i cancel this in Iceland?'
        """
        return re.sub(r"[^\W\d_]{3,}", lambda found: _right(found.group(), known), text)

    def _one_word(self, text: str) -> str:
        if not self._signs or not _CJK.search(text):
            return text
        for word in sorted(self._signs, key=len, reverse=True):  # the longest first: it may hold a shorter one
            if word in text:
                text = text.replace(word, self._signs[word])
        return text

    def _of(self, word: str, known: Collection[str]) -> str:
        concept = self._concept.get(stem(word), stem(word))
        if not known or concept in known or len(concept) < _SHORTEST or any(letter.isdigit() for letter in concept):
            return concept
        if word in english_words():  # Iceland is no Ireland with a typing error
            return concept
        mended = _nearest(concept, frozenset(known) | frozenset(self._concept))
        return concept if mended is None else self._concept.get(mended, mended)


@lru_cache(maxsize=8192)
def _right(word: str, known: frozenset[str]) -> str:
    """Return a word, or the known one it was meant for."""
    flat = word.lower()
    if flat in STOP or flat in known or flat in english_words() or not flat.isascii():
        return word
    turned = next((one for one in STOP if one[0] == flat[0] and one != flat and sorted(one) == sorted(flat)), None)
    if turned is not None or len(flat) < _SHORTEST - 1:
        return turned or word
    return _nearest(flat, known) or word


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return common English words of four letters or more: the whole words the embedded encoder knows; none where it is missing."""
    import json

    from retrieval.encoder import EncoderError, embedded_folder

    try:
        told = json.loads((embedded_folder(check=False) / "tokenizer.json").read_text(encoding="utf-8"))
    except (EncoderError, OSError):
        return frozenset()
    return frozenset(word for word in told["model"]["vocab"] if word.isalpha() and len(word) > _SHORTEST - 2)


def _flat(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower().replace("’", "'").replace("'", "")))


@lru_cache(maxsize=4096)
def _nearest(word: str, known: frozenset[str]) -> str | None:
    """Return the known word that differs by one letter (two from eight letters on), transposed ones counted as one."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    begun = [
        one for one in sorted(known) if one[:1] == word[:1] or one[:2] == word[1::-1]
    ]  # subscribe is not unsubscribe
    near = process.extractOne(word, begun, scorer=OSA.distance, score_cutoff=1 if len(word) < 8 else 2)
    return None if near is None or len(near[0]) < _SHORTEST - 1 else str(near[0])
