"""Models on the Hugging Face Hub: what a repository holds, fetching it, what of it is on disk.

The one package that names huggingface_hub, and it does so inside functions: the library takes half
a second to import, and `located`, which every run asks, needs none of it. Files lie in the hub's
own cache, so other programs find them and ours finds theirs.
"""

from models.hub.kept import Kept, located, on_disk, path_of, stopped
from models.hub.name import SCHEME, HubName, catalogue_repository, hub_name
from models.hub.place import Hub, Patience, cache_folder
from models.hub.pull import Pulled, pull
from models.hub.removal import Removal, removal
from models.hub.variant import DEFAULT_ORDER, Variant, variants
from models.hub.watcher import Watcher

__all__ = [
    "DEFAULT_ORDER",
    "SCHEME",
    "Hub",
    "HubName",
    "Kept",
    "Patience",
    "Pulled",
    "Removal",
    "Variant",
    "Watcher",
    "cache_folder",
    "catalogue_repository",
    "hub_name",
    "located",
    "on_disk",
    "path_of",
    "pull",
    "removal",
    "stopped",
    "variants",
]
