"""The least that can be done: the same relations by ADBC into one Parquet file each, written as they come."""

from __future__ import annotations

import tempfile
from pathlib import Path

import django

django.setup()

import pyarrow.parquet as pq  # noqa: E402

from bench.processes import measured  # noqa: E402
from regulars.analytics.compute.postgres import snapshot  # noqa: E402
from regulars.kit import lake  # noqa: E402


def copy(folder: Path) -> int:
    rows = 0
    with snapshot() as shop:
        for table in lake.registered():
            arriving = shop.read(table.query)
            with pq.ParquetWriter(folder / f"{table.name}.parquet", arriving.schema) as writer:
                for batch in arriving:
                    writer.write_batch(batch)
                    rows += batch.num_rows
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        measured(lambda: copy(Path(folder)))


if __name__ == "__main__":
    main()
