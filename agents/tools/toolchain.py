"""What a confined command needs of this machine to run at all: programs, libraries, variables.

Everything here is shown to it read-only. Of the user's home only folders that tools were installed
into, by name; their settings and credentials are not among them. Of the variables only those in an
allow list: tokens have no fixed names, so a list of what to leave out would never be complete.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from agents.tools.process import QUIET

SYSTEM = (
    *("/usr", "/opt", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu"),
    *("/run/current-system", "/etc/alternatives", "/etc/passwd", "/etc/group", "/etc/localtime"),
    *("/etc/nsswitch.conf", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"),
    *("/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/ca-trust", "/etc/pki/tls/certs"),
    *("/etc/pki/tls/openssl.cnf", "/etc/ca-certificates", "/etc/crypto-policies"),
    *("/etc/mime.types", "/etc/shells", "/etc/os-release", "/etc/profile.d/jdk.sh"),
    *("/etc/protocols", "/etc/services", "/etc/fonts", "/etc/timezone", "/etc/magic"),
)
"""Of the system; `/etc` in parts, since it holds keys and passwords too."""

OF_NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf")

OF_HOME = (
    *(".pyenv", ".rye", ".local/bin", ".local/lib", ".local/pipx", ".local/share/pipx"),
    *(".local/share/uv", ".local/share/mise", ".local/share/fnm", ".local/share/pnpm"),
    *(".local/share/hatch", ".asdf", ".rustup", ".cargo/bin", ".cargo/registry", ".cargo/git"),
    *(".nvm", ".fnm", ".volta", ".bun/bin", ".deno/bin", ".npm-global", ".yarn/bin", ".dotnet"),
    *("go/bin", "go/pkg", "sdk", ".rbenv", ".rvm", ".gem/ruby", ".sdkman/candidates", ".ghcup"),
    *(".m2/repository", ".m2/wrapper", ".gradle/wrapper", ".juliaup", ".nix-profile"),
    *("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"),
)
"""Folders below the home into which toolchains are installed."""

VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "SOURCE_DATE_EPOCH", "CI"),
        *("VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "PYENV_VERSION", "UV_PYTHON_INSTALL_DIR"),
        *("CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "GOPATH", "GOROOT", "GOTOOLCHAIN"),
        *("NVM_DIR", "NVM_BIN", "VOLTA_HOME", "FNM_DIR", "ASDF_DIR", "ASDF_DATA_DIR"),
        *("JAVA_HOME", "SDKMAN_DIR", "GEM_HOME", "RBENV_ROOT", "DOTNET_ROOT", "MISE_DATA_DIR"),
    }
)
"""Variables that a command may see; of locales also every `LC_...`."""

PROXIES = frozenset({"http_proxy", "https_proxy", "no_proxy", "all_proxy"})
"""Seen where the network is allowed, unless they hold a password."""


def home() -> Path:
    """The user's home, links followed; where there is none, a folder that is gone afterwards."""
    try:
        folder = Path.home().resolve()
    except RuntimeError:
        return Path("/tmp")
    return Path("/tmp") if folder == Path("/") else folder


def variables(root: Path, network: bool = False) -> dict[str, str]:
    """The environment of a confined command."""
    kept = {name: value for name, value in os.environ.items() if _seen(name, value, network)}
    git = ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory")
    # The owner was looked at before; the user's own file that allows another one is hidden.
    return {**kept, **QUIET, "TERM": "dumb", **dict(git), "GIT_CONFIG_VALUE_0": str(root)}


def _seen(name: str, value: str, network: bool) -> bool:
    if name.lower() in PROXIES:
        return network and "@" not in value
    return name in VARIABLES or name.startswith("LC_")


def folders(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Folders with toolchains outside the system's own, outermost first."""
    own = home()
    named = [own / name for name in OF_HOME]
    wanted = {*named, *_pythons(own), *_path(environment.get("PATH", ""), own)}
    found = sorted(folder for folder in wanted if folder.is_dir())
    system = tuple(map(Path, SYSTEM))
    outer: list[Path] = []
    for folder in found:
        if not any(folder.is_relative_to(known) for known in (*system, *outer)):
            outer.append(folder)
    return tuple(outer)


def _pythons(own: Path) -> Iterator[Path]:
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        folder = Path(prefix).resolve()
        if not own.is_relative_to(folder):
            yield folder


def _path(path: str, own: Path) -> Iterator[Path]:
    """Folders of PATH; of one that belongs to an installation, all of it."""
    for name in filter(None, path.split(os.pathsep)):
        folder = Path(name)
        if not folder.is_absolute() or own.is_relative_to(folder):
            continue
        above = folder.parent
        installed = (above / "pyvenv.cfg").is_file() or (above / "conda-meta").is_dir()
        yield above if installed and above != own and not own.is_relative_to(above) else folder
