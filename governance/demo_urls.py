"""Pages of the demo. Mounted only in ``DEMO_MODE``; elsewhere these addresses do not exist."""

from django.urls import path

from governance.views import demo

app_name = "demo"
urlpatterns = [
    path("", demo.people, name="people"),
    path("login/<slug:key>/", demo.log_in_as, name="login"),
    path("inbox/", demo.inbox, name="inbox"),
]
