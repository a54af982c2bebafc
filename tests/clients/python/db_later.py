"""Lets time pass for the signing keys, around HTTP: `db_later.py DATABASE SECONDS` moves them back."""

import sqlite3
import sys

database, seconds = sys.argv[1], int(sys.argv[2])
with sqlite3.connect(database, timeout=60) as connection:
    connection.execute(
        "UPDATE signing_keys SET created_at = created_at - ?, signs_from = signs_from - ?", (seconds, seconds)
    )
