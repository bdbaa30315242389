"""Files of orders and costs, read into the tables that the figures are computed from.

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

A column's name that is not known yet goes into `vocabulary`, an order's state into `kinds`.
"""

from regulars.analytics.compute.reading.costs import read_costs
from regulars.analytics.compute.reading.orders import read_orders
from regulars.analytics.compute.reading.types import CostsReading, Reading, ReadingOptions

__all__ = ["CostsReading", "Reading", "ReadingOptions", "read_costs", "read_orders"]
