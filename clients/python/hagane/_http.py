"""One HTTP/1.1 connection that is kept alive. Importing this module takes a fraction of the time of http.client."""

import socket
from json import loads

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 8.0
_ANSWER_BYTES_MAX = 1000000


class Unreachable(Exception):
    """No answer came from the server, or none that the client can use. The request can be sent again later.

    is_refused: whether the connection was refused because nothing listens at the address.
    """

    def __init__(self, error):
        Exception.__init__(self, str(error))
        self.is_refused = isinstance(error, ConnectionRefusedError)


def prepare(url):
    """Imports the modules that a connection to this URL needs, in the calling thread.

    The sending thread must not import them: a fork during its import would leave the child process with an import lock
    that is never released.
    """
    try:
        scheme, host, _ = _split(url)
        # Called because it imports a codec if the host is not ASCII.
        _bytes_of(host)
    except ValueError:
        # The attempt to connect reports the malformed URL.
        return

    if scheme == "https":
        try:
            import encodings.idna
            import ssl
        except ImportError:
            # The attempt to connect reports a Python without `ssl`.
            pass


class Connection(object):
    """A connection that opens with the first request, and again after a failure. Only one thread may use it."""

    def __init__(self):
        self._socket = None
        self._url = None
        self._rest = b""

    def post(self, server, path, body, timeout_s=ANSWER_TIMEOUT_S):
        """Posts JSON bytes to a path. Returns (status, decoded answer). The answer is None if it is not JSON.

        server: (URL, token). timeout_s: limit for each operation of the socket. A request that fails on an existing
        connection is sent once more on a new one, so the server may receive it twice. Raises Unreachable.
        """
        url, token = server
        had_connection = self._socket is not None and self._url == url

        try:
            return self._post(url, token, path, body, timeout_s)
        except Exception as error:  # pylint: disable=broad-except
            self.close()
            if not had_connection or isinstance(error, socket.timeout):
                raise Unreachable(error)

        # A running server may have closed the idle connection: try a new connection once.
        try:
            return self._post(url, token, path, body, timeout_s)
        except Exception as error:  # pylint: disable=broad-except
            self.close()
            raise Unreachable(error)

    def close(self):
        if self._socket is not None:
            try:
                self._socket.close()
            except OSError:
                pass
        self._socket = None
        self._rest = b""

    def _post(self, url, token, path, body, timeout_s):
        scheme, host, port = _split(url)
        if self._socket is None or self._url != url:
            self.close()
            self._socket = _connect(scheme, host, port, min(CONNECT_TIMEOUT_S, timeout_s))
            self._url = url

        self._socket.settimeout(timeout_s)
        head = "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._socket.sendall((head % (path, host, port, token, len(body))).encode("ascii") + body)
        return self._read_answer()

    def _read_answer(self):
        head = self._read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = dict((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:]))

        if headers.get("transfer-encoding", "").lower() == "chunked":
            content = self._read_chunks()
        else:
            content = self._read_bytes(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()

        return status, _decode(content)

    def _read_chunks(self):
        parts = []
        while True:
            size = int(self._read_until(b"\r\n").split(b";")[0], 16)
            parts.append(self._read_bytes(size))
            self._read_until(b"\r\n")
            if size == 0:
                return b"".join(parts)

    def _read_until(self, mark):
        while mark not in self._rest:
            self._receive()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _read_bytes(self, count):
        while len(self._rest) < count:
            self._receive()
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def _receive(self):
        received = self._socket.recv(65536)
        if not received:
            raise OSError("the server closed the connection")
        self._rest += received
        if len(self._rest) > _ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")


def _decode(content):
    # A proxy between client and server may answer with an HTML page.
    try:
        return loads(content.decode("utf-8"))
    except ValueError:
        return None


def _split(url):
    """Returns (scheme, host, port) of a URL. The scheme may be empty; the port defaults to 443 for https, else 80.

    An IPv6 address keeps its brackets. Raises ValueError for a port that is no number.
    """
    scheme, _, rest = url.rpartition("://")
    address = rest.split("/")[0]
    host, _, port = address.rpartition(":")
    if not host or address.endswith("]"):
        return scheme, address, 443 if scheme == "https" else 80
    return scheme, host, int(port)


def _bytes_of(host):
    # For a host given as text, socket would import the idna codec even if the host is ASCII.
    try:
        return host.encode("ascii")
    except UnicodeEncodeError:
        return host.encode("idna")


def _connect(scheme, host, port, timeout_s):
    host = host.strip("[]")
    connection = socket.create_connection((_bytes_of(host), port), timeout_s)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme == "https":
        try:
            import ssl
        except ImportError as error:
            connection.close()
            raise OSError("this Python cannot open https: %s" % error)

        connection = ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    return connection
