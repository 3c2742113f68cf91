"""A process killed while it takes a picture: ``python -m tests.dying_upload MEMBER OWNER.FUNCTION before|after``."""

from __future__ import annotations

import os
import signal
import sys
from pkgutil import resolve_name

import django


def main(member: str, step: str, when: str) -> None:
    """Store a picture of a member; at the first call of the step, before or after it, comes SIGKILL."""
    django.setup()
    from community.kernel.api import now  # noqa: PLC0415 - Django has to be set up first
    from community.members.api import Member  # noqa: PLC0415 - as above
    from forums.services import store_picture  # noqa: PLC0415 - as above
    from tests.forums.places import picture  # noqa: PLC0415 - as above

    owner, _, name = step.rpartition(".")
    original = getattr(resolve_name(owner), name)

    def dying(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(resolve_name(owner), name, dying)
    store_picture(member=Member.objects.get(pk=member), file=picture(), now=now())


if __name__ == "__main__":
    main(*sys.argv[1:])
