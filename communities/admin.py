"""The operator's back office. Evidence can be looked at here, never changed."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from communities.models import (
    Building,
    CommitteeSeat,
    CommitteeTerm,
    Community,
    Estate,
    LedgerEntry,
    Log,
    Policy,
    PropertyFirm,
    Role,
    SealedLeaf,
    ServiceContract,
    SigningKey,
    Subdistrict,
    TreeHead,
)


class ReadOnlyAdmin(admin.ModelAdmin[models.Model]):
    """Shows rows and offers no way to add, change or delete one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


for model in (
    Building,
    CommitteeSeat,
    CommitteeTerm,
    Community,
    Estate,
    Policy,
    PropertyFirm,
    Role,
    ServiceContract,
    Subdistrict,
):
    admin.site.register(model)


@admin.register(Log)
class LogAdmin(ReadOnlyAdmin):
    list_display = ["name", "estate"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["log", "verb", "leaf_hash", "recorded_at"]
    list_filter = ["verb"]
    list_select_related = ["log"]


@admin.register(SealedLeaf)
class SealedLeafAdmin(ReadOnlyAdmin):
    list_display = ["log", "index", "entry"]
    list_select_related = ["log", "entry"]


@admin.register(TreeHead)
class TreeHeadAdmin(ReadOnlyAdmin):
    list_display = ["log", "size", "root", "key_id", "sealed_at"]
    list_select_related = ["log"]


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    list_display = ["key_id", "purpose", "added_at"]
