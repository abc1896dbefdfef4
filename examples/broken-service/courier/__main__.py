"""Starts the service."""

import argparse
import logging
import signal
from pathlib import Path

from courier.config import load_rates
from courier.server import Server


def main() -> None:
    parser = argparse.ArgumentParser(prog="courier", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--rates", type=Path, default=Path("rates.yaml"))
    options = parser.parse_args()
    server = Server(options.host, options.port, load_rates(options.rates))

    def read_again(*_: object) -> None:
        try:
            server.table = load_rates(options.rates)
        except Exception:
            logging.exception("the rates stay as they are")

    signal.signal(signal.SIGHUP, read_again)
    server.serve_forever()


if __name__ == "__main__":
    main()
