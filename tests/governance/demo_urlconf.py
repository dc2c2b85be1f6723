"""The product's addresses as they are in DEMO_MODE."""

from django.urls import include, path

from governance.urls import urlpatterns as product

urlpatterns = [*product, path("demo/", include("governance.demo_urls"))]
