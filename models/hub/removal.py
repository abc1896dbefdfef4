"""Taking models off the disk, by huggingface_hub's own deletion, which knows what shares bytes.

Only GGUF files go, and what a stopped pull left; a tokenizer that another program keeps in the same
repository stays. Where nothing else is left of a repository, its folder goes too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError
from models.hub import layout
from models.hub.kept import Kept, in_repository, on_disk, stopped
from models.hub.name import HubName
from models.hub.place import cache_folder
from models.hub.variant import variants

if TYPE_CHECKING:
    from huggingface_hub import CachedRepoInfo, DeleteCacheStrategy, HFCacheInfo


@dataclass(frozen=True)
class Removal:
    """What would go; nothing has yet."""

    models: tuple[Kept, ...]
    partial: tuple[Path, ...]
    """Files that a stopped pull has left."""
    bytes: int
    """Freed on disk: bytes that another model shares are not counted."""
    strategy: DeleteCacheStrategy | None
    """huggingface_hub's plan; None where there are partial files alone."""

    def execute(self) -> None:
        """Delete them; what they are made of must be fetched again."""
        for path in self.partial:
            path.unlink(missing_ok=True)
        if self.strategy is not None:
            self.strategy.execute()


def removal(name: HubName, cache: Path | None = None) -> Removal:
    """What goes with `name`: one quantisation, or all of a repository where none is named.

    A ModelError with the nearest names where nothing of it is on disk.
    """
    cache = cache or cache_folder()
    folder = layout.repository_folder(cache, name.repository)
    there, wanted = in_repository(folder), name.quantisation
    models = tuple(one for one in there if not wanted or one.variant.answers_to(wanted))
    partial = () if wanted else _partial(folder)
    if not models and not partial:
        raise _not_there(name, cache)
    left = sum(path.stat().st_size for path in partial)
    strategy = _strategy(name, models, cache) if models else None
    freed = strategy.expected_freed_size if strategy else 0
    return Removal(models, partial, left + freed, strategy)


def _partial(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted((folder / "blobs").glob(f"*{layout.PARTIAL}")))


def _strategy(name: HubName, models: Sequence[Kept], cache: Path) -> DeleteCacheStrategy:
    from huggingface_hub import scan_cache_dir

    scanned = scan_cache_dir(cache)
    for repo in scanned.repos:
        if repo.repo_type == "model" and repo.repo_id == name.repository:
            return _of_repository(scanned, repo, {one.variant.name for one in models})
    folder = layout.repository_folder(cache, name.repository)
    raise ModelError(
        f"the cache of {name.repository} is damaged, so that what shares bytes is not known",
        f"delete the folder yourself: {folder}",
    )


def _of_repository(
    scanned: HFCacheInfo, repo: CachedRepoInfo, names: set[str]
) -> DeleteCacheStrategy:
    files = [
        (file, variants([file.file_path.relative_to(revision.snapshot_path).as_posix()]))
        for revision in repo.revisions
        for file in revision.files
    ]
    going = [file for file, found in files if found and found[0].name in names]
    if len(going) == len(files):
        return scanned.delete_revisions(*(revision.commit_hash for revision in repo.revisions))
    return scanned.delete_files(*going)


def _not_there(name: HubName, cache: Path) -> ModelError:
    known = {one.reference.lower(): one.reference for one in on_disk(cache)}
    asked = f"hf:{name.repository}:{name.quantisation}".rstrip(":").lower()
    near = [known[one] for one in get_close_matches(asked, known, n=3, cutoff=0.4)]
    if left := stopped(cache).get(name.repository):
        hint = f"a stopped pull left {left:,} bytes: cadre models rm hf:{name.repository}"
    else:
        hint = f"on disk: {', '.join(near)}" if near else "see what is on disk: cadre models list"
    return ModelError(f"{name} is not on disk", hint)
