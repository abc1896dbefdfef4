"""The RPC workers that the settings name, joined before anything is loaded or reckoned.

Joining is for the whole process: their devices are accelerators of every model from then on.
"""

from __future__ import annotations

from collections.abc import Sequence


def join_workers(addresses: Sequence[str]) -> None:
    """Each of them, those that have joined before at no cost. Takes seconds where one is silent; a
    ModelError for the first that is none."""
    if not addresses:
        return
    from models.llama.devices import add_rpc_worker  # late, since it brings llama.cpp

    for address in addresses:
        add_rpc_worker(address)
