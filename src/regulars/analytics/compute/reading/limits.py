"""Limits of reading, each with its reason. Sizes in bytes."""

from __future__ import annotations

GIB = 1024**3
MIB = 1024**2

# A shop's whole history of lines is far below this; what is above would fill the disk of a small server.
MAX_FILE_BYTES = 4 * GIB
MAX_EXPANDED_BYTES = 4 * GIB  # all that comes out of the archives of one reading
# Tables shrink 5 to 30 times, very repetitive ones 100 times; deflate can do 1,032, and bombs come near it.
MAX_RATIO = 300
RATIO_FROM_BYTES = 64 * MIB  # below this nothing is worth refusing
MAX_MEMBERS = 1_000  # of one archive, and sheets of one workbook
MAX_FILES = 1_000

MAX_COLUMNS = 2_000
MAX_CELL_BYTES = 512  # of ids and names that are kept; longer ones are cut, ids are left blank
MAX_ROWS = 200_000_000
# A column that tells orders apart takes more than this; a file below it repeats one row for ever.
MIN_BYTES_PER_ROW = 0.05
MANY_ROWS = 1_000_000

HEAD_BYTES = MIB  # enough to see the delimiter and the header
SAMPLE_ROWS = 20_000  # rows by which columns are recognised
PROFILE_VALUES = 1_000  # values of a column that are looked at one by one
SHAPE_ROWS = 500_000  # rows of a Parquet file by which its text columns are understood
BLOCK_BYTES = 8 * MIB  # a record may not be longer; also how far an unclosed quote can reach

# A workbook is unpacked by a process of its own, which ends when it needs more than this.
WORKBOOK_MEMORY_BYTES = 3 * GIB
WORKBOOK_SECONDS = 600

# Dates outside are mistakes of typing or of the exporting program ("1970-01-01", "0024-03-01").
FIRST_YEAR = 1980
LAST_YEAR = 2100
