"""Addresses of the kernel: health, readiness, figures, uploaded files, manifest."""

from django.urls import path

from community.kernel import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("media/<path:path>", views.media, name="media"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
