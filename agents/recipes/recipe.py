"""Turns `cadre review`, `ci`, `test`, `docs`, `commit`, `changelog` into requests with a plan."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agents.errors import RepositoryError
from agents.history import changelog, staged
from agents.history.asked import HistoryError
from agents.plan import Task
from agents.recipes.change import change_against
from agents.request import Recipe, Request
from agents.role import Role
from agents.tools.workplace import Workplace

PIPELINES = (".github/workflows/", ".github/actions/", ".gitlab-ci.yml", "Dockerfile")
DOCUMENTS = (".md", ".markdown", ".rst", ".adoc")


@dataclass(frozen=True)
class Asked:
    """An everyday task as it was typed."""

    recipe: Recipe
    base: str = ""
    """What a review compares with; empty: the default branch, or the last commit on it."""
    revisions: str = ""
    """The range of a changelog; empty: since the last tag."""
    fix: bool = False
    """Whether to mend what is found."""


async def request_for(asked: Asked, workplace: Workplace) -> Request:
    """The request; RepositoryError where there is nothing to do it on."""
    return await _MADE[asked.recipe](asked, workplace)


async def _review(asked: Asked, workplace: Workplace) -> Request:
    scope = await change_against(workplace, asked.base)
    if not scope.files:
        raise RepositoryError(
            f"nothing differs from {scope.base}", "name another revision with: --base REF"
        )
    paths = scope.paths
    tasks = [
        _task("t1", Role.DEVELOPMENT, f"Review the change against {scope.base}: errors, risks"),
        _task("t2", Role.TESTING, "Say which tests the change touches, and what is not tested"),
    ]
    if any(path.startswith(PIPELINES) or "Dockerfile" in path for path in paths):
        tasks.append(_task("t3", Role.CI_CD, "Review the change to pipelines and container files"))
    if any(path.lower().endswith(DOCUMENTS) for path in paths):
        tasks.append(_task("t4", Role.DOCUMENTATION, "Check what the change says in documents"))
    words = f"Review the change against {scope.base}: {len(paths)} files"
    return _request(asked, workplace, words, tasks).model_copy(update={"scope": scope})


async def _ci(asked: Asked, workplace: Workplace) -> Request:
    tasks = [_task("t1", Role.CI_CD, "Check the pipelines and the container files")]
    if asked.fix:
        tasks = [_task("t1", Role.CI_CD, "Check the pipelines and container files, and mend them")]
    return _request(asked, workplace, tasks[0].goal, tasks)


async def _test(asked: Asked, workplace: Workplace) -> Request:
    tasks = [_task("t1", Role.TESTING, "Run the tests and explain what fails, cause by cause")]
    if asked.fix:
        goal = "Mend what makes the tests fail; a fault without a test gets a failing test first"
        tasks.append(_task("t2", Role.DEVELOPMENT, goal, "t1"))
    return _request(asked, workplace, "Run the tests" + _mend(asked), tasks)


async def _docs(asked: Asked, workplace: Workplace) -> Request:
    goal = "Check that the documents are true and complete" + _mend(asked)
    return _request(asked, workplace, goal, [_task("t1", Role.DOCUMENTATION, goal)])


async def _commit(asked: Asked, workplace: Workplace) -> Request:
    if not (await staged(workplace)).files:
        raise RepositoryError("nothing is staged", "stage what you want to commit: git add FILE")
    goal = "Commit what is staged, with a message in the repository's own style"
    return _request(asked, workplace, goal, [_task("t1", Role.GITHUB, goal)])


async def _changelog(asked: Asked, workplace: Workplace) -> Request:
    try:
        await changelog(workplace, asked.revisions)
    except HistoryError as error:
        raise RepositoryError(str(error), "name a range of commits, such as v1.0..HEAD") from None
    what = asked.revisions or "everything since the last tag"
    goal = f"Write the changelog of {what}"
    return _request(asked, workplace, goal, [_task("t1", Role.GITHUB, goal)])


_MADE: Mapping[Recipe, Callable[[Asked, Workplace], Awaitable[Request]]] = {
    "review": _review,
    "ci": _ci,
    "test": _test,
    "docs": _docs,
    "commit": _commit,
    "changelog": _changelog,
}


def _task(id: str, role: Role, goal: str, *needs: str) -> Task:
    return Task(id=id, role=role, goal=goal, needs=needs)


def _mend(asked: Asked) -> str:
    return ", and mend what is wrong" if asked.fix else ""


def _request(asked: Asked, workplace: Workplace, text: str, tasks: list[Task]) -> Request:
    return Request(
        text=text,
        repo=str(workplace.root),
        recipe=asked.recipe,
        tasks=tuple(tasks),
        revisions=asked.revisions,
    )
