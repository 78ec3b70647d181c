"""Runs the clients unmodified, each command in a process of its own.

Starting Python and importing a client takes longer than most commands. So this process imports
them once, and each command is a fork of it: with its own arguments, environment, standard streams
and exit status, as if its program had been started.
"""
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
# What the shells load by name when they run.
import glanceclient.v2.client  # noqa: F401
import glanceclient.v2.shell  # noqa: F401
import openstackclient.image.client  # noqa: F401
import openstackclient.image.v2.image  # noqa: F401

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
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            _become(command, names, environment, stdout.fileno(), stderr.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Outcome(status, _read(stdout), _read(stderr))


def _read(file):
    file.seek(0)
    return file.read().decode(errors="backslashreplace")


def _become(command, names, environment, stdout, stderr):
    """Is the program, from here to the end of the process."""
    status = 70
    try:
        signal.alarm(SECONDS)
        if command.stdin:
            stdin = os.open(command.stdin.format_map(names), os.O_RDONLY)
        else:
            # A terminal with nobody at it: glance takes anything else for image data.
            terminal, stdin = os.openpty()
        for number, stream in enumerate((stdin, stdout, stderr)):
            os.dup2(stream, number)
        os.environ.clear()
        os.environ.update(environment)
        if command.call:
            status = _call(command.call, command.cloud, names)
        else:
            status = _exit_status(MAINS[command.program], command.words(names))
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
