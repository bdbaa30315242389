from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from regulars.config.headers import SecurityHeaders


def test_every_answer_says_what_the_page_may_do() -> None:
    response = SecurityHeaders(lambda request: HttpResponse())(HttpRequest())
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "camera=()" in response["Permissions-Policy"]


def test_a_policy_of_the_view_stays() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    assert SecurityHeaders(view)(HttpRequest())["Content-Security-Policy"] == "default-src 'none'"
