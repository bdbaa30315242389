"""Who buys."""

from __future__ import annotations

from django.db import models

from regulars.customers.types import IdentityType


class Person(models.Model):
    """A human being (or a firm) behind one or several profiles; figures are per person.

    `known`: more is known of them than devices. `manager_id`: the colleague who looks after them, a user's
    id without a foreign key.
    """

    created_at = models.DateTimeField()
    known = models.BooleanField(db_default=True)
    manager_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["manager_id"],
                condition=models.Q(manager_id__isnull=False),
                name="customers_person_of_manager",
            ),
        )


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


class AttributeDefinition(models.Model):
    """Something of customers that this shop wants to know, beside what everybody's customers have.

    `trait` is the name under which sources tell of it, `key` what conditions call it: it never changes, nor
    does `type`, a `kit.attributes.Kind`. `choices`: a list of texts, for choices alone. After a change all
    customers are gone through (`AttributesPass`).
    """

    key = models.TextField(unique=True)
    trait = models.TextField(db_default="")
    label = models.TextField()
    type = models.TextField()
    choices = models.JSONField(db_default=[])
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(key__regex="^[a-z][a-z0-9_]*$")
                & ~models.Q(label="")
                & ~models.Q(trait=""),
                name="customers_attribute_named",
            ),
        )


class AttributesPass(models.Model):
    """One row: how far everybody's attributes are derived anew after a change of what is wanted.

    `done_to`: the last profile that was gone through, of those up to `up_to`; NULL: all were.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    asked_at = models.DateTimeField()
    done_to = models.BigIntegerField(null=True)
    up_to = models.BigIntegerField()

    class Meta:
        db_table = "customers_attributespass"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="customers_attributespass_one"),)


class PersonAttributes(models.Model):
    """What holds of a person, out of the traits of all their profiles; a row where anything was ever known.

    `values`: by key, each in the form its type asks for: texts, numbers, true or false, days as
    "2026-02-28"; what does not fit its type is left out, and its key stands in `misfits`. Those that are
    asked for most stand in columns of their own. `timezone` is a zone the server knows. Whoever writes a
    row holds it and reads the traits after that. Without a constraint: who writes a row would wait, when
    committing, for a merge that waits for the row. Whoever removes a person removes it too.
    """

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    values = models.JSONField(db_default={})
    misfits = models.JSONField(db_default=[])
    birthday = models.DateField(null=True)
    gender = models.TextField(blank=True, db_default="")
    city = models.TextField(blank=True, db_default="")
    language = models.TextField(blank=True, db_default="")
    timezone = models.TextField(blank=True, db_default="")

    class Meta:
        db_table = "customers_personattributes"
        indexes = (
            models.Index(
                fields=["person_id"], condition=~models.Q(misfits=[]), name="customers_attributes_misfit"
            ),
        )


class Merge(models.Model):
    """That two persons became one: `kept_id` got the profiles of `gone_id`, whose row is no more.

    `profile_ids`: those that moved. `because`: what they had in common, by type and value's hash where a
    rule did it; {} by hand. `undone_at`: since when they are two again. Without foreign keys: persons come
    and go.
    """

    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    profile_ids = models.JSONField()
    gone_created_at = models.DateTimeField()
    gone_manager_id = models.BigIntegerField(null=True)
    kept_manager_id = models.BigIntegerField(null=True)
    """Who looked after them before they were one; who is kept takes over what they had nobody for."""
    merged_at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    because = models.JSONField(db_default={})
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["kept_id"], name="customers_merge_kept"),
            models.Index(fields=["gone_id"], name="customers_merge_gone"),
            models.Index(fields=["merged_at", "id"], name="customers_merge_by_moment"),
        )


class MergeRule(models.Model):
    """Whether people who share an identity of a type are one, and from how many on it is nobody's own.

    `priority`: 1 is the strongest; who differs in a stronger one that may be but one is not joined by a
    weaker. Types without a row have the rule of `rules`.
    """

    type = models.TextField(primary_key=True)
    merges = models.BooleanField()
    persons_max = models.IntegerField()
    one_each = models.BooleanField()
    priority = models.SmallIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(persons_max__gte=2, priority__gte=1), name="customers_mergerule_numbers"
            ),
        )


class BlockedIdentity(models.Model):
    """An address or a number that is nobody's own: the shop's phone, "none", test@…; it joins nobody.

    `value` in the form of `rules.normalise`; with a star at its end or beginning, all that begin or end so.
    """

    type = models.TextField()
    value = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["type", "value"], name="customers_blocked_once"),)


class NotTheSame(models.Model):
    """Two profiles whose persons are not one, as a colleague said: neither suggested nor merged by rule.

    Profiles and not persons, so that it holds whomever they become one with. Without foreign keys.
    """

    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    said_at = models.DateTimeField()
    said_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["first_id", "second_id"], name="customers_notthesame_once"),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")), name="customers_notthesame_order"
            ),
        )
        indexes = (models.Index(fields=["second_id"], name="customers_notthesame_other"),)


class Likely(models.Model):
    """Two persons who may be one, found by going through everybody; suggested to colleagues.

    `likenesses`: a list of `types.Likeness`; `weight`: how much speaks for it, the surest come first. `run`:
    the look at everybody that found it last.
    """

    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    likenesses = models.JSONField()
    weight = models.SmallIntegerField()
    found_at = models.DateTimeField()
    run = models.BigIntegerField()

    class Meta:
        db_table = "customers_likely"
        constraints = (
            models.UniqueConstraint(fields=["first_id", "second_id"], name="customers_likely_once"),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")), name="customers_likely_order"
            ),
        )
        indexes = (
            models.Index(fields=["-weight", "id"], name="customers_likely_surest"),
            models.Index(fields=["second_id"], name="customers_likely_other"),
        )


class Sweep(models.Model):
    """Something that goes through everybody in portions; `name` says what.

    `done_to`: the last row that was gone through (NULL: it is done, or was never asked for). `found`: how
    many were changed or found by this one. `asked_for`: what it was asked with, that a change of it can be
    seen.
    """

    name = models.TextField(primary_key=True)
    asked_at = models.DateTimeField()
    asked_for = models.TextField(blank=True, db_default="")
    done_to = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    found = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "customers_sweep"


class Erasure(models.Model):
    """That somebody was erased: who asked, why, and how far it is.

    `reason` is a `types.ErasureReason`. `sealed`: by what they were known, for what names people by that
    alone; empty as soon as all is done. `counts`: how many rows by table or step.
    """

    person_id = models.BigIntegerField()
    profile_ids = models.JSONField()
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    sealed = models.TextField(blank=True)
    counts = models.JSONField(db_default={})
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["person_id"], name="customers_erasure_of"),
            models.Index(fields=["id"], condition=models.Q(done_at=None), name="customers_erasure_under_way"),
        )


class RefusedContact(models.Model):
    """An address or a number of somebody erased who had refused to be written to; only its keyed hash.

    Should it come again from another source, the refusal is known still. `channels`: those refused.
    """

    hash = models.CharField(primary_key=True, max_length=64)
    channels = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_refusedcontact"
