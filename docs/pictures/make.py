"""The pictures of the README and the docs, from real runs on the emulator: `make pictures`.

A stack is applied, edited, and changed by hand behind gcsync's back; then `plan`, `drift` and `graph` are run as a user
would, on a terminal of 100 columns, and what they print is drawn: the terminal by rich, pages by Chromium, the
pull-request comment with GitHub's own style for markdown. Needs what `make test-full` needs.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stacks.demo import emulator, environment
from tests.browser.chromium import browser, script
from tests.e2e.workplace import Hand

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE: Final = Path(__file__).parent
COLUMNS: Final = 100
LARGEST: Final = 200_000
"""Bytes of a picture: a README is read on phones."""

BEFORE: Final = """\
version: 1
stack: contact-center
variables:
  api_key: {type: string, sensitive: true, env: EVENTS_API_KEY}
streams:
  conversations:
    description: Conversations, for analytics
    event_types: [conversation:start, conversation:end]
    destinations:
      - protocol: https
        url: https://events.example.com/genesys
        headers: {X-Api-Key: '${var.api_key}', X-Team: analytics}
  agents:
    description: Agent states, for the wallboard
    event_types: [user:state:change]
    destinations: [{protocol: https, url: 'https://wallboard.example.com/agents'}]
  billing:
    description: What was handled, for billing
    event_types: [conversation:end]
    destinations: [{protocol: https, url: 'https://billing.example.com/in'}]
  legacy:
    description: For the old reports
    event_types: [conversation:end]
    destinations: [{protocol: https, url: 'https://reports.example.com/old'}]
"""

QUALITY: Final = """\
  quality:
    description: For quality management
    event_types: [conversation:start, conversation:end]
    destinations: [{protocol: https, url: 'https://events.example.com/quality'}]
"""


def after() -> str:
    """The stack as somebody proposes it: one stream more, one less, one that sends more to one more place."""
    text = BEFORE[: BEFORE.index("  legacy:")] + QUALITY
    text = text.replace(
        "[conversation:start, conversation:end]", "[conversation:start, conversation:end, user:state:change]", 1
    )
    return text.replace("X-Team: analytics", "X-Team: data")


def main(folder: Path) -> int:
    """Make every picture in the folder; the exit code is 1 where one could not be made."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gcsync-pictures-") as name:
        work = Path(name)
        (work / "stacks").mkdir()
        with emulator(work) as url:
            scene = Scene(work, url)
            scene.prepare()
            draw(scene, folder)
    for path in sorted(folder.glob("*.*g")):
        print(f"{path.name}: {path.stat().st_size // 1024} KiB")
    return 0


class Scene:
    """A user's folder with a stack that was applied, edited, and is no longer what is there."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.environ = environment(url) | {"EVENTS_API_KEY": "not-a-real-key", "TERM": "xterm-256color"}

    def prepare(self) -> None:
        self._write(BEFORE)
        self.run("apply", "--auto-approve")
        hand = Hand(self.url)
        hand.change("agents", enabled=False, eventTypes=["user:state:change", "conversation:start"])
        self._write(after())

    def run(self, *arguments: str, **environ: str) -> str:
        """What a command prints to a file; raises RuntimeError where it fails."""
        done = subprocess.run(
            self._command(*arguments),
            cwd=self.folder,
            env=self.environ | environ,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode not in (0, 2):
            raise RuntimeError(f"gcsync {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def terminal(self, *arguments: str) -> str:
        """What a command prints to a terminal, colours and all."""
        own, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        with subprocess.Popen(
            self._command(*arguments), cwd=self.folder, env=self.environ, stdin=other, stdout=other, stderr=other
        ):
            os.close(other)
            text = b"".join(_all(own)).decode()
        os.close(own)
        return f"$ gcsync {' '.join(arguments)}\n{_settled(text)}"

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gcsync", *arguments]

    def _write(self, text: str) -> None:
        (self.folder / "stacks/prod.yaml").write_text(text, encoding="utf-8")


def draw(scene: Scene, folder: Path) -> None:
    for name in ("plan", "drift"):
        (folder / f"terminal-{name}.svg").write_text(
            terminal_svg(scene.terminal(name), f"gcsync {name}"), encoding="utf-8"
        )
    scene.run("plan", "--out", "plan.json")
    (folder / "graph.svg").write_text(scene.run("graph", "plan.json", "--format", "svg"), encoding="utf-8")
    plan, drift = (scene.run(name, "--format", "html") for name in ("plan", "drift"))
    with browser() as running:
        for scheme in ("light", "dark"):
            picture(running, plan, folder / f"report-{scheme}.png", scheme)
            picture(running, drift, folder / f"report-drift-{scheme}.png", scheme)
        picture(running, plan, folder / "report-phone.png", "light", width=390)
        comment(scene, running, folder)


def comment(scene: Scene, running: Browser, folder: Path) -> None:
    """The comment that `gcsync comment` writes on a pull request, as GitHub shows its markdown."""
    from markdown_it import MarkdownIt

    from tests.stand_ins import github

    with github.running() as server:
        number = server.open_pull()
        scene.run("comment", "plan.json", "--number", str(number), **server.environ())
        (text,) = server.bodies(number)
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": False, "highlight": _highlighted}).render(text)
    body = _ALERT.sub(_alert, shown)
    for scheme in ("light", "dark"):
        style = script(f"github-markdown-css/github-markdown-{scheme}.css")
        page = (
            f'<!DOCTYPE html><meta charset="utf-8"><style>{style} body {{ margin: 0; padding: 20px }} '
            f'</style><body class="markdown-body">{body}</body>'
        )
        picture(running, page, folder / f"comment-{scheme}.png", scheme, width=860, opened=0)


_ALERT: Final = re.compile(r"<blockquote>\n<p>\[!(\w+)\](?:<br />)?\n?(.*?)</p>\n</blockquote>", re.DOTALL)


def _alert(found: re.Match[str]) -> str:
    """A box as GitHub draws it, by the classes of its style sheet; the parser takes it for a quotation."""
    kind = found[1].lower()
    title = f'<p class="markdown-alert-title">{kind.title()}</p>'
    return f'<div class="markdown-alert markdown-alert-{kind}">{title}<p>{found[2]}</p></div>'


def _highlighted(code: str, language: str, _attributes: str) -> str:
    """A `diff` block as GitHub colours it, by the classes of its style sheet."""
    classes = {"+": "pl-mi1", "-": "pl-md", "!": "pl-mc"} if language == "diff" else {}
    lines = [(classes.get(line[:1]), escape(line)) for line in code.split("\n")]
    return "\n".join(f'<span class="{name}">{line}</span>' if name else line for name, line in lines)


def picture(running: Browser, html: str, path: Path, scheme: str, *, width: int = 1180, opened: int = 4) -> None:
    """A page, its first `opened` rows open, as a PNG of at most LARGEST bytes."""
    context = running.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 100}, device_scale_factor=1.5
    )
    page = context.new_page()
    page.set_content(html)
    for number in range(min(opened if width > 400 else 1, page.locator("details > summary").count())):
        page.evaluate("number => { document.querySelectorAll('details')[number].open = true }", number)
    page.wait_for_timeout(300)
    height = min(page.evaluate("document.documentElement.scrollHeight"), 1500)
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(300)
    path.write_bytes(_small(page.screenshot()))
    context.close()


def terminal_svg(text: str, title: str) -> str:
    """ANSI text in a window, by rich; without the web font that rich's own format asks a server for."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(text.rstrip("\n")))
    form = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title=title, code_format=form.replace("Fira Code", "ui-monospace, Menlo, Consolas"))


def _settled(text: str) -> str:
    """What is left on the terminal in the end: without the lines of progress, which were wiped out again."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        for _ in range(line.count("\x1b[1A")):
            lines.pop()
        lines.append(re.sub(r"\x1b\[\?25[lh]|\x1b\[1A|\r", "", line.split("\x1b[2K")[-1]))
    return "\n".join(lines)


def _small(png: bytes) -> bytes:
    """The picture with as few colours as it takes to be small."""
    from PIL import Image

    for colors in (256, 128, 64, 32):
        out = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").quantize(colors).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


def _all(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            found = os.read(descriptor, 65536)
        except OSError:
            return
        if not found:
            return
        yield found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
