"""Which Cadre this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The installed version; `0` where it runs from a folder without being installed."""
    try:
        return version("qwen-cadre")
    except PackageNotFoundError:
        return "0"
