from django.urls import URLPattern, URLResolver, path

from communities.views import login

app_name = "communities"

login_patterns: list[URLPattern | URLResolver] = [
    path("login/", login.enter_phone, name="login"),
    path("login/code/", login.enter_code, name="login-code"),
    path("login/password/", login.enter_password, name="password-login"),
    path("logout/", login.leave, name="logout"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *login_patterns,
]
