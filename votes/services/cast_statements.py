"""The statements of a cast, by hand, for both databases. Explained in docs/casting.md.

They are written out because this is the one path that hundreds of people take
in the last minute before a deadline. Each runs once per ballot, in this order.
"""

_BALLOT_OF_KEY = "SELECT id, elector_id, choices, leaf_hash, accepted_at FROM votes_ballot"
FIND_BY_KEY = f"{_BALLOT_OF_KEY} WHERE idempotency_key = %s"

#: The ballot that came with this key before, and the assembly. PostgreSQL: locked,
#: shared with other casts, exclusive against the close. SQLite: the transaction
#: already holds the only write lock.
_ASSEMBLY = """
SELECT b.id, b.elector_id, b.choices, b.leaf_hash, b.accepted_at,
       a.status, a.opens_at, a.closes_at, a.log_id, a.estate_id
FROM votes_assembly a LEFT JOIN votes_ballot b ON b.idempotency_key = %s
WHERE a.id = %s
"""
LOCK_ASSEMBLY = {"postgresql": f"{_ASSEMBLY} FOR SHARE OF a", "sqlite": _ASSEMBLY}

_ELECTOR = """
FROM votes_elector e
JOIN votes_electormember m ON m.elector_id = e.id AND m.may_cast
JOIN communities_owner o ON o.id = m.owner_id AND o.user_id = %s
"""
_WHICH = "WHERE e.id = %s AND e.assembly_id = %s"

#: The clock is read here, in a statement that begins after the lock is held. It
#: does not look for an earlier ballot: the unique key knows, and a search among
#: ballots is what grows slow while they pour in faster than statistics are taken.
FIND_ELECTOR = {
    "postgresql": f"SELECT clock_timestamp(), e.number, e.area, NULL, NULL, NULL {_ELECTOR} {_WHICH} LIMIT 1",
    "sqlite": f"SELECT NULL, e.number, e.area, NULL, NULL, NULL {_ELECTOR} {_WHICH} LIMIT 1",
}

#: Where ballots may be changed, or one stands that this may replace: with the newest of this elector.
_NEWEST = f"""{_ELECTOR} LEFT JOIN votes_ballot b ON b.assembly_id = e.assembly_id AND b.elector_id = e.id
{_WHICH} ORDER BY COALESCE(b.revision, 0) DESC LIMIT 1"""
_FOUND = f"b.revision, b.leaf_hash, b.channel {_NEWEST}"
FIND_ELECTOR_AND_NEWEST = {
    "postgresql": f"SELECT clock_timestamp(), e.number, e.area, {_FOUND}",
    "sqlite": f"SELECT NULL, e.number, e.area, {_FOUND}",
}

_BALLOT = """INSERT INTO votes_ballot
 (id, assembly_id, elector_id, revision, idempotency_key, channel,
  choices, area, salt, leaf_hash, cast_by_id, accepted_at)
 VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_LEAF = """INSERT INTO communities_ledgerentry
 (log_id, verb, leaf_hash, body, actor_id, recorded_at) VALUES (%s, %s, %s, %s, NULL, %s)"""
_TELL = """INSERT INTO communities_outboxmessage
 (estate_id, topic, subject, created_at) VALUES (%s, 'votes.ballot-cast', %s, %s)"""

#: One round trip where the database allows it.
WRITE = {
    "postgresql": (f"WITH ballot AS ({_BALLOT}), leaf AS ({_LEAF}) {_TELL}",),
    "sqlite": (_BALLOT, _LEAF, _TELL),
}
