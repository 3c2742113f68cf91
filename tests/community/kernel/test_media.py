import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "kind", "saved"),
    [
        ("a.webp", "image/webp", False),
        ("a.jpg", "image/jpeg", False),
        ("a.svg", "image/svg+xml", True),
        ("a.html", "text/html", True),
        ("a", "application/octet-stream", True),
    ],
)
def test_pictures_are_shown_and_everything_else_is_saved(client, name, kind, saved):
    path = default_storage.save(f"posts/{name}", ContentFile(b"body"))
    response = client.get(f"/media/{path}")
    assert (response.status_code, response.content) == (200, b"body")
    assert response["Content-Type"].partition(";")[0] == kind
    assert response.has_header("Content-Disposition") == saved
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("folder", ["posts", "ideas", "images", "original_images", "avatar_images"])
def test_pictures_of_posts_ideas_pages_and_editors_are_served(client, folder):
    path = default_storage.save(f"{folder}/a.webp", ContentFile(b"body"))
    assert client.get(f"/media/{path}").status_code == 200


NONE = ["posts/none.webp", "posts", "posts/", "posts/a%00b.webp", "uploads/a.webp"]
OUTSIDE = ["%2e%2e/secret", "posts/..%2f..%2fsecret"]


@pytest.mark.parametrize("path", NONE + OUTSIDE)
def test_what_is_not_an_upload_is_not_served(client, settings, tmp_path, path):
    (tmp_path / "secret").write_text("key")
    (tmp_path / "media" / "posts").mkdir(parents=True)
    (tmp_path / "media" / "uploads").mkdir()
    (tmp_path / "media" / "uploads" / "a.webp").write_text("not ours to show")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        },
    }
    assert client.get(f"/media/{path}").status_code in (400, 404)
