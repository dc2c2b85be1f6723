"""A program that talks to the API as somebody."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from communities.models import User

PROBLEM = "application/problem+json"


class Api:
    """Sends JSON to ``/api/v1/`` with the session of ``user``; nobody's without one."""

    def __init__(self, user: User | None = None, *, csrf: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=csrf)
        if user is not None:
            self.client.force_login(user)

    def send(self, method: str, path: str, body: Any = None, **extra: Any) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        return self.client.generic(method, f"/api/v1/{path}", data, content_type="application/json", **extra)

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}")

    def post(self, path: str, body: Any = None, **extra: Any) -> Any:
        return self.send("POST", path, body, **extra)

    def patch(self, path: str, body: Any) -> Any:
        return self.send("PATCH", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)

    def upload(self, path: str, **parts: Any) -> Any:
        return self.client.post(f"/api/v1/{path}", parts)


def refusal(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem by RFC 9457."""
    assert response["Content-Type"] == PROBLEM, response.content
    told = response.json()
    assert told["status"] == response.status_code
    assert told["type"] == f"urn:linyi:problem:{told['code']}"
    assert told["detail"]
    return response.status_code, told["code"]


def fields_at_fault(response: Any) -> list[str]:
    assert refusal(response) == (422, "invalid")
    return [error["field"] for error in response.json()["errors"]]
