"""Makes an API key around HTTP: `db_api_key.py DATABASE CLIENT_ID SCOPE` prints it."""

import hashlib
import secrets
import sqlite3
import sys
import time
import zlib

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number, length):
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text


database, client_id, scope = sys.argv[1:]
now = int(time.time())
body = "lkk_" + base62(now, 6) + base62(secrets.randbits(256), 43)
key = body + base62(zlib.crc32(body.encode()), 6)
row_id = now.to_bytes(4, "big") + hashlib.sha256(key.encode()).digest()
with sqlite3.connect(database, timeout=60) as connection:
    connection.execute(
        "INSERT INTO access_tokens (id, kind, client_id, scope, last_four, created_at)"
        " VALUES (?, 'api_key', ?, ?, ?, ?)",
        (row_id, client_id, scope, key[-4:], now),
    )
print(key)
