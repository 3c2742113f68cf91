"""What owners talk about, part by part: topics of a club's board, led to the part of the car they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from community.kernel.api import contributions
from community.pages.api import Conversation

MOST = 4

# Keywords of the vocabulary by the part of the drawing they are on.
_PARTS = {
    "wheel": "wheels tyres winter-tyres spare-wheel brakes brake-pads brake-discs suspension shock-absorber "
    "coil-spring snow-chains tyre-pressure-monitor tyre-inflator steering mud-flaps skid-plate chassis wading-depth "
    "ground-clearance",
    "roof": "roof-rack roof-rails cross-bars roof-box roof-tent bike-carrier ski-rack kayak-carrier sunroof light-bar "
    "awning",
    "cabin": "seats heated-seats ventilated-seats power-seats seat-covers child-seat third-row dashboard "
    "centre-console infotainment navigation sound-system head-up-display phone-mount steering-wheel "
    "steering-wheel-cover dash-cam floor-mats noises",
    "door": "doors windows mirrors keyless-entry window-tint soundproofing paint wrap paint-protection side-steps",
    "rear": "boot tailgate load-floor boot-liner boot-organiser parcel-shelf dog-guard car-fridge car-mattress wet-box "
    "reversing-camera",
    "plug": "charging fast-charging home-charging charging-stations charging-cable vehicle-to-load traction-battery",
    "hook": "tow-bar trailer bumper exhaust",
    "bonnet": "engine electric-motor headlights fog-lights bonnet windscreen wipers air-conditioning grille radiator "
    "coolant starter-battery winter-range",
}
PART_OF = {code: part for part, codes in _PARTS.items() for code in codes.split()}
# Where the words for a part stand: above or below the car, and in which column.
PLACES = {
    "bonnet": "up-13",
    "roof": "up-43",
    "cabin": "up-43",
    "door": "up-43",
    "rear": "up-82",
    "wheel": "down-13",
    "plug": "down-82",
    "hook": "down-82",
}


@dataclass(frozen=True)
class Callout:
    """A conversation, the part it is about, and where its words stand."""

    talk: Conversation
    part: str
    place: str

    @property
    def classes(self) -> str:
        """Where the style sheet puts its words."""
        return " ".join(f"at-{one}" for one in self.place.split("-"))


def callouts(talks: Sequence[Conversation], language: str) -> list[Callout]:
    """At most one conversation a place, the livelier ones first; those above the car before those below.

    What a title says comes before what only the text says, and the reader's language before the other.
    """
    own = [talk for talk in talks if talk.language == language]
    others = [talk for talk in talks if talk.language != language]
    said = [*((talk, talk.title) for talk in own), *((talk, talk.excerpt) for talk in own)]
    said += [(talk, talk.title) for talk in others]
    found: dict[str, Callout] = {}
    for (talk, _text), parts in zip(said, _parts_in([text for _talk, text in said]), strict=True):
        part = next((part for part in parts if PLACES[part] not in found), "")
        if part and len(found) < MOST and all(one.talk is not talk for one in found.values()):
            found[PLACES[part]] = Callout(talk, part, PLACES[part])
    return sorted(found.values(), key=lambda one: (not one.place.startswith("up"), one.place))


def _parts_in(texts: Sequence[str]) -> list[list[str]]:
    """The parts each text is about, in the words of whoever keeps a vocabulary; none where nobody does."""
    known: list[list[Sequence[str]]] = contributions("vocabulary.codes", texts) if texts else []
    codes = known[0] if known else [()] * len(texts)
    return [[PART_OF[code] for code in found if code in PART_OF] for found in codes]
