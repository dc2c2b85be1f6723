"""Every page of the product, in one place to look."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from governance import (
    urls_meetings,
    urls_minutes,
    urls_moderation,
    urls_proposals,
    urls_statements,
    urls_tickets,
)
from governance.views import desk, health, home

app_patterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("e/<slug:slug>/", home.estate, name="estate"),
    path("desk/", desk.desk, name="desk"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    *urls_proposals.urlpatterns,
    *urls_moderation.urlpatterns,
    *urls_statements.urlpatterns,
    *urls_meetings.urlpatterns,
    *urls_minutes.urlpatterns,
    *urls_tickets.urlpatterns,
]

handler500 = "communities.away.server_failure"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((app_patterns, "governance"))),
    path("", include("communities.urls")),
    path("", include("votes.urls")),
    path("accounts/", include("communities.account_urls")),
    path("api/v1/", include("governance.api_urls")),
    path("operator/", admin.site.urls),
]
if settings.DEMO_MODE:
    urlpatterns.append(path("demo/", include("governance.demo_urls")))
