from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    verbose_name = "邻议 · 小区"

    def ready(self) -> None:
        # Importing registers: the system checks, and what people are told.
        from . import checks, receivers  # noqa: F401
