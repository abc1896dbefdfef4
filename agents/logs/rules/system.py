"""What the machine and the network say, whichever tool repeats it."""

from agents.logs.fault import Category, Rank
from agents.logs.rule import Rule, seen

_UNREACHED = (
    *("could not resolve host", "could not resolve proxy", "name resolution", "getaddrinfo"),
    *("eai_again", "no such host", "econnreset", "econnrefused", "econnaborted", "etimedout"),
    *("enotfound", "connection refused", "connection was refused", "connection reset"),
    *("connection timed out", "failed to connect to", "couldn't connect", "i/o timeout"),
    *("tls handshake timeout", "readtimeout", "read timed out", "connecttimeout"),
    *("socket hang up", "502 bad", "503 service", "504 gateway", "service unavailable"),
    *("429 too many", "toomanyrequests", "returned error: 429", "returned error: 50"),
    *("certificate problem", "certificate verify failed", "network is unreachable"),
    *("failed to establish a new connection", "unexpected disconnect while reading"),
    *("client.timeout exceeded", "context deadline exceeded", "remote end hung up"),
    *("temporary failure resolving", "failed to fetch http"),
)
_FORBIDDEN = (
    *("401 unauthorized", "unauthorized: ", "e401", "e403", "403 forbidden", "(forbidden)"),
    *("bad credentials", "permission denied", "authentication failed", "access denied"),
    *("access is denied", "accessdenied", "authentication required", "could not read username"),
    *("could not read password", "not authorized", "not authorised", "no basic auth credentials"),
    *("requested access to the resource", "pull access denied", "host key verification failed"),
    *("eacces", "eperm", "invalid token", "invalid username or password", "token expired"),
    *("token has expired", "returned error: 401", "returned error: 403"),
    *("resource not accessible by", "insufficient_scope", "operation not permitted"),
    *("need to authenticate", "eneedauth", "permission_denied"),
)
_FULL = ("no space left on device", "enospc", "disk quota exceeded", "not enough space on the disk")
_EXHAUSTED = (
    *("heap out of memory", "java.lang.outofmemoryerror", "cannot allocate memory"),
    *("std::bad_alloc", "out of memory allocating", "oomkilled", "signal: killed"),
    *("killed signal terminated program", "signal: 9, sigkill"),
)
_ALL = seen("")

RULES = (
    Rule("", _ALL, Category.DISK, Rank.DECISIVE, any_of=_FULL),
    Rule("", _ALL, Category.MEMORY, Rank.DECISIVE, any_of=_EXHAUSTED),
    Rule("killed", seen(r"(?:^|\s)Killed(?:\s*$|: 9|\s{2,}\S)"), Category.MEMORY, Rank.DECISIVE),
    Rule("error", seen(r"^(?:E\s+)?MemoryError\b"), Category.MEMORY, Rank.DECISIVE),
    Rule("", _ALL, Category.NETWORK, Rank.GENERAL, any_of=_UNREACHED),
    Rule("", _ALL, Category.PERMISSION, Rank.GENERAL, any_of=_FORBIDDEN),
)
