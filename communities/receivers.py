"""What people are told about their homes."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import BindingStatus
from communities.models import BindingRequest, OutboxMessage, Owner, RosterImport, Unit, Witness
from communities.queries import keepers_of_witnesses, roster_readers, secretaries_of
from communities.rules import today
from communities.services.notices import notify
from communities.services.outbox import handler


def _binding_of(message: OutboxMessage) -> BindingRequest:
    return BindingRequest.objects.select_related("unit__building").get(pk=message.subject)


@handler("communities.binding-requested")
def tell_secretaries(message: OutboxMessage) -> None:
    binding = _binding_of(message)
    notify(
        recipients=secretaries_of(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("有人申请绑定房屋：%(unit)s") % {"unit": binding.unit.label},
        url=reverse("communities:binding", args=[message.estate.slug, binding.pk]),
    )


@handler("communities.binding-decided")
def tell_requester(message: OutboxMessage) -> None:
    binding = _binding_of(message)
    if binding.status == BindingStatus.APPROVED:
        title, text = _("已为您绑定房屋：%(unit)s"), _("您可以参与这个小区的事了。")
    else:
        title, text = _("绑定申请没有通过：%(unit)s"), _("理由：%(reason)s") % {"reason": binding.reason}
    notify(
        recipients=[binding.user_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"unit": binding.unit.label},
        text=text,
        url=reverse("communities:me"),
    )


@handler("communities.owner-bound")
def tell_owner(message: OutboxMessage) -> None:
    """The account that was bound: whoever did not do it themselves notices."""
    owner, user = _owner_and_account(message)
    notify(
        recipients=[user],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您已绑定为业主：%(estate)s") % {"estate": message.estate.name},
        text=_("业主 %(owner)s 名下的房屋都已绑定到您的账号。") % {"owner": owner.masked_name},
        url=reverse("communities:me"),
    )


@handler("communities.owner-moved")
def tell_previous_account(message: OutboxMessage) -> None:
    """The account that lost the binding: the only one who knows when this is wrong."""
    owner, user = _owner_and_account(message)
    notify(
        recipients=[user],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("业主绑定已转到另一个账号：%(estate)s") % {"estate": message.estate.name},
        text=_("经社区核对，业主 %(owner)s 已绑定到另一个账号。如有疑问，请马上联系社区。")
        % {"owner": owner.masked_name},
        url=reverse("communities:me"),
    )


def _owner_and_account(message: OutboxMessage) -> tuple[Owner, int]:
    owner, _colon, user = message.subject.partition(":")
    return Owner.objects.get(pk=owner), int(user)


@handler("communities.roster-committed")
def tell_committee_of_roster(message: OutboxMessage) -> None:
    """Everybody who may read the roster learns that it is another one now."""
    roster_import = RosterImport.objects.get(pk=message.subject)
    counts = roster_import.diff["counts"]
    notify(
        recipients=roster_readers(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("业主名册已更新：%(estate)s") % {"estate": message.estate.name},
        text=_("新增 %(added)d 套，变更 %(changed)d 套，注销 %(gone)d 套，恢复 %(returned)d 套。") % counts,
        url=reverse("communities:roster", args=[message.estate.slug]),
    )


@handler("communities.representative-set")
def tell_co_owners(message: OutboxMessage) -> None:
    """All co-owners, so that a wrong entry is noticed before a roll is frozen."""
    unit = Unit.objects.select_related("building").get(pk=message.subject.partition(":")[0])
    titles = unit.ownerships.on(today()).select_related("owner")
    named = next((title.owner for title in titles if title.is_representative), None)
    if named is None:
        text = _("现在没有登记由谁代表表决。")
    else:
        text = _("今后由 %(owner)s 代表这套房表决。如果与共有人的约定不符，请联系社区。") % {
            "owner": named.masked_name
        }
    notify(
        recipients=[title.owner.user_id for title in titles if title.owner.user_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("共有人代表登记有变：%(unit)s") % {"unit": unit.label},
        text=text,
        url=reverse("communities:me"),
    )


@handler("communities.witness-added")
@handler("communities.witness-removed")
def tell_of_witness(message: OutboxMessage) -> None:
    """Everybody who answers for the witnesses: nobody takes one away unnoticed."""
    witness = Witness.objects.get(pk=message.subject)
    is_removed = message.topic == "communities.witness-removed"
    title = _("树头见证人已移除：%(name)s") if is_removed else _("树头见证人已添加：%(name)s")
    notify(
        recipients=keepers_of_witnesses(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"name": witness.name},
        text=_("如果不是约定好的，请马上查问。"),
        url=reverse("communities:witnesses", args=[message.estate.slug]),
    )
