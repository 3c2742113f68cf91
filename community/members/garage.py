"""Cars as they are shown: what the brand says of its models, and their names in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext as _

from community.kernel.api import contributions, is_chinese
from community.members.models import Car
from community.search.api import is_han

KNOWN, KNOWN_SECONDS = "members.known_models", 300


@dataclass(frozen=True)
class KnownModel:
    """What is known of a model. ``drawing`` is the name of a side view or empty; lengths in millimetres, 0: unknown."""

    name_zh: str = ""
    drawing: str = ""
    wheelbase: int = 0
    height: int = 0
    length: int = 0


@dataclass(frozen=True)
class ShownCar:
    """A car of a garage for a page."""

    brand: str
    model: str
    year: int | None
    known: KnownModel

    @property
    def label(self) -> str:
        """Brand and model in one line."""
        return _in_one_line(self.brand, self.model)


def known_models() -> Mapping[str, KnownModel]:
    """What higher floors know of models, by "brand model" in lower case; kept for a while."""
    known: dict[str, KnownModel] | None = cache.get(KNOWN)
    if known is None:
        known = {label: model for part in contributions("cars.known") for label, model in part.items()}
        cache.set(KNOWN, known, KNOWN_SECONDS)
    return known


def forget_known_models() -> None:
    """What is known of models has changed."""
    cache.delete(KNOWN)


def shown_cars(cars: Iterable[Car]) -> list[ShownCar]:
    """Cars with what is known of their models."""
    known = known_models() if (cars := list(cars)) else {}
    return [_shown(car, known.get(car.label.lower(), KnownModel())) for car in cars]


def _shown(car: Car, known: KnownModel) -> ShownCar:
    if not is_chinese():
        return ShownCar(car.brand, car.model, car.year, known)
    own = car.brand.lower() == str(settings.PADDOCK_BRAND).lower()
    brand = str(settings.PADDOCK_BRAND_ZH) if own else car.brand
    return ShownCar(brand, known.name_zh or car.model, car.year, known)


def car_name(label: str) -> str:
    """A car named "brand model" by its owner, as the brand calls it in the reader's language."""
    brand = str(settings.PADDOCK_BRAND)
    own, model = label[: len(brand) + 1], label[len(brand) + 1 :]
    if not is_chinese() or own.lower() != f"{brand.lower()} ":
        return label
    return _in_one_line(str(settings.PADDOCK_BRAND_ZH), model_name(brand, model))


def _in_one_line(brand: str, model: str) -> str:
    """Brand and model; between Chinese characters and figures the browser makes the room."""
    return f"{brand}{model}" if is_chinese() and is_han(brand[-1:]) else f"{brand} {model}".strip()


def model_name(brand: str, model: str) -> str:
    """A model without its brand, in the reader's language where it has a name there."""
    if not is_chinese():
        return model
    return known_models().get(f"{brand} {model}".strip().lower(), KnownModel()).name_zh or model


def car_lines(ids: Iterable[int]) -> dict[int, str]:
    """The first car of each member, as "Model, year"."""
    lines: dict[int, str] = {}
    rows = Car.objects.filter(member_id__in=ids).order_by("member_id", "position", "pk")
    for member_id, brand, model, year in rows.values_list("member_id", "brand", "model", "year"):
        if member_id not in lines:
            name = model_name(brand, model)
            lines[member_id] = _("%(model)s, %(year)s") % {"model": name, "year": year} if year else name
    return lines


def garage_models(ids: Iterable[int]) -> dict[int, list[str]]:
    """The cars of members as "brand model", as they typed them."""
    found: dict[int, list[str]] = {}
    for car in Car.objects.filter(member_id__in=list(ids)).order_by("member_id", "position", "pk"):
        found.setdefault(car.member_id, []).append(car.label)
    return found


def car_labels(lowered: Iterable[str]) -> dict[str, str]:
    """What cars that are given as "brand model" in lower case are called: in the reader's language, else by owners."""
    written = Lower(Concat("brand", Value(" "), "model"))
    cars = Car.objects.annotate(lowered=written).filter(lowered__in=list(lowered)).order_by("-pk")
    owned = {car.lowered: car for car in cars}
    return {key: shown.label for key, shown in zip(owned, shown_cars(owned.values()), strict=True)}


def cars_called(names: Iterable[str]) -> list[tuple[str, str]]:
    """Brand and model of the cars whose brand, model or both together are one of the names, in lower case."""
    wanted = list(names)
    lowered = {"low_brand": Lower("brand"), "low_model": Lower("model")}
    cars = Car.objects.annotate(**lowered, low_label=Lower(Concat("brand", Value(" "), "model")))
    found = cars.filter(Q(low_brand__in=wanted) | Q(low_model__in=wanted) | Q(low_label__in=wanted))
    return list(found.order_by("brand", "model").values_list("brand", "model").distinct())


def car_names(limit: int) -> list[str]:
    """What cars are called, brand, model and both: those that most members have."""
    cars = Car.objects.values_list("brand", "model").annotate(owners=Count("pk")).order_by("-owners", "brand", "model")
    names = [name for brand, model, _owners in cars[:limit] for name in (f"{brand} {model}".strip(), brand, model)]
    return list(dict.fromkeys(name for name in names if name))
