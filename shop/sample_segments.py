"""The planted groups of the sample shop: how often, how much, when, where and what each buys. Knows no customer and draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Segment:
    """One planted group; its customers differ from these means by a factor of their own.

    `interval_days` mean days between orders while the customer is alive; `regularity` shape of that gamma, 1 is at random;
    `lines` mean lines of an online order at today's prices; `units` mean units of a line; `store_share` of the orders of
    British customers; `hour` local, of online orders, `hour_spread` its standard deviation; `return_rate` chance of a line to
    come back, before the category's factor; `alive_days` mean days until the customer is lost; `repeat_share` of the lines that
    turn to habit: products whose price never moves, mostly bought before; `sessions_a_month` visits without an order;
    `price_lean` exponent of the price in what is chosen; `uplift` orders a mailed customer places more in the campaign's week;
    `tastes` category → weight, words preferred in a title.
    """

    name: str
    share: float
    interval_days: float
    lines: float
    store_share: float
    weekend_share: float
    hour: float
    return_rate: float
    alive_days: float
    uplift: float
    season: str = "even"
    regularity: float = 1.0
    units: float = 1.15
    hour_spread: float = 1.8
    repeat_share: float = 0.1
    sessions_a_month: float = 1.15
    price_lean: float = 0.0
    tastes: Mapping[str, tuple[float, str]] = field(default_factory=dict)


_GARDEN = MappingProxyType(
    {
        "Plants & Seeds": (6.0, r"seed|bulbs|compost|feed|pots|propagator|mushroom"),
        "Garden & Balcony": (5.0, r"pot|can|label|twine|gloves|fork|spade|saucer|box|cloche|sieve|bed|hose|rake|secateurs"),
        "Tools & Repair": (0.7, r"saw|twine|sharpen|oil|gloves"),
        "Bath & Body Care": (0.3, r"gardener|nail"),
    }
)  # fmt: skip
_BAKING = MappingProxyType(
    {
        "Kitchen & Cooking": (
            6.0,
            r"proving|bread|rolling|scale|pie |biscuit|icing|recipe|jam|spatula|crepe|cake|dough|string",
        ),
        "Tableware": (3.0, r"cake|butter|toast|egg|ramekin|side plate|jug|porridge|sugar|napkin|tablecloth"),
        "Tea & Coffee": (2.5, r"tea|breakfast|grey|darjeeling|lapsang|strainer"),
    }
)
_SUPPER = MappingProxyType(
    {
        "Kitchen & Cooking": (
            6.0,
            r"knife|whetstone|board|stock pot|griddle|garlic|zester|pasta|pestle|mandoline|spice|pepper|salt|crock|gauntlet",
        ),
        "Tableware": (
            3.0,
            r"steak|olive|platter|glasses|chopstick|carafe|pasta|salad|tureen|gravy|cheese|espresso|tumbler|coupes",
        ),
        "Tea & Coffee": (
            2.5,
            r"espresso|coffee|beans|cafeti|moka|grinder|filter|pour|frother|gooseneck|ground|decaf",
        ),
    }
)
_BEDROOM = MappingProxyType(
    {
        "Bedding & Towels": (
            6.0,
            r"linen|duvet|pillow|sheet|blanket|quilt|towel|bedspread|throw|percale|eye mask|dressing",
        ),
        "Lighting": (2.5, r"bedside|night|shade|pendant|reading|lamp|lantern for"),
        "Candles & Home Fragrance": (1.8, r"jar|diffuser|spray|drawer"),
        "Knitwear & Accessories": (1.5, r"slipper|bed|sock|cardigan|wrap|shawl|robe"),
    }
)
_PRESENTS = MappingProxyType(
    {
        "Toys & Games": (4.0, r"wooden|knitted|puzzle|jigsaw|game|blocks|train|dice|kit|doll|puppet|magic"),
        "Stationery & Desk": (
            3.0,
            r"card|paper|ribbon|letter|seal|pen |diary|notebook|watercolour|coloured",
        ),
        "Knitwear & Accessories": (3.0, r"scarf|glove|mitten|hat|beanie|sock|shawl|brooch"),
        "Candles & Home Fragrance": (2.0, r"candle|advent|pomander|matches|incense"),
        "Bags & Travel": (1.5, r"wallet|purse|key|tags|passport|tote|wash"),
    }
)
_CARE = MappingProxyType(
    {
        "Bath & Body Care": (7.0, r"soap|bar|balm|cream|bath|deodorant|tooth|butter|oil|muslin"),
        "Tea & Coffee": (3.0, r"peppermint|chamomile|rooibos|matcha|sencha|jasmine|winter|tasting"),
        "Candles & Home Fragrance": (2.5, r"lavender|eucalyptus|melts|refill|oil|tealight"),
    }
)
_MENDING = MappingProxyType(
    {
        "Tools & Repair": (6.0, r""),
        "Bags & Travel": (3.0, r"bottle|rucksack|strap|torch|sewing|adaptor|cover|bag|trolley|umbrella|lunch"),
        "Lighting": (2.5, r"bulb|flex|plug|adaptor|torch|ceiling rose|sensor|camp|wick|workshop"),
        "Stationery & Desk": (0.8, r"scissors|stapler|tray|pencil|sharpener|board"),
    }
)

# Two pairs can only be told apart by one kind of evidence: the two gardeners buy alike and behave unlike, bakers and supper
# cooks behave alike in the same categories and differ in the words of what they buy.
SEGMENTS: tuple[Segment, ...] = (
    Segment(
        "balcony growers", 0.20, 90, 1.6, 0.06, 0.20, 20.3, 0.03, 520, 0.20,
        season="spring", sessions_a_month=1.5, price_lean=-0.5, tastes=_GARDEN,
    ),
    Segment(
        "big-plot gardeners", 0.11, 180, 3.2, 0.85, 0.85, 10.8, 0.02, 700, 0.12,
        season="spring", units=1.9, sessions_a_month=0.8, price_lean=0.1, tastes=_GARDEN,
    ),
    Segment(
        "bakers", 0.16, 115, 2.2, 0.15, 0.30, 15.0, 0.05, 480, 0.10, tastes=_BAKING,
    ),
    Segment(
        "supper cooks", 0.12, 115, 2.2, 0.15, 0.30, 15.0, 0.05, 480, 0.10, tastes=_SUPPER,
    ),
    Segment(
        "bedroom refreshers", 0.12, 160, 1.7, 0.10, 0.35, 22.0, 0.22, 360, 0.05,
        hour_spread=0.8, sessions_a_month=2.4, price_lean=0.6, tastes=_BEDROOM,
    ),
    Segment(
        "present givers", 0.13, 180, 2.8, 0.30, 0.65, 12.5, 0.10, 400, 0.04,
        season="christmas", units=1.3, tastes=_PRESENTS,
    ),
    Segment(
        "self-care refillers", 0.09, 48, 1.9, 0.03, 0.10, 8.0, 0.03, 420, 0.08,
        regularity=4.0, units=1.7, hour_spread=0.9, repeat_share=0.5, sessions_a_month=0.9, price_lean=-0.3, tastes=_CARE,
    ),
    Segment(
        "menders", 0.07, 110, 1.8, 0.75, 0.05, 12.6, 0.06, 560, 0.0, hour_spread=0.7, tastes=_MENDING,
    ),
)  # fmt: skip

ELASTICITY: Mapping[str, float] = MappingProxyType(
    {
        "Kitchen & Cooking": -1.4,
        "Tableware": -1.8,
        "Bedding & Towels": -2.6,
        "Lighting": -1.9,
        "Garden & Balcony": -1.3,
        "Plants & Seeds": -1.0,
        "Candles & Home Fragrance": -2.2,
        "Stationery & Desk": -2.0,
        "Toys & Games": -1.6,
        "Tea & Coffee": -0.8,
        "Bath & Body Care": -1.1,
        "Bags & Travel": -2.4,
        "Knitwear & Accessories": -2.8,
        "Tools & Repair": -0.7,
    }
)
# what the policies take back only when faulty hardly comes back
RETURN_FACTORS: Mapping[str, float] = MappingProxyType(
    {"Plants & Seeds": 0.2, "Tea & Coffee": 0.1, "Bath & Body Care": 0.3, "Knitwear & Accessories": 1.5}
)
STORE_LINES_FACTOR = 1.25  # an order in the shop holds so many times the lines of an online one
COMPLEMENT_CHANCE = 0.35
COMPLEMENTS: tuple[tuple[str, str], ...] = (  # starts of titles: who buys the first often adds the second
    ("Fountain pen", "Ink, bottled"),
    ("Storm lantern", "Lamp oil"),
    ("Safety razor", "Blades for the safety razor"),
    ("Moka pot", "House espresso, beans, 250"),
    ("Pour-over cone", "Filter papers"),
    ("Shaving brush", "Shaving soap"),
    ("Proving basket in", "Bread lame"),
    ("Japanese paring knife", "Whetstone"),
    ("Terracotta pot", "Saucer in terracotta"),
    ("Orchid with", "Orchid bark"),
    ("Candlestick in turned", "Beeswax tapers"),
    ("Festoon lights", "Spare bulbs for the festoon"),
    ("End-grain chopping board", "Board oil"),
    ("Letter set", "Sealing wax"),
    ("Teapot in cast iron", "Sencha"),
    ("Wooden train", "Track for trains"),
)
SEASONAL_WORDS = r"(?i)christmas|advent|wreath|winter tea|pomander|amaryllis"  # sold from October to December
