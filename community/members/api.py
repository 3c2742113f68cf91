"""The door of members: everything other apps may use of it."""

from community.members.enums import Role
from community.members.erasure import erase_member, erased_among
from community.members.garage import (
    KnownModel,
    car_labels,
    car_lines,
    car_name,
    car_names,
    cars_called,
    forget_known_models,
    garage_models,
    known_models,
    model_name,
)
from community.members.limits import limit_changes
from community.members.lookalikes import skeleton
from community.members.models import Car, Member
from community.members.names import passes_for_brand, seen
from community.members.queries import (
    MemberCard,
    card_of,
    cards,
    declared_keywords,
    has_role,
    members_named,
    namesakes,
    space_url,
    staff_looks,
)
from community.members.services import (
    CarEntry,
    Newcomer,
    change_space,
    declare_keywords,
    give_role,
    import_members,
    lock_present_member,
    register,
    require_member,
    require_role,
    set_garage,
)
from community.members.verification import shown_members, unverified

__all__ = [
    "Car",
    "CarEntry",
    "KnownModel",
    "Member",
    "MemberCard",
    "Newcomer",
    "Role",
    "car_labels",
    "car_lines",
    "car_name",
    "car_names",
    "card_of",
    "cards",
    "cars_called",
    "change_space",
    "declare_keywords",
    "declared_keywords",
    "erase_member",
    "erased_among",
    "forget_known_models",
    "garage_models",
    "give_role",
    "has_role",
    "import_members",
    "known_models",
    "limit_changes",
    "lock_present_member",
    "members_named",
    "model_name",
    "namesakes",
    "passes_for_brand",
    "register",
    "require_member",
    "require_role",
    "seen",
    "set_garage",
    "shown_members",
    "skeleton",
    "space_url",
    "staff_looks",
    "unverified",
]
