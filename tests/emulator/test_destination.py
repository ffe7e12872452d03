from __future__ import annotations

import pytest

from gcsync.emulator.destination import url_problem


@pytest.mark.parametrize(
    "url",
    [
        "https://events.example.com",
        "https://events.example.com:8443/in?key=value#part",
        "https://user:pass%40word@events.example.com/",
        "https://EVENTS.example.com./",
        "https://abc123.execute-api.us-east-1.amazonaws.com/prod",
        "https://bücher.example.com/",
        "https://8.8.8.8/",
        "https://[2001:4860:4860::8888]/",
    ],
)
def test_what_looks_publicly_resolvable_is_a_destination(url):
    assert url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://events.example.com", "it must start with https://"),
        ("https://", "it names no host"),
        ("https:///path", "it names no host"),
        ("https://localhost/", '"localhost" cannot be resolved publicly'),
        ("https://LOCALHOST./", '"localhost" cannot be resolved publicly'),
        ("https://api.localhost", '"api.localhost" cannot be resolved publicly'),
        ("https://server.internal", '"server.internal" cannot be resolved publicly'),
        ("https://intranet/", '"intranet" cannot be resolved publicly'),
        ("https://127.0.0.1/", "127.0.0.1 is not a public address"),
        ("https://127.0.0.1./", '"127.0.0.1." is not an IP address'),
        ("https://10.1.2.3/", "10.1.2.3 is not a public address"),
        ("https://172.16.0.1/", "172.16.0.1 is not a public address"),
        ("https://192.168.0.1/", "192.168.0.1 is not a public address"),
        ("https://169.254.169.254/", "169.254.169.254 is not a public address"),
        ("https://[::1]/", "::1 is not a public address"),
        ("https://[fd00::1]/", "fd00::1 is not a public address"),
        ("https://127.1/", '"127.1" is not an IP address'),
        ("https://2130706433/", '"2130706433" is not an IP address'),
        ("https://0x7f.0.0.0x1/", '"0x7f.0.0.0x1" is not an IP address'),
        ("https://a..example.com/", '"a..example.com" is not a host name'),
        ("https://-a.example.com/", '"-a.example.com" is not a host name'),
        ("https://events.example.com/a b", "it holds white space, a control character or a backslash"),
        ("https://events.example.com\\@10.0.0.1/", "it holds white space, a control character or a backslash"),
    ],
)
def test_what_a_sender_could_never_reach_is_refused(url, problem):
    assert url_problem(url) == problem


@pytest.mark.parametrize("url", ["https://events.example.com:99999/", "https://events.example.com:x/", "https://[::1"])
def test_a_url_that_cannot_be_read_is_refused(url):
    assert url_problem(url)
