"""Stacks with a canary in every place where a stack can hold a secret: good ones, and ones wrong at that very place."""

from __future__ import annotations

from tests.e2e.canaries import Watched

PLACES = (
    "client secret",
    "access token",
    "token of the login",
    "CX as Code secret",
    "--var",
    "--var-file",
    "GCSYNC_VAR_",
    "env",
    "default",
    "environment",
    "plain header",
    "user information",
    "query",
    "file",
    "for_each value",
    "inner value of an object",
    "inner value of a list",
    "sensitive description",
    "fingerprint key",
    "proxy password",
    "remote header",
    "remote query",
    "remote user information",
    "header of another owner",
    "token of the platform",
    "credential of the receiver",
    "password of the store",
)

GOOD = """\
version: 1
stack: canaries
variables:
  flag: {{type: string, sensitive: true}}
  filed: {{type: string, sensitive: true}}
  prefixed: {{type: string, sensitive: true}}
  own: {{type: string, sensitive: true, env: OWN_VARIABLE}}
  fallback: {{type: string, sensitive: true, default: '{default}'}}
  given: {{type: string, sensitive: true}}
  nested: {{type: object, sensitive: true, default: {{a: {{key: '{object}'}}}}}}
  listed: {{type: list, sensitive: true, default: ['{list}']}}
  prose: {{type: string, sensitive: true, default: 'Hidden {prose} text'}}
environments:
  dev: {{variables: {{given: '{environment}'}}}}
  test: {{variables: {{given: '{environment}'}}}}
streams:
  one:
    description: ${{var.prose}}
    event_types: [conversation:start]
    destinations:
      - protocol: https
        url: https://user:{user}@events.example.com/a
        headers: {{X-Flag: '${{var.flag}}', X-Filed: '${{var.filed}}', X-Prefixed: 'Bearer ${{var.prefixed}}'}}
      - protocol: https
        url: https://events.example.com/b?code={query}
        headers: {{X-Own: '${{var.own}}', X-Default: '${{var.fallback}}', X-File: '${{file.key.txt}}'}}
      - protocol: https
        url: https://events.example.com/c
        headers: {{X-Plain: '{plain}', X-Given: '${{var.given}}'}}
  two:
    for_each: {{a: {{key: '{each}'}}, b: {{key: '${{var.flag}}'}}}}
    name: two-${{each.key}}
    event_types: [conversation:end]
    destinations:
      - {{protocol: https, url: 'https://events.example.com/${{var.flag}}', headers: {{X-Each: '${{each.value.key}}'}}}}
"""


def good(watched: Watched) -> str:
    return GOOD.format(
        default=watched["default"],
        object=watched["inner value of an object"],
        list=watched["inner value of a list"],
        prose=watched["sensitive description"],
        environment=watched["environment"],
        user=watched["user information"].replace("/", "%2F"),
        query=watched["query"],
        plain=watched["plain header"],
        each=watched["for_each value"],
    )


HEAD = "version: 1\nstack: canaries\n"
STREAM = "streams:\n  one:\n    destinations:\n      - protocol: https\n        url: https://events.example.com/a\n"
VARIABLE = "variables:\n  key: {type: string, sensitive: true}\n"

BAD = {
    "a header that is a list": HEAD + STREAM + "        headers: {X-Key: [SECRET]}\n",
    "a header that is a mapping": HEAD + STREAM + "        headers:\n          X-Key:\n            inner: SECRET\n",
    "headers that are text": HEAD + STREAM + "        headers: 'X-Key: SECRET'\n",
    "headers that are a list": HEAD + STREAM + "        headers: ['X-Key: SECRET']\n",
    "a header without its space": HEAD + STREAM + "        headers: {X-Key:SECRET}\n",
    "a quotation mark too few": HEAD + STREAM + "        headers: {X-Key: 'SECRET}\n",
    "a bracket too few": HEAD + STREAM + "        headers: {X-Key: SECRET\n",
    "a tab": HEAD + STREAM + "        headers:\n\t  X-Key: SECRET\n",
    "a line too far left": HEAD + STREAM + "        headers:\n          X-Key: SECRET\n         X-Other: SECRET\n",
    "a header twice": HEAD + STREAM + "        headers: {X-Key: SECRET, X-Key: SECRET}\n",
    "a header twice but for its case": HEAD + STREAM + "        headers: {X-Key: SECRET, x-key: SECRET}\n",
    "another tag": HEAD + STREAM + "        headers: {X-Key: !!python/object/apply:os.system [SECRET]}\n",
    "an unknown tag": HEAD + STREAM + "        headers: {X-Key: !vault SECRET}\n",
    "headers misspelt": HEAD + STREAM + "        headres: {X-Key: SECRET}\n",
    "a key that is unknown": HEAD + STREAM + "        api_key: SECRET\n",
    "an unknown section": HEAD + "secrets: {a: SECRET}\n" + STREAM,
    "an URL of another scheme": HEAD + STREAM.replace("https://", "http://user:SECRET@"),
    "an URL without its slashes": HEAD + STREAM.replace("https://", "https:user:SECRET@"),
    "an URL with a query and a space": HEAD + STREAM.replace("/a", "/a?code=SECRET b"),
    "an URL that is a list": HEAD + STREAM.replace("url: ", "url: [").replace("/a\n", "/a?code=SECRET]\n"),
    "an unknown variable beside it": HEAD + STREAM + "        headers: {X-Key: 'SECRET ${var.lacking}'}\n",
    "an expression that does not end": HEAD + STREAM + "        headers: {X-Key: '${SECRET'}\n",
    "an expression of another language": HEAD + STREAM + "        headers: {X-Key: '${SECRET}'}\n",
    "a default of another type": HEAD + VARIABLE.replace("type: string", "type: number, default: SECRET") + STREAM,
    "a default that is a list": HEAD + VARIABLE.replace("true", "true, default: [SECRET]") + STREAM,
    "a default beside the pattern": HEAD + VARIABLE.replace("true", "true, pattern: '^x', default: SECRET") + STREAM,
    "a declaration that is text": HEAD + "variables:\n  key: SECRET\n" + STREAM,
    "a declaration that is wrong": HEAD + VARIABLE.replace("true", "yes, default: SECRET") + STREAM,
    "a variable of an environment": HEAD
    + VARIABLE.replace("string", "number")
    + "environments: {dev: {variables: {key: SECRET}}}\n"
    + STREAM,
    "a secret in a name": HEAD
    + VARIABLE.replace("true", "true, default: SECRET")
    + STREAM
    + "    name: '${var.key}'\n",
    "a secret as enabled": HEAD
    + VARIABLE.replace("true", "true, default: SECRET")
    + STREAM
    + "    enabled: ${var.key}\n",
    "a secret as an event type": HEAD
    + VARIABLE.replace("true", "true, default: SECRET")
    + STREAM
    + "    event_types: ['${var.key}', '${var.key}']\n",
    "a secret as for_each": HEAD
    + VARIABLE.replace("string", "object").replace("true", "true, default: {SECRET: 1}")
    + STREAM
    + "    for_each: ${var.key}\n",
    "a secret in for_each that lacks a part": HEAD
    + VARIABLE.replace("string", "object").replace("true", "true, default: {a: {b: SECRET}}")
    + STREAM
    + "        headers: {X-Key: '${each.value.lacking}'}\n    for_each: ${var.key}\n",
    "a secret as a protocol": HEAD
    + VARIABLE.replace("true", "true, default: SECRET")
    + STREAM.replace("https\n", "${var.key}\n", 1),
    "a secret as an URL": HEAD
    + VARIABLE.replace("true", "true, default: SECRET")
    + STREAM.replace("https://events.example.com/a", "${var.key}"),
    "a header of several lines": HEAD + STREAM + '        headers: {X-Key: "SECRET\\r\\nX-Other: SECRET"}\n',
    "a file of several documents": HEAD + STREAM + "        headers: {X-Key: SECRET}\n---\nkey: SECRET\n",
    "a credentials section of one's own": HEAD + "genesys: {client_secret: SECRET}\n" + STREAM,
}
"""`SECRET` is where the canary stands."""

BAD_VARIABLES = {
    "text alone": "SECRET\n",
    "a list": "[SECRET]\n",
    "an undeclared key": "other_key: SECRET\n",
    "a list as the value": "key: [SECRET]\n",
    "no space": "key:SECRET\n",
    "no end": "key: 'SECRET\n",
    "twice": "key: SECRET\nkey: SECRET\n",
    "a tag": "key: !vault SECRET\n",
    "a tab": "key:\n\t- SECRET\n",
}
