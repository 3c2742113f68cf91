"""Addresses of the kernel: health, readiness, manifest."""

from django.urls import path

from community.kernel import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
