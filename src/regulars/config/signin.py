"""How people get into the console: by invitation of a colleague, never by signing themselves up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the sign-up page of allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
