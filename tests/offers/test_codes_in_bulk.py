"""Many codes: a worker that is killed in the middle, and two at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from tests.offers.coupon_shop import cart, terms
from tests.offers.test_limit_of_a_coupon import url
from tests.together import together

from regulars.offers import queries, services
from regulars.offers.models import Code
from regulars.offers.queries.stored import codes_of, forget, hashes_of
from regulars.offers.services.bulk import PORTION

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
COUNT = 60_000


def ordered(count: int) -> int:
    forget()
    made = services.make_offer(terms=terms(kind="codes"), now=NOW, user_id=None)
    services.order_codes(offer_id=made.id, count=count)
    services.start(offer_id=made.id)
    return made.id


def made_of(offer_id: int) -> int:
    found = queries.offer(offer_id)
    assert found is not None
    return found.codes_made


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'offers.fill_codes'")
        return int(cursor.fetchone()[0])


def test_a_worker_killed_in_the_middle_leaves_whole_portions_and_the_next_goes_on() -> None:
    offer_id = ordered(COUNT)
    told = {
        "DATABASE_URL": url(),
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_SECRET_KEY": settings.SECRET_KEY,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.offers.codes_worker"], env=os.environ | told
    ) as worker:
        deadline = time.monotonic() + 60
        while made_of(offer_id) < 2 * PORTION and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.kill()
    left = made_of(offer_id)
    assert 2 * PORTION <= left < COUNT, "it was killed too late to show anything"
    assert left % PORTION == 0
    assert Code.objects.filter(offer_id=offer_id).count() == left
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # the job that died with its worker
    assert services.go_on_filling() == 1
    assert jobs() == 1
    assert services.fill_codes(now=NOW, limit=10 * COUNT) == COUNT - left
    assert services.go_on_filling() == 0
    printed = [one.code for one in queries.printed_codes(offer_id)]
    assert len(set(printed)) == COUNT
    (last,) = queries.apply(cart=cart(), codes=[printed[-1]], profile_id=None, at=NOW).discounts
    assert last.amount_minor == 10_000


def test_two_workers_make_no_more_than_was_asked_for() -> None:
    offer_id = ordered(2 * PORTION + 7)
    found = together([partial(services.fill_codes, now=NOW, limit=COUNT)] * 4)
    assert not [one for one in found if isinstance(one, Exception)], found
    services.fill_codes(now=NOW, limit=COUNT)  # where all gave way to one that was at its last portion
    assert made_of(offer_id) == Code.objects.filter(offer_id=offer_id).count() == 2 * PORTION + 7


def test_a_code_that_another_offer_has_is_left_out_and_one_more_is_made() -> None:
    other, offer_id = ordered(1), ordered(10)
    (taken,) = hashes_of(codes_of(offer_id, [4]))
    Code.objects.create(offer_id=other, serial=77, hash=taken, issued_at=NOW)
    services.fill_codes(now=NOW, limit=100)
    serials = Code.objects.filter(offer_id=offer_id).order_by("serial").values_list("serial", flat=True)
    assert list(serials) == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
