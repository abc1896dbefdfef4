"""Answers quotes over HTTP."""

import json
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from courier.rates import RateTable, TooHeavy, UnknownZone


def answer(table: RateTable, url: str) -> tuple[int, dict[str, object]]:
    """Status and body for one URL."""
    parts = urlsplit(url)
    if parts.path == "/health":
        return 200, {"status": "ok"}
    if parts.path == "/rates":
        return 200, {zone: len(bands) for zone, bands in table.zones.items()}
    if parts.path != "/quote":
        return 404, {"error": "no such page"}
    query = parse_qs(parts.query)
    try:
        zone, kg = query["zone"][0], Decimal(query["kg"][0])
        price = table.quote(zone, kg)
    except (KeyError, InvalidOperation):
        return 400, {"error": "zone and kg are needed"}
    except UnknownZone:
        return 404, {"error": "no such zone"}
    except TooHeavy as error:
        return 422, {"error": str(error)}
    return 200, {"zone": zone, "kg": float(kg), "price": str(price)}


class Server(ThreadingHTTPServer):
    """Holds the table, which may be exchanged while it serves."""

    def __init__(self, host: str, port: int, table: RateTable) -> None:
        super().__init__((host, port), Handler)
        self.table = table


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        status, body = answer(self.server.table, self.path)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
