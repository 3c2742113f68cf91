"""Handing ideas in, changing them, taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from community.kernel.api import (
    Conflict,
    Gone,
    Invalid,
    NewFile,
    NotAllowed,
    Outdated,
    around,
    forget_files,
    one_line,
    publish,
    same_bytes,
    several_lines,
    store_file,
    visible,
)
from community.kernel.images import reencode
from community.kernel.markup import FACT_TEXT, render
from community.kernel.plain import language_of, plain_text
from community.members.api import Member, Role, has_role
from community.search.api import mark_content
from ideas.erasure import forget_ideas
from ideas.facts import IdeaEdited, IdeaSubmitted, IdeaWithdrawn
from ideas.models import PICTURES, Contest, Idea
from ideas.queries import voters_of
from ideas.services.contests import MAX_TITLE
from ideas.services.locks import announce_change, lock_contest, lock_idea

MAX_TEXT = 20_000


def clean_text(title: str, source: str) -> tuple[str, str]:
    """Title and text in bounds. Raises Invalid."""
    title, source = one_line(title), several_lines(source)
    if not visible(title) or len(title) > MAX_TITLE:
        raise Invalid(_("An idea needs a title of at most 160 characters."), field="title")
    if not visible(source):
        raise Invalid(_("Describe your idea."), field="source")
    if len(source) > MAX_TEXT:
        raise Invalid(_("The text is longer than 20,000 characters."), field="source")
    return title, source


def require_submission(contest: Contest, *, now: datetime) -> None:
    """Raise Conflict outside of the submission phase, by the clock."""
    if not contest.switches_at(now).may_submit:
        raise Conflict(_("Ideas can be handed in only while the contest asks for them."))


def submit_idea(
    *, author: Member, contest: Contest, title: str, source: str, picture: BinaryIO | None = None, now: datetime
) -> Idea:
    """Hand an idea in; sent twice within a minute it is the one that is there.

    Raises Conflict outside of the submission phase.
    """
    title, source = clean_text(title, source)
    return _submit(author, contest, _prepared(title, source, picture), now)


@dataclass(frozen=True)
class _Prepared:
    """What takes a while to make: before the contest is locked, for everybody waits for that."""

    title: str
    source: str
    html: str
    picture: ContentFile[bytes] | None
    stored: NewFile | None

    def is_said_by(self, idea: Idea) -> bool:
        """Whether an idea says and shows just this."""
        if (idea.title, idea.source) != (self.title, self.source):
            return False
        if self.picture is None:
            return True
        return bool(idea.picture) and same_bytes(idea.picture, self.picture)

    def keep_picture(self, idea: Idea) -> None:
        """Give it to an idea, where there is one, in the place of the one it had."""
        if self.stored is not None:
            forget_files([idea.picture.name])
            idea.picture = self.stored.keep()


def _prepared(title: str, source: str, picture: BinaryIO | None) -> _Prepared:
    content = reencode(picture) if picture is not None else None
    stored = store_file(PICTURES, content, ending=".webp") if content is not None else None
    return _Prepared(title, source, render(source, mentions={}), content, stored)


@transaction.atomic
def _submit(author: Member, contest: Contest, made: _Prepared, now: datetime) -> Idea:
    contest = lock_contest(contest.pk, members=[author.pk])
    mine = contest.ideas.filter(author=author, withdrawn_at=None, submitted_at__range=around(now))
    if there := next(filter(made.is_said_by, mine.filter(title=made.title, source=made.source)), None):
        return there
    require_submission(contest, now=now)
    contest.idea_count += 1
    contest.save(update_fields=["idea_count"])
    idea = Idea(
        contest=contest,
        author=author,
        number=contest.idea_count,
        title=made.title,
        source=made.source,
        html=made.html,
        text=plain_text(made.html),
        language=language_of(f"{made.title} {made.source}"),
        submitted_at=now,
    )
    made.keep_picture(idea)
    idea.save()
    fact = IdeaSubmitted(
        member_id=author.pk, idea_id=idea.pk, contest_id=contest.pk, title=idea.title, text=idea.text[:FACT_TEXT]
    )
    publish(fact, now=now)
    _changed(contest, idea)
    return idea


def edit_idea(
    *,
    author: Member,
    idea: Idea,
    title: str,
    source: str,
    picture: BinaryIO | None = None,
    based_on: str | None = None,
    now: datetime,
) -> Idea:
    """A new text, while ideas are handed in: whoever votes knows what they vote for.

    ``based_on`` is the version the author had before them: where the idea has another one by now it raises Outdated,
    unless it says just this already, as after pressing twice. Without it nothing is compared. Raises NotAllowed for
    others than the author, Gone for a withdrawn idea, Conflict later.
    """
    title, source = clean_text(title, source)
    require_author(author, idea)
    return _edit(author, idea, _prepared(title, source, picture), based_on, now)


@transaction.atomic
def _edit(author: Member, idea: Idea, made: _Prepared, based_on: str | None, now: datetime) -> Idea:
    idea = lock_idea(idea, members=[author.pk])
    if not idea.contest.switches_at(now).may_submit:
        raise Conflict(_("An idea can be changed only while the contest asks for ideas."))
    if based_on not in {None, idea.version}:
        if made.is_said_by(idea):
            return idea
        raise Outdated(
            _("This idea was changed after you opened it, so yours was not saved. Save again to replace it.")
        )
    idea.title, idea.source, idea.html, idea.text = made.title, made.source, made.html, plain_text(made.html)
    idea.edited_at, idea.language = now, language_of(f"{made.title} {made.source}")
    made.keep_picture(idea)
    idea.save()
    fact = IdeaEdited(
        member_id=author.pk, idea_id=idea.pk, contest_id=idea.contest_id, title=idea.title, text=idea.text[:FACT_TEXT]
    )
    publish(fact, now=now)
    _changed(idea.contest, idea)
    return idea


@transaction.atomic
def withdraw_idea(*, author: Member, idea: Idea, now: datetime) -> None:
    """Take an idea back, before the vote. Again changes nothing. Where the author was erased, nothing of it stays."""
    require_author(author, idea, moderators=True)
    gone = Member.objects.filter(pk=idea.author_id).exclude(erased_at=None)
    try:
        idea = lock_idea(idea, members={idea.author_id, *(voters_of([idea.pk]) if gone.exists() else ())})
    except Gone:
        return
    if not idea.contest.switches_at(now).may_submit and not has_role(author, Role.MODERATOR):
        raise Conflict(_("An idea can be taken back only while the contest asks for ideas."))
    forget_files([idea.picture.name])
    idea.withdrawn_at, idea.picture = now, ""
    idea.save(update_fields=["withdrawn_at", "picture"])
    publish(IdeaWithdrawn(member_id=idea.author_id, idea_id=idea.pk, contest_id=idea.contest_id), now=now)
    if gone.exists():
        forget_ideas([idea.pk], now=now)
    _changed(idea.contest, idea)


def require_author(member: Member, idea: Idea, *, moderators: bool = False) -> None:
    """Raise NotAllowed for others than the author and, where they may, moderators."""
    if idea.author_id != member.pk and not (moderators and has_role(member, Role.MODERATOR)):
        raise NotAllowed(_("This is somebody else’s idea."))


def _changed(contest: Contest, idea: Idea) -> None:
    mark_content("idea", [idea.pk])
    announce_change(contest, kind="idea")
