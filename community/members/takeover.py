"""Nobody prepares an account with somebody else's address and waits for its owner to use it.

Anybody can join with an address that is not theirs. They get no further without the code that is sent to it, but the
password they chose waits. The owner of the address may take the account over by a code for signing in, or by one for a
forgotten password: both verify the address, and then that password would let the stranger in too.
"""

from __future__ import annotations

from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from community.members.past_sessions import end_sessions


def end_ways_in_of_others(request: HttpRequest, address: EmailAddress) -> bool:
    """End the password, sessions and keys of an account whose first address was just verified by a mere code.

    Returns whether there was a password. Nothing ends for who joined, or gave the password, in this session and only
    then the code, nor for an account that has another verified address.
    """
    others = EmailAddress.objects.filter(user_id=address.user_id, verified=True).exclude(pk=address.pk)
    if _came_with_a_password(request, address.user_id) or others.exists():
        return False
    end_sessions([address.user_id])
    Authenticator.objects.filter(user_id=address.user_id).delete()
    member = address.user  # the one allauth goes on to sign in: its session must hold the new hash
    had_password: bool = member.has_usable_password()
    member.set_unusable_password()
    member.save(update_fields=["password"])
    return had_password


def _came_with_a_password(request: HttpRequest, member_id: int) -> bool:
    """Whether the session is theirs, or waits for nothing but the code after joining or giving the password."""
    if request.user.pk == member_id:
        return True
    waiting = get_pending_stage(request)
    return bool(waiting and waiting.key == LoginStageKey.VERIFY_EMAIL and waiting.login.user.pk == member_id)
