"""The pages of allauth that are used: repeating the password, and the second step of a login.

They stand outside the namespace because allauth finds them by their bare names.
"""

from allauth.account.views import reauthenticate
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", RedirectView.as_view(pattern_name="communities:login"), name="account_login"),
    path("inactive/", RedirectView.as_view(pattern_name="communities:login"), name="account_inactive"),
    path("reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("2fa/", include("allauth.mfa.urls")),
]
