"""The made-up customers of the sample shop: groups, pace, when they come and when they are lost, names and places. Knows no product."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np
import polars as pl

from shop.sample_segments import SEGMENTS
from shop.sample_world import (
    CAMPAIGN_COLUMN,
    CAMPAIGN_DAY,
    DAYS,
    MAIL_CONTROL,
    MAIL_SENT,
    START,
    TASTES,
    Bools,
    Floats,
    Ints,
    stream,
    weekday_of,
)

FIRST_NAMES = """Agnes Aidan Alice Amir Anita Aoife Arthur Asha Beatrix Ben Bethan Bridget Callum Carys Cassie Ciaran Clara Conor Daisy Dalia
Dylan Edith Eleri Elsie Emlyn Esme Farah Fergus Finn Flora Frank Freya George Gita Grace Harriet Hugh Ines Iona Isla Ivan Jamal Joan Joel
Kamil Kavita Kerry Lachlan Leila Leo Lorna Mabel Maeve Malik Margot Mina Morag Nadia Neil Niamh Nora Olive Omar Orla Owen Padma Pearl Petra
Priya Rafe Rhona Robin Rory Rosa Ruth Sadie Saira Seamus Silas Sunil Tamsin Tess Theo Una Vera Wilf Winnie Yusuf Zara Zofia""".split()
LAST_NAMES = """Abernethy Ainscough Ashdown Averill Bagshaw Barraclough Bexley Blackledge Brannigan Brockway Calloway Cartmell Chaudhry
Clitheroe Cosgrave Crabtree Culpepper Dalgleish Devaney Dunstan Eccles Elphick Fairhurst Fallon Fenwick Gathercole Gilhooly Greatorex
Hallworth Harkness Hebblethwaite Hollis Iqbal Jellicoe Kearsley Kilbride Kowal Lathom Lightbown Loughlin Mahmood Mallory Marchbanks
McAvoy Merriweather Nuttall O'Dowd Oakshott Okafor Ormerod Pargeter Penhaligon Pickersgill Quigley Ramsbottom Rathbone Redfern
Sandiford Scholes Shackleton Sharples Sidhu Stirrup Sutcliffe Tattersall Thistlewood Thwaite Tolliver Umber Venables Wadsworth
Wainscott Whitelaw Winstanley Wolstenholme Yardley""".split()
TOWNS = """Hebden Bridge HX7|Halifax HX1|Todmorden OL14|Leeds LS6|Manchester M20|Sheffield S11|Bradford BD18|Huddersfield HD3|York YO24
|Skipton BD23|Lancaster LA1|Kendal LA9|Liverpool L17|Chester CH2|Buxton SK17|Nottingham NG2|Derby DE22|Leicester LE2|Birmingham B13
|Shrewsbury SY3|Ludlow SY8|Bristol BS6|Bath BA2|Exeter EX2|Totnes TQ9|Oxford OX4|Cambridge CB1|Norwich NR2|London SE22|London E17
|London N8|Brighton BN2|Lewes BN7|Canterbury CT2|Winchester SO23|Cardiff CF11|Swansea SA2|Aberystwyth SY23|Edinburgh EH9|Glasgow G41
|Stirling FK8|Dundee DD2|Inverness IV3|Belfast BT9|Derry BT48""".replace("\n", "").split("|")
IRISH_TOWNS = "Dublin|Cork|Galway|Limerick|Kilkenny|Sligo|Westport|Ennis".split("|")
STREETS = """Weir Lane|Larkspur Row|Tenter Close|Old Foundry Street|Quarry Bank|Plover Rise|Sexton's Yard|Millrace Terrace|Hawthorn Drive
|Lime Kiln Road|Ropewalk|Curlew Gardens|Bellhouse Road|Chantry Place|Dyehouse Lane|Copperbeech Avenue|Saddler Street|Nether Field
|Orchard Steps|Rook Hill|Fuller's Court|Signal Box Road|Beck Side|Thimble Street|Walnut Crescent|Gasworks Cottages|Long Acre View
|Tollgate Road|Hopfield Way|Sundial Square""".replace("\n", "").split("|")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
_AGE_CENTRES = (1.6, 3.6, 2.6, 2.6, 1.6, 2.4, 1.8, 3.2)  # middle of a group's ages among AGE_BANDS, as in SEGMENTS


@dataclass(frozen=True)
class People:
    """The customers as arrays, one entry each; days count from the start of the period.

    `first` and `last` bound the days a customer may order on (`last` is excluded, and at most the period's end); `lost` is the
    day from which the customer never orders again, which may lie beyond the period. `mailed` 1 sent, 0 control, -1 neither.
    """

    segment: Ints
    taste: Ints
    pace: Floats  # mean days between orders
    first: Ints
    lost: Ints
    joined: Ints
    is_irish: Bools
    town: Ints
    wants_mail: Bools
    mailed: Ints
    browses_only: Bools

    @property
    def last(self) -> Ints:
        """The first day a customer cannot order on any more."""
        return np.minimum(self.lost, DAYS)

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.segment.size)


def planted(name: str) -> Floats:
    """Return one number of every planted segment, in their order."""
    return np.array([getattr(segment, name) for segment in SEGMENTS], dtype=np.float64)


def make_people(seed: int, customers: int) -> People:
    """Return so many customers, each in one planted segment."""
    rng = stream(seed, "people")
    segment = rng.choice(len(SEGMENTS), customers, p=planted("share"))
    early = rng.random(customers) < 0.4  # customers from before the period
    first = np.where(early, rng.integers(0, 60, customers), rng.integers(0, DAYS - 45, customers))
    stay = np.ceil(rng.exponential(planted("alive_days")[segment])).astype(np.int64)
    wants_mail = rng.random(customers) < 0.7
    coin = rng.random(customers) < 0.5
    reached = wants_mail & (first < CAMPAIGN_DAY)
    abroad = np.array([group.store_share < 0.5 and "Plants & Seeds" not in group.tastes for group in SEGMENTS])
    is_irish = (rng.random(customers) < 0.09) & abroad[segment]
    return People(
        segment=segment,
        taste=rng.integers(0, TASTES, customers),
        pace=planted("interval_days")[segment] * rng.lognormal(-0.02, 0.2, customers),
        first=first,
        lost=first + stay,
        joined=first - np.where(early, rng.integers(0, 1_000, customers), 0),
        is_irish=is_irish,
        town=np.where(is_irish, rng.integers(0, len(IRISH_TOWNS), customers), _towns(rng, segment)),
        wants_mail=wants_mail,
        mailed=np.where(reached, coin.astype(np.int64), -1),
        browses_only=rng.random(customers) < 0.015,
    )


def make_guests(seed: int, guests: int) -> People:
    """Return people who order once, without an account."""
    people = make_people(seed + 1_000_003, guests)
    rng = stream(seed, "guests")
    parts = {entry.name: getattr(people, entry.name) for entry in fields(People)}
    day = rng.integers(0, DAYS, guests)
    parts |= {
        "first": day,
        "lost": day + 1,
        "mailed": np.full(guests, -1),
        "browses_only": np.zeros(guests, dtype=bool),
    }
    return People(**parts)


def _towns(rng: np.random.Generator, segment: Ints) -> Ints:
    """Return a town for each: those who buy in the shop live near it, the others anywhere."""
    near = rng.random(segment.size) < planted("store_share")[segment] + 0.08
    return np.where(near, rng.integers(0, 10, segment.size), rng.integers(0, len(TOWNS), segment.size))


def snap_days(rng: np.random.Generator, segment: Ints, day: Ints, first: Ints, last: Ints) -> Ints:
    """Return days moved by three at most to the weekdays a segment likes, within [first, last)."""
    weekend = planted("weekend_share")[segment]
    offsets = np.arange(-3, 4)
    candidates = day[:, None] + offsets
    is_weekend = weekday_of(candidates) >= 5
    weight = np.where(is_weekend, weekend[:, None] / 2, (1 - weekend[:, None]) / 5)
    weight = np.where((candidates >= first[:, None]) & (candidates < last[:, None]), weight, 0.0)
    weight[:, 3] = np.where(weight.sum(axis=1) > 0, weight[:, 3], 1.0)
    steps = np.cumsum(weight, axis=1)
    chosen = (rng.random(day.size)[:, None] * steps[:, -1:] >= steps).sum(axis=1)
    moved: Ints = day + offsets[np.minimum(chosen, 6)]
    return moved


def customer_ids(size: int) -> list[str]:
    """Return the ids of customers, C00001 first."""
    return [f"C{number:05d}" for number in range(1, size + 1)]


def customer_table(seed: int, people: People, last_login: Ints) -> pl.DataFrame:
    """Return the table of customers: id, names, e-mail, place, age band, consent, day joined, mail of the campaign, last login.

    `last_login` is what a shop exports today of today: it tells who is lost, and no prediction for an earlier day may use it.
    """
    rng = stream(seed, "attributes")
    size = people.size
    first = np.array(FIRST_NAMES)[rng.integers(0, len(FIRST_NAMES), size)].tolist()
    last = np.array(LAST_NAMES)[rng.integers(0, len(LAST_NAMES), size)].tolist()
    plain = [name.replace("'", "").lower() for name in last]
    band = np.clip(np.round(rng.normal(np.array(_AGE_CENTRES)[people.segment], 1.1)), 0, len(AGE_BANDS) - 1)
    mail = {1: MAIL_SENT, 0: MAIL_CONTROL}
    return pl.DataFrame(
        {
            "customer_id": customer_ids(size),
            "first_name": first,
            "last_name": last,
            "town": [town for town, _ in places(people)],
            "country": np.where(people.is_irish, "Ireland", "United Kingdom"),
            "age_band": np.array(AGE_BANDS)[band.astype(np.int64)],
            "joined": [(START + timedelta(days=int(day))).isoformat() for day in people.joined],
            CAMPAIGN_COLUMN: pl.Series(people.mailed).replace_strict(mail, default=None, return_dtype=pl.String),
            "last_login": [(START + timedelta(days=int(day))).isoformat() for day in last_login],
            "email": [f"{a.lower()}.{b}{n}@example.org" for n, (a, b) in enumerate(zip(first, plain, strict=True), 1)],
            "consent": np.where(people.wants_mail, "yes", "no"),
        }
    )


def places(people: People) -> list[tuple[str, str]]:
    """Return town and area code of each, the code empty in Ireland."""
    british = [tuple(town.rsplit(" ", 1)) for town in TOWNS]
    irish = [(town, "") for town in IRISH_TOWNS]
    return [
        (irish if away else british)[i] for i, away in zip(people.town.tolist(), people.is_irish.tolist(), strict=True)
    ]
