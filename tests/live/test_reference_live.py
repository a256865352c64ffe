"""The public references still lie where they are looked for."""

import pytest

from flights.reference.updates.tables import KINDS


@pytest.mark.parametrize("name", sorted(KINDS))
def test_reference_lies_where_it_is_looked_for(live_door, name: str) -> None:  # type: ignore[no-untyped-def]
    kind = KINDS[name]
    found = live_door(kind.server).fetch_head(kind.example)
    assert found is not None, f"nothing lies at {kind.example} any more"
    assert found.size is None or found.size > 100
