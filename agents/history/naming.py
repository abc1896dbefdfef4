"""Names that a model gives: revisions, branches, tags. Whatever could be an option is refused."""

import re
from typing import Annotated

from pydantic import AfterValidator

_REVISION = re.compile(r"[A-Za-z0-9_./@^~{}+][A-Za-z0-9_./@^~{}+-]*")
_NEW = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,199}")


def _revision(text: str) -> str:
    if text and (len(text) > 500 or not _REVISION.fullmatch(text)):
        raise ValueError("not a revision; give a branch, tag, commit or range such as main..HEAD")
    return text


def _new_name(text: str) -> str:
    """Stricter than git (see git-check-ref-format), so that nothing else has to quote it."""
    odd = any(bad in text for bad in ("..", "@{", "//", "/.")) or text == "HEAD"
    if odd or not _NEW.fullmatch(text) or text.endswith((".", "/", ".lock")) or ".lock/" in text:
        raise ValueError("not a name for a branch or tag; use letters, digits and - _ . /")
    return text


Revision = Annotated[str, AfterValidator(_revision)]
"""A revision or a range. A colon would name a file inside it, past the policy."""

NewName = Annotated[str, AfterValidator(_new_name)]
"""A name for a new branch or tag."""
