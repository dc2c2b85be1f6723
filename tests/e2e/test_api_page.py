"""The page that shows the API to people: it runs under the policy of all pages, from our own files."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1200])
def test_the_api_can_be_read_and_tried(phone, width):
    page = phone("owner1", width=width)
    elsewhere = []
    page.on("request", lambda asked: elsewhere.append(asked.url))

    page.goto("/api/v1/docs/")
    page.locator("#operations-tag-me").click()
    me = page.locator("#operations-me-getMe")
    me.locator(".opblock-summary-control").click()
    me.get_by_role("button", name="Try it out").click()
    me.get_by_role("button", name="Execute").click()

    assert "display_name" in me.locator(".live-responses-table .microlight").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert {url.split("/")[2] for url in elsewhere if url.startswith("http")} == {page.url.split("/")[2]}
