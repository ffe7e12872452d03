from __future__ import annotations

import pytest

from gcsync.verify import Unusable, read_endpoint
from gcsync.verify.wire import compose


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "events",
        "https://",
        "https://a.example:port/",
        "https://a.example/x y",
        "https://a.example/\r\nX: y",
        "https://a..example/",
        "https://[::1/",
    ],
)
def test_no_request_is_made_of_what_is_no_url(url: str) -> None:
    with pytest.raises(Unusable) as raised:
        read_endpoint(url, {})
    assert "example" not in str(raised.value)


@pytest.mark.parametrize("headers", [{"X-Key": "a\r\nX-Evil: b"}, {"X Key": "a"}, {"X-Key": "\u2028"}, {"": "a"}])
def test_a_header_cannot_bring_another_along(headers: dict[str, str]) -> None:
    with pytest.raises(Unusable) as raised:
        read_endpoint("https://a.example/", headers)
    assert "Evil" not in str(raised.value)


def test_the_parts_that_make_up_the_request_cannot_be_replaced() -> None:
    headers = {"Host": "other.example", "Content-Length": "1", "Transfer-Encoding": "chunked", "content-type": "a/b"}
    request = compose(read_endpoint("https://a.example/", headers), b"{}").decode().lower()
    assert (request.count("host:"), request.count("content-length: 2"), "chunked" in request) == (1, 1, False)
    assert (request.count("content-type:"), "content-type: a/b" in request) == (1, True)


def test_letters_beyond_ascii_go_as_the_wire_wants_them() -> None:
    endpoint = read_endpoint("https://bücher.example/straße?q=a%20b", {})
    assert (endpoint.host, endpoint.target) == ("xn--bcher-kva.example", "/stra%C3%9Fe?q=a%20b")


def test_the_same_url_with_the_same_headers_is_the_same_endpoint() -> None:
    one, other = (
        read_endpoint("https://a.example:443/x", {"X": "1"}),
        read_endpoint("https://A.example/x", {"X": "1"}),
    )
    assert one == other
    assert one != read_endpoint("https://a.example/x", {"X": "2"})
