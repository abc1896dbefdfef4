"""The GitHub specialist's survey: remotes, branches, recent commits, tags, and what is not well.

Findings only where a fact is wrong by itself: unresolved conflicts and those to come, a password in
a remote's URL, private keys under version control.
"""

import re
from fnmatch import fnmatchcase

from agents.finding import Finding, Severity
from agents.history.asked import HistoryError
from agents.history.branches import Branch, default_branch
from agents.history.branches import branches as branches_of
from agents.history.changelog import changelog
from agents.history.convention import FEWEST, form, told
from agents.history.learned import learned
from agents.history.merging import foresee
from agents.history.release import next_version
from agents.history.tools import conflict_findings, merge_text
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.process import Ran
from agents.tools.tool import Result
from agents.tools.tree import ELSEWHERE, in_tests

PRIVATE = (
    *(".env", ".netrc", ".pypirc", ".pgpass", ".git-credentials"),
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"),
)
"""Names that are never meant to be committed; narrower than what the policy refuses to read."""

SAMPLES = frozenset({"example", "examples", "sample", "samples", "docs", "templates"})


async def state(notes: Notes) -> None:
    ran = await _git(notes, "status", "--short", "--branch", filters=True)
    id = _keep(notes, ran)
    if ran.exit_code:
        notes.say(f"git status failed: {_first(ran.stderr)}", id)
        return
    branch, *changes = ran.stdout.splitlines()
    notes.say(f"Branch: {branch.removeprefix('## ')}", id)
    if not changes:
        notes.say("The work tree is clean", id)
        return
    new = sum(line.startswith("??") for line in changes)
    notes.say(f"Uncommitted: {len(changes) - new} changed, {new} untracked entries", id)


async def remotes(notes: Notes) -> None:
    ran = await _git(notes, "remote", "--verbose")
    id = _keep(notes, ran)
    urls = dict(re.findall(r"^(\S+)\t(\S+) \(fetch\)$", ran.stdout, re.MULTILINE))
    if not urls:
        notes.say("There is no remote", id)
    for name, url in urls.items():
        notes.say(f"Remote {name}: {masked(url)}", id)
        if masked(url) != url:
            notes.found(
                Finding(
                    severity=Severity.WARNING,
                    message=f"the URL of remote {name!r} holds a password or token",
                    path=None,
                    rule="cadre/password-in-remote",
                    tool="git",
                    evidence=(id,),
                    fix=f"git remote set-url {name} without it, and use a credential helper",
                )
            )


async def branches(notes: Notes) -> None:
    ran = await _git(
        notes,
        *("for-each-ref", "--sort=-committerdate", "--count=50", "refs/heads", "refs/remotes"),
        "--format=%(refname:short) %(committerdate:short) %(upstream:track)",
    )
    lines = [line.strip() for line in ran.stdout.splitlines()]
    if lines:
        notes.say(f"Branches ({len(lines)}): {'; '.join(lines[:6])}", _keep(notes, ran))


async def standing(notes: Notes) -> None:
    """How local branches stand to the default one: ahead, behind, merged, stale."""
    try:
        default = await default_branch(notes.workplace)
        found = await branches_of(notes.workplace)
    except HistoryError:
        return
    if not found:
        return
    lines = [_standing(branch) for branch in found]
    id = notes.keep("git", {"command": f"rev-list --count {default}..."}, Result("\n".join(lines)))
    notes.say(f"Against {default}: {'; '.join(lines[:6])}", id)


async def commits(notes: Notes) -> None:
    ran = await _git(
        notes, "log", "--max-count=10", "--date=short", "--format=%h %ad %s", "--no-ext-diff"
    )
    id = _keep(notes, ran)
    if ran.exit_code:
        notes.say("There is no commit yet", id)
        return
    lines = ran.stdout.splitlines()
    counted = await _git(notes, "rev-list", "--count", "HEAD", timeout=5)
    total = counted.stdout.strip() or f"{len(lines)} or more"
    shown = "; ".join(line[:70] for line in lines[:3])
    notes.say(f"{total} commits, the latest: {shown}", id)


async def tags(notes: Notes) -> None:
    ran = await _git(
        notes,
        *("for-each-ref", "--sort=-creatordate", "--count=10", "refs/tags"),
        "--format=%(refname:short) %(creatordate:short)",
    )
    lines = ran.stdout.splitlines()
    notes.say(f"Tags: {', '.join(lines[:5])}" if lines else "There is no tag", _keep(notes, ran))


async def release(notes: Notes) -> None:
    """What has gathered since the last release, and which version that asks for."""
    try:
        made = await changelog(notes.workplace)
    except HistoryError:
        return  # no commit yet, which `commits` says
    since = made.since.removeprefix("refs/tags/")
    if not since:
        return
    kinds = ", ".join(f"{section.title} {len(section.entries)}" for section in made.sections)
    said = f"{len(made.commits)} commits since {since}: {kinds or 'nothing of note'}"
    if version := next_version(made):
        said += f"; the next version would be {version}"
    notes.say(said, notes.keep("git", {"command": f"log {since}..HEAD"}, Result(said)))


async def convention(notes: Notes) -> None:
    """How commit messages are written here."""
    try:
        found = await learned(notes.workplace)
    except HistoryError:
        return
    if found.commits < FEWEST:
        return
    id = notes.keep("git", {"command": "log --no-merges --max-count=200"}, Result(told(found)))
    notes.say(f"Commit messages are {found.style}: {form(found)}", id)


async def merging(notes: Notes) -> None:
    """Whether the branch would merge with the default one."""
    try:
        default = await default_branch(notes.workplace)
        merge = await foresee(notes.workplace, default)
    except HistoryError:
        return  # no commit yet, or nothing to merge with
    if merge.merged:
        return
    text = merge_text(merge)
    id = notes.keep("git", {"command": f"merge-tree HEAD {default}"}, Result(text))
    notes.say(text.partition("\n")[0].rstrip(":"), id)
    cited = {"evidence": (id,)}
    notes.found(*(finding.model_copy(update=cited) for finding in conflict_findings(merge)))


async def conflicts(notes: Notes) -> None:
    """Files with all three of a conflict's marks; prose and tests may show them on purpose."""
    ran = await _git(
        notes,
        *("grep", "--cached", "-I", "-n", "-z", "--all-match", "--no-textconv"),
        *("-e", "^<<<<<<< ", "-e", "^=======$", "-e", "^>>>>>>> "),
    )
    if ran.exit_code != 0:
        return
    first: dict[str, int] = {}
    for line in ran.stdout.splitlines():
        match = re.fullmatch(r"([^\0]+)\0(\d+)[\0:]<<<<<<< .*", line)
        if match and not _on_purpose(match[1]):
            first.setdefault(match[1], int(match[2]))
    if not first:
        return
    text = "\n".join(f"{name}:{line}: conflict marks" for name, line in first.items())
    id = notes.keep("git", {"argv": list(_shown(ran))}, Result(text, 0, ran.seconds))
    notes.found(*(_conflict(name, line, id) for name, line in first.items()))


async def private_files(notes: Notes) -> None:
    ran = await _git(notes, "ls-files", "-z", "--cached", max_bytes=64_000_000)
    names = [name for name in ran.stdout.split("\0") if name and _is_private(name)]
    if not names:
        return
    id = notes.keep("git", {"argv": list(_shown(ran))}, Result("\n".join(names), 0, ran.seconds))
    for name in names:
        notes.found(
            Finding(
                severity=Severity.WARNING,
                message="is under version control; files of this name usually hold secrets",
                path=name,
                rule="cadre/secret-tracked",
                tool="git",
                evidence=(id,),
                fix=f"git rm --cached {name}, ignore it, and renew what it holds",
            )
        )


PARTS = (
    *(state, remotes, branches, standing, commits, tags, release, convention),
    *(merging, conflicts, private_files),
)


def _standing(branch: Branch) -> str:
    """A branch in some words."""
    how = "merged" if branch.merged else f"{branch.ahead} ahead, {branch.behind} behind"
    stale = f", no commit for {branch.age_days} days" if branch.stale else ""
    return f"{branch.name} {how}{stale}"


def masked(url: str) -> str:
    """The URL without a password; a user's name alone, as in git@host, is none."""
    url = re.sub(r"(://[^/@:]*:)[^/@]+@", r"\1***@", url)
    return re.sub(r"(://)[^/@:]{20,}@", r"\1***@", url)


async def _git(
    notes: Notes,
    *arguments: str,
    timeout: float = 15,  # noqa: ASYNC109 - the process is what must end
    max_bytes: int = 1_000_000,
    filters: bool = False,
) -> Ran:
    return await git(
        notes.workplace, *arguments, timeout=timeout, max_bytes=max_bytes, filters=filters
    )


def _keep(notes: Notes, ran: Ran) -> str:
    text = re.sub(r"\S+://\S+", lambda url: masked(url[0]), ran.output) or "(nothing)"
    return notes.keep("git", {"argv": list(_shown(ran))}, Result(text, ran.exit_code, ran.seconds))


def _shown(ran: Ran) -> tuple[str, ...]:
    """The command as one would type it, without the settings that make it safe."""
    words = list(ran.argv)
    while "-c" in words and words.index("-c") < 60:
        place = words.index("-c")
        del words[place : place + 2]
    return tuple(w for w in words if w != "--no-pager" and not w.startswith("--work-tree="))


def _conflict(name: str, line: int, id: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        message="an unresolved merge conflict is committed",
        path=name,
        line=line,
        rule="cadre/conflict-marks",
        tool="git",
        evidence=(id,),
        fix="resolve the conflict and remove the marks",
    )


def _on_purpose(name: str) -> bool:
    prose = name.lower().endswith((".md", ".rst", ".txt", ".adoc", ".patch", ".diff", ".snap"))
    return prose or in_tests(name) or bool((ELSEWHERE | SAMPLES) & set(name.lower().split("/")))


def _is_private(name: str) -> bool:
    last = name.rpartition("/")[2]
    return any(fnmatchcase(last, pattern) for pattern in PRIVATE) and not _on_purpose(name)


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")
