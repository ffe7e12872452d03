from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from gcsync.receiver.turns import Turn

HOLDER = """
import sys, time
from pathlib import Path
from gcsync.receiver.turns import Turn

with Turn(Path("turn")):
    print("inside", flush=True)
    time.sleep(3600)
"""


def test_one_is_inside_at_a_time(tmp_path: Path) -> None:
    inside: list[str] = []

    def go(name: str) -> None:
        turn = Turn(tmp_path / "turn")
        for _ in range(20):
            with turn:
                inside.append(name)
                time.sleep(0.0005)
                assert inside.pop() == name
        turn.close()
        turn.close()

    threads = [threading.Thread(target=go, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == []


def test_a_killed_process_gives_its_turn_back(tmp_path: Path) -> None:
    environ = {"PYTHONPATH": str(Path(__file__).parents[2])}
    line = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(line, cwd=tmp_path, env=environ, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"inside\n"
        came = threading.Event()

        def wait() -> None:
            turn = Turn(tmp_path / "turn")
            with turn:
                came.set()
            turn.close()

        thread = threading.Thread(target=wait)
        thread.start()
        assert not came.wait(0.1)
        holder.kill()
        thread.join(180)
        assert came.is_set()


def test_who_removes_the_file_lets_nobody_in_beside_another(tmp_path: Path) -> None:
    turn, other = Turn(tmp_path / "turn"), Turn(tmp_path / "turn")
    with turn:
        pass
    (tmp_path / "turn").unlink()
    with other:
        thread = threading.Thread(target=turn.__enter__)
        thread.start()
        thread.join(0.1)
        assert thread.is_alive()
    thread.join(180)
    turn.close()
    other.close()
