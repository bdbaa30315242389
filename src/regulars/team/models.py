"""Who works with Regulars."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from regulars.team.rules import fold_email
from regulars.team.types import KeyKind, Role, Trade


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
    made_up_password = models.BooleanField(default=False, db_default=False)
    """The password was made up by the installation and stands in its folder, until it is changed."""
    session_number = models.IntegerField(default=0, db_default=0)
    """Counting it up ends every session of this person."""

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

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django's ends sessions with the password only; being shut out has to end them for good as well.
        value = f"{self.password}:{self.session_number}"
        return salted_hmac("regulars.team.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class Invitation(models.Model):
    """A colleague who may come in by a link, once; of the link's token only a hash is kept."""

    email = models.EmailField(max_length=254)
    role = models.TextField(choices=[(r.value, r.value) for r in Role])
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="team_invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="team_invitation_one_end"
            ),
        )


class PasswordLink(models.Model):
    """A link by which somebody sets a new password, once. Withdrawn links are those made before a newer one.

    `made_by` is None for one made on the command line.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at=None, withdrawn_at=None),
                name="team_passwordlink_open_once",
            ),
        )


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
    demo = models.BooleanField(default=False, db_default=False)
    """It came with the demo shop; nobody said it."""

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
    """Who saw or changed what; no names and no contacts of customers in it.

    Rows are only ever inserted: a trigger refuses to change or delete them.

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


class ApiKey(models.Model):
    """A key by which a program comes in. Of a secret one only a hash is kept; a browser's is public.

    `branch_id` is a number of `commerce`, which stands above: no foreign key can point there.
    """

    name = models.TextField()
    kind = models.TextField(choices=[(k.value, k.value) for k in KeyKind])
    scopes = ArrayField(models.TextField())
    branch_id = models.BigIntegerField(null=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    hint = models.TextField()
    public = models.TextField(blank=True)
    created_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=KeyKind.TILL.value, branch_id__isnull=False)
                | (~Q(kind=KeyKind.TILL.value) & Q(branch_id=None)),
                name="team_apikey_till_has_branch",
            ),
            models.CheckConstraint(
                condition=Q(kind=KeyKind.BROWSER.value) | Q(public=""), name="team_apikey_secret_not_kept"
            ),
        )


class ApiKeyDay(models.Model):
    """How a key was used on a day of the shop's calendar; a row a key and day, kept for ever."""

    pk = models.CompositePrimaryKey("key_id", "day")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    calls = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)


class IdentitySecret(models.Model):
    """What the shop's site proves by who is signed in there, sealed. `ends_at` None: the one in use."""

    sealed = models.TextField()
    hint = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=Q(ends_at=None), name="team_identitysecret_one_in_use"
            ),
        )
