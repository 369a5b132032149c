"""In which language a short text is: English, German, French, Spanish or Chinese, told by its little words. It translates nothing."""

from __future__ import annotations

import re

_LITTLE = {
    "en": "the a an is are do does did can could how what when where which who why my your you i it to of in for and with have has not",
    "de": "der die das den dem ein eine einen einem einer ist sind wie was wann wo welche wer warum mein meine meinen ihr ihre sie ich es zu "
    "von in für und mit habe haben hat nicht kann können kostet gibt nach auf bei wird werden lange viel mir wenn auch noch schon "
    "möchte hallo bitte bin gegen suche kein keine keinen unser unsere vom zum zur ob etwas unter ohne gern",
    "fr": "le la les un une des du est sont comment que quoi quand où quel quelle quels qui pourquoi mon ma mes votre vos vous je il à de en "
    "pour et avec ai avez pas par peut puis peux combien se sur dans chez livrez ne ce cette temps faut dois au aux "
    "cherche suis voudrais veux bonjour merci sans nous notre",
    "es": "el la los las un una unos es son cómo como qué que cuándo cuando dónde donde cuál quién por mi mis su sus usted yo a de en para "
    "y con tengo tiene no puedo puede cuánto cuanto cuesta hay se lo al del si envían hacen tarda mucho "
    "quiero quisiera busco hola gracias tienen sin nuestro pedido",
}
_WORDS = {tongue: frozenset(words.split()) for tongue, words in _LITTLE.items()}
_MARKS = {"de": "äöüß", "fr": "çèêëîïôûœ", "es": "ñ¿¡"}


def little_words(tongue: str) -> frozenset[str]:
    """Return the words of a language that carry no content of a question."""
    return _WORDS.get(tongue, frozenset())


def tongue_of(text: str) -> str:
    """Return the language of a text ("en", "de", "fr", "es", "zh"); "" where its little words do not say.

    Examples
    --------
    >>> [tongue_of(one) for one in ("Wie lange dauert der Versand?", "Puis-je payer par carte ?", "可以退货吗", "delivery Ireland")]
    ['de', 'fr', 'zh', '']
    """
    letters = [sign for sign in text if sign.isalpha()]
    if sum("\u3400" <= sign <= "\u9fff" for sign in letters) > len(letters) / 4:
        return "zh"
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {
        tongue: sum(word in little for word in words) + sum(mark in text.lower() for mark in _MARKS.get(tongue, ""))
        for tongue, little in _WORDS.items()
    }
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    (best, most), (_, second) = ranked[0], ranked[1]
    return best if most > second and (most > 1 or most * 3 >= len(words) > 3) else ""
