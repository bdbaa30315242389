"""The registry of lake tables."""

from __future__ import annotations

import pytest

from regulars.kit import lake
from regulars.kit.lake import LakeTable


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "_tables", {})


def test_tables_come_back_in_the_order_they_were_registered() -> None:
    lines = LakeTable(name="order_lines", query="SELECT * FROM facts_order_lines", moment="happened_at")
    profiles = LakeTable(name="profiles", query="SELECT profile_id, person_id FROM facts_profiles")
    lake.register(profiles)
    lake.register(lines)
    assert lake.registered() == [profiles, lines]


def test_one_name_belongs_to_one_table() -> None:
    lake.register(LakeTable(name="profiles", query="SELECT 1"))
    with pytest.raises(ValueError, match="profiles is registered twice"):
        lake.register(LakeTable(name="profiles", query="SELECT 2"))


@pytest.mark.parametrize("name", ["", "../profiles", "Profiles", "order lines", "1st"])
def test_a_name_is_a_folders_name(name: str) -> None:
    with pytest.raises(ValueError, match="no name for a lake table"):
        LakeTable(name=name, query="SELECT 1")
    with pytest.raises(ValueError, match="no name for a lake table"):
        LakeTable(name="profiles", query="SELECT 1", moment=name)


def test_a_query_is_one_statement() -> None:
    with pytest.raises(ValueError, match="one SELECT"):
        LakeTable(name="profiles", query="SELECT 1; DROP TABLE x")
