"""What opens an account is not in the database in clear."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import InvalidToken

from community.members.sealing import SEALED, MFAAdapter
from tests.people import member

pytestmark = pytest.mark.django_db


def code(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_secrets_are_sealed_and_still_work():
    maja, secret = member("maja"), generate_totp_secret()
    totp, codes = TOTP.activate(maja, secret), RecoveryCodes.activate(maja)
    kept = [key.data for key in Authenticator.objects.order_by("pk")]
    assert kept[0]["secret"].startswith(SEALED) and secret not in kept[0]["secret"]
    assert kept[1]["seed"].startswith(SEALED)
    assert totp.validate_code(code(secret))
    assert codes.validate_code(codes.get_unused_codes()[0])
    assert len(RecoveryCodes(Authenticator.objects.get(pk=codes.instance.pk)).get_unused_codes()) == 9


def test_what_was_kept_in_clear_still_works():
    maja, secret = member("maja"), generate_totp_secret()
    clear = Authenticator.objects.create(user=maja, type=Authenticator.Type.TOTP, data={"secret": secret})
    assert TOTP(clear).validate_code(code(secret))


def test_a_new_secret_key_opens_what_the_old_one_sealed(settings):
    sealed = MFAAdapter().encrypt("JBSWY3DP")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert MFAAdapter().decrypt(sealed) == "JBSWY3DP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        MFAAdapter().decrypt(sealed)
