from django.urls import URLPattern, URLResolver, include, path

from communities.views import desk_roster, desk_roster_imports, login

app_name = "communities"

login_patterns: list[URLPattern | URLResolver] = [
    path("login/", login.enter_phone, name="login"),
    path("login/code/", login.enter_code, name="login-code"),
    path("login/password/", login.enter_password, name="password-login"),
    path("logout/", login.leave, name="logout"),
]

roster_patterns: list[URLPattern | URLResolver] = [
    path("", desk_roster.roster, name="roster"),
    path("owners/", desk_roster.owners, name="roster-owners"),
    path("units/<int:pk>/", desk_roster.unit, name="roster-unit"),
    path("export/", desk_roster.export, name="roster-export"),
    path("template/", desk_roster.template, name="roster-template"),
    path("imports/", desk_roster_imports.imports, name="roster-import"),
    path("imports/<int:pk>/", desk_roster_imports.preview, name="roster-preview"),
    path("imports/<int:pk>/commit/", desk_roster_imports.commit, name="roster-commit"),
    path("imports/<int:pk>/discard/", desk_roster_imports.discard, name="roster-discard"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *login_patterns,
    path("desk/<slug:slug>/roster/", include(roster_patterns)),
]
