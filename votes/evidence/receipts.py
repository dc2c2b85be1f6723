"""The short code by which people compare a receipt with their eyes."""

#: Crockford's alphabet: no I, L, O, U, which are read as something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def receipt_code(leaf_hash: str) -> str:
    """The first 60 bits of a leaf hash as "7K3M-Q9TD-4XWE"."""
    bits = int(leaf_hash[:15], 16)
    letters = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(55, -1, -5))
    return "-".join(letters[place : place + 4] for place in (0, 4, 8))
