"""A small Stack Exchange dump for tests."""

from pathlib import Path

from django.core.management import call_command

from community.members.api import Member
from forums.models import Board, Imported, ImportedFigure, ImportedVote, Post, Topic

USERS = """<users>
<row Id="1" DisplayName="Ann Lee" CreationDate="2010-01-02T03:04:05.000" AboutMe="&lt;p&gt;Rides&lt;/p&gt;" New="?" />
<row Id="2" DisplayName="Ann Lee" CreationDate="2010-01-03T03:04:05.000" />
<row DisplayName="no id" />
</users>"""
POSTS = """<posts>
<row Id="10" PostTypeId="1" CreationDate="2010-02-01T10:00:00.000" Score="1" Title="Which rack?"
 Tags="&lt;rack&gt;&lt;roof&gt;"
 Body="&lt;p&gt;A &lt;b&gt;roof&lt;/b&gt; rack&lt;/p&gt;" OwnerUserId="1" AcceptedAnswerId="11"
 AnswerCount="1" CommentCount="0"
 ClosedDate="2010-03-01T10:00:00.000" />
<row Id="11" PostTypeId="2" ParentId="10" CreationDate="2010-02-02T10:00:00.000" Score="-1"
 Body="This one" CommentCount="1" />
<row Id="12" PostTypeId="2" ParentId="99" CreationDate="2010-02-02T10:00:00.000" Body="Nowhere" OwnerUserId="7"
 Score="3" />
</posts>"""
COMMENTS = (
    '<comments><row Id="5" PostId="11" Text="Thanks" CreationDate="2010-02-04T10:00:00.000" UserId="2" /></comments>'
)
VOTES = """<votes>
<row Id="1" PostId="10" VoteTypeId="2" CreationDate="2010-02-01T00:00:00.000" />
<row Id="2" PostId="11" VoteTypeId="3" CreationDate="2010-02-02T00:00:00.000" />
<row Id="3" PostId="11" VoteTypeId="1" CreationDate="2010-02-02T00:00:00.000" />
<row Id="4" PostId="99" VoteTypeId="2" CreationDate="2010-02-02T00:00:00.000" />
</votes>"""
TAGS = '<tags><row Id="1" TagName="rack" Count="1" /><row Id="2" TagName="roof" Count="1" /></tags>'


def write_dump(folder: Path, **files: str) -> Path:
    """A folder with these files, and those of the small dump that are not given."""
    whole = {"Users": USERS, "Posts": POSTS, "Comments": COMMENTS, "Votes": VOTES, "Tags": TAGS}
    for name, text in (whole | files).items():
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return folder


def state() -> list[list[dict]]:
    """Everything an import writes."""
    models = (Member, Board, Topic, Post, ImportedVote, ImportedFigure, Imported)
    return [list(model.objects.order_by("pk").values()) for model in models]


def load(folder: Path, **options) -> None:
    """Import into the board bikes."""
    call_command("import_stackexchange", str(folder), board="bikes", **options)
