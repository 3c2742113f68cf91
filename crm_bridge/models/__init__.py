"""The bridge's tables, by stage."""

from crm_bridge.models.console import AccessEntry, AudienceQuestion, Segment
from crm_bridge.models.keyword import (
    Keyword,
    KeywordKind,
    StarterTerm,
    Synonym,
    TermProposal,
    TermSighting,
    VocabularyVersion,
)
from crm_bridge.models.profile import ActiveDay, Belonging, InterestControl, Profile, Signal

__all__ = [
    "AccessEntry",
    "ActiveDay",
    "AudienceQuestion",
    "Belonging",
    "InterestControl",
    "Keyword",
    "KeywordKind",
    "Profile",
    "Segment",
    "Signal",
    "StarterTerm",
    "Synonym",
    "TermProposal",
    "TermSighting",
    "VocabularyVersion",
]
