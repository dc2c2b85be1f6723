"""The pages of mandates: given, held, used in few taps, withdrawn, on paper and at the desk."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import User
from tests.factories.ballots import cast_for
from tests.factories.communities import OwnershipFactory, UserFactory, appoint
from tests.factories.mandates import give_mandate, holder_of
from tests.factories.papers import received_paper
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.models import Assembly, Ballot, Mandate
from votes.services.mandate_casting import cast_mandate_ballot

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def page(client, name: str, *arguments: object, **query: object) -> str:
    answer = client.get(reverse(f"votes:{name}", args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def sent_form(assembly: Assembly, owner: User, **changes: object) -> dict[str, object]:
    return {
        "elector": elector_of(assembly, owner).pk,
        "holder_name": "周明",
        "holder_phone": "199 1234 5678",
        **changes,
    }


def test_an_owner_gives_the_vote_away_on_the_phone(client):
    assembly = posted_assembly(motions=2)
    owner = people_of(assembly)[0]
    client.force_login(owner)
    assert reverse("votes:mandate-new", args=[assembly.pk]) in page(client, "assembly", assembly.pk)
    first = assembly.motions.get(position=1)

    answer = client.post(
        reverse("votes:mandate-new", args=[assembly.pk]),
        sent_form(assembly, owner, **{f"motion-{first.pk}": "against"}),
    )

    mandate = Mandate.objects.get()
    assert answer.url == reverse("votes:mandate", args=[mandate.pk])
    assert (mandate.holder_name, mandate.holder_phone) == ("周明", "+8619912345678")
    assert (mandate.instructions, mandate.expires_at) == ("A?", None)
    shown = page(client, "mandate", mandate.pk)
    assert "有效，尚未表决" in shown
    assert "反对" in shown
    assert "周明" in shown
    assert reverse("votes:mandate", args=[mandate.pk]) in page(client, "assembly", assembly.pk)
    assert reverse("votes:mandate-new", args=[assembly.pk]) not in page(client, "assembly", assembly.pk)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"holder_name": ""}, "请填写受托人的姓名"),
        ({"holder_phone": "123"}, "11 位手机号码"),
        ({"expires_on": "2020-01-01"}, "有效期要晚于现在"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, changes, words):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    client.force_login(owner)

    answer = client.post(
        reverse("votes:mandate-new", args=[assembly.pk]), sent_form(assembly, owner, **changes)
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ("199 1234 5678" if "holder_phone" not in changes else "周明") in answer.content.decode()
    assert not Mandate.objects.exists()


def test_a_refused_holder_comes_back_as_a_sentence_on_the_form(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    staff = appoint(RoleCode.FIRM, assembly.estate)
    client.force_login(owner)

    answer = client.post(
        reverse("votes:mandate-new", args=[assembly.pk]),
        sent_form(assembly, owner, holder_phone=staff.phone),
    )

    assert answer.status_code == 422
    assert "物业服务企业的工作人员不能接受委托" in answer.content.decode()
    assert not Mandate.objects.exists()


def test_a_holder_from_elsewhere_casts_in_few_taps_with_the_instruction_fixed(client):
    assembly = posted_assembly(motions=2)
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner, instructions="A?")
    holder = mandate.holder
    client.force_login(holder)
    # Home leads to the mandates, the mandate to the ballot: marking and sending are the other two taps.
    home = client.get(reverse("governance:home"))
    assert home.url == reverse("votes:mandates")
    assert reverse("votes:mandate", args=[mandate.pk]) in page(client, "mandates")
    assert f"?mandate={mandate.pk}" in page(client, "mandate", mandate.pk)

    ballot = page(client, "assembly", assembly.pk, mandate=mandate.pk)
    first, second = assembly.motions.order_by("position")
    fixed = re.findall(rf'name="motion-{first.pk}" value="(\w+)"( checked)?', ballot)
    assert fixed == [("against", " checked")]
    assert len(re.findall(rf'name="motion-{second.pk}"', ballot)) == 3
    assert "委托人作了指示" in ballot
    key = re.search(r'name="key" value="([^"]+)"', ballot)
    assert key is not None
    answer = client.post(
        reverse("votes:cast", args=[assembly.pk]),
        {
            "elector": mandate.elector_id,
            "mandate": mandate.pk,
            "key": key[1],
            f"motion-{first.pk}": "against",
            f"motion-{second.pk}": "for",
        },
    )

    stored = Ballot.objects.get()
    assert answer.url == reverse("votes:receipt", args=[stored.pk])
    assert (stored.channel, stored.choices, stored.cast_by) == ("mandate", "AF", holder)
    assert "已记录您代为提交的表决" in page(client, "receipt", stored.pk)
    client.force_login(owner)
    shown = page(client, "receipt", stored.pk)
    assert "受托人 周*" in shown
    assert "显示我的选择" in shown  # it is the principal's vote
    assert f"?elector={mandate.elector_id}" in page(client, "mandate", mandate.pk)


def test_the_home_of_a_holder_who_lives_here_leads_to_the_ballot_at_once(client):
    assembly = posted_assembly()
    owner, holder, _ = people_of(assembly)
    mandate = give_mandate(assembly, owner, holder)
    client.force_login(holder)

    home = client.get(reverse("governance:estate", args=[assembly.estate.slug])).content.decode()

    assert "受托表决" in home
    assert f"{reverse('votes:assembly', args=[assembly.pk])}?mandate={mandate.pk}" in home
    # The own ballot lies open first; the other waits below.
    shown = page(client, "assembly", assembly.pk)
    assert f'name="elector" value="{elector_of(assembly, holder).pk}"' in shown
    assert f"?mandate={mandate.pk}" in shown


def test_a_missing_mark_comes_back_on_the_same_mandate(client):
    assembly = posted_assembly(motions=2)
    mandate = give_mandate(assembly, people_of(assembly)[0])
    client.force_login(mandate.holder)
    first = assembly.motions.get(position=1)

    answer = client.post(
        reverse("votes:cast", args=[assembly.pk]),
        {
            "elector": mandate.elector_id,
            "mandate": mandate.pk,
            "key": uuid.uuid4(),
            f"motion-{first.pk}": "for",
        },
    )

    assert answer.status_code == 422
    assert f'name="mandate" value="{mandate.pk}"' in answer.content.decode()
    assert not Ballot.objects.exists()


def test_a_holder_whose_principal_voted_is_told_so_and_sees_nothing_of_it(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    cast_for(assembly, owner, "A")
    client.force_login(mandate.holder)

    answer = client.post(
        reverse("votes:cast", args=[assembly.pk]),
        {
            "elector": mandate.elector_id,
            "mandate": mandate.pk,
            "key": uuid.uuid4(),
            f"motion-{assembly.motions.get().pk}": "for",
        },
    )

    assert answer.status_code == 409
    assert "委托人已经自己表决" in answer.content.decode()
    assert reverse("votes:receipt", args=[Ballot.objects.get().pk]) not in answer.content.decode()
    assert client.get(reverse("votes:receipt", args=[Ballot.objects.get().pk])).status_code == 404
    assert "委托人已自己表决" in page(client, "mandate", mandate.pk)


def test_a_principal_may_still_vote_and_is_told_what_that_does(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    cast_mandate_ballot(
        mandate_id=mandate.pk, choices="F", idempotency_key=uuid.uuid4(), actor=holder_of(mandate)
    )
    client.force_login(owner)

    shown = page(client, "assembly", assembly.pk, elector=mandate.elector_id)

    assert "会取代受托人的那一张" in shown
    cast_for(assembly, owner, "A")
    assert "以委托人自己的为准" in page(client, "mandate", mandate.pk)


def test_withdrawing_asks_first(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    client.force_login(owner)
    address = reverse("votes:mandate-withdraw", args=[mandate.pk])

    assert "受托人不能再用这份委托表决" in client.get(address).content.decode()
    assert Mandate.objects.get().revoked_at is None
    client.post(address, {"confirmed": "yes"})

    assert Mandate.objects.get().revoked_at is not None
    assert "已撤回" in page(client, "mandate", mandate.pk)
    client.force_login(mandate.holder)
    assert client.get(reverse("votes:assembly", args=[assembly.pk])).status_code == 404


def test_a_co_owner_sees_that_there_is_a_mandate_but_not_what_was_instructed(client):
    first = OwnershipFactory(is_representative=True)
    partner = OwnershipFactory(unit=first.unit).owner.user
    assembly = posted_assembly(first.unit.estate, units=[first.unit])
    mandate = give_mandate(assembly, first.owner.user, instructions="A")
    client.force_login(partner)

    shown = page(client, "mandate", mandate.pk)

    assert "周*" in shown
    assert "周明" not in shown
    assert "投票指示" not in shown
    assert "撤回委托" not in shown


def test_a_ballot_page_says_that_a_paper_came(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    received_paper(assembly, elector_of(assembly, owner))
    client.force_login(owner)

    assert "纸质表决票" in page(client, "assembly", assembly.pk)


# --- paper and the desk --------------------------------------------------------------


def test_the_blank_form_and_the_given_mandate_are_printed_and_become_pdf(client):
    assembly = posted_assembly(motions=2)
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner, instructions="F?")
    client.force_login(owner)

    blank = page(client, "mandate-form", assembly.pk)
    assert blank.count("□ 由受托人决定") == 2
    assert "委托人（签名）" in blank
    given = page(client, "mandate-print", mandate.pk)
    assert "周明" in given
    assert str(mandate.pk) in given
    for address in (
        reverse("votes:mandate-form-pdf", args=[assembly.pk]),
        reverse("votes:mandate-pdf", args=[mandate.pk]),
    ):
        answer = client.get(address)
        assert answer.status_code in (200, 503)  # 503 where the machine has no Pango
        assert answer.status_code == 503 or answer.content.startswith(b"%PDF-")


def desk(name: str, assembly: Assembly, *more: object) -> str:
    return reverse(f"votes:{name}", args=[assembly.estate.slug, assembly.pk, *more])


def test_the_desk_lists_mandates_without_names_numbers_or_choices(client):
    assembly = posted_assembly(motions=2)
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner, instructions="A?", phone="+8619912345678")
    client.force_login(appoint(RoleCode.SCRUTINEER, assembly.estate))

    shown = client.get(desk("desk-mandates", assembly)).content.decode()

    assert "199****5678" in shown
    assert "周*" in shown
    for secret in ("周明", "19912345678", owner.owners.get().name, "反对"):
        assert secret not in shown
    assert mandate.elector.label in shown
    assert "没有找到" in client.get(desk("desk-mandates", assembly), {"q": "不在"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_as_for_three(client, count, django_assert_num_queries):
    assembly = posted_assembly(rules={"mandate-limit": 9})
    holder = UserFactory()
    for owner in people_of(assembly)[:count]:
        give_mandate(assembly, owner, holder)
    client.force_login(appoint(RoleCode.SCRUTINEER, assembly.estate))
    client.get(desk("desk-mandates", assembly))

    with django_assert_num_queries(20 + 2 * (connection.vendor == "postgresql")):
        client.get(desk("desk-mandates", assembly))


def test_a_paper_mandate_is_registered_with_its_scan_and_struck_with_a_reason(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    elector = elector_of(assembly, owner)
    client.force_login(appoint(RoleCode.SCRUTINEER, assembly.estate))
    sent = {
        "number": elector.number,
        "principal_name": owner.owners.get().name,
        "holder_name": "周明",
        "holder_phone": "19912345678",
        "scan": SimpleUploadedFile("委托书.pdf", PDF),
    }
    wrong = client.post(desk("desk-mandate-new", assembly), {**sent, "principal_name": "别人"})
    assert wrong.status_code == 422
    assert "没有这位业主" in wrong.content.decode()
    sent["scan"] = SimpleUploadedFile("委托书.pdf", PDF)

    assert client.post(desk("desk-mandate-new", assembly), sent).status_code == 302

    mandate = Mandate.objects.get()
    scan = client.get(desk("desk-mandate-scan", assembly, mandate.pk))
    assert b"".join(scan.streaming_content) == PDF
    assert "sandbox" in scan["Content-Security-Policy"]
    struck = desk("desk-mandate-strike", assembly, mandate.pk)
    assert client.post(struck, {"reason": "短"}).status_code == 422
    assert client.post(struck, {"reason": "委托人当面要求撤回这份委托"}).status_code == 302
    assert Mandate.objects.get().revoked_at is not None


def test_an_expiry_on_the_last_day_ends_with_the_close(client):
    assembly = posted_assembly(closes_in=timedelta(days=3))
    owner = people_of(assembly)[0]
    client.force_login(owner)
    assert assembly.closes_at is not None
    day = timezone.localtime(assembly.closes_at).date()

    client.post(
        reverse("votes:mandate-new", args=[assembly.pk]),
        sent_form(assembly, owner, expires_on=(day - timedelta(days=1)).isoformat()),
    )

    mandate = Mandate.objects.get()
    assert mandate.expires_at is not None
    assert timezone.localtime(mandate.expires_at).date() == day  # 24:00 of the day before
    assert mandate.expires_at < assembly.closes_at


# --- the API -------------------------------------------------------------------------


def test_the_api_gives_lists_uses_and_revokes(client):
    assembly = posted_assembly(motions=2)
    owner, other, _ = people_of(assembly)
    holder = UserFactory()
    client.force_login(owner)
    body = {
        "elector": elector_of(assembly, owner).pk,
        "holder_name": "周明",
        "holder_phone": holder.phone,
        "instructions": {"2": "abstain"},
    }
    given = client.post(f"/api/v1/assemblies/{assembly.pk}/mandates/", body, content_type="application/json")
    assert given.status_code == 201
    assert given.json()["state"] == "standing"
    assert given.json()["instructions"] == {"2": "abstain"}
    pk = given.json()["id"]
    assert [one["id"] for one in client.get(f"/api/v1/assemblies/{assembly.pk}/mandates/").json()] == [pk]

    client.force_login(holder)
    ballot = {
        "elector": body["elector"],
        "mandate": pk,
        "idempotency_key": str(uuid.uuid4()),
        "choices": {"1": "for", "2": "for"},
    }
    address = f"/api/v1/assemblies/{assembly.pk}/ballots/"
    departed = client.post(address, ballot, content_type="application/json")
    assert (departed.status_code, departed.json()["code"]) == (422, "instructions-departed")
    ballot["choices"] = {"1": "for", "2": "abstain"}
    assert client.post(address, ballot, content_type="application/json").status_code == 201
    assert client.post(address, ballot, content_type="application/json").status_code == 200
    assert client.get(f"/api/v1/mandates/{pk}/").json()["state"] == "used"

    client.force_login(owner)
    late = client.post(f"/api/v1/mandates/{pk}/revoke/")
    assert (late.status_code, late.json()["code"]) == (409, "mandate-used")
    client.force_login(other)
    assert client.get(f"/api/v1/mandates/{pk}/").status_code == 404
    mine = give_mandate(assembly, other)
    assert client.post(f"/api/v1/mandates/{mine.pk}/revoke/").json()["state"] == "revoked"
