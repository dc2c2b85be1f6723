"""Open pages hear that something changed, and fetch it themselves."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from communities.models import User
from votes.access import assemblies_for

#: A socket stays open after logout or the end of a role; it is asked again this often.
SECONDS_BETWEEN_CHECKS = 25


class ChangedConsumer(AsyncWebsocketConsumer, ABC):
    """Says "changed" when one thing changed, to those who may see it. Carries no data."""

    #: Of the group that :func:`communities.live.announce` names.
    prefix: str

    @abstractmethod
    def sees(self, user: User) -> bool:
        """Whether ``user`` may see the thing ``self.pk``."""

    async def connect(self) -> None:
        self.pk = int(self.scope["url_route"]["kwargs"]["pk"])
        self.group = f"{self.prefix}.{self.pk}"
        if not await self.may_listen():
            await self.close(code=4403)
            return
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        self.watch = asyncio.create_task(self.close_when_no_longer_allowed())

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "watch"):
            self.watch.cancel()
            with suppress(asyncio.CancelledError):
                await self.watch
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def changed(self, message: dict[str, Any]) -> None:
        await self.send(text_data="changed")

    async def close_when_no_longer_allowed(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_CHECKS)
            if not await self.may_listen():
                await self.close(code=4403)
                return

    @database_sync_to_async
    def may_listen(self) -> bool:
        """Whether the session still is that of somebody who may see it, by the database."""
        session, user = self.scope.get("session"), self.scope.get("user")
        if user is None or not user.is_authenticated or session is None:
            return False
        if not session.exists(session.session_key):
            return False
        fresh = User.objects.filter(pk=user.pk, is_active=True).first()
        return fresh is not None and self.sees(fresh)


class AssemblyConsumer(ChangedConsumer):
    """The turnout or the state of one assembly."""

    prefix = "assembly"

    def sees(self, user: User) -> bool:
        return assemblies_for(user).filter(pk=self.pk).exists()
