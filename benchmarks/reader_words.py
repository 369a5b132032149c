"""Words the second reader stops at. Lists only: what backs a word, the reader decides."""

from __future__ import annotations

MONTHS = ("January February March April May June July August September October November December").split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBER_WORDS = (
    r"(?<!between )two",  # "between two orders" counts nothing
    *(
        "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
        "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half halves thirds quarter "
        "quarters twice thrice double triple zero hundreds thousands millions dozens couple both"
    ).split(),
)
DISCOUNTED = (
    "off save saves saved saving savings free discount discounts discounted sale sales reduced reduction bargain deal deals gift gifts "
    "voucher vouchers coupon cashback cheap cheaper cheapest reward rewards bonus complimentary gratis clearance rebate treat "
    "giveaway present lowest penny"
).split()
# patterns; "you will find" is where a thing stands, and promises nothing
PROMISED = (
    *(
        "guarantee guarantees guaranteed promise promises promised always never forever lifetime warranty refund refunds refunded "
        "certain certainly sure surely definitely tomorrow tonight today yesterday hurry perfect proven tested approved "
        "recommend recommends recommended award trust safe won't you'll we'll must cannot can't "
        "everyone everybody organic vegan exclusive exclusively"
    ).split(),
    "last chance",
    "will(?! find)",
)
COMPARED = (
    "(?<!All the )best",
    *(
        "more most less least fewer fewest better worse worst than larger largest bigger biggest smaller smallest higher highest "
        "lower faster fastest only unique leading top popular favourite favourites unlike rarely mostly hardly nearly almost over under "
        "ever ideal luxury not no none nobody nothing"
    ).split(),
)
# words a sentence of the shop may begin with; any other capital is a name
STARTERS = frozenset(
    (
        "A All Also An And Among As At Bought Buy By Come Dear Discover Each Enjoy Enter Every Fancy Few For From Get Good Great Half "
        "Have Hello Here Hi How If In It Its Just Kind Like Looking Many More Most Nearly New No Of On One Only Or Order Our Out Over "
        "People Perhaps Ready Save See Since Single Small So Some Take Thank Thanks That The Their There These They This Time To Today "
        "Try Typically Until Use Warm We Welcome What When With Would You Your Yours Best Have Something Take Tell Which Why Would "
        "After Before While Whenever Please Sorry See Sincerely Regards Wishing Hoping Share Worth Need Thinking Next "
        "Counting None Behind Together Hardly Those About Find Look Best Kind Planning Do Are Dreaming "
        "Put Compared Close May Beside Now Let Nothing Meet Remember Goes"
    ).split()
)
