"""Rows about delivery, paper, mandates and objections for tests that only read them."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from communities.crypto import blind_index
from communities.models import User
from tests.factories.communities import UserFactory
from votes.models import Assembly, Delivery, Elector, Mandate, Objection, ObjectionStep, PaperBallot

SCAN = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
SCAN_SHA256 = hashlib.sha256(SCAN).hexdigest()


def scan_file(name: str) -> ContentFile[bytes]:
    return ContentFile(SCAN, name=f"{name}.pdf")


def delivered(elector: Elector, *, actor: User | None = None, **fields: Any) -> Delivery:
    now = timezone.now()
    given: dict[str, Any] = {
        "method": "hand",
        "reached": True,
        "note": "本人签收",
        "evidence": scan_file("signed"),
        "evidence_sha256": SCAN_SHA256,
        "delivered_at": now,
        "recorded_at": now,
    }
    return Delivery.objects.create(
        assembly=elector.assembly,
        elector=elector,
        recorded_by=actor or UserFactory(),
        **(given | fields),
    )


def paper_received(elector: Elector, serial: int = 1) -> PaperBallot:
    now = timezone.now()
    return PaperBallot.objects.create(
        assembly=elector.assembly,
        elector=elector,
        serial=serial,
        printed_at=now,
        received_at=now,
        settled_at=now,
        scan=scan_file("paper"),
        scan_sha256=SCAN_SHA256,
    )


def mandate_given(elector: Elector) -> Mandate:
    member = elector.members.first()
    assert member is not None
    phone = "+8613800001111"
    return Mandate.objects.create(
        assembly=elector.assembly,
        elector=elector,
        principal=member.owner,
        registered_by=UserFactory(),
        holder_name="受托甲",
        holder_phone=phone,
        holder_phone_index=blind_index("phone", phone),
        scan=scan_file("mandate"),
        scan_sha256=SCAN_SHA256,
        granted_at=timezone.now(),
    )


def objected(assembly: Assembly, **fields: Any) -> Objection:
    now = timezone.now()
    given: dict[str, Any] = {
        "number": assembly.objections.count() + 1,
        "kind": "result",
        "filed_by": UserFactory(),
        "text": "面积合计与公示的不一致",
        "filed_at": now,
        "due_at": now + timedelta(days=5),
    }
    objection = Objection.objects.create(assembly=assembly, **(given | fields))
    ObjectionStep.objects.create(
        objection=objection,
        status="under-review",
        text="已调取名册核对",
        taken_by=UserFactory(),
        taken_at=now,
    )
    return objection
