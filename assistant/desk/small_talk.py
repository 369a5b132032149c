"""Messages that ask nothing of a shop: a greeting, a thanks, who it is that answers. It reads words and writes none."""

from __future__ import annotations

import re

_GREETING = frozenset(
    (
        "hi hello hey there good morning afternoon evening day ok okay "
        "hallo guten tag morgen abend moin servus bonjour bonsoir salut hola buenos buenas dias días tardes noches "
        "你好 您好 早上好 下午好 晚上好 在吗 好的"
    ).split()
)
_THANKS = frozenset(
    (
        "thanks thank cheers bye goodbye great perfect danke dankeschön tschüss merci gracias adiós adios 谢谢 谢谢您 谢谢你 多谢 再见"
    ).split()
)
_BESIDE = frozenset(
    "you very much that is thats that's was all for the your help a lot so vielen dank dir ihnen beaucoup muchas".split()
)
_ROBOT = re.compile(
    r"\b(?:are you|is this|is it|am i (?:talking|speaking|chatting|writing) (?:to|with))\s+(?:really |just |only )?(?:a |an |the )?(?:real |live )?"
    r"(?:chat ?bot|bot|robot|human(?: being)?|person|machine|ai|computer)\W*$|^\W*(?:who|what) are you\W*$"
    r"|\b(?:bist du|sind sie|spreche ich mit) (?:ein(?:e[mnr]?)? )?(?:echte[mnr]? )?(?:bot|roboter|mensch\w*|ki|maschine)\b"
    r"|\b(?:êtes-vous|es-tu|tu es|vous êtes) (?:un |une )?(?:vrai )?(?:robot|humain|machine|personne)\b"
    r"|\b(?:eres|es usted) (?:un |una )?(?:robot|humano|persona|máquina)\b|你是(?:机器人|真人|人工|谁|AI)|您是(?:机器人|真人|谁)",
    re.IGNORECASE,
)
_LONGEST = 7  # words of a thanks


def small_talk(message: str) -> str:
    """Return what a message is that asks nothing of the shop: "greeting_reply", "thanks_reply" or "robot"; "" where it does.

    Examples
    --------
    >>> [small_talk(one) for one in ("Good morning!", "thank you, that is all", "Are you a bot?", "Is all of it free?")]
    ['greeting_reply', 'thanks_reply', 'robot', '']
    """
    if _ROBOT.search(message):
        return "robot"
    words = re.sub(r"[^\w\s']", "", message.lower().replace("’", "'")).split()
    if not words or len(words) > _LONGEST or not set(words) <= _GREETING | _THANKS | _BESIDE:
        return ""
    if set(words) & _THANKS or "dank" in words:
        return "thanks_reply"
    return "greeting_reply" if set(words) & _GREETING and not set(words) & _BESIDE else ""
