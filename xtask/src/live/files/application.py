"""The WSGI application of the server named in CLOUDIMG_LIVE_SERVICE, with two
corrections that running on SQLite behind uWSGI calls for."""
from importlib import import_module
from os import environ as settings

from sqlalchemy import event
from sqlalchemy.engine import Engine


# Two SQLite transactions that read first and then both want to write cannot
# wait for each other: one fails at once with "database is locked", however long
# the timeout. A transaction that takes the write lock when it begins waits.
@event.listens_for(Engine, "before_cursor_execute", retval=True)
def lock_when_beginning(_connection, _cursor, sql, values, _context, _many):
    return ("BEGIN IMMEDIATE" if sql == "BEGIN" else sql), values


class EmptyAnswers:
    """Says `Content-Length: 0` in a 204 that says no length. uWSGI's router
    sends it chunked otherwise; HTTP forbids that in a 204, and a client that
    keeps the connection takes the last chunk for its next answer."""

    def __init__(self, inner):
        self.inner = inner

    def __call__(self, environ, start_response):
        def start(status, headers, *error):
            names = {name.lower() for name, _ in headers}
            if status[:3] == "204" and "content-length" not in names:
                headers = headers + [("Content-Length", "0")]
            return start_response(status, headers, *error)

        return self.inner(environ, start)


service = import_module(f"{settings['CLOUDIMG_LIVE_SERVICE']}.wsgi.api")
application = EmptyAnswers(service.application)
