"""A web server for one folder, on this machine, from which an import may fetch."""
import functools
import http.server
import os
import signal
from contextlib import contextmanager


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def serve(folder):
    """Serves in a process of its own; tells the URL."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Silent, directory=str(folder)))
    child = os.fork()
    if child == 0:
        server.serve_forever()
        os._exit(0)
    port = server.server_address[1]
    server.socket.close()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
