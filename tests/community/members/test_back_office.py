"""Django's own admin: who has nothing to do there is not let in."""

import pytest
from django.urls import reverse

from community.members.api import Role
from community.members.models import Member
from tests.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.mark.parametrize("role", list(Role))
def test_no_role_gives_anything_there(client, role):
    client.force_login(staff(role))
    assert client.get("/django-admin/", follow=True).status_code == 403


def test_whoever_runs_the_site_comes_in(client):
    client.force_login(Member.objects.create_superuser("root-user", "root@example.org", "correct horse"))
    assert client.get("/django-admin/").status_code == 200


def test_a_member_reads_in_their_own_language_that_they_are_signed_in(client):
    lin = Member.objects.create_user("linyuan", "lin@example.org", "correct horse", language="zh-hans", name="林远")
    lin.emailaddress_set.create(email=lin.email, primary=True, verified=True)
    answer = client.post(reverse("account_login"), {"login": "linyuan", "password": "correct horse"}, follow=True)
    assert "你已经以林远的身份登录。" in answer.content.decode()
