"""What GitHub's REST API says, as far as we read it; its other fields are passed over."""

from pydantic import BaseModel, ConfigDict


class Answered(BaseModel):
    """The base: frozen, and open to fields that we do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class User(Answered):
    login: str = "nobody"


class Label(Answered):
    name: str = ""


class Issue(Answered):
    """An issue, or a pull request seen as one."""

    number: int
    title: str
    state: str = ""
    user: User | None = None
    labels: tuple[Label, ...] = ()
    body: str | None = None
    comments: int = 0
    updated_at: str = ""
    html_url: str = ""
    pull_request: dict[str, object] | None = None


class Comment(Answered):
    user: User | None = None
    body: str | None = None
    created_at: str = ""
    html_url: str = ""


class Ref(Answered):
    ref: str = ""
    sha: str = ""


class Pull(Answered):
    """A pull request."""

    number: int
    title: str
    state: str = ""
    draft: bool = False
    merged_at: str | None = None
    mergeable: bool | None = None
    user: User | None = None
    body: str | None = None
    head: Ref = Ref()
    base: Ref = Ref()
    updated_at: str = ""
    html_url: str = ""


class File(Answered):
    filename: str
    status: str = ""
    additions: int = 0
    deletions: int = 0


class CheckRun(Answered):
    name: str
    status: str = ""
    conclusion: str | None = None


class Run(Answered):
    """A run of a workflow."""

    id: int
    name: str | None = None
    event: str = ""
    status: str | None = None
    conclusion: str | None = None
    head_branch: str | None = None
    head_sha: str = ""
    run_attempt: int = 1
    created_at: str = ""
    html_url: str = ""


class Step(Answered):
    name: str = ""
    number: int = 0
    conclusion: str | None = None


class Job(Answered):
    """A job of a run."""

    id: int
    name: str = ""
    status: str = ""
    conclusion: str | None = None
    steps: tuple[Step, ...] = ()


class Repository(Answered):
    default_branch: str
