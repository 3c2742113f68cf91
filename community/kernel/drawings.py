"""Cars from the side, drawn to no scale but their own, with where their parts are."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT, GROUND = 1000, 320, 304


@dataclass(frozen=True, kw_only=True)
class CarDrawing:
    """A drawing in ``templates/art/car-<name>.svg``; all figures in its own units, ``roof`` from above.

    ``parts`` are points on it: bonnet, roof, cabin, door, rear, wheel, plug and hook.
    """

    name: str
    nose: int
    front: int
    rear: int
    tail: int
    roof: int
    parts: dict[str, tuple[int, int]]


_DRAWN = (
    CarDrawing(
        name="4t",
        nose=28,
        front=196,
        rear=782,
        tail=971,
        roof=12,
        parts={
            "bonnet": (150, 142),
            "roof": (470, 33),
            "cabin": (470, 76),
            "door": (470, 152),
            "rear": (906, 71),
            "wheel": (134, 242),
            "plug": (906, 178),
            "hook": (958, 250),
        },
    ),
    CarDrawing(
        name="5x",
        nose=76,
        front=239,
        rear=764,
        tail=927,
        roof=8,
        parts={
            "bonnet": (180, 136),
            "roof": (470, 14),
            "cabin": (470, 66),
            "door": (470, 152),
            "rear": (896, 76),
            "wheel": (178, 242),
            "plug": (890, 180),
            "hook": (914, 248),
        },
    ),
    CarDrawing(
        name="gt",
        nose=64,
        front=230,
        rear=739,
        tail=926,
        roof=54,
        parts={
            "bonnet": (180, 156),
            "roof": (560, 60),
            "cabin": (530, 104),
            "door": (500, 186),
            "rear": (850, 126),
            "wheel": (176, 250),
            "plug": (880, 196),
            "hook": (896, 240),
        },
    ),
    CarDrawing(
        name="2",
        nose=96,
        front=261,
        rear=775,
        tail=897,
        roof=6,
        parts={
            "bonnet": (190, 140),
            "roof": (470, 16),
            "cabin": (470, 66),
            "door": (470, 160),
            "rear": (846, 78),
            "wheel": (200, 242),
            "plug": (864, 184),
            "hook": (884, 252),
        },
    ),
)
DRAWINGS = {drawing.name: drawing for drawing in _DRAWN}
