"""Who works with Regulars."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from regulars.team.rules import fold_email
from regulars.team.types import Trade


class UserManager(BaseUserManager["User"]):
    """Finds people by their address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=fold_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody of the shop; signs in with the e-mail address, which is stored folded."""

    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="ru", choices=[("ru", "ru"), ("en", "en")])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def clean(self) -> None:
        """Fold the address before a form compares it."""
        super().clean()
        self.email = fold_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Sign-in code of allauth saves users too; no path may store an address that is not folded.
        self.email = fold_email(self.email)
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class Shop(models.Model):
    """What the owner said of the business. There is one row at most, with the number 1."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.TextField()
    timezone = models.TextField()
    currency = models.CharField(max_length=3)
    margin = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    trade = models.TextField(choices=[(t.value, t.value) for t in Trade])
    return_window_days = models.IntegerField()
    set_up_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="team_shop_one"),
            models.CheckConstraint(
                condition=models.Q(margin=None) | models.Q(margin__gt=0, margin__lte=1),
                name="team_shop_margin",
            ),
            models.CheckConstraint(
                condition=models.Q(return_window_days__gte=0, return_window_days__lte=365),
                name="team_shop_return_window",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex="^[A-Z]{3}$"), name="team_shop_currency"
            ),
        )


class AuditLogEntry(models.Model):
    """Who saw or changed what. Rows are only ever inserted; no names and no contacts of customers in them.

    `action` is a word of `types.Action`, `subject` what it was done to ("person:17", "import:3").
    """

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    action = models.TextField()
    subject = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["-at", "-id"], name="team_auditlog_at"),
            models.Index(fields=["subject", "-at"], name="team_auditlog_subject"),
            models.Index(fields=["user", "-at"], name="team_auditlog_user"),
        )
