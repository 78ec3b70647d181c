"""A proxy that writes down what a client sends."""
import http.client
import http.server
import json
import re
import threading
import urllib.parse
from importlib.metadata import version

KEPT = ("content-type", "x-sdk-content-sha256", "x-project-id")
SIGNED = re.compile(r"SignedHeaders=([^,]+)")
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
JOB = re.compile(r"\b[0-9a-f]{32}\b")


class Nobody:
    """In place of a proxy: nothing stands between client and service."""
    operation = None

    def endpoint(self, url):
        return url


class Proxy:
    def __init__(self):
        self.operation = None
        self.requests = []
        self.target = None

    def endpoint(self, url):
        """Where the client is to go instead of there."""
        if self.target is None:
            self.target = urllib.parse.urlsplit(url).netloc
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.port = server.server_address[1]
        return f"http://127.0.0.1:{self.port}"

    def handler(proxy):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                connection = http.client.HTTPConnection(proxy.target)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                # As they came, Host too: it is signed.
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                content = answer.read()
                proxy.note(self, body, answer.status)
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                connection.close()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        return Handler

    def note(self, call, body, status):
        path, _, query = call.path.partition("?")
        headers = {name: call.headers[name] for name in KEPT if name in call.headers}
        signed = SIGNED.search(call.headers.get("Authorization", ""))
        try:
            text = json.loads(body) if body else None
        except ValueError:
            text = body.decode("utf-8", "replace")
        self.requests.append({
            "operation": self.operation, "method": call.command, "path": path, "query": query, "headers": headers,
            "signed_headers": signed.group(1).split(";") if signed else None, "body": text, "status": status})

    def written(self, names):
        """The requests, each form once, with names in place of ids."""
        seen, requests = set(), []
        for request in self.requests:
            text = json.dumps(request)
            for value, name in names.items():
                text = text.replace(value, name)
            text = UUID.sub(lambda found: found[0] if found[0] in names else "{image_id}", text)
            text = JOB.sub("{job_id}", text)
            if text not in seen:
                seen.add(text)
                requests.append(json.loads(text))
        about = (f"What huaweicloudsdkims {version('huaweicloudsdkims')} sends for its operations, in the order of "
                 "tests/python/huaweicloudsdk_story.py, recorded on the way to the sandbox by `cargo xtask huawei-sdk --record`. "
                 "Ids are replaced by names; equal requests stand once; status is the sandbox's answer.")
        return {"_about": about, "requests": requests}
