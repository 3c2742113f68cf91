"""A PostgreSQL of a test's own, which may be stopped: with a copy of what the test's database holds."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from django.db import connection

TOOLS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1:]
SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "shared_buffers=32MB")


class Cluster:
    """Started and stopped at any moment. As root it runs as nobody, since PostgreSQL refuses to be root."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="paddock-cluster-"))
        self.data = self.folder / "data"
        self.owner = []
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self.owner = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._run("initdb", f"--pgdata={self.data}", "--username=paddock", "--auth=trust", "--encoding=UTF8")
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://paddock@127.0.0.1:{self.port}/paddock"

    def start(self) -> None:
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"port={self.port}"))
        self._run("pg_ctl", f"--pgdata={self.data}", f"--log={self.folder}/log", "--wait", "start", "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """``fast`` ends every connection, ``immediate`` is a crash."""
        self._run("pg_ctl", f"--pgdata={self.data}", "--wait", f"--mode={mode}", "stop")

    def remove(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def copy_the_tests_database(self) -> None:
        at = connection.settings_dict
        near = ["--host=127.0.0.1", f"--port={self.port}", "--username=paddock"]
        self._run("createdb", *near, "paddock")
        held = self._run(
            "pg_dump",
            "--no-owner",
            f"--host={at['HOST']}",
            f"--port={at['PORT']}",
            f"--username={at['USER']}",
            at["NAME"],
            secret=at["PASSWORD"],
        )
        self._run("psql", *near, "--quiet", "--set=ON_ERROR_STOP=1", "paddock", text=held)

    def _run(self, tool: str, *words: str, secret: str = "", text: bytes = b"") -> bytes:
        command = [*self.owner, str(TOOLS[0] / tool), *words]
        environment = {"PGPASSWORD": secret, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        # To files: a server that was started keeps what its starter had open.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                command,
                check=False,
                cwd="/",
                env=environment,
                input=text,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=60,
            )
            out.seek(0)
            said = out.read()
        assert done.returncode == 0, said.decode()
        return said
