"""A shop of 32 rows with every odd case of docs/metrics.md; what is expected of it is worked out by hand.

Two files. The span is 2024-01-01 to 2024-06-29: 181 days, so the window of retention is 90 days and the
last two windows are [2024-01-02, 2024-04-01) and [2024-04-01, 2024-06-30).
"""

from __future__ import annotations

from typing import Any

from tests.analytics.compute.made_lines import parse

PARTS = ("orders.csv", "more.csv")

SHOP = """
part | part_row | customer_id | order_id | ordered_at       | product | amount  | currency | kind   | channel
0    | 2        | a           | A1       | 2024-01-01 09:00 | tea     | 30.00   | EUR      | sale   | ads
0    | 3        | a           | A1       | 2024-01-01 09:00 | cup     | 10.00   | EUR      | sale   | ads
0    | 4        | a           | A2       | 2024-01-11 10:00 | tea     | 20.00   | EUR      | sale   | shop
0    | 5        | a           | A3       | 2024-03-31 23:59 | tea     | 40.00   | EUR      | sale   | shop
0    | 6        | a           | RA       | 2024-04-05 12:00 | tea     | -50.00  | EUR      | credit | .
0    | 7        | a           | A4       | 2024-06-29 00:00 | cup     | 5.00    | EUR      | sale   | .
0    | 8        | b           | B1       | 2024-02-10 08:00 | cup     | 15.00   | .        | sale   | ads
0    | 9        | b           | B1       | 2024-02-20 08:00 | cup     | -5.00   | EUR      | credit | .
0    | 10       | b           | B2       | 2024-05-20 08:00 | tea     | 12.50   | EUR      | sale   | ads
0    | 11       | c           | B2       | 2024-05-20 08:05 | pot     | 99.00   | EUR      | sale   | ads
0    | 12       | c           | C1       | 2024-03-01 12:00 | tea     | 8.00    | EUR      | void   | ads
0    | 13       | c           | C2       | 2024-03-05 12:00 | pot     | 100.00  | EUR      | sale   | ads
0    | 14       | c           | C2       | 2024-03-06 12:00 | pot     | -120.00 | EUR      | credit | .
0    | 15       | c           | C3       | 2024-06-29 18:00 | pot     | 60.00   | EUR      | sale   | shop
0    | 16       | d           | D1       | 2024-01-31 12:00 | tea     | 9.00    | EUR      | sale   | .
0    | 17       | d           | RD1      | 2024-01-30 12:00 | tea     | -4.00   | EUR      | credit | .
0    | 18       | d           | RD2      | 2024-02-01 12:00 | pot     | -3.00   | EUR      | credit | .
0    | 19       | d           | .        | 2024-02-02 12:00 | tea     | -2.00   | EUR      | credit | .
0    | 20       | e           | E9       | 2024-04-01 10:00 | cup     | 1.10    | EUR      | sale   | shop
0    | 21       | e           | E10      | 2024-04-01 10:00 | cup     | 2.20    | EUR      | sale   | ads
0    | 22       | e           | E11      | 2024-06-20 10:00 | cup     | 3.30    | EUR      | sale   | shop
0    | 23       | .           | X1       | 2024-05-01 12:00 | tea     | 11.00   | EUR      | sale   | .
0    | 24       | .           | X2       | .                | tea     | .       | EUR      | sale   | .
0    | 25       | f           | F1       | .                | tea     | 5.00    | EUR      | sale   | .
0    | 26       | f           | F2       | 2024-05-01 12:00 | tea     | .       | EUR      | sale   | .
0    | 27       | f           | .        | 2024-05-01 12:00 | tea     | 5.00    | EUR      | sale   | .
0    | 28       | f           | F4       | 2024-05-01 12:00 | tea     | 5.00    | USD      | sale   | .
0    | 29       | .           | X3       | 2024-07-01 12:00 | tea     | 500.00  | EUR      | sale   | .
0    | 30       | c           | RC       | 2024-06-30 00:00 | pot     | -60.00  | EUR      | credit | .
1    | 2        | a           | A2       | 2024-01-11 10:00 | tea     | 20.00   | EUR      | sale   | shop
1    | 3        | b           | B1       | 2024-02-10 08:00 | cup     | 16.00   | EUR      | sale   | ads
1    | 4        | e           | E12      | 2024-06-01 10:00 | cup     | 4.40    | EUR      | sale   | shop
"""

# What is left, and why:
#   A1  40.00  two lines
#   A2  10.00  RA names no order: 50.00 off the tea bought before it, newest first, 40.00 of A3, 10.00 of A2
#   A3   0.00  void; 40.00 until RA of 5 April
#   A4   5.00
#   B1  10.00  its own credit took 5.00; the copy in the second file does not count (and differs)
#   B2  12.50  the line of customer c in it is rejected
#   C1   0.00  void: cancelled
#   C2   0.00  void: the credit that names it took more than all of it
#   C3  60.00  RC is of the day that does not count any more
#   D1   7.00  the credit without a number took 2.00; RD1 came before D1, RD2 is of a product never bought
#   E9   1.10 and E10 2.20, at one moment: E10 is the first order, "1" comes before "9"
#   E12  4.40, E11 3.30
# Customers: a 55.00 in 3 orders, b 22.50 in 2, c 60.00 in 1, d 7.00 in 1, e 11.00 in 4; 155.50 in 11 in all.


def odd_lines() -> list[dict[str, Any]]:
    return parse(SHOP)
