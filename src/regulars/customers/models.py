"""Who buys."""

from __future__ import annotations

from django.db import models

from regulars.customers.types import IdentityType


class Person(models.Model):
    """A human being (or a firm) behind one or several profiles; figures are per person."""

    created_at = models.DateTimeField()


class Profile(models.Model):
    """A customer as one source knows them. Rows elsewhere point here, for ever; merging moves `person`."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="profiles")
    source = models.TextField()
    external_id = models.TextField()
    name = models.TextField(blank=True)
    search_key = models.TextField(blank=True)
    sort_key = models.TextField(blank=True)
    created_at = models.DateTimeField()
    revision = models.IntegerField(db_default=1)
    """Counts the changes, so that an import is undone only where nothing came after it."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="customers_profile_key"),
            models.CheckConstraint(condition=~models.Q(external_id=""), name="customers_profile_external_id"),
        )


class Identity(models.Model):
    """An address or a number of a profile, in the form of `rules.normalise`.

    The indexes for searching are in the migrations: they need operator classes and expressions.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="identities", db_index=False)
    type = models.TextField(choices=[(t.value, t.value) for t in IdentityType])
    value = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["profile", "type", "value"], name="customers_identity_once"),
            models.CheckConstraint(
                condition=models.Q(type__in=[t.value for t in IdentityType]), name="customers_identity_type"
            ),
        )


class Note(models.Model):
    """What a colleague wrote about a customer. Deleted ones are kept for a while, to be brought back."""

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="notes")
    author_id = models.BigIntegerField(null=True)
    """A user's id, without a foreign key: notes outlive those who wrote them. Null: nobody in person."""
    text = models.TextField()
    written_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(text=""), name="customers_note_text"),)


class Traits(models.Model):
    """What one kind of source says a customer is like: a row for the verified, one for the others."""

    pk = models.CompositePrimaryKey("profile_id", "verified")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="traits", db_index=False)
    verified = models.BooleanField()
    values = models.JSONField(db_default={})
    as_of = models.JSONField(db_default={})
    """By name: when the source said so, in microseconds since 1970. Of removed ones too, so that what was
    said before does not bring them back."""
    revision = models.IntegerField(db_default=0)

    class Meta:
        db_table = "customers_traits"


class Consent(models.Model):
    """That somebody agreed to something at a moment, or no longer did. Rows are only added."""

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="consents", db_index=False)
    channel = models.TextField()
    topic = models.TextField()
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.TextField()
    proof = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["profile", "channel", "topic", "at", "granted", "source"],
                name="customers_consent_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(channel="") & ~models.Q(topic="") & ~models.Q(source=""),
                name="customers_consent_words",
            ),
        )
