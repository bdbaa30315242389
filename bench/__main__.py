"""`python -m bench [ONLY…]`: a line per figure and bench/results.json; exit 1 if one misses its target.

ONLY is the beginning of keys, e.g. `audit` or `audit.pandas`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.audit import suite as audit
from bench.events import suite as events
from bench.figure import Figure
from bench.imports import suite as imports
from bench.ingest import suite as ingest
from bench.lake import suite as lake
from bench.loyalty import batch_suite as loyalty_batch
from bench.loyalty import earn_suite as programme_earn
from bench.loyalty import expiry
from bench.loyalty import hold_suite as loyalty_holds
from bench.loyalty import preview_suite as programme_preview
from bench.loyalty import programme_quote_suite as programme_quotes
from bench.loyalty import quote_suite as loyalty_quotes
from bench.loyalty import tiers_suite as loyalty_tiers
from bench.loyalty import till_suite as loyalty_tills
from bench.pages import suite as pages
from bench.people import suite as people
from bench.segments import keeping as segments_keeping
from bench.segments import sql_suite as segments_sql

RESULTS = Path(__file__).parent / "results.json"
SUITES: dict[tuple[str, ...], Callable[[list[str]], Iterator[Figure]]] = {
    audit.KEYS: audit.figures,
    events.KEYS: events.figures,
    imports.KEYS: imports.figures,
    ingest.KEYS: ingest.figures,
    lake.KEYS: lake.figures,
    expiry.KEYS: expiry.figures,
    loyalty_holds.KEYS: loyalty_holds.figures,
    loyalty_quotes.KEYS: loyalty_quotes.figures,
    loyalty_tills.KEYS: loyalty_tills.figures,
    loyalty_tiers.KEYS: loyalty_tiers.figures,
    pages.KEYS: pages.figures,
    segments_sql.KEYS: segments_sql.figures,
    segments_keeping.KEYS: segments_keeping.figures,
    people.KEYS: people.figures,
    loyalty_batch.KEYS: loyalty_batch.figures,
    programme_earn.KEYS: programme_earn.figures,
    programme_quotes.KEYS: programme_quotes.figures,
    programme_preview.KEYS: programme_preview.figures,
}
"""Each suite makes the figures it is asked for, by key."""


def main(only: list[str]) -> int:
    wanted = {keys: [key for key in keys if not only or key.startswith(tuple(only))] for keys in SUITES}
    if not any(wanted.values()):
        known = ", ".join(key for keys in SUITES for key in keys)
        print(f"No figure begins with {' or '.join(only)}. There are: {known}", file=sys.stderr)
        return 2
    figures = []
    for keys, chosen in wanted.items():
        if chosen:
            for figure in SUITES[keys](chosen):
                print(figure.line(), flush=True)
                figures.append(figure)
    _keep(figures)
    return 0 if all(figure.reached for figure in figures) else 1


def _keep(figures: list[Figure]) -> None:
    """Put what was measured now in the place of what was measured before; the other figures stay."""
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"] if RESULTS.exists() else []
    kept = {figure["key"]: figure for figure in before} | {f.key: f.as_json() for f in figures}
    order = [key for keys in SUITES for key in keys]
    document = {"figures": [kept[key] for key in order if key in kept]}
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
