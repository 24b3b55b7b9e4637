"""The rooms of include/reports and who may import whom."""

from __future__ import annotations

from tests.unit.test_layers import MODULES, imports

FLOORS = (("issue",), ("figures",), ("language",), ("content",), ("render",), ("delivery",), ("web", "workflow"))
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MAX_ARROWS = 24
ROOT = "include.reports."


def room_of(module: str) -> str:
    return module.removeprefix(ROOT).split(".")[0]


def arrows() -> set[tuple[str, str]]:
    """(room, room that it imports)"""
    modules = [name for name in MODULES if name.startswith(ROOT)]
    found = {(room_of(name), room_of(other)) for name in modules for other in imports(MODULES[name]) if ROOT in other}
    return {(room, other) for room, other in found if room != other}


def test_rooms_of_reports_import_only_from_floors_below() -> None:
    assert {room for arrow in arrows() for room in arrow} == set(FLOOR)
    assert sorted((room, other) for room, other in arrows() if FLOOR[other] >= FLOOR[room]) == []
    assert len(arrows()) <= MAX_ARROWS
