"""The door of members: everything other apps may use of it."""

from community.members.enums import Role
from community.members.models import Car, Member
from community.members.names import skeleton
from community.members.queries import (
    MemberCard,
    car_labels,
    car_lines,
    cards,
    declared_keywords,
    garage_models,
    has_role,
    members_named,
    namesakes,
    space_url,
)
from community.members.services import (
    CarEntry,
    Newcomer,
    change_space,
    declare_keywords,
    erase_member,
    give_role,
    import_members,
    register,
    require_role,
    set_garage,
)

__all__ = [
    "Car",
    "CarEntry",
    "Member",
    "MemberCard",
    "Newcomer",
    "Role",
    "car_labels",
    "car_lines",
    "cards",
    "change_space",
    "declare_keywords",
    "declared_keywords",
    "erase_member",
    "garage_models",
    "give_role",
    "has_role",
    "import_members",
    "members_named",
    "namesakes",
    "register",
    "require_role",
    "set_garage",
    "skeleton",
    "space_url",
]
