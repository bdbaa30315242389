"""Secrets in fields: closed to whoever has only the database."""

from __future__ import annotations

import pytest
from django.test import override_settings

from regulars.kit.sealing import SealBroken, seal, signing_key, unseal


def test_opens_for_the_same_key_and_purpose_only() -> None:
    sealed = seal("JBSWY3DPEHPK3PXP", purpose="second step")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert seal("JBSWY3DPEHPK3PXP", purpose="second step") != sealed
    assert unseal(sealed, purpose="second step") == "JBSWY3DPEHPK3PXP"
    with pytest.raises(SealBroken):
        unseal(sealed, purpose="another")
    with pytest.raises(SealBroken):
        unseal(sealed[:-4] + "AAAA", purpose="second step")
    another = override_settings(SECRET_KEY="another key of fifty signs, as after a move without it")
    with another, pytest.raises(SealBroken):
        unseal(sealed, purpose="second step")


def test_each_purpose_signs_with_a_key_of_its_own() -> None:
    key = signing_key(purpose="loyalty/qr")
    assert len(key) == 32
    assert signing_key(purpose="loyalty/qr") == key
    assert signing_key(purpose="loyalty/code") != key
    with override_settings(SECRET_KEY="another key of fifty signs, as after a move without it"):
        assert signing_key(purpose="loyalty/qr") != key
