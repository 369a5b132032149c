"""The names exports give their columns, in several languages. It knows words only: no file, no values, no choice.

Each field lists its headers in tiers ("//" between tiers, "|" between names): a column of an earlier tier wins;
two columns of one tier are a question. Blanks, case, accents and punctuation do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

ORDER_ID = """invoice no | invoice | invoice number | invoice id | order id | order number | order no | order nr | order name
| order ref | order reference | basket id | basket | transaction id | transaction no | transaction | receipt id | receipt
| receipt no | receipt number | bill no | bill number | amazon order id | sale id | increment id | ticket | ticket id
| bestellnummer | bestellnr | bestell nr | bestell id | auftragsnummer | auftragsnr | auftrag | rechnungsnummer | rechnungsnr
| belegnummer | belegnr | numero de commande | numero commande | n commande | no commande | id commande | commande
| reference commande | facture | numero facture | numero de facture | pedido | numero de pedido | id pedido | n pedido
| factura | numero de factura | numero factura | 订单号 | 订单编号 | 订单id | 单号 | 订单 // name"""
CUSTOMER_ID = """customer id | customer | customer no | customer number | customer code | client id | client | user id | user
| userid | buyer id | buyer user id | household id | household key | member id | account id | shopper id | reviewer id | visitor id
| cust id | cust no | kundennummer | kundennr | kunden nr | kunden id | kunde | numero client | id client | code client
| numero de client | cliente | id cliente | codigo cliente | numero de cliente | 客户编号 | 客户id | 顾客id | 顾客编号 | 用户id
| 会员id | 会员号 | 买家id | 客户 | customer user id
// email | customer email | buyer email | email address | billing email | e mail | contact email | kunden email | email client | 邮箱
// buyer | buyer name | customer name | billing name | full name | ship name | kundenname | nom client | 买家昵称 | 客户名称"""
PRODUCT_ID = """stock code | product id | product | product code | product no | product number | item id | item no | item number
| item code | article | article id | article number | article no | asin | parent asin | lineitem sku | item sku | product sku
| variant sku | upc | ean | gtin | isbn | line items sku | line items product id | artikelnummer | artikelnr | artikel nr
| artikel id | reference | ref | reference produit | id produit | code produit | code article | codigo | codigo de producto
| codigo producto | id producto | referencia | 商品编号 | 商品id | 商品编码 | 产品id | 货号 | 商品代码
// sku | variation id | variant id | 商品sku // product handle | handle"""
TITLE = """product name | item name | product title | lineitem name | line item name | line items title | line items name | title | item title
| artikelbezeichnung | artikelname | produktname | bezeichnung | nom du produit | nom produit | libelle | designation | produit
| intitule | titre | prod name | nombre del producto | nombre producto | producto | titulo | 商品名称 | 产品名称 | 商品名 | 品名 | 标题 | 商品标题
| 商品
// name | item | items | artikel | nombre | nom | 名称 // description | product description | item description | beschreibung
| descripcion | descrip"""
QUANTITY = """quantity | qty | lineitem quantity | quantity purchased | quantity ordered | qty ordered | item quantity | units | units sold
| order quantity | line items quantity | number of items | num items | menge | anzahl | stuckzahl | stuck | quantite | qte | cantidad
| unidades | cant | 数量 | 购买数量 | 件数"""
UNIT_PRICE = """unit price | price | lineitem price | price each | item cost | price per unit | list price | line items price
| product price | selling price | sell price | unit cost | price paid | stuckpreis | einzelpreis | preis | verkaufspreis
| prix unitaire | prix | prix de vente | pu | precio unitario | precio | precio de venta | 单价 | 价格 | 售价 | 商品单价"""
# may be a unit price or the total of a line: decided by the values, else asked
MONEY = """amount | sales value | line total | item total | sales | revenue | total | total price | total amount | item price | value
| extended price | line amount | order item total | row total | net sales | gross sales | item revenue | total sales | subtotal
| item subtotal | line subtotal | spend | paid | amount paid | betrag | gesamt | gesamtpreis | summe | umsatz | zeilensumme | montant
| montant total | total ttc | total ht | prix total | importe | importe total | precio total | 金额 | 总价 | 总金额 | 实付金额"""
TIME = """invoice date | order date | date | purchase date | transaction date | transaction timestamp | timestamp | datetime
| date time | created at | created | date created | sale date | sold at | order time | event time | time | order purchase timestamp
| purchased on | purchased at | placed at | ordered at | unix timestamp | event timestamp | date of purchase
| datum | bestelldatum | rechnungsdatum | auftragsdatum | kaufdatum | zeitpunkt | date de commande | date commande | date facture
| date achat | date d achat | fecha | fecha de pedido | fecha pedido | fecha de compra | fecha factura | 日期 | 时间 | 下单时间
| t dat | 订单日期 | 购买日期 | 成交时间 | 订单创建时间"""
CATEGORY = """category | product category | categories | product category name | category name | main category | kategorie | categorie
| categoria | 类别 | 分类 | 商品类别 | 品类
// product type | type | product type name | produkttyp // department | warengruppe | rayon // tags | collection"""
BRAND = "brand | vendor | manufacturer | brands | brand name | marke | hersteller | marque | fabricant | marca | 品牌"
DESCRIPTION = """description | product description | item description | body html | long description | body | beschreibung | langbeschreibung
| produktbeschreibung | descripcion | description produit
| detail desc | 描述 | 商品描述 | 详情 // short description | about product | kurzbeschreibung"""
IMAGE = "image src | image | images | image url | img url | picture | photo | bild | bild url | imagen | 图片"
ATTRIBUTES = """country | billing country | shipping country | ship country | customer country | country code | land | pays | pais | 国家
// city | billing city | shipping city | ship city | stadt | ort | ville | ciudad | 城市"""
STATUS = """status | order status | financial status | fulfillment status | bestellstatus | auftragsstatus | statut | statut commande
| estado | 状态 | 订单状态"""
CONSENT = """accepts marketing | accepts email marketing | email marketing consent | marketing consent | marketing opt in | opt in
| newsletter | buyer accepts marketing | consent | einwilligung | consentement | consentimiento | gdpr consent"""

ORDER_FACTS = {
    "status": STATUS,
    "sent": "shipped at | ship date | fulfilled at | sent | shipped | dispatch date | order delivered carrier date | shipped on | 发货时间",
    "delivered": "delivered at | delivery date | delivered | order delivered customer date | delivered on | 签收时间",
    "address": "address | shipping address | delivery address | shipping address1 | shipping street | lieferadresse | 收货地址",
    "tracking": "tracking | tracking number | tracking no | tracking code | sendungsnummer | 物流单号",
}
PLACE = {
    "country": ATTRIBUTES.split("//", maxsplit=1)[0] + "// billing country",
    "city": ATTRIBUTES.split("//")[1],
    "gender": "gender | sex | geschlecht | sexe | genero | sexo | 性别",
    "age": "age | age group | age band | age range | alter | altersgruppe | edad | 年龄",
    "consent": CONSENT,
}
EVENTS = {
    "order_id": ORDER_ID,
    "customer_id": CUSTOMER_ID,
    "product_id": PRODUCT_ID,
    "title": TITLE,
    "quantity": QUANTITY,
    "unit_price": UNIT_PRICE,
    "money": MONEY,
    "time": TIME,
    "clock": "time | order time | uhrzeit | heure | hora | time of day | 时刻",
    "action": "action | event | event type | event name | behavior | behaviour | behavior type | interaction | interaction type | aktion | 行为"
    "| 行为类型",
    "channel": "channel | sales channel | source | source name | store type | order channel | kanal | canal | platform | created via | 渠道",
    "position": "position | rank | sequence | seq | step | order in history",
    "category": CATEGORY,
    "brand": BRAND,
    "image": IMAGE,
    "currency": "currency | currency code | order currency | wahrung | devise | moneda | 币种 | 货币",
    "updated": "updated at | last modified | modified | date modified | updated",
    "rating": "rating | overall | stars | score | review rating | bewertung | note | 评分",
    **ORDER_FACTS,
    **PLACE,
}
PRODUCTS = {
    "product_id": PRODUCT_ID + " // id | post id",
    "title": TITLE,
    "description": DESCRIPTION,
    "category": CATEGORY,
    "brand": BRAND,
    "type": "product type | sub category | subcategory | sub commodity desc | produkttyp",
    "size": "package size | size | curr size of product | pack size | unit size | weight text | packungsgrosse",
    "department": "department",
    "price": "price | variant price | regular price | list price | unit price | selling price | current price | discounted price | preis | prix "
    "| precio | 价格 | 售价 | 单价 | verkaufspreis | prix unitaire | precio unitario | retail price",
    "sale_price": "sale price | special price",
    "stock": "stock | variant inventory qty | inventory | inventory quantity | stock quantity | qty in stock | quantity | qty | bestand "
    "| lagerbestand | existencias | 库存",
    "image": IMAGE,
    "group": "handle",
    "variant": "option1 value",
    "updated": EVENTS["updated"],
    "currency": EVENTS["currency"],
}
CUSTOMERS = {
    "customer_id": CUSTOMER_ID.replace("email |", "email |", 1) + " // id",
    "email": "email | customer email | email address | e mail",
    "consent": CONSENT,
    "updated": EVENTS["updated"],
}
ORDERS = {
    "order_id": ORDER_ID + " | id // id",
    "customer_id": CUSTOMER_ID,
    "placed": TIME + " | placed",
    **ORDER_FACTS,
    "channel": EVENTS["channel"],
    **PLACE,
    "currency": EVENTS["currency"],
}
REVIEWS = {
    "product_id": PRODUCT_ID,
    "customer_id": CUSTOMER_ID + " // reviewer name | author | reviewer",
    "rating": EVENTS["rating"],
    "text": "review text | review | text | comment | body | review body | review content | content | bewertungstext | avis | commentaire "
    "| opinion | 评论 | 评价 | 评价内容 // summary | review title | title",
    "time": TIME + " | unix review time | review date | review creation date // review time",
}
FAQ = {
    "question": "question | questions | q | frage | pregunta | 问题 | instruction",
    "answer": "answer | answers | a | antwort | reponse | respuesta | 答案 | 回答 | response",
    "category": "category | topic | section | kategorie | categorie | categoria | 分类 | 类别",
}
POLICIES = {
    "title": "title | name | policy | heading | topic | titel | titre | titulo | 标题",
    "text": "text | body | content | policy text | inhalt | contenu | texte | contenido | 内容 | 正文",
}
KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "events": EVENTS,
        "products": PRODUCTS,
        "customers": CUSTOMERS,
        "orders": ORDERS,
        "reviews": REVIEWS,
        "faq": FAQ,
        "policies": POLICIES,
    }
)
# fields of one file that end in another table than its own
BELONGS = {
    "title": "products", "category": "products", "brand": "products", "image": "products", "description": "products",
    **dict.fromkeys(PLACE, "customers"),
    "status": "orders", "sent": "orders", "delivered": "orders", "address": "orders", "tracking": "orders",
}  # fmt: skip
# headers too general to be contradicted by what stands under them
LOOSE = frozenset("name id item items buyer note reference ref customer client user cliente kunde transaction".split())
# where two columns of one tier are not a question: the first in the file is taken
SOFT = frozenset(
    "category brand description image country city gender age consent status sent delivered address tracking channel currency updated clock "
    "type size department variant group email text".split()
)
FEE_WORDS = (
    r"postage|shipping|carriage|delivery charge|bank charge|\bfees?\b|\bmanual\b|\bsamples?\b|\bdiscount\b|voucher|gift ?card|gift ?certificate"
    r"|\bdonation\b|\btip\b|commission|\badjust|bad debt|\bcharges?\b|surcharge|\brefund\b|\bpacking\b|versand|porto\b|rabatt|gutschein|gebühr"
    r"|frais de port|livraison|remise\b|bon cadeau|env[ií]o|descuento|vale regalo|运费|邮费|优惠券|手续费|补差"
)
# a name that is nothing but the cost of sending, whatever code it has
CARRIAGE = (
    r"(?i)^(?:(?:next|same) day|express|standard|uk|international|extra|additional|free)?\s*"
    r"(?:postage|shipping|carriage|delivery charges?|versand(?:kosten)?|porto|frais de port|gastos de env[ií]o|运费|邮费)"
    r"(?:\s*(?:&|and|und)\s*(?:packing|packaging|handling|verpackung))?$"
)
ADJUSTMENT_WORDS = r"adjust|bad debt|write.?off"


def header_key(header: str) -> str:
    """Return a header without blanks, case, accents and punctuation, for comparison.

    Examples
    --------
    >>> header_key("Stück-Preis"), header_key("CustomerID"), header_key("单价")
    ('stuckpreis', 'customerid', '单价')
    """
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "", plain).lower()


@cache
def field_tiers(kind: str) -> Mapping[str, Mapping[str, int]]:
    """Return, for each field of a kind of table, the header keys with their tier (0 first)."""
    found: dict[str, dict[str, int]] = {}
    for field, text in KINDS[kind].items():
        tiers: dict[str, int] = {}
        for tier, names in enumerate(text.split("//")):
            for name in names.split("|"):
                tiers.setdefault(header_key(name), tier)
        found[field] = tiers
    return found


def header_tier(kind: str, field: str, header: str) -> int | None:
    """Return the tier at which `header` names `field` in a table of `kind`, or None where it does not.

    A unit in brackets is left off, and of a nested name ("customer.email") the whole is tried before the last part.
    """
    tiers = field_tiers(kind)[field]
    short = re.sub(r"[(\[（].*?[)\]）]", "", header)
    for name in (header, short, re.split(r"[./]|__", short)[-1]):
        key = header_key(name)
        if key in tiers and not (name is not header and key in ("id", "name") and "." in header):
            return tiers[key]
    return None
