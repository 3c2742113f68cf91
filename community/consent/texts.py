"""What members are asked, word for word. A new wording is a new version; the ledger keeps which one was agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.consent.enums import Channel, Purpose
from community.kernel.api import Conflict

VERSION = "2026-11.4"

PURPOSE_CHANNELS: dict[Purpose, tuple[Channel, ...]] = {
    Purpose.SERVICE: (Channel.ONSITE, Channel.EMAIL, Channel.PHONE, Channel.DEALER),
    Purpose.RESEARCH: (Channel.ONSITE, Channel.EMAIL, Channel.PHONE),
    Purpose.PRODUCT_NEWS: (Channel.ONSITE, Channel.EMAIL, Channel.PUSH),
    Purpose.OFFERS: (Channel.ONSITE, Channel.EMAIL, Channel.PUSH, Channel.DEALER),
    Purpose.PARTNERS: (Channel.EMAIL,),
    Purpose.PROFILING: (Channel.ONSITE,),
}
# What somebody can be reached for. Profiling is no such purpose: it says what may be known, not who may be addressed.
PROFILING_PERMIT = f"{Purpose.PROFILING}:{Channel.ONSITE}"
CONTACT_CHANNELS = {purpose: channels for purpose, channels in PURPOSE_CHANNELS.items() if purpose != Purpose.PROFILING}


@dataclass(frozen=True)
class ConsentText:
    """The five facts of a question: what, how often, from what, who, how it ends."""

    question: Any
    what: Any
    how_often: Any
    from_what: Any
    who: Any
    how_it_ends: Any


_CHOSEN = _("Your interests, your cars, your clubs, your language, what your space says, and how active you are here.")
_ENDS = _("Take it back on the same page, at once and without a reason.")

TEXTS: dict[Purpose, ConsentText] = {
    Purpose.PROFILING: ConsentText(
        _("May we keep a list of what interests you?"),
        _(
            "A list of subjects with a weight, and the days you are here with a stage, worked out from what you do. "
            "You see all of it and change the list. On your own pages it chooses what comes first."
        ),
        _("It changes when you act, and fades when you do not."),
        _(
            "Your topics, replies, reactions, ideas, votes, clubs, cars and keywords, what you search for on this "
            "site, and the search that led you here."
        ),
        _(
            "You, and the people of the brand who look after the community. Each look is written down for you. Of your "
            "votes and searches they learn what they were about, of a vote only with its results."
        ),
        _("Take it back and all of it is deleted at once, with the words you searched for. Nothing is kept for later."),
    ),
    Purpose.PRODUCT_NEWS: ConsentText(
        _("May we tell you about new products?"),
        _("New models, accessories and software, chosen by the interests you keep."),
        _("At most twice a month."),
        _CHOSEN,
        _("The brand itself, never anybody else."),
        _ENDS,
    ),
    Purpose.OFFERS: ConsentText(
        _("May we send you offers?"),
        _("Prices and events that fit your car and your interests."),
        _("At most once a month."),
        _CHOSEN,
        _("The brand, and your dealer where you choose that."),
        _ENDS,
    ),
    Purpose.RESEARCH: ConsentText(
        _("May we ask your opinion?"),
        _("Short surveys, and invitations to try things."),
        _("At most four times a year."),
        _("Your cars, clubs and interests, and how active you are here, to ask only what concerns you."),
        _("The brand’s product people. Answers are counted, not quoted, unless you agree."),
        _ENDS,
    ),
    Purpose.SERVICE: ConsentText(
        _("May we reach you about your car and your questions?"),
        _("Answers to what you asked, recalls, appointments."),
        _("Only when there is something to say."),
        _("Your questions, your cars, your clubs, your interests, and how active you are here."),
        _("Service staff, and the workshop you choose."),
        _ENDS,
    ),
    Purpose.PARTNERS: ConsentText(
        _("May partners of the brand write to you?"),
        _("Messages from named partners, sent by us. They never get your address."),
        _("At most four times a year."),
        _CHOSEN,
        _("The brand, on behalf of the partner named in the message."),
        _ENDS,
    ),
}


class WordedAnew(Conflict):
    """A yes to words that are no longer the question's: it is asked anew, and nothing is granted."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "The wording changed after you opened the page, so your yes was not saved. Please read it once more."
            )
        )


def require_wording(shown: str) -> None:
    """Raise WordedAnew where the form of a yes showed another wording than today's, or did not say which."""
    if shown != VERSION:
        raise WordedAnew
