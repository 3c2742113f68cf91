"""The bridge's tables, by stage."""

from crm_bridge.models.console import AccessEntry, Segment
from crm_bridge.models.keyword import Keyword, Synonym, TermProposal, TermSighting, VocabularyVersion
from crm_bridge.models.profile import ActiveDay, Belonging, InterestControl, Profile, Signal

__all__ = [
    "AccessEntry",
    "ActiveDay",
    "Belonging",
    "InterestControl",
    "Keyword",
    "Profile",
    "Segment",
    "Signal",
    "Synonym",
    "TermProposal",
    "TermSighting",
    "VocabularyVersion",
]
