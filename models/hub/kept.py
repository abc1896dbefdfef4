"""What is on disk: models in the hub's cache, whoever fetched them. Asks no network.

Read from the folders alone, so that a run knows in a millisecond whether its model is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.errors import ModelError
from models.hub import layout
from models.hub.name import SCHEME, HubName
from models.hub.place import cache_folder
from models.hub.variant import Variant, choose, variants


@dataclass(frozen=True)
class Kept:
    """A model on disk, in one quantisation."""

    reference: str
    """What names it: `hf:owner/repo:Q4_K_M`."""
    repository: str
    variant: Variant
    """Its name, its quantisation, and which parts are there."""
    files: tuple[Path, ...]
    """Under the names that the repository gives them, the first part first."""
    bytes: int
    """On disk, of all commits that are kept."""
    last_used: datetime

    @property
    def path(self) -> Path:
        """What llama.cpp loads; it finds the other parts by this name, so do not resolve it."""
        return self.files[0]

    @property
    def whole(self) -> bool:
        """Whether every part is there."""
        return not self.variant.missing


def on_disk(cache: Path | None = None) -> tuple[Kept, ...]:
    """Every model in the cache, by repository and name."""
    folder = cache or cache_folder()
    repositories = sorted(folder.glob("models--*--*"))
    return tuple(kept for one in repositories for kept in in_repository(one))


def in_repository(folder: Path) -> tuple[Kept, ...]:
    """The models in one repository's folder of the cache."""
    seen: dict[str, list[tuple[Path, Variant]]] = {}
    for snapshot in layout.snapshots(folder):
        for variant in variants(_models_in(snapshot)):
            seen.setdefault(variant.name, []).append((snapshot, variant))
    labels = Counter(places[0][1].quantisation for places in seen.values())
    repository = layout.repository_of(folder)
    return tuple(
        _kept(repository, places, unique=labels[places[0][1].quantisation] == 1)
        for _, places in sorted(seen.items())
    )


def find(name: HubName, cache: Path | None = None) -> Kept | None:
    """The model that is meant, of those on disk; a ModelError where it could be several."""
    folder = layout.repository_folder(cache or cache_folder(), name.repository)
    there = {
        kept.variant: kept
        for kept in in_repository(folder)
        if not name.quantisation or kept.variant.answers_to(name.quantisation)
    }
    if not there:
        return None
    return there[choose(list(there), name.quantisation, f"the cache of {name.repository}")]


def located(name: HubName, cache: Path | None = None) -> Path | None:
    """The first file of a model that is on disk, all of it; else None."""
    kept = find(name, cache)
    return kept.path if kept and kept.whole else None


def path_of(name: HubName, cache: Path | None = None) -> Path:
    """The first file of a model; a ModelError that says what to type where it is not on disk."""
    kept = find(name, cache)
    if kept is None:
        raise ModelError(f"{name} is not on disk", f"cadre models pull {name}")
    if missing := kept.variant.missing:
        raise ModelError(
            f"{name} lacks {len(missing)} of {len(kept.files) + len(missing)} parts on disk:"
            f" {missing[0]}",
            f"cadre models pull {name}",
        )
    return kept.path


def stopped(cache: Path | None = None) -> dict[str, int]:
    """Bytes that pulls which did not end have left, by repository."""
    left: Counter[str] = Counter()
    for path in (cache or cache_folder()).glob(f"models--*--*/blobs/*{layout.PARTIAL}"):
        left[layout.repository_of(path.parent.parent)] += path.stat().st_size
    return dict(left)


def _models_in(snapshot: Path) -> Iterator[str]:
    """GGUF files whose bytes are there: a link to a deleted blob counts as no file."""
    for path in snapshot.rglob("*.[gG][gG][uU][fF]"):
        if path.is_file():
            yield path.relative_to(snapshot).as_posix()


def _kept(repository: str, places: list[tuple[Path, Variant]], *, unique: bool) -> Kept:
    """`places`: the snapshots that hold it, the one to prefer first; whole ones before others."""
    snapshot, variant = min(places, key=lambda place: bool(place[1].missing))
    blobs = {(one / file).resolve() for one, found in places for file in found.files}
    stats = [blob.stat() for blob in blobs]
    used = max(max(stat.st_atime, stat.st_mtime) for stat in stats)
    short = variant.quantisation if variant.quantisation and unique else variant.file_name
    return Kept(
        reference=f"{SCHEME}{repository}:{short}",
        repository=repository,
        variant=variant,
        files=tuple(snapshot / file for file in variant.files),
        bytes=sum(stat.st_size for stat in stats),
        last_used=datetime.fromtimestamp(used, UTC),
    )
