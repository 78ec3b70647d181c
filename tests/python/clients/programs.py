"""Runs the clients unmodified, each command in a process of its own.

Starting Python and importing a client takes longer than most commands. So this process imports
them once, and each command is a fork of it: with its own arguments, environment, standard streams
and exit status, as if its program had been started.
"""
import importlib
import os
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass

# cliff takes the program's name from here when it is imported.
sys.argv[0] = "openstack"

import glanceclient.shell  # noqa: E402
import openstack  # noqa: E402
import openstackclient.shell  # noqa: E402

# A command that has not ended by then never will; its status is then that of the signal.
SECONDS = 120


@dataclass
class Outcome:
    status: int
    stdout: str
    stderr: str


def _glance(arguments):
    sys.argv = ["glance", *arguments]
    return glanceclient.shell.main()


def _openstack(arguments):
    sys.argv = ["openstack", *arguments]
    return openstackclient.shell.main()


MAINS = {"glance": _glance, "openstack": _openstack}


def _call(function, cloud, names):
    try:
        function(openstack.connect(cloud=cloud), names)
    except AssertionError:
        traceback.print_exc()
        return 3
    except openstack.exceptions.SDKException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def run(command, names, environment):
    """Runs the command to its end."""
    def work():
        if command.call:
            return _call(command.call, command.cloud, names)
        return _exit_status(MAINS[command.program], command.words(names))
    return _fork(work, environment, command.stdin and command.stdin.format_map(names))


def preload(program, line, environment):
    """Imports what the program imports only when it runs, like plugins: a command of its tells."""
    def work():
        status = _exit_status(MAINS[program], line.split())
        print("\0" + " ".join(sys.modules))
        return status
    outcome = _fork(work, environment)
    if outcome.status:
        sys.exit(f"{program} {line}: {outcome.stderr}")
    for module in outcome.stdout.rpartition("\0")[2].split():
        try:
            importlib.import_module(module)
        except ImportError:
            # Not to be had under this name: the program imports it once more.
            pass


def _fork(work, environment, stdin=None):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            _become(work, environment, stdin, stdout.fileno(), stderr.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Outcome(status, _read(stdout), _read(stderr))


def _read(file):
    file.seek(0)
    return file.read().decode(errors="backslashreplace")


def _become(work, environment, stdin, stdout, stderr):
    """Is the program, from here to the end of the process."""
    status = 70
    try:
        signal.alarm(SECONDS)
        # A terminal with nobody at it: glance takes anything else for image data.
        source = os.open(stdin, os.O_RDONLY) if stdin else os.openpty()[1]
        for number, stream in enumerate((source, stdout, stderr)):
            os.dup2(stream, number)
        os.environ.clear()
        os.environ.update(environment)
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _exit_status(main, arguments):
    """What Python makes of the end of a program."""
    try:
        result = main(arguments)
    except SystemExit as end:
        result = end.code
    except BaseException:
        traceback.print_exc()
        return 1
    if result is None or isinstance(result, int):
        return int(result or 0) & 0xFF
    print(result, file=sys.stderr)
    return 1
