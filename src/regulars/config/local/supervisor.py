"""`regulars up`: everything on one machine, from an empty folder to an address one can open.

Order of start: folder, lock, port, database, `regulars prepare`, web and worker. Order of stop: web and
worker side by side, then the database. A web server or worker that dies is started again; one that keeps
dying, or a database that dies, stops everything with a message.
"""

from __future__ import annotations

import contextlib
import http.client
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from regulars.config import env
from regulars.config.local import children, embedded, installation
from regulars.config.local.children import Child, Lifeline
from regulars.config.local.errors import LocalError
from regulars.config.local.postgres import EmbeddedPostgres
from regulars.config.words import gettext as _

READY_SECONDS_MAX = 60
POLL_SECONDS = 0.25
EARLY_SECONDS = 20.0
"""A child that ends before this has not really started."""
EARLY_ENDS_MAX = 3


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP came."""


@dataclass
class _Signals:
    """Turns signals into `Stopped` until the stop has begun; then they change nothing any more."""

    stopping: bool = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # `nohup` is respected
                signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stopped


@dataclass
class Supervisor:
    """One run of `regulars up`.

    `say` prints a line for the person, `announce` the address and sign-in once everything answers.
    """

    port: int
    demo: bool
    say: Callable[[str], None]
    announce: Callable[[str, Path], None]
    signals: _Signals = field(default_factory=_Signals)

    def run(self) -> None:
        """Start everything and stay until told to stop. Raises LocalError in words for a person."""
        self.signals.install()
        try:
            with contextlib.ExitStack() as stack:
                try:
                    self._start_and_watch(stack)
                finally:
                    self.signals.stopping = True  # from here on, whatever the reason, everything is stopped
        except Stopped:
            self.say(_("Stopped."))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _start_and_watch(self, stack: contextlib.ExitStack) -> None:
        folder = installation.open_folder()
        stack.enter_context(installation.only_one(folder, self.address))
        installation.require_free_port(self.port)
        installation.make_secret_key(folder)
        server = (
            None if env.secret("DATABASE_URL") else stack.enter_context(embedded.running(folder, self.say))
        )
        lifeline = Lifeline()
        stack.callback(lifeline.close)
        audit_asked = self._prepare(lifeline)
        self.say(_("Starting web server and worker…"))
        running = stack.enter_context(self._children(lifeline))
        self._wait_for_web(running[0])
        if audit_asked:
            self._run(lifeline, "await-audit")
        self.announce(self.address, folder)
        self._watch(running, lifeline, server)

    def _run(self, lifeline: Lifeline, *arguments: str) -> int:
        """Run one of our commands to its end: in a process of its own, whose memory is given back."""
        child = Child(arguments[0], arguments, lifeline)
        try:
            while (code := child.exit_code()) is None:
                time.sleep(POLL_SECONDS / 5)
        finally:
            children.stop([child])
        return code

    def _prepare(self, lifeline: Lifeline) -> bool:
        """Migrate, make owner and demo shop; True if the worker has a first audit to make."""
        code = self._run(lifeline, "prepare", "--demo" if self.demo else "--no-demo")
        if code not in (0, children.AUDIT_ASKED):
            raise LocalError(_("Preparing the database failed; what it said stands above."))
        return code == children.AUDIT_ASKED

    def _start(self, name: str, lifeline: Lifeline) -> Child:
        arguments = [name, "--host", "127.0.0.1", "--port", str(self.port)] if name == "web" else [name]
        return Child(name, arguments, lifeline)

    @contextlib.contextmanager
    def _children(self, lifeline: Lifeline) -> Iterator[list[Child]]:
        running: list[Child] = []
        try:
            for name in ("web", "worker"):
                running.append(self._start(name, lifeline))
            yield running
        finally:
            children.stop(running)

    def _wait_for_web(self, web: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not _answers(self.port):
            if web.exit_code() is not None:
                raise LocalError(_("The web server did not start; what it said stands above."))
            if time.monotonic() > deadline:
                raise LocalError(
                    _("The web server did not answer within %(seconds)s s.") % {"seconds": READY_SECONDS_MAX}
                )
            time.sleep(POLL_SECONDS / 5)

    def _watch(self, running: list[Child], lifeline: Lifeline, server: EmbeddedPostgres | None) -> None:
        early_ends: dict[str, int] = {}
        while True:
            time.sleep(POLL_SECONDS)
            if server is not None and server.exit_code() is not None:
                raise server.why_it_stopped()
            for place, child in enumerate(running):
                if child.exit_code() is None:
                    continue
                early = child.seconds() < EARLY_SECONDS
                early_ends[child.name] = early_ends.get(child.name, 0) + 1 if early else 0
                if early_ends[child.name] >= EARLY_ENDS_MAX:
                    raise LocalError(
                        _("The process “%(name)s” keeps ending; what it said stands above.")
                        % {"name": child.name}
                    )
                self.say(
                    _("The process “%(name)s” ended unexpectedly and is started again.")
                    % {"name": child.name}
                )
                children.stop([child])
                running[place] = self._start(child.name, lifeline)


def _answers(port: int) -> bool:
    """Whether our web server answers with anything but a failure of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
