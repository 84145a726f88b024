"""Public names are stable, fit an address, and tell nothing about their neighbours."""

from __future__ import annotations

import re

import pytest

from emergency_kepu.pages.slug import slug_of

KEY = b"0123456789abcdef"


def test_it_is_stable_and_fits_an_address_as_it_is() -> None:
    assert slug_of("c-1", KEY) == slug_of("c-1", KEY)
    assert re.fullmatch(r"[a-z2-7]{16}", slug_of("c-1 洪水", KEY))


def test_neighbours_and_other_keys_have_other_names() -> None:
    assert len({slug_of(f"c-{number}", KEY) for number in range(1000)}) == 1000
    assert slug_of("c-1", KEY) != slug_of("c-1", KEY[::-1])


@pytest.mark.parametrize(("key", "says"), [(b"short", "at least 16"), (b"x" * 65, "key")])
def test_a_key_of_the_wrong_size_is_refused(key: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        slug_of("c-1", key)
