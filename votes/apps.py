from django.apps import AppConfig


class VotesConfig(AppConfig):
    name = "votes"
    verbose_name = "邻议 · 表决"
