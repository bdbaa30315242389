"""Files of orders, costs, customers, products, returns and points, read into tables of DuckDB.

What comes out, for those who bring rows in (`with_details`; the other kinds always have them). In each,
`part` is the place in `Reading.parts`, `part_row` the row as a person counts it there, `row` goes through
all parts; ids and names are VARCHAR, moments TIMESTAMP in the shop's zone, numbers DECIMAL(18, 6). `reason`
(see `previews.ReadReason`) is NULL where the row can be used:

- `lines(row, part, part_row, customer_id, order_id, ordered_at, product, category, quantity, amount,
  currency, kind, channel, branch, customer_name, email, phone, product_id, reason)`: with details `product`
  is the name where there is a code (`product_id`) beside it, without them the code; `product_id` is NULL
  where there is only one of the two. The key of a product is coalesce(product_id, product).
- `people(row, part, part_row, customer_id, name, email, phone, created_at, reason)`: without a column of
  ids the id is the e-mail, else the phone, in the form in which they are compared.
- `goods(row, part, part_row, product_id, name, category, reason)`.
- `backs(row, part, part_row, return_id, order_id, customer_id, product, product_id, returned_at, quantity,
  amount, currency, reason)`: what was given back, `amount` and `quantity` above zero.
- `balances(row, part, part_row, customer_id, card, phone, email, points, expires_on, reason)`: points that
  customers have elsewhere; of the four that say whose, one at least; `expires_on` NULL: no last day.
- `costs(row, part, part_row, channel, day, cost, reason)`; without details only the three, and good ones.

The way of a file, and who does what:

1. `sources` to plain files outside of archives: `sniffing` tells the kind by the content, `archives` and
   `workbook` unpack into the private folder of the reading; `limits` says how much of anything there may be.
2. `parts` to tables with names of columns and first rows: `encoding`, `layout` and `delimited` for texts,
   `parquet` for Parquet. After this only these files can be read (`confinement`).
3. `mapping` to fields, per part: `candidates` are scored by their names (`recognition`, `vocabulary`) and by
   what they hold (`profile`, `fit`); `amounts` weighs totals of lines and of orders; `overrides` is what the
   person said; `families` chooses among the sheets of a workbook.
4. `loading` brings the rows into the database (`staging`, tidied by `blanks`), or leaves them in Parquet.
5. `plans` looks at whole columns (`findings`) and decides how numbers, dates and words are read (`numbers`,
   `dates`, `kinds`).
6. `lines` is the SQL that makes rows of `lines` out of a part. A row that cannot be read is NULL in that
   field only; `notes` tells what a reader of the figures should know.

`shape` is this way for every kind; `orders`, `costs`, `customers`, `products`, `returns` and `points` say
what is special about theirs (`records` is what the last four share, `details` what an order says beyond its
figures). `previewing` goes the same way with the first rows alone (`heads`) and turns errors into a problem
that a person can mend; `guessing` tells the kind.

A column's name that is not known yet goes into `vocabulary`, an order's state into `kinds`.
"""

from regulars.analytics.compute.reading.costs import read_costs
from regulars.analytics.compute.reading.customers import read_customers
from regulars.analytics.compute.reading.orders import read_orders
from regulars.analytics.compute.reading.points import read_points
from regulars.analytics.compute.reading.previewing import preview
from regulars.analytics.compute.reading.products import read_products
from regulars.analytics.compute.reading.returns import read_returns
from regulars.analytics.compute.reading.types import CostsReading, Reading, ReadingOptions

__all__ = [
    "CostsReading",
    "Reading",
    "ReadingOptions",
    "preview",
    "read_costs",
    "read_customers",
    "read_orders",
    "read_points",
    "read_products",
    "read_returns",
]
