"""The year's orders as they stand, from the lake: the tables `orders` and `lines` that all else asks.

`history`: every order from which a tier may come, one row each: person, at, total (less what was given
back). `orders`: those of the year, numbered by time: n, person, ordered_at, day, weekday and month by the
customer's calendar, total, branch, channel. `lines`: of each, what is left of its lines, by their numbers
(see `compiling.earning`); where nothing asks for goods, an order is one line.
"""

from __future__ import annotations

from regulars.analytics.services import Lake
from regulars.loyalty.replaying.frame import Frame, fields_asked, goods_asked

LINES = "order_lines"
"""A table of the lake."""
PEOPLE = "SELECT person_id, timezone, birthday, known_since FROM facts_customers"
PRODUCTS = "SELECT product, category, brand FROM facts_products WHERE brand IS NOT NULL"
"""What is read from the shop beside the lake: the tables `people` and `products`."""

# A whole order at once: few columns of all lines. Credits come after their order, so one whose order lies
# before the history has no moment and falls out.
_STOOD = """
CREATE TABLE stood AS
SELECT l.order_id, any_value(l.profile_id) AS profile_id,
       min(l.happened_at) FILTER (kind = 'sale') AS ordered_at, sum(l.amount_minor)::BIGINT AS total,
       any_value(l.branch) AS branch, any_value(l.channel) AS channel,
       bool_or(kind = 'credit') AS is_credited
FROM order_lines AS l
WHERE l.order_id IS NOT NULL AND l.profile_id IS NOT NULL AND l.kind <> 'void' AND l.currency = $currency
  AND ($since::TIMESTAMPTZ IS NULL OR l.happened_at >= $since)
GROUP BY l.order_id
HAVING total > 0 AND ordered_at < $until
"""
_HISTORY = """
CREATE TABLE history AS
SELECT s.*, p.person_id AS person, timezone({zone}, s.ordered_at) AS local, local::DATE AS day
FROM stood AS s JOIN profiles AS p USING (profile_id) {people}
"""
_ORDERS = """
CREATE TABLE orders AS
SELECT row_number() OVER (ORDER BY ordered_at, order_id) AS n, order_id, person, ordered_at, day,
       isodow(day)::INTEGER AS weekday, date_trunc('month', day)::DATE AS month, total, is_credited,
       coalesce(replace(lower(branch), 'ё', 'е'), '') AS branch,
       coalesce(replace(lower(channel), 'ё', 'е'), '') AS channel
FROM history WHERE ordered_at >= $since
"""
_FOLDED = "coalesce(replace(lower({text}), 'ё', 'е'), '')"
_NO_TEXT = "''"
_WHOLE = """
CREATE TABLE lines AS
SELECT n, 1 AS line, '' AS product, '' AS category, '' AS brand, 1::BIGINT AS pieces, total AS amount
FROM orders
"""
_SOLD = """
CREATE TABLE sold AS
SELECT o.n, o.is_credited, s.line, s.product, s.category,
       greatest(floor(TRY_CAST(s.quantity AS DECIMAL(18, 3))), 0)::BIGINT AS pieces, s.amount_minor AS amount
FROM order_lines AS s JOIN orders AS o USING (order_id)
WHERE s.kind = 'sale' AND s.happened_at >= $since
"""
_BACK = """
CREATE TABLE back AS
SELECT o.n, s.line, s.product, sum(-s.amount_minor)::BIGINT AS amount,
       coalesce(sum(-TRY_CAST(s.quantity AS DECIMAL(18, 3))), 0) AS pieces
FROM order_lines AS s JOIN orders AS o USING (order_id)
WHERE s.kind = 'credit' AND s.happened_at >= $since AND o.is_credited
GROUP BY ALL
"""
# What names a line goes off it, what names a product off its lines, the rest off all that is left, each
# spread by what lines still cost; what is more than they cost goes to the rest.
_LEFT = """
CREATE TABLE left_over AS
WITH by_line AS (
    SELECT s.*, coalesce(b.amount, 0) AS gone, coalesce(b.pieces, 0) AS gone_pieces
    FROM (FROM sold WHERE is_credited) AS s
    LEFT JOIN (SELECT n, line, sum(amount) AS amount, sum(pieces) AS pieces FROM back
               WHERE line IS NOT NULL GROUP BY n, line) AS b USING (n, line)
), after_lines AS (
    SELECT *, greatest(amount - gone, 0) AS still, greatest(pieces - gone_pieces, 0) AS still_pieces
    FROM by_line
), of_products AS (
    SELECT b.n, b.product, sum(b.amount) AS amount, sum(b.pieces) AS pieces FROM back AS b
    WHERE b.line IS NULL AND b.product IS NOT NULL
      AND EXISTS (FROM sold AS s WHERE s.n = b.n AND s.product = b.product)
    GROUP BY b.n, b.product
), shares AS (
    SELECT a.*, coalesce(p.amount, 0) AS off, coalesce(p.pieces, 0) AS off_pieces,
           sum(still) OVER whole AS of_whole, sum(still) OVER upto AS of_upto,
           coalesce(sum(still_pieces) OVER before, 0) AS pieces_before
    FROM after_lines AS a LEFT JOIN of_products AS p ON p.n = a.n AND p.product = a.product
    WINDOW whole AS (PARTITION BY a.n, a.product),
           upto AS (PARTITION BY a.n, a.product ORDER BY a.line ROWS UNBOUNDED PRECEDING),
           before AS (PARTITION BY a.n, a.product ORDER BY a.line
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), after_products AS (
    SELECT n, line, product, category,
           still - CASE WHEN of_whole > 0 THEN least(off, of_whole) * of_upto // of_whole
               - least(off, of_whole) * (of_upto - still) // of_whole ELSE 0 END AS still,
           greatest(still_pieces - greatest(off_pieces - pieces_before, 0), 0) AS still_pieces
    FROM shares
), rest AS (
    SELECT a.*, o.total, sum(still) OVER (PARTITION BY n) AS whole,
           sum(still) OVER (PARTITION BY n ORDER BY line ROWS UNBOUNDED PRECEDING) AS upto
    FROM after_products AS a JOIN orders AS o USING (n)
)
SELECT n, line, product, category, floor(still_pieces)::BIGINT AS pieces,
       (total::HUGEINT * upto // whole - total::HUGEINT * (upto - still) // whole)::BIGINT AS amount
FROM rest WHERE whole > 0
"""
_LINES = """
CREATE TABLE lines AS
SELECT n, line, {folded}, pieces, amount
FROM (SELECT n, line, product, category, pieces, amount FROM sold WHERE NOT is_credited
      UNION ALL SELECT n, line, product, category, pieces, amount FROM left_over) AS s {products}
WHERE amount > 0
"""
_BRANDS = """
LEFT JOIN (SELECT product, any_value(brand) AS brand FROM products GROUP BY product) AS b
    ON b.product = s.product
"""


def shop_tables(frame: Frame) -> dict[str, str]:
    """What has to be read from the shop beside the lake."""
    found = {"people": PEOPLE}
    if "brand" in fields_asked(frame.programme):
        found["products"] = PRODUCTS
    return found


def make_orders(lake: Lake, frame: Frame) -> None:
    """Make the tables."""
    values = {"since": frame.history, "until": frame.until, "currency": frame.programme.currency}
    lake.run(_STOOD, values)
    zone, people = _zones(lake, frame.zone)
    lake.run(_HISTORY.format(zone=zone, people=people))
    lake.run(_ORDERS, {"since": frame.since})
    make_lines(lake, frame)


def make_lines(lake: Lake, frame: Frame) -> None:
    """Make the table `lines`."""
    if not goods_asked(frame.programme):
        lake.run(_WHOLE)
        return
    lake.run(_SOLD, {"since": frame.since})
    lake.run(_BACK, {"since": frame.since})
    lake.run(_LEFT)
    # Only what is asked for: millions of names are folded.
    asked = fields_asked(frame.programme)
    texts = {"product": "s.product", "category": "s.category", "brand": "b.brand"}
    folded = [
        f"{_FOLDED.format(text=text) if field in asked else _NO_TEXT} AS {field}"
        for field, text in texts.items()
    ]
    lake.run(_LINES.format(folded=", ".join(folded), products=_BRANDS if "brand" in asked else ""))


def _zones(lake: Lake, shop: str) -> tuple[str, str]:
    """What the zone of a customer is, in SQL, and what it is joined from; theirs where it is a known one."""
    own = [zone for (zone,) in lake.rows("SELECT DISTINCT timezone FROM people WHERE timezone IS NOT NULL")]
    known = [zone for (zone,) in lake.rows("SELECT name FROM pg_timezone_names()")]
    lake.give("zones", {"zone": ("VARCHAR", sorted({*own} & {*known} - {shop}) or [shop])})
    if not {*own} & {*known} - {shop}:
        return f"'{shop}'", ""
    return (
        f"coalesce(z.zone, '{shop}')",
        "LEFT JOIN people AS c ON c.person_id = p.person_id LEFT JOIN zones AS z ON z.zone = c.timezone",
    )
