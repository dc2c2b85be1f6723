"""Refusals around the roster."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class RosterNotReadable(Refusal):
    """The file as a whole cannot be judged; the message says what to do, ``details["reason"]`` why."""

    code = "roster-unreadable"


class RosterEmpty(Refusal):
    code = "roster-empty"
    message = _("名册里没有一行可以导入。请先改正下面列出的问题，或者换一个文件。")


class ImportClosed(Refusal):
    """The import was committed or discarded before."""

    code = "roster-import-closed"
    status = 409
    message = _("这次导入已经结束（已导入或已放弃），没有再做改动。需要的话请重新上传。")


class RosterChanged(Refusal):
    """What would change is not what was shown: the roster moved on in between."""

    code = "roster-changed"
    status = 409
    message = _("在您核对期间，业主名册或这份文件又有了变化，所以还没有导入。请按新的差异再核对一遍。")


class RosterNotApplied(Refusal):
    """The database would not take the rows. Nothing of the roster was applied."""

    code = "roster-not-applied"
    status = 409
    message = _("名册与系统里的现有登记冲突，整份名册都没有导入，原来的名册没有变。请联系运维人员核对。")


class RosterTextTooLong(Refusal):
    code = "roster-text-too-long"


class NotACoOwner(Refusal):
    code = "not-a-co-owner"
    message = _("只能从这套房现在的业主中选代表，请刷新页面后重新选择。")
