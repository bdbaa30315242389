"""Addresses of the console; of allauth only what the console offers (nobody signs up by himself)."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import path

from regulars.console import preferences
from regulars.console.views import audit

urlpatterns = [
    path("", audit.page, name="audit"),
    path("audit/make/", audit.make, name="audit-make"),
    path("audit/state/", audit.state, name="audit-state"),
    path("audit/report.html", audit.report, name="audit-report"),
    path("audit/audit.json", audit.figures, name="audit-json"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
]
