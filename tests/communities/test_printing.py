"""A print page becomes a PDF, and nothing but our own assets is read for it."""

import io

import pytest
from pypdf import PdfReader

from communities.printing import BASE, own_asset, pdf_of, pdf_response

PAGE = """<!doctype html><html lang="zh-Hans"><head><title>表决结果公告</title>
<link rel="stylesheet" href="/static/css/print.css"></head>
<body><main class="sheet"><h1>表决结果公告</h1><p>清和里业主大会</p>{more}</main></body></html>"""


@pytest.mark.pango
def test_a_print_page_becomes_a_tagged_pdf_with_its_text() -> None:
    reader = PdfReader(io.BytesIO(pdf_of(PAGE.format(more=""))))
    assert len(reader.pages) == 1
    assert "表决结果公告" in (reader.pages[0].extract_text() or "")
    assert reader.metadata is not None
    assert reader.metadata.title == "表决结果公告"


@pytest.mark.pango
def test_a_pdf_is_laid_out_by_our_stylesheet() -> None:
    """What is meant for the screen is not on paper."""
    reader = PdfReader(io.BytesIO(pdf_of(PAGE.format(more='<p class="no-print">只在屏幕上</p>'))))
    text = reader.pages[0].extract_text() or ""
    assert "清和里业主大会" in text
    assert "只在屏幕上" not in text


@pytest.mark.pango
def test_nothing_from_outside_is_read() -> None:
    more = '<img alt="" src="http://127.0.0.1:1/x.png"><img alt="" src="file:///etc/passwd">'
    reader = PdfReader(io.BytesIO(pdf_of(PAGE.format(more=more))))
    assert list(reader.pages[0].images) == []


def test_an_asset_of_ours_is_read() -> None:
    assert own_asset(f"{BASE}static/css/print.css").startswith(b"/* Paper")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/static/css/print.css",
        f"{BASE}static/../../manage.py",
        f"{BASE}static/%2e%2e/%2e%2e/manage.py",
        f"{BASE}media/papers/x.pdf",
        f"{BASE}static/none.css",
    ],
)
def test_nothing_else_is(address: str) -> None:
    with pytest.raises(Exception, match=r"asset|outside|located"):
        own_asset(address)


@pytest.mark.pango
def test_the_download_is_named_in_chinese() -> None:
    response = pdf_response(PAGE.format(more=""), "结果公告.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''%E7%BB%93%E6%9E%9C" in response["Content-Disposition"]


@pytest.mark.pango
def test_our_stylesheet_is_laid_out() -> None:
    page = PdfReader(io.BytesIO(pdf_of(PAGE.format(more="")))).pages[0]
    # Asked for by print.css alone: A4 in points, and the page's number below.
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    assert "— 1 —" in (page.extract_text() or "")
