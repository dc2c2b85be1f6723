"""How often one address may have files checked: each costs the drawing of another one."""

from datetime import timedelta

from communities.services.limits import Limit

VERIFIED = Limit("minutes-verified", 30, timedelta(hours=1))
