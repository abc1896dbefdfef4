"""Fetching a model: find it, see that there is room, bring its files, check and link them.

Stopped at any point, it goes on from there the next time: a partial file keeps what came, a whole
one is linked under its name only after its checksum was right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.hub import layout
from models.hub.checksum import is_whole
from models.hub.kept import find
from models.hub.name import HubName
from models.hub.place import Hub
from models.hub.refusals import offline, unwritable
from models.hub.remote import RemoteFile
from models.hub.server import Server
from models.hub.transfer import opened, transfer
from models.hub.variant import DEFAULT_ORDER, Variant, choose, variants
from models.hub.watcher import Nobody, Watcher


@dataclass(frozen=True)
class Pulled:
    """A model that is on disk now."""

    name: HubName
    quantisation: str
    path: Path
    """Its first file, under the name that the repository gives it."""
    files: int
    bytes: int
    fetched: int
    """Of its bytes, those that were not on disk before."""


def pull(name: HubName, hub: Hub, watcher: Watcher | None = None) -> Pulled:
    """Bring a model to disk; a CadreError, with what came kept, where that cannot be."""
    watcher = watcher or Nobody()
    server = Server(hub, watcher)
    if server.offline:
        return _as_it_is(name, hub, watcher)
    listing = server.listing(name.repository)
    variant = _whole(choose(variants(listing.sizes), name.quantisation, name.repository), name)
    if not name.quantisation and variant.quantisation != DEFAULT_ORDER[0]:
        chosen = variant.quantisation or variant.name
        watcher.say(f"{name.repository} has no {DEFAULT_ORDER[0]}; taking {chosen}")
    files = [server.file(name.repository, path, listing) for path in variant.files]
    try:
        return _Pull(name, hub, server, watcher).files(variant, files)
    except OSError as error:  # the network's are ours by now
        raise unwritable(error) from error


@dataclass(frozen=True)
class _Pull:
    name: HubName
    hub: Hub
    server: Server
    watcher: Watcher

    def files(self, variant: Variant, files: Sequence[RemoteFile]) -> Pulled:
        """All files of a variant."""
        total = sum(file.size for file in files)
        needed = sum(file.size - self._on_disk(file) for file in files)
        self._check_room(variant, needed)
        self.watcher.begin(variant.file_name, total, total - needed)
        paths = [self._file(file) for file in files]
        layout.remember(self._folder, files[0].commit)
        return Pulled(self.name, variant.quantisation, paths[0], len(paths), total, needed)

    def _file(self, file: RemoteFile) -> Path:
        """One file, linked under its name."""
        pointer = self._folder / "snapshots" / file.commit / file.path
        blob = self._blob(file)
        if _size(pointer) == file.size:
            return pointer
        if _size(blob) != file.size:
            self._fetch(file, blob)
        layout.link(blob, pointer)
        return pointer

    def _fetch(self, file: RemoteFile, blob: Path) -> None:
        partial = blob.with_name(blob.name + layout.PARTIAL)
        with opened(partial, file.name) as out:
            transfer(self.server, file, out, self.watcher)
            self.watcher.say(f"checking {file.name}")
            if not is_whole(partial, file):
                partial.unlink()
                raise ModelError(
                    f"{file.name} has another checksum than the hub says; what came was deleted",
                    f"pull again: {_again(self.name)}; if it happens twice, a proxy changes it",
                )
            partial.replace(blob)

    def _on_disk(self, file: RemoteFile) -> int:
        """Bytes of a file that are there already."""
        blob = self._blob(file)
        pointer = self._folder / "snapshots" / file.commit / file.path
        if file.size in {_size(blob), _size(pointer)}:
            return file.size
        partial = _size(blob.with_name(blob.name + layout.PARTIAL)) or 0
        return partial if partial <= file.size else 0

    def _check_room(self, variant: Variant, needed: int) -> None:
        free = self.hub.free_space(self.hub.cache)
        if needed > free:
            raise ModelError(
                f"{variant.file_name} needs {_gib(needed)} more, and the disk of"
                f" {self.hub.cache} has {_gib(free)} left",
                "free some with: cadre models rm NAME, or set HF_HUB_CACHE to a larger disk",
            )

    def _blob(self, file: RemoteFile) -> Path:
        return self._folder / "blobs" / file.etag

    @property
    def _folder(self) -> Path:
        return layout.repository_folder(self.hub.cache, self.name.repository)


def _as_it_is(name: HubName, hub: Hub, watcher: Watcher) -> Pulled:
    """What is on disk, where nothing may be asked for."""
    kept = find(name, hub.cache)
    if kept is None or not kept.whole:
        raise offline(str(name))
    watcher.say("HF_HUB_OFFLINE is set: what is on disk is taken as it is")
    return Pulled(name, kept.variant.quantisation, kept.path, len(kept.files), kept.bytes, 0)


def _whole(variant: Variant, name: HubName) -> Variant:
    """The variant, unless the repository itself has half of it only."""
    if variant.missing:
        parts = len(variant.files) + len(variant.missing)
        raise ModelError(
            f"{name.repository} lacks {len(variant.missing)} of {parts} parts of {variant.name}:"
            f" {variant.missing[0]}",
            "name another quantisation, or ask the repository's owner",
        )
    return variant


def _again(name: HubName) -> str:
    return f"cadre models pull {name}"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _gib(octets: int) -> str:
    return f"{octets / 1024**3:.1f} GiB" if octets >= 1024**3 else f"{octets / 1024**2:.1f} MiB"
