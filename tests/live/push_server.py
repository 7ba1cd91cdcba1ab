# SPDX-License-Identifier: MIT
# push_server DIRECTORY: a server that records what it is sent: request N as N.head (method, path, headers by name) and N.body. Prints
# its port. While DIRECTORY/status exists, it answers with the status (and headers) that stand there. TLS if there is cert.pem.
import http.server, os, ssl, sys

directory = sys.argv[1]
count = 0


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers = 200, []
        if os.path.exists(directory + "/status"):
            lines = open(directory + "/status").read().split("\n")
            status, headers = int(lines[0]), [line.split(": ") for line in lines[1:] if line]
        count += 1
        base = "%s/%d-%d" % (directory, status, count)
        with open(base + ".body", "wb") as out:
            out.write(body)
        with open(base + ".tmp", "w") as out:
            out.write("%s %s\n" % (self.command, self.path))
            for name, value in sorted(self.headers.items()):
                out.write("%s: %s\n" % (name, value))
        os.rename(base + ".tmp", base + ".head")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
if os.path.exists(directory + "/cert.pem"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory + "/cert.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
