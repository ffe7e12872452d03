"""No secret in anything that a run leaves: every byte of stdout, stderr and of each file that it wrote is searched.

A new command, option or file is covered by a line in `LINES`; a new place where a secret can enter by one in `PLACES`
(canary_stacks.py) and in `Scene`. A line whose command or option gcsync does not have yet is left out.
"""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.canaries import Watched, found_in, new_in, texts_below
from tests.e2e.canary_stacks import BAD, BAD_VARIABLES, HEAD, PLACES, STREAM, VARIABLE, good
from tests.e2e.repeating import WAYS, Mood, repeating
from tests.e2e.workplace import LONGEST_SECONDS, Hand, Ran, Workplace, clean_environment, command

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator

GIVEN = "--env dev --var flag={flag} --var-file given/values.yaml"
LINES = (
    "validate {given}",
    "validate {given} --format json",
    "validate {given} --format sarif",
    "validate {given} --format junit",
    "plan {given}",
    "plan {given} --format json",
    "plan {given} --destroy",
    "plan {given} --out plan.json",
    "show plan.json",
    "show plan.json --format json",
    "plan {given} --env test --env prod",
    "plan {given} --env test --format json",
    "compare {given} --env test --all",
    "compare {given} --env test --all --format json",
    "compare {given} --env test --all --format markdown",
    "plan --env test --unknown-secrets --out unknown.json",
    "show unknown.json --format json",
    "apply unknown.json",
    "graph {given}",
    "graph {given} --format mermaid",
    "graph {given} --format dot",
    "graph {given} --format svg",
    "graph plan.json --format svg",
    "plan {given} --format html",
    "show plan.json --format html",
    "drift {given} --format html",
    "apply plan.json --auto-approve {given}",
    "apply {given} --auto-approve",
    "apply {given} --auto-approve --format json",
    "plan {given} --replace stream.one",
    "plan {given} --replace stream.one --out again.json",
    "apply --expect again.json --auto-approve --env dev --var flag=another --var-file given/values.yaml",
    "apply --expect again.json --auto-approve {given}",
    "verify {given}",
    "verify {given} --format json",
    "verify {given} --format junit",
    "apply {given} --auto-approve --verify",
    "receiver test https://user:{flag}@events.example.com/{flag}?code={flag} --auth header:X-Key",
    "drift {given}",
    "drift {given} --format json",
    "drift {given} --format junit",
    "drift {given} --format sarif",
    "drift {given} --format prometheus",
    "drift {given} --blame --since 1h --max-age 1d",
    "drift {given} --baseline given/values.yaml",
    "drift {given} --reconcile --auto-approve",
    "accept {given}",
    "list {given}",
    "list {given} --format json",
    "export",
    "export --output exported.yaml",
    "export --stack canaries --env dev",
    "export --kind stream --name unmanaged*",
    "import stream.imported {unmanaged} stacks/canaries.yaml",
    "trace given/event.json {given}",
    "trace given/event.json {given} --format json",
    "trace given/event.json {given} --remote",
    "trace given/event.json {given} --remote --format json",
    "topics",
    "topics --format json",
    "doctor",
    "doctor --format json",
    "unlock --env dev",
    "unlock canaries@dev",
    "destroy {given}",
    "destroy {given} --auto-approve",
    "destroy --stack canaries --env dev --auto-approve --format json",
    "schema stream",
    "comment plan.json --number 12 --platform github",
    "explain GC104",
    "init fresh",
    "receiver serve --auth basic",
    "receiver stats",
    "receiver stats --format json",
    "receiver stats --store redis://127.0.0.1:1/0",
    "receiver replay given/values.yaml",
    "receiver package lambda --add missing.py --wheelhouse given",
    "fmt --diff",
    "fmt",
)


@dataclass
class Scene:
    """A folder below which is all that gcsync could write to, and an API with objects made by hand."""

    root: Path
    work: Workplace
    watched: Watched
    mood: Mood
    unmanaged: str

    def run(self, line: str, *more: str, **environ: str) -> tuple[Ran, list[str]]:
        """What the command line did, and what leaked: nothing, if all is well."""
        return self.run_command(command(*self.arguments(line), *more), **environ)

    def run_all(self, lines: Iterable[str], **environ: str) -> tuple[Ran, list[str]]:
        """The same for many command lines, one after the other in one process, which begins much sooner."""
        program = "import json, sys; from gcsync.cli.main import run; "
        program += "[print(f'ended with {run(line):d}') for line in json.loads(sys.stdin.read())]"
        given = json.dumps([[*self.arguments(line), "-vv"] for line in lines])
        return self.run_command([sys.executable, "-W", "error", "-c", program], given, **environ)

    def arguments(self, line: str) -> list[str]:
        given = GIVEN.format(flag=self.watched["--var"])
        return shlex.split(line.format(given=given, unmanaged=self.unmanaged, flag=self.watched["--var"]))

    def run_command(self, line: list[str], given: str = "", **environ: str) -> tuple[Ran, list[str]]:
        before = texts_below(self.root)
        done = subprocess.run(
            line,
            cwd=self.work.folder,
            env=self.work.environ | environ,
            input=given.encode(),
            capture_output=True,
            timeout=2 * LONGEST_SECONDS,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert [line for line in (ran.out + ran.err).splitlines() if "Traceback" in line] == []
        return ran, self.leaks(before, done.stdout, done.stderr)

    def leaks(self, before: dict[str, bytes], stdout: bytes, stderr: bytes) -> list[str]:
        left = new_in(before, texts_below(self.root))
        return self.watched.leaks({"stdout": stdout, "stderr": stderr} | left)


@pytest.fixture
def scene(tmp_path: Path, emulator: RunningEmulator) -> Iterator[Scene]:
    watched = Watched(*PLACES, "bad place")
    root = tmp_path / "all"
    for name in ("work", "home", "tmp", "cache", "config", "state"):
        (root / name).mkdir(parents=True)
    with repeating(emulator.url, watched["token of the login"]) as (url, mood):
        work = Workplace(root / "work", environment(root, url, watched))
        work.write("stacks/canaries.yaml", good(watched))
        work.write("stacks/key.txt", watched["file"])
        work.write("given/event.json", '{"eventType": "conversation:start"}')
        work.write("given/values.yaml", f"filed: '{watched['--var-file']}'\n")
        yield Scene(root, work, watched, mood, made_by_hand(Hand(emulator.url), watched))


def environment(root: Path, url: str, watched: Watched) -> dict[str, str]:
    places = {"HOME": "home", "TMPDIR": "tmp", "TEMP": "tmp", "TMP": "tmp"}
    places |= {"XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}
    return clean_environment(
        **{name: str(root / folder) for name, folder in places.items()},
        GENESYS_CLOUD_API_URL=url,
        GENESYS_CLOUD_LOGIN_URL=url,
        GENESYS_CLOUD_CLIENT_ID="client-one",
        GENESYS_CLOUD_CLIENT_SECRET=watched["client secret"],
        GENESYSCLOUD_OAUTHCLIENT_SECRET=watched["CX as Code secret"],
        GCSYNC_VAR_prefixed=watched["GCSYNC_VAR_"],
        OWN_VARIABLE=watched["env"],
        GCSYNC_RECEIVER_SECRET=watched["credential of the receiver"],
        GCSYNC_RECEIVER_STORE_PASSWORD=watched["password of the store"],
        GCSYNC_FINGERPRINT_KEY=watched["fingerprint key"],
        HTTPS_PROXY=f"http://user:{watched['proxy password']}@127.0.0.1:9",
        GITHUB_API_URL=url,
        GITHUB_REPOSITORY="example/events",
        GITHUB_TOKEN=watched["token of the platform"],
        GCSYNC_ENV="dev",
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONPATH=str(Path(__file__).parents[2]),
    )


def made_by_hand(hand: Hand, watched: Watched) -> str:
    """Objects that no stack owns, that look like those of the stack, and that another stack owns; the id of one."""
    user = watched["remote user information"].replace("/", "%2F")
    stream = hand.create("unmanaged", f"https://user:{user}@events.example.com/x?code={watched['remote query']}")
    hand.change("unmanaged", destinations=[stream["destinations"][0] | {"headers": {"X-R": watched["remote header"]}}])
    other = {"protocol": "https", "url": "https://events.example.com/y"}
    hand.create("two-a", "https://events.example.com/z?code=" + watched["remote query"])
    hand.create("others")
    hand.change(
        "others",
        description="[gcsync:1:another:stream.others:...:00]",
        destinations=[other | {"headers": {"X-R": watched["header of another owner"]}}],
    )
    return str(stream["id"])


def known_lines() -> list[str]:
    """The lines whose command and options gcsync has."""
    import typer.main

    from gcsync.cli.app import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    found = []
    for line in LINES:
        name, *rest = line.replace("{given}", GIVEN).split()
        found_command = getattr(commands.get(name), "commands", {}).get(rest[0], commands.get(name)) if rest else None
        options = {option for parameter in getattr(found_command, "params", ()) for option in parameter.opts}
        if name in commands and all(word in options for word in rest if word.startswith("--")):
            found.append(line)
    return found


def test_every_command_that_ends_by_itself_is_in_the_table() -> None:
    import typer.main

    from gcsync.cli.app import app

    servers = {"emulator", "receiver"}
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert commands - servers - {line.split()[0] for line in LINES} == set()


class TestTheSearch:
    """It can fail: a canary is found in whatever form it leaves."""

    @pytest.mark.parametrize("way", WAYS)
    def test_a_canary_is_found_however_it_is_written(self, way: str) -> None:
        watched = Watched("default")
        text = WAYS[way](f"x{watched['default']}y").replace("\x1b[31m", "")
        assert watched.leaks({"stderr": text.encode()}) != []

    def test_and_in_part_and_as_hexadecimal(self) -> None:
        watched = Watched("default")
        assert list(found_in(watched["default"][:11].encode(), watched["default"])) == ["text"]
        assert list(found_in(watched["default"].encode().hex().encode(), watched["default"])) == ["hexadecimal"]

    def test_a_run_that_leaks_is_found_out(self, scene: Scene) -> None:
        leaking = (
            "import sys, gcsync.cli.output as output\n"
            "from gcsync.model.value import Secret\n"
            "Secret.__repr__ = Secret.__str__ = lambda secret: str(secret.reveal())\n"
            "from gcsync.cli.main import main\n"
            "main()\n"
        )
        line = [sys.executable, "-c", leaking, *scene.arguments("plan {given}")]
        _, leaks = scene.run_command(line)
        found = {leak.partition(":")[0] for leak in leaks}
        assert {"--var in stdout as text", "plain header in stdout as text"} <= found


def test_no_command_leaves_a_secret(scene: Scene) -> None:
    ran, leaks = scene.run_all(known_lines())
    assert leaks == []
    assert "internal error" not in ran.err, ran.err[-2000:]
    assert "> POST /api/v2/eventstreams, try 1" in ran.err


@pytest.mark.full
def test_no_command_leaves_a_secret_as_a_process_of_its_own(scene: Scene) -> None:
    for line in known_lines():
        ran, leaks = scene.run(line, "-vv")
        assert (line, leaks) == (line, [])
        assert ran.code in (0, 1, 2, 3), (line, ran.err)


def test_the_good_stack_is_good(scene: Scene) -> None:
    """Else all that is searched would be the same error message again and again."""
    ran, leaks = scene.run("apply {given} --auto-approve")
    assert "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete, 1 to adopt, 0 unchanged." in ran.out
    assert (ran.code, leaks) == (0, []), ran.err[-2000:]


def test_a_given_access_token_is_no_more_shown(scene: Scene) -> None:
    scene.mood.hits, scene.mood.statuses = "GET /api/v2/organizations", (401, 400, 403)
    token = {"GENESYS_CLOUD_ACCESS_TOKEN": scene.watched["access token"]}
    ran, leaks = scene.run_all(["plan {given}", "doctor"] * 3, **token)
    assert leaks == []
    assert scene.mood.answered >= 6, ran.err[-2000:]


MANY = "  many:\n    for_each: {%s}\n    name: many-${each.key}\n    event_types: [conversation:start]\n"


class TestAnApiThatRepeatsWhatItHears:
    @pytest.mark.parametrize(
        ("count", "statuses"),
        [
            (12, (400, 403, 409)),
            pytest.param(60, (400, 403, 409, 413, 422), marks=pytest.mark.full),
        ],
    )
    def test_to_creates(self, scene: Scene, count: int, statuses: tuple[int, ...]) -> None:
        """Every way of repeating every part of a request; in full with every status that ends a create at once."""
        self.declare_many(scene, count)
        scene.mood.hits, scene.mood.statuses = "POST /api/v2/eventstreams", statuses
        scene.mood.holds = scene.watched["plain header"]
        ran, leaks = scene.run_all(["apply {given} --auto-approve", "apply {given} --auto-approve --format json"])
        assert leaks == []
        assert scene.mood.answered > count
        assert "(sensitive value)" in ran.out

    def test_to_updates_and_deletes(self, scene: Scene) -> None:
        scene.run("apply {given} --auto-approve")
        (scene.work.folder / "stacks/key.txt").write_text("another")
        scene.mood.hits, scene.mood.statuses = "(PUT|DELETE) /api/v2/eventstreams", (400, 404, 409, 401)
        scene.mood.holds = "; ".join(scene.watched[place] for place in ("--var", "plain header", "query"))
        lines = ["apply {given} --auto-approve", "destroy {given} --auto-approve"] * 2
        ran, leaks = scene.run_all(lines)
        assert leaks == []
        assert scene.mood.answered > 3, ran.err[-2000:]

    def test_to_reads(self, scene: Scene) -> None:
        """An API may repeat what it once was sent, in answer to a request that holds nothing of it."""
        scene.mood.hits, scene.mood.statuses = "GET /api/v2/(eventstreams|integrations)", (400, 403, 404)
        scene.mood.holds = "; ".join(scene.watched[place] for place in ("file", "--var", "plain header", "query"))
        ran, leaks = scene.run_all(["plan {given}", "drift {given} --format json", "apply {given}"] * 2)
        assert leaks == []
        assert scene.mood.answered > 3, ran.err[-2000:]

    def test_the_login(self, scene: Scene) -> None:
        scene.mood.hits, scene.mood.statuses = "POST /oauth/token", (400, 401, 403)
        ran, leaks = scene.run_all(["plan {given}", "doctor --format json"] * 3)
        assert leaks == []
        assert scene.mood.answered > 3, ran.err[-2000:]

    def declare_many(self, scene: Scene, count: int) -> None:
        instances = ", ".join(f"i{number}: {number}" for number in range(count))
        url = f"https://events.example.com/${{each.key}}?c={scene.watched['query']}"
        destination = f"{{protocol: https, url: '{url}', headers: {{X-Flag: '${{var.flag}}'}}}}"
        text = f"{MANY % instances}    destinations: [{destination}]\n"
        path = scene.work.folder / "stacks/canaries.yaml"
        path.write_text(path.read_text() + text)


class TestStacksThatAreWrong:
    def test_at_the_very_place_of_the_secret(self, scene: Scene) -> None:
        for number, text in enumerate(BAD.values()):
            text = text.replace("SECRET", scene.watched["bad place"].replace("/", "-"))
            scene.work.write(f"bad/{number}.yaml", text.replace("stack: canaries", f"stack: canaries-{number}"))
        files = [f"bad/{number}.yaml" for number in range(len(BAD))]
        ran, leaks = scene.run_all([f"validate {' '.join(files)}", *(f"plan {file} --env dev" for file in files)])
        assert leaks == []
        silent = [name for name, file in zip(BAD, files, strict=True) if f"{file}:" not in ran.err]
        assert silent == []

    def test_files_of_variables(self, scene: Scene) -> None:
        scene.work.write("stack.yaml", HEAD + VARIABLE + STREAM)
        for number, text in enumerate(BAD_VARIABLES.values()):
            scene.work.write(f"bad/{number}.yaml", text.replace("SECRET", scene.watched["bad place"]))
            scene.work.write(f"bad/{number}.json", text.replace("SECRET", scene.watched["bad place"]))
        names = [f"bad/{number}.{form}" for number in range(len(BAD_VARIABLES)) for form in ("yaml", "json")]
        ran, leaks = scene.run_all((f"validate stack.yaml --var-file {name}" for name in names), GCSYNC_ENV="")
        assert leaks == []
        assert [name for name in names if f"{name}:" not in ran.err] == []

    def test_command_lines(self, scene: Scene) -> None:
        scene.work.write("stack.yaml", HEAD + VARIABLE + STREAM)
        secret = scene.watched["bad place"]
        ran, leaks = scene.run_all(
            [
                f"validate stack.yaml --var {secret}",
                f"validate stack.yaml --var other={secret}",
                f"validate stack.yaml --var =x{secret}",
                f"validate stack.yaml --var key {secret}",
                f"validate stack.yaml --var key = {secret}",
                f"validate stack.yaml --var-file key={secret}",
                f"validate stack.yaml key={secret}",
                f"schema stream key={secret}",
                f"list --stack key={secret}",
                f"plan stack.yaml --vars key={secret}",
                f"plan stack.yaml --format key={secret}",
                f"plan stack.yaml --target key={secret}",
            ],
            GCSYNC_ENV="",
        )
        assert leaks == []
        assert ran.out.count("ended with 1\n") == 12, ran.err[-2000:]


class TestRunsThatEndOtherwise:
    @pytest.mark.parametrize("where", ["gcsync.engine.compute", "gcsync.remote.session.GenesysSession.post"])
    def test_by_a_bug_that_quotes_a_secret(self, scene: Scene, where: str) -> None:
        """In the main thread, and in a worker."""
        holder, _, name = where.rpartition(".")
        before = texts_below(scene.root)
        ran, leaks = self.run_with(scene, f"{holder}.{name} = fail\n")
        assert (ran.code in (1, 3), leaks) == (True, [])
        left = new_in(before, texts_below(scene.root))
        assert "compute" not in where or any("internal-error" in path for path in left)

    def test_by_a_bug_in_the_background(self, scene: Scene) -> None:
        change = (
            "def close(session):\n"
            "    thread = threading.Thread(target=fail)\n    thread.start()\n    thread.join()\n"
            "gcsync.remote.session.GenesysSession.close = close\n"
        )
        ran, leaks = self.run_with(scene, change)
        assert ("internal error GC900 in the background: RuntimeError" in ran.err, leaks) == (True, [])

    def run_with(self, scene: Scene, change: str) -> tuple[Ran, list[str]]:
        """An apply of a gcsync in which something is replaced by `fail`, whose message holds all that it was given."""
        program = (
            "import threading, gcsync.remote.session, gcsync.engine\n"
            "from gcsync.model.value import reveal\n"
            "def fail(*given, **named):\n"
            "    plain = [reveal(getattr(one, 'resources', one)) for one in given]\n"
            f"    raise RuntimeError({scene.watched['default']!r}, plain)\n"
            f"{change}"
            "from gcsync.cli.main import main\nmain()\n"
        )
        return scene.run_command([sys.executable, "-c", program, *scene.arguments("apply {given} --auto-approve -vv")])

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_by_a_signal(self, scene: Scene, number: int) -> None:
        """While a write waits for its answer; meanwhile the command has started no process and dumps no core."""
        scene.mood.hits, scene.mood.hang = "POST /api/v2/eventstreams", True
        before = texts_below(scene.root)
        line = command(*scene.arguments("apply {given} --auto-approve -vv --parallelism 1"))
        with subprocess.Popen(
            line, cwd=scene.work.folder, env=scene.work.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert scene.mood.asked.wait(LONGEST_SECONDS)
            limits = Path(f"/proc/{process.pid}/limits")
            if limits.exists():
                assert children(process.pid) == []
                (core,) = [line.split()[4:6] for line in limits.read_text().splitlines() if "core file" in line]
                assert core == ["0", "0"]
            process.send_signal(number)
            scene.mood.let_go.set()
            out, err = process.communicate(timeout=LONGEST_SECONDS)
        assert process.returncode == 128 + number
        assert scene.leaks(before, out, err) == []


def children(pid: int) -> list[str]:
    """The processes that a process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if parent == str(pid):
            found.append(path.parent.name)
    return found
