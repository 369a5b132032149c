"""The facts of the service desk and of product talk, as a table that `assistant.writing.known` reads. It holds no value and no sentence."""

DESK = """
order | item | text | order | | | the lines of an order: units and title of each, word for word
order | item_count | count | order | | units | units in the order
order | order_total | money | order | | total | sum of the order's lines as they were paid
order | address | name | order | | goes | where the order goes
order | new_address | name | order | | goes | the address a customer asks for, in their own words
order | address_changed_on | date | order | | changed | the day its address was changed here
order | may_cancel | count | rule | | | 1 where the shop's rules let it be cancelled, else 0
order | may_change_address | count | rule | | | 1 where the shop's rules let its address be changed, else 0
order | may_return | count | rule | | | 1 where the shop's rules let a return be asked for, else 0
order | may_exchange | count | rule | | | 1 where the shop's rules let an exchange be asked for, else 0
order | may_invoice | count | rule | | | 1 where the shop's rules let the invoice be sent, else 0
order | last_status | name | order | | | the last status in which the shop's rules let it be done
order | first_status | name | order | | | the first status in which the shop's rules let it be done
order | return_days | days | order | | days | days after delivery within which a return may be asked for
order | return_until | date | order | | until | the last day a return may be asked for
order | return_asked_on | date | order | | return | the day a return was asked for here
order | exchange_asked_on | date | order | | exchange | the day an exchange was asked for here
order | is_unchanged | count | rule | | | 1 where the customer said no and nothing was written
order | invoice_to | name | order | | invoice | the e-mail address of the customer, most of it hidden
order | invoice_sent_on | date | order | | invoice | the day the invoice was sent from here
customer | orders_found | count | rule | | | orders of the customer in the shop's data
customer | number_found | count | rule | | | orders of the customer with the number that was typed
customer | signed_in_minutes | count | desk | | minutes | minutes the sign-in holds
customer | told | text | desk | | | something the customer told, in their own words
customer | told_count | count | desk | | | things kept of what the customer told
customer | erased_turns | count | desk | | | things said that were erased
customer | erased_told | count | desk | | | things told that were erased
customer | data_asked_on | date | desk | | | the day the customer asked for the erasure of their data
customer | may_erase | count | rule | | | 1 where the shop's rules let what was said be erased, else 0
shop | sign_in_by | name | desk | | | what a customer may sign in with
shop | account_by | name | desk | | | what a customer may sign in with to reach what is kept of them
shop | robot_of | name | desk | | | the shop whose automatic assistant answers
shop | code_minutes | count | desk | | minutes | minutes a code holds
shop | code_tries | count | desk | | | tries left for a code
shop | sign_in_code | name | desk | | code | the code itself; only ever in a message to the address the shop knows
shop | answers_in_en | name | rule | | | the language the shop's pages are in, as a customer who writes English calls it
shop | answers_in_de | name | rule | | | the same for a customer who writes German
shop | answers_in_fr | name | rule | | | the same for a customer who writes French
shop | answers_in_es | name | rule | | | the same for a customer who writes Spanish
shop | answers_in_zh | name | rule | | | the same for a customer who writes Chinese
shop | asked_most | money | rule | | | the highest price a customer named
shop | asked_least | money | rule | | | the lowest price a customer named
shop | products_within | count | rule | | products | products in stock within the limits a customer named
shop | products_near | count | rule | | products | of products_within those that come near to what a customer said
shop | asked_word | text | rule | | | a word a customer looked for
shop | word_products | count | rule | | products | products whose name or description holds asked_word
shop | avoided_words | text | rule | | | what a customer does not want, in their own words
shop | left_out | count | rule | | products | products left out because their name or text has avoided_words
shop | heeded | text | rule | | | what a customer told before and is heeded, in their own words
shop | noted | text | rule | | | what a customer tells of likes, of what is to be avoided or of a budget, in their own words
shop | asked_money | text | rule | | | a limit a customer named in another currency than the shop's
shop | priced_in | name | rule | | | the currency of the shop's prices
shop | asked_words | text | rule | | | what a customer looked for, in their own words
product | near_rank | count | rule | | | place of the product by how near its words are in meaning to asked_words, 1 nearest
product | review_rating | mean | rule | | | what one review gave it, of 5
product | near_of | count | rule | | products | products near_rank is a place among
ticket | ticket_number | name | desk | | ticket | the number of a ticket
ticket | ticket_opened | date | desk | | ticket | the day a ticket was made
"""
