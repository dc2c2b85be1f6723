"""Pages of minutes."""

from django.urls import URLPattern, URLResolver, path

from governance.views import desk_minutes, minutes

_DESK = "desk/<slug:slug>/minutes/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("minutes/verify/", minutes.verify, name="minutes-verify"),
    path("minutes/<int:pk>/", minutes.minutes, name="minutes"),
    path("minutes/<int:pk>/sign/", minutes.sign, name="minutes-sign"),
    path("minutes/<int:pk>/file/<slug:kind>/", minutes.file, name="minutes-file"),
    path("desk/<slug:slug>/meetings/<int:pk>/minutes/", desk_minutes.draft, name="desk-minutes-draft"),
    path(f"{_DESK}<int:pk>/", desk_minutes.minutes, name="desk-minutes"),
    path(f"{_DESK}<int:pk>/step/", desk_minutes.step, name="desk-minutes-step"),
    path(f"{_DESK}<int:pk>/<slug:act>/", desk_minutes.back, name="desk-minutes-back"),
    path(f"{_DESK}items/<int:pk>/", desk_minutes.item, name="desk-minutes-item"),
]
