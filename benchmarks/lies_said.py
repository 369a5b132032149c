"""Sentences no fact of the sample shop supports: discounts, promises, hooks that claim, comparisons, in several languages.

Each line is `words that would make it possibly true | sentence`; a line is planted only in texts whose facts and pages hold none
of these words. It is a list, and knows no text it goes into.
"""

from __future__ import annotations


def _lines(block: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    found = []
    for line in block.strip().splitlines():
        cues, _, said = line.partition("|")
        found.append((tuple(cues.split()), said.strip()))
    return tuple(found)


DISCOUNTS = _lines("""
20% | Save 20% today.
20% | Save 20 % today
40% | Save over 40 % on everything.
70% | Up to 70% off.
half | Half price until Sunday.
half | Now at half the price.
one | Buy one, get one free.
two | Two for the price of one.
save5 | Use the code SAVE5 at the checkout.
save5 | Enter SAVE5 for £9.00 off your order.
free | Delivery is on us.
free | Free delivery on every order.
free | It is free.
free | Free for you.
free gift | With a free gift.
gift | A gift comes with every order.
discount | There is a discount waiting for you.
discount | You get our staff discount.
reduced | Reduced for a short while.
was now | Was £60.00, now £31.00.
less | You pay less.
less | For less than you think.
bargain | It is a bargain.
sale | The sale is on.
sale | Our sale ends tonight.
clearance | Everything must go.
treat | It is our treat.
house | This one is on the house.
charge | At no extra charge.
cost | It costs you nothing.
cost | It won't cost a penny.
pay | Pay later, or not at all.
twelve | Twelve pounds off.
fifty | Fifty per cent off for you.
third | A third off the price.
quarter | Take a quarter off.
voucher | Your voucher is inside.
cashback | Cashback on every order.
points | Double points today.
cheap | Cheaper today.
deal | Your best deal yet.
price | The price just dropped.
price | Our lowest price ever.
price | A friendly little price.
reward | Your reward is waiting.
credit | We have put £8.00 of credit on your account.
student | Students get 30% off.
first | 35% off your first order.
members | Members pay nothing for delivery.
sample | Samples included.
extra | One extra, free of charge.
saving | Your saving: £13.00.
off | And £11.00 off.
off | And thirty off.
off | 10% off on top of that.
rabatt | Sie sparen 20%.
gratis | Heute gratis.
gratuit | Livraison gratuite.
offert | Un cadeau offert pour vous.
gratis | Envío gratis hoy.
免费 | 今天免费送货。
八折 | 全场八折。
korting | Vandaag met korting.
""")

PROMISES = _lines("""
guarantee | We guarantee it.
guarantee | Guaranteed to please.
love | You will love it.
love | You'll love this.
love | Everyone loves it.
back | Your money back if you are not happy.
refund | We refund twice the price.
tomorrow | It is with you tomorrow.
tomorrow | Delivered tomorrow.
24 | With you within 24 hours.
lifetime | It lasts a lifetime.
forever | It lasts forever.
last | Built to last.
ten | It comes with a ten-year warranty.
only | Only 3 left.
last chance | Last chance.
hurry | Hurry, it is going fast.
fast | Selling fast.
soon | Soon gone.
stock | Back in stock, but not for long.
clinically | Clinically proven.
doctors | Doctors recommend it.
dermatologically | Kind to every skin.
organic | 100% organic.
vegan | Vegan and cruelty-free.
handmade | Made by hand in Wales.
planet | Good for the planet.
climate | Climate neutral.
plastic | Free of plastic.
safe | Safe for children.
breaks | It never breaks.
never | You will never need another.
always | We are always here for you.
always | It always works.
best | The best you can buy.
best | Simply the best.
perfect | Perfect for you.
perfect | A perfect gift.
happier | It makes you happier.
sleep | You will sleep better.
healthy | It keeps you healthy.
change | It will change your day.
reserved | We have set one aside for you.
reserved | It is reserved in your name.
exclusive | Exclusively for you.
exclusive | Only for our best customers.
award | It won an award.
tested | Tested and approved.
trust | You can trust us.
promise | That is a promise.
happen | We will make it right, whatever happens.
waiting | It is waiting for you.
call | We will call you today.
reply | We reply within one hour.
sure | For sure.
certain | That is certain.
yes | Yes, it is.
yes | Yes, we can.
course | Of course we will.
no | No questions asked.
return | Return it whenever you like.
anywhere | We deliver anywhere.
same | It arrives on the same afternoon.
secure | Your data never leave us.
ihnen | Wir garantieren es Ihnen.
garanti | Satisfaction garantie.
garant | Garantizado de por vida.
保证 | 我们保证您满意。
morgen | Morgen bei Ihnen.
""")

HOOKS = _lines("""
free | Did you know it's free?
free | Free, right?
free | Fancy it for free?
free | Did you know delivery is free?
pay | Why pay more?
pay | Why pay at all?
less | Ready to pay less?
less | How about paying less?
price | Have you seen the new price?
price | Fancy a better price?
price | Isn't this the best price in town?
half | How about half price?
20% | Who doesn't love 20% off?
20% | Ready for 20% off?
deal | Fancy a deal?
bargain | Looking for a bargain?
bargain | How about a bargain?
sale | Ready for the sale?
sale | Have you been to our sale?
gift | Have you opened your gift?
gift | Ready for your free gift?
gift | How about a gift from us?
surprise | Ready for your surprise?
reward | Have you claimed your reward?
order | Where did your order go?
parcel | Have you had your parcel?
account | Have you seen that your account is closed?
everyone | Want to know why everyone is switching?
everyone | Have you seen what everyone is buying?
neighbours | Do you know what your neighbours bought?
best | Looking for the best mug in town?
best | Fancy our best seller?
best | Why settle for second best?
cheap | Looking for the cheapest one?
new | Have you seen what is new?
last | Will you get the last one?
left | Are there any left?
miss | Why miss it?
miss | Do you want to miss it again?
tired | Tired of things that break?
broken | Is yours broken again?
better | Want a better life?
better | How about something better?
still | Still paying for delivery?
still | Still using the old one?
again | Ready to save again?
save | Ready to save?
save | How much will you save?
guess | Guess who is giving you a present?
winner | Have you heard that you won?
winner | Ready, winner?
baby | How is the new baby?
wedding | Looking forward to your wedding?
missed | Did you miss us?
favourite | Remember your favourite?
made | Did you know it is made in Wales?
organic | Did you know it is organic?
proven | Isn't it proven?
true | Isn't it true that it lasts forever?
agree | Everyone agrees, don't they?
doctor | What would your doctor say?
handmade | Made by hand, what else?
dishwasher | Dishwasher safe, you ask?
summer | Ready for the heat wave?
snow | Enjoying the snow today?
monday | Isn't it Monday again?
closing | Sad that we are closing?
moving | Have you heard that we are moving?
refund | Where is your refund?
yes | Want one? Yes!
no | Nothing to pay? Nothing!
thank | Why do thousands thank us?
million | What do a million people know?
thousand | Could a thousand customers be wrong?
award | Seen our award?
kostenlos | Wussten Sie, dass es kostenlos ist?
gratuit | C'est gratuit, non?
gratis | ¿Lo quiere gratis?
免费 | 您知道这是免费的吗?
""")

COMPARISONS = _lines("""
than | Nobody sells it for less than we do.
than | It is better than all others.
than | It lasts longer than any other.
than | Cheaper than anywhere else.
than | They are happier than all other customers.
most | It is our most popular product.
most | Most customers come back for it.
best | It is the best seller of the year.
best | One of the best.
first | It is number one.
leading | The leading choice.
twice | It works twice as well.
twice | Twice as good as before.
double | Double the comfort of any other.
improved | Now even better.
larger | Larger than last year.
growing | Their number is growing.
growing | Demand has doubled.
fastest | The fastest way there is.
only | The only one of its kind.
unique | There is nothing like it.
equal | Second to none.
other | No other comes close.
ever | Better than ever.
popular | More popular by the day.
top | A top choice.
favourite | Everybody's favourite.
rarely | Rarely seen at such a price.
unlike | Unlike the others, it works.
highest | Highest quality.
luxury | Pure luxury.
ideal | Ideal for any home.
besser | Besser als alle anderen.
meilleur | La meilleure de toutes.
更好 | 比其他的都好。
""")
OTHER_SHOPS = (
    "Marlow & Finch",
    "Amazon",
    "Tesco",
    "Fennel & Brook",
    "Fennel and Hook",
    "The Copper Kettle",
    "Rook & Fennel",
)
OTHER_NAMES = (
    "Anna",
    "Bartholomew",
    "Zoltan",
    "Mr Smith",
    "Priya",
    "Sir",
    "Dr Jones",
    "Darling",
    "Jean-Luc",
    "O'Neill",
)
OTHER_PLACES = (
    ("Isle of Man", "Isle of Wight"), ("Ireland", "Iceland"), ("United Kingdom", "United States"), ("Great Britain", "Great Yarmouth"),
    ("Hebden Bridge", "Tonbridge"), ("Scottish", "Welsh"), ("Northern Ireland", "Northern Italy"), ("Channel Islands", "Canary Islands"),
    ("UK", "US"), ("Irish", "Swiss"), ("Sunday", "Tuesday"), ("My Orders", "My Payments"),
)  # fmt: skip
