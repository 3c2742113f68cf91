"""Every page of signing up, in and out stands in our shell, in both languages."""

import re
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.kernel.api import Conflict
from community.kernel.models import OutboxEvent
from community.members.forms import JoinForm
from community.members.models import Member
from community.members.templatetags.devices import device
from tests.people import member

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
PASSWORD = "correct horse"
LANGUAGES = {"en": ("en", "Norling"), "zh-hans": ("zh-Hans", "诺岭")}
HAN = re.compile("[\u4e00-\u9fff]")
JOINING = {"name": "Maja", "username": "maja", "email": "maja@somewhere.example", "password1": "a long enough one"}

GUEST = ["account_login", "account_signup", "account_reset_password", "account_request_login_code", "account_inactive"]
MEMBER = ["account_logout", "account_email", "account_change_password", "account_reauthenticate", "usersessions_list"]
MFA = ["mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_activate_totp", "mfa_generate_recovery_codes"]
WITH_CODES = ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_reauthenticate"]


def person(**values):
    somebody = member("maja", **values)
    EmailAddress.objects.create(user=somebody, email=somebody.email, primary=True, verified=True)
    return somebody


def sign_in(client, somebody):
    client.post(reverse("account_login"), {"login": somebody.username, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.session["_auth_user_id"] == str(somebody.pk)


def heading(response, language):
    """The page's one heading, after asserting that the page is whole and in our shell."""
    tag, brand = LANGUAGES[language]
    text = response.content.decode()
    assert f'<html lang="{tag}"' in text
    assert brand in text
    assert text.count("<main") == text.count("</main>") == 1
    assert text.count("<h1") == 1
    assert text.count("<div") == text.count("</div>")
    title = re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", text, re.DOTALL)[0]).strip()
    main = re.search(r"<main.*</main>", text, re.DOTALL)[0]
    words = [
        title,
        *(re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<button.*?</button>", main, re.DOTALL)),
    ]
    assert all(words)
    assert all(bool(HAN.search(word)) is (language == "zh-hans") for word in words), words
    return title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GUEST)
def test_a_guests_page_stands_in_the_shell(client, name, language):
    client.cookies["django_language"] = language
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert heading(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*MEMBER, *MFA])
def test_a_members_page_stands_in_the_shell(client, name, language):
    somebody = person(language=language)
    sign_in(client, somebody)
    if name == "mfa_generate_recovery_codes":
        TOTP.activate(somebody, generate_totp_secret())
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert heading(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WITH_CODES)
def test_a_page_of_somebody_with_codes_stands_in_the_shell(client, name, language):
    somebody = person(language=language)
    sign_in(client, somebody)
    TOTP.activate(somebody, generate_totp_secret())
    RecoveryCodes.activate(somebody)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert heading(response, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_passkey_can_be_seen_renamed_and_removed(client, language):
    somebody = person(language=language)
    sign_in(client, somebody)
    key = Authenticator.objects.create(
        user=somebody,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Phone", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}},
    )
    for address in (
        reverse("mfa_list_webauthn"),
        reverse("mfa_edit_webauthn", args=[key.pk]),
        reverse("mfa_remove_webauthn", args=[key.pk]),
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert heading(response, language)
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert not Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_asks_for_the_second_step(client, language):
    somebody = person(language=language)
    TOTP.activate(somebody, generate_totp_secret())
    client.cookies["django_language"] = language
    response = client.post(reverse("account_login"), {"login": "maja", "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert heading(response, language)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("language", LANGUAGES)
def test_joining_goes_through_the_code_to_the_questions(client, language):
    client.cookies["django_language"] = language
    response = client.post(reverse("account_signup"), JOINING, follow=True)
    assert response.redirect_chain[-1][0] == reverse("account_email_verification_sent")
    assert heading(response, language)
    response = client.post(reverse("account_email_verification_sent"), {"code": _code()}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("members:welcome")
    assert heading(response, language)
    maja = Member.objects.get()
    assert (maja.username, maja.name, maja.language) == ("maja", "Maja", language)
    assert list(OutboxEvent.objects.values_list("name", "member_id")) == [("members.member.joined", maja.pk)]
    assert EmailAddress.objects.get().verified


@pytest.mark.django_db(transaction=True)
def test_joining_brings_its_own_transaction(client):
    assert client.post(reverse("account_signup"), JOINING).status_code == 302
    assert OutboxEvent.objects.get().name == "members.member.joined"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_under_one_name_at_once_one_is_told(client, rf):
    request = rf.post(reverse("account_signup"))
    request.session = client.session
    form = JoinForm(JOINING)
    assert form.is_valid()
    member("maja")
    with pytest.raises(Conflict):
        form.save(request)
    assert (Member.objects.count(), EmailAddress.objects.count(), OutboxEvent.objects.count()) == (1, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_with_one_address_at_once_nobody_is_told_whose_it_is(client, rf):
    request = rf.post(reverse("account_signup"))
    request.session = client.session
    form = JoinForm(JOINING | {"email": "other@example.org"})
    assert form.is_valid()
    member("other")
    with pytest.raises(Conflict) as refused:
        form.save(request)
    assert refused.value.message == "That did not work just now. Send it once more."
    assert (Member.objects.count(), EmailAddress.objects.count(), OutboxEvent.objects.count()) == (1, 0, 1)


def test_an_address_in_capitals_is_found_and_not_told_of(client):
    call_command("createsuperuser", "--noinput", username="boss", email="Boss@Example.ORG")
    assert Member.objects.get().email == "boss@example.org"
    client.post(reverse("account_request_login_code"), {"email": "Boss@Example.org"})
    assert mail.outbox[-1].to == ["boss@example.org"] and _code()
    response = Client().post(reverse("account_signup"), {**JOINING, "email": "BOSS@example.org"})
    assert (response.status_code, Member.objects.count()) == (302, 1)


def test_addresses_from_before_are_brought_to_small_letters():
    people = [member("ada"), member("bea")]
    Member.objects.filter(pk=people[0].pk).update(email="Ada@Example.org")
    import_module("community.members.migrations.0006_addresses_in_small_letters").lower(apps, None)
    assert set(Member.objects.values_list("email", flat=True)) == {"ada@example.org", "bea@example.org"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_can_be_sent_once_more(client, language):
    client.cookies["django_language"] = language
    page = client.post(reverse("account_signup"), JOINING, follow=True).content.decode()
    assert JOINING["email"] in page and "mailto:" not in page
    cache.clear()  # allauth's limit is one a minute
    first = _code()
    client.post(reverse("account_email_verification_sent"), {"action": "resend"})
    assert _code() != first
    response = client.post(reverse("account_email_verification_sent"), {"code": _code()}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("members:welcome")
    assert EmailAddress.objects.get().verified


def test_whose_address_has_an_account_is_not_told_by_the_page_of_the_code(client):
    person = member("known")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    pages = []
    for email in (person.email, "nobody@example.org"):
        page = Client().post(reverse("account_signup"), {**JOINING, "email": email}, follow=True).content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page).replace(email, "ADDRESS"))
        Member.objects.filter(username=JOINING["username"]).delete()
    assert pages[0] == pages[1]


def test_a_wrong_code_lets_nobody_in(client):
    client.post(reverse("account_signup"), JOINING)
    wrong = "AAAAAA" if _code() != "AAAAAA" else "BBBBBB"
    response = client.post(reverse("account_email_verification_sent"), {"code": wrong})
    assert response.status_code == 422
    assert "_auth_user_id" not in client.session
    assert not EmailAddress.objects.get().verified


ASK = {"en": "this code no longer works. Ask for a new one.", "zh-hans": "这个验证码已失效。请重新获取。"}
USED_UP = {
    "account_request_login_code": ("account_confirm_login_code", ASK),
    "account_reset_password": ("account_confirm_password_reset_code", ASK),
    "account_signup": (
        "account_email_verification_sent",
        {"en": "Sign in, and a new one is sent.", "zh-hans": "登录后会再发一个。"},
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", USED_UP)
def test_who_mistypes_a_code_too_often_is_told_how_to_get_another(client, name, language):
    client.cookies["django_language"] = language
    where, said = USED_UP[name]
    if name != "account_signup":
        person()
    client.post(reverse(name), JOINING)
    for _try in range(2):
        assert client.post(reverse(where), {"code": "WRONG-1"}).status_code == 422
    told = client.post(reverse(where), {"code": "WRONG-1"}, follow=True).content.decode()
    assert said[language] in told and "Too many tries" not in told and "登录失败" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forgotten_password_is_replaced_by_code(client, language):
    somebody = person(language=language)
    client.cookies["django_language"] = language
    response = client.post(reverse("account_reset_password"), {"email": somebody.email}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("account_confirm_password_reset_code")
    assert heading(response, language)
    response = client.post(response.redirect_chain[-1][0], {"code": _code()}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("account_complete_password_reset")
    assert heading(response, language)
    new = {"password1": "an even longer one", "password2": "an even longer one"}
    response = client.post(response.redirect_chain[-1][0], new, follow=True)
    assert heading(response, language)
    assert Member.objects.get().check_password("an even longer one")


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_by_code(client, language):
    somebody = person(language=language)
    client.cookies["django_language"] = language
    response = client.post(reverse("account_request_login_code"), {"email": somebody.email}, follow=True)
    assert heading(response, language)
    client.post(reverse("account_confirm_login_code"), {"code": _code()})
    assert client.session["_auth_user_id"] == str(somebody.pk)


def test_a_reset_says_the_same_for_an_address_nobody_has(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert response["Location"] == reverse("account_confirm_password_reset_code")


REFUSED = [
    ({"username": "admin"}, "This name is reserved for the brand.", "这个名字"),
    ({"username": "m a"}, "Use letters, digits, - and _, beginning with a letter or digit.", "字母"),
    ({"username": "Тaken"}, "This name is taken, or looks like one that is.", "这个名字"),
    ({"name": "Norling"}, "This name is reserved for the brand.", "这个名字"),
    ({"email": "no address"}, "Enter a valid email address.", "邮箱"),
    ({"password1": "12345678901"}, "This password is too common.", "密码"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("change", "english", "chinese"), REFUSED)
def test_a_refused_sign_up_keeps_what_was_typed(client, change, english, chinese, language):
    member("taken")
    client.cookies["django_language"] = language
    response = client.post(reverse("account_signup"), JOINING | change)
    assert response.status_code == 422
    # Some messages are translated when they are shown.
    with translation.override(language):
        errors = [error for field in response.context["form"] for error in field.errors]
    assert len(errors) == 1
    assert errors[0] == english if language == "en" else chinese in errors[0]
    typed = JOINING | change
    values = {name: response.context["form"][name].value() for name in ("name", "username", "email")}
    assert values == {name: typed[name] for name in values}
    assert Member.objects.count() == 1


def test_all_mistakes_of_a_sign_up_are_told_at_once(client):
    wrong = {"name": "Norling", "username": "m a", "email": "no address", "password1": "short"}
    response = client.post(reverse("account_signup"), JOINING | wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(wrong)


@pytest.mark.parametrize(
    ("language", "short"),
    [
        ("en", "This password is too short. It must contain at least 10 characters."),
        ("zh-hans", "密码太短，至少要10个字符。"),
    ],
)
def test_a_short_password_is_refused_in_the_readers_language(client, language, short):
    client.cookies["django_language"] = language
    response = client.post(reverse("account_signup"), JOINING | {"password1": "pq7-Zx"})
    with translation.override(language):
        assert response.context["form"].errors["password1"] == [short]


@pytest.mark.parametrize(("language", "name"), [("en", "Norling Paddock"), ("zh-hans", "诺岭围场")])
def test_mail_is_signed_by_the_community_and_not_by_its_address(client, language, name):
    client.cookies["django_language"] = language
    client.post(reverse("account_signup"), JOINING)
    first, *_middle, signed, address = mail.outbox[-1].body.strip().splitlines()
    assert [name in line for line in (first, signed)] == [True, True]
    assert [mark in first + signed for mark in ("testserver", "!")] == [False, False]
    assert address == settings.PADDOCK_URL


def email_forms(client):
    """The acts offered for each address."""
    html = client.get(reverse("account_email")).content.decode()
    main = re.search(r'<ul class="lines".*?</ul>', html, re.DOTALL)[0]
    lines = re.findall(r"<li.*?</li>", main, re.DOTALL)
    return {re.search(r"[\w.]+@[\w.]+", line)[0]: re.findall(r'name="action_(\w+)"', line) for line in lines}


def test_an_address_offers_what_can_be_done_with_it(client):
    somebody = person()
    sign_in(client, somebody)
    assert email_forms(client) == {somebody.email: []}
    second = EmailAddress.objects.create(user=somebody, email="second@somewhere.example", verified=True)
    EmailAddress.objects.create(user=somebody, email="third@somewhere.example")
    assert email_forms(client) == {
        somebody.email: [],
        "second@somewhere.example": ["primary", "remove"],
        "third@somewhere.example": ["send", "remove"],
    }
    client.post(reverse("account_email"), {"email": second.email, "action_primary": "1"})
    assert email_forms(client)[somebody.email] == ["primary", "remove"]
    client.post(reverse("account_email"), {"email": somebody.email, "action_remove": "1"})
    assert somebody.email not in email_forms(client)


def test_where_somebody_is_signed_in_is_said_in_words(client, settings):
    sign_in(client, person())
    UserSession.objects.update(user_agent="Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
    html = client.get(reverse("usersessions_list")).content.decode()
    assert "Firefox on Linux" in html
    assert "Mozilla" not in html
    assert html.count("This device") == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130 MicroMessenger/8.0", "WeChat on Android"),
        ("curl/8.5.0", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_device_has_a_short_name(user_agent, name):
    assert device(user_agent) == name


def test_a_key_is_described_without_jargon(client):
    sign_in(client, person(language="zh-hans"))
    form = client.get(reverse("mfa_add_webauthn")).context["form"]
    with translation.override("en"):
        assert [str(form.fields[name].label) for name in ("name", "passwordless")] == [
            "Name of the key",
            "Sign in with this key alone",
        ]


def test_the_picture_for_the_authenticator_stands_on_white(client):
    sign_in(client, person())
    html = client.get(reverse("mfa_activate_totp")).content.decode()
    assert re.search(r'<img class="plate" src="data:image/svg', html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_the_other_language_is_at_the_top(client, language):
    client.cookies["django_language"] = language
    html = client.get(reverse("account_login")).content.decode()
    top = re.search(r"<header.*?</header>", html, re.DOTALL)[0]
    assert re.findall(r'name="language" value="([\w-]+)"', top) == [{"en": "zh-hans", "zh-hans": "en"}[language]]


def test_only_a_page_that_offers_a_key_says_what_it_needs(client):
    assert "<noscript" not in client.get(reverse("account_login")).content.decode()
    sign_in(client, person())
    html = client.get(reverse("mfa_add_webauthn")).content.decode()
    assert html.index("<main") < html.index("This needs JavaScript.") < html.index("</main>")


def test_a_refused_sign_in_keeps_the_name(client):
    person()
    response = client.post(reverse("account_login"), {"login": "maja", "password": "wrong"})
    assert response.status_code == 422
    assert 'value="maja"' in response.content.decode()


def _code():
    return re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)[0]


LONG = ["login", "password", "email", "username", "name", "password1", "code", "oldpassword", "password2"]


@pytest.mark.parametrize("length", [60_000, 70_000, 110_000])
def test_a_field_longer_than_anything_typed_is_refused(client, length):
    """SQLite reads a pattern of at most 50,000 bytes, and a hash of a long password takes long."""
    sent = dict.fromkeys(LONG, "x" * length)
    for name in ("account_login", "account_signup", "account_request_login_code", "account_reset_password"):
        assert client.post(reverse(name), sent).status_code == 422, name
    somebody = person()
    sign_in(client, somebody)
    for name in ("account_email", "account_change_password", "account_reauthenticate", "mfa_activate_totp"):
        answer = client.post(reverse(name), sent | {"action_add": ""})
        assert answer.status_code in {302, 422}, name
    assert client.get(reverse("account_login")).status_code == 302
