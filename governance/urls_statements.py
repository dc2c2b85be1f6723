"""Pages of statements and common ground."""

from django.urls import URLPattern, URLResolver, path

from governance.views import statements

urlpatterns: list[URLPattern | URLResolver] = [
    path("proposals/<int:pk>/statements/", statements.statements, name="statements"),
    path("proposals/<int:pk>/common-ground/", statements.common_ground, name="common-ground"),
    path("proposals/<int:pk>/common-ground.csv", statements.export, name="common-ground-csv"),
    path("statements/<int:pk>/", statements.opine, name="statement-opine"),
    path("desk/<slug:slug>/statements/", statements.desk, name="desk-statements"),
    path("desk/<slug:slug>/statements/<int:pk>/", statements.moderate, name="desk-statement"),
]
