"""Registers scopes around HTTP, some hundred in a moment: `db_scopes.py DATABASE NAME…`."""

import sqlite3
import sys
import time

database, *names = sys.argv[1:]
now = int(time.time())
with sqlite3.connect(database, timeout=60) as connection:
    connection.executemany(
        "INSERT INTO scopes (name, description, is_default, is_sensitive, created_at)"
        " VALUES (?, 'One of many', 0, 0, ?)",
        [(name, now) for name in names],
    )
