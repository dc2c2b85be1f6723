from django.apps import AppConfig


class VotesConfig(AppConfig):
    name = "votes"
    verbose_name = "邻议 · 表决"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - registers what the owners are told
        from .services import looks, packs  # noqa: F401 - register their two-person acts
        from .views.documents import producers  # noqa: F401 - puts the papers into every archive
