"""Gives a fresh database a past, around HTTP: `db_past.py DATABASE`. A month of activity, events that lie hours
apart, and users and clients that are months old."""

import math
import sqlite3
import sys
import time

HOUR, DAY = 3600, 86400
# What happens in an hour of the day that is neither busy nor quiet.
USUAL = {
    "tokens_issued": 180,
    "introspections_active": 2600,
    "introspections_inactive": 90,
    "sign_ins_right": 34,
    "sign_ins_wrong": 4,
}
# Of what happens in one second, what comes after all else, in its order.
LATER = ["project.created", "client.added", "api_key.created", "client_secret.created"]

now = int(time.time())


def busy(at):
    """More by day than by night, and less at weekends; a little uneven, the same at each run."""
    by_day = 1 - 0.7 * math.cos(2 * math.pi * (at % DAY) / DAY)
    weekend = 0.5 if time.gmtime(at).tm_wday >= 5 else 1
    return by_day * weekend * (1 + 0.25 * math.sin(at / HOUR * 2.399))


def counts():
    for what, usual in USUAL.items():
        days = {}
        for hour in range(now // HOUR * HOUR - 30 * DAY, now, HOUR):
            count = int(usual * busy(hour))
            day = hour // DAY * DAY
            days[day] = days.get(day, 0) + count
            if hour > now - 7 * DAY:
                yield HOUR, what, hour, count
        for day, count in days.items():
            yield DAY, what, day, count


with sqlite3.connect(sys.argv[1], timeout=60) as connection:
    connection.executemany("INSERT OR REPLACE INTO activity (period, what, starts_at, count) VALUES (?, ?, ?, ?)", counts())
    # Ids of one second are in no order, but a key is made after its client.
    rows = connection.execute("SELECT occurred_at, action, id FROM audit_events").fetchall()
    events = sorted(rows, key=lambda row: (row[0], LATER.index(row[1]) if row[1] in LATER else -1), reverse=True)
    for number, (_, _, event) in enumerate(events):
        ago = int(240 * (number + 1) ** 1.7)
        connection.execute("UPDATE audit_events SET occurred_at = occurred_at - ? WHERE id = ?", (ago, event))
    # The first is the oldest, and the last from this week.
    for table, whose in (("users", "true"), ("clients", "user_id IS NULL")):
        rows = connection.execute(f"SELECT id FROM {table} WHERE {whose} ORDER BY id").fetchall()
        for number, row in enumerate(rows):
            ago = 124 * DAY // (number + 1) // (number + 1) + number * 1234
            connection.execute(f"UPDATE {table} SET created_at = created_at - ? WHERE id = ?", (ago, *row))
