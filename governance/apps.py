from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "邻议 · 议事"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - registers what people are told
