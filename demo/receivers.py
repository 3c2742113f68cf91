"""What the demo adds to the greeting at the start."""

from __future__ import annotations

from community.kernel.api import fills
from demo.loading.accounts import PASSWORD, accounts
from demo.loading.load import is_loaded

TRY_FIRST = """
Try first
  1. Sign in as the member: start a topic about a roof rack, vote in the contest (or move your vote), search for
     something.
  2. Open You, then “What Paddock knows about you”: every interest with its reason. Mute one, add one.
  3. Sign in as the marketer in a private window, open the Workbench, Audience, and look for interest:行李架
     (or interest:roof-rack; it is one keyword):
     you find those who permit it, see why, and are told how many were only counted.
  4. Join as somebody new: the code you are asked for is in the letter (below is where mail goes).
Each account has its own language; the foot of every page has the other.
"""


@fills("start.greeting")
def greeting() -> str:
    """Who may sign in, and what to look at; nothing where the demo is not loaded."""
    if not is_loaded():
        return ""
    lines = [f"  {account.username:<16} {account.what}" for account in accounts()]
    return "\n".join([f"\nSign in with one of these names and the password {PASSWORD}", *lines, TRY_FIRST.rstrip()])
