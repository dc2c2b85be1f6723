from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    verbose_name = "邻议 · 小区"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers the system checks
