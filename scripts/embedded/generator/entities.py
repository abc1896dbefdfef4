"""What requests name: files, tests, branches, packages, errors; each made anew by the dice."""

from collections.abc import Callable, Mapping, Sequence

from generator.dice import Dice
from generator.names import read_names

Make = Callable[[Dice], str]

_NAMES = read_names()
NOUNS = _NAMES["nouns"]
VERBS = _NAMES["verbs"]
FOLDERS = _NAMES["folders"]
CODE = ("py", "py", "py", "ts", "js", "go", "rs", "java", "tsx", "rb", "kt", "php", "cs", "cpp")
PACKAGES = _NAMES["packages"]
PEOPLE = _NAMES["people"]
FLAGS = ("reload", "port", "verbose", "dry-run", "config", "rates", "watch", "json", "no-cache",
         "profile", "strict", "output", "timeout", "jobs", "force", "debug", "token-file",
         )  # fmt: skip
ISSUES = ("crash", "leak", "timeout", "race", "typo", "retry", "rounding", "encoding", "login")


def _of(things: Sequence[str]) -> Make:
    return lambda dice: dice.pick(things)


def source(dice: Dice) -> str:
    """A source file."""
    name, ending = dice.pick(NOUNS), dice.pick(CODE)
    if dice.chance(0.25):
        name += f"_{dice.pick(NOUNS)}"
    folders = [dice.pick(FOLDERS), *([dice.pick(NOUNS)] if dice.chance(0.3) else [])]
    return "/".join([*(folders if dice.chance(0.8) else []), f"{name}.{ending}"])


def test(dice: Dice) -> str:
    """A test function's name."""
    noun, verb = dice.pick(NOUNS), dice.pick(VERBS)
    form = dice.pick(("test_{v}_{n}", "test_{n}", "test_{n}_{v}", "test_{n}_is_{p}", "Test{V}{N}",
                      "test_{v}_{n}_{p}"))  # fmt: skip
    past = dice.pick(("empty", "refused", "cached", "sorted", "rounded", "idempotent", "on_retry"))
    return form.format(n=noun, v=verb, p=past, V=verb.title(), N=noun.title())


def testfile(dice: Dice) -> str:
    """A file of tests."""
    n = dice.pick(NOUNS)
    forms = ("tests/test_{n}.py", "tests/unit/test_{n}.py", "test_{n}.py", "src/{n}.test.ts",
             "{n}.spec.js", "internal/{n}/{n}_test.go", "spec/{n}_spec.rb", "tests/{n}.rs",
             "e2e/{n}.spec.ts", "tests/integration/test_{n}.py")  # fmt: skip
    return dice.pick(forms).format(n=n)


def workflow(dice: Dice) -> str:
    """A pipeline's file."""
    name = dice.pick(("ci", "build", "test", "release", "deploy", "lint", "nightly", "docs",
                      "publish", "triage", "main", "pr", "checks", "e2e"))  # fmt: skip
    others = (".gitlab-ci.yml", "Jenkinsfile", "azure-pipelines.yml", ".circleci/config.yml")
    return dice.pick(others) if dice.chance(0.2) else (
        f".github/workflows/{name}.{dice.pick(('yml', 'yml', 'yaml'))}"
        if dice.chance(0.7) else f"{name}.yml"
    )  # fmt: skip


def job(dice: Dice) -> str:
    """A job or step of a pipeline."""
    what = ("build", "test", "lint", "deploy", "publish", "release", "package", "e2e", "scan",
            "deploy-staging", "build-image", "unit", "smoke", "integration", "docker-push",
            "setup-node", "checkout", "cache", "upload-artifact")  # fmt: skip
    return dice.pick(what)


def branch(dice: Dice) -> str:
    """A branch."""
    form = dice.pick(("feature/{a}-{b}", "fix/{a}-{i}", "hotfix-{a}", "{a}-{b}", "release/{v}",
                      "develop", "main", "master", "{p}/{a}", "bugfix/{i}-{a}", "chore/{a}",
                      "JIRA-{n}-{a}"))  # fmt: skip
    return form.format(
        a=dice.pick(NOUNS), b=dice.pick(NOUNS), i=dice.pick(ISSUES), v=version(dice),
        p=dice.pick(PEOPLE).lower(), n=dice.number(10, 2400),
    )  # fmt: skip


def version(dice: Dice) -> str:
    """A version."""
    numbers = [dice.number(0, 12), dice.number(0, 30), dice.number(0, 9)]
    return ".".join(map(str, numbers[: 2 if dice.chance(0.25) else 3]))


def tag(dice: Dice) -> str:
    """A tag."""
    return ("v" if dice.chance(0.85) else "") + version(dice) + ("-rc1" if dice.chance(0.1) else "")


def sha(dice: Dice) -> str:
    """A short commit id."""
    return "".join(dice.pick("0123456789abcdef") for _ in range(7))


def doc(dice: Dice) -> str:
    """A document."""
    names = ("README.md", "README.md", "README", "docs/index.md", "CONTRIBUTING.md", "docs/api.md",
             "docs/install.md", "SECURITY.md", "docs/{n}.md", "docs/{n}.rst", "docs/guide/{n}.md",
             "INSTALL.md", "docs/architecture.md", "FAQ.md", "docs/adr/{k:04}-{n}.md")  # fmt: skip
    return dice.pick(names).format(n=dice.pick(NOUNS), k=dice.number(1, 40))


def symbol(dice: Dice) -> str:
    """A function, class or method."""
    noun, verb, other = dice.pick(NOUNS), dice.pick(VERBS), dice.pick(NOUNS)
    form = dice.pick(("{v}_{n}", "{v}_{n}()", "{N}.{v}", "{N}{O}", "{v}{N}", "{n}_{o}"))
    return form.format(n=noun, v=verb, o=other, N=noun.title(), O=other.title())


def dockerfile(dice: Dice) -> str:
    """A container file."""
    return dice.pick(("Dockerfile", "Dockerfile", "docker-compose.yml", "compose.yaml",
                      f"docker/{dice.pick(NOUNS)}.Dockerfile", "Dockerfile.prod",
                      f"{dice.pick(FOLDERS)}/Dockerfile", "Containerfile"))  # fmt: skip


def error(dice: Dice) -> str:
    """What a program says when it fails."""
    n, v, m = dice.pick(NOUNS), dice.pick(VERBS), dice.pick(NOUNS)
    forms = (f"KeyError: '{n}'", f"TypeError: {v}_{n}() missing 1 required argument",
             f"AttributeError: 'NoneType' object has no attribute '{n}'",
             f"ValueError: invalid {n}", f"TypeError: Cannot read properties of undefined ({n})",
             f"panic: runtime error: index out of range [{dice.number(1, 9)}]",
             f"NullPointerException in {n.title()}Service", f"IndexError in {v}_{n}",
             "RecursionError: maximum recursion depth exceeded",
             f"NameError: name '{n}' is not defined",
             f"ImportError: cannot import name '{n}' from '{m}'", f"segfault in {v}_{n}",
             f"UnicodeDecodeError in {m}.py", "ZeroDivisionError: division by zero")  # fmt: skip
    return dice.pick(forms)


def issue(dice: Dice) -> str:
    """An issue or pull request."""
    return f"#{dice.number(1, 4200)}"


def flag(dice: Dice) -> str:
    """A command line option."""
    return f"--{dice.pick(FLAGS)}"


def command(dice: Dice) -> str:
    """A command."""
    n = dice.pick(NOUNS)
    return dice.pick(("pip install .", "npm install", "make build", "make dev", "docker compose up",
                      f"python -m {n}", "cargo run", f"./scripts/{n}.sh", "npm run dev", "go run .",
                      "make install", "uv sync", f"{n} --help", "poetry install"))  # fmt: skip


ENTITIES: Mapping[str, Make] = {
    "source": source, "test": test, "testfile": testfile, "workflow": workflow, "job": job,
    "branch": branch, "version": version, "tag": tag, "sha": sha, "doc": doc, "symbol": symbol,
    "dockerfile": dockerfile, "error": error, "issue": issue, "flag": flag, "command": command,
    "package": _of(PACKAGES), "person": _of(PEOPLE), "noun": _of(NOUNS),
    "folder": lambda dice: f"{dice.pick(FOLDERS)}/{dice.pick(NOUNS)}/",
    "testid": lambda dice: f"{testfile(dice)}::{test(dice)}",
    "line": lambda dice: str(dice.number(2, 400)),
    "since": _of(("Friday", "Monday", "Tuesday", "Wednesday", "Thursday", "yesterday", "last week",
                  "the weekend", "this morning", "last month", "before the holidays")),
    "big": lambda dice: f"{dice.number(12, 4000):,}",
    "number": lambda dice: str(dice.number(2, 30)),
    "runner": _of(("pytest", "jest", "vitest", "go test", "cargo test", "unittest", "tox",
                   "playwright", "cypress", "junit", "mocha", "rspec")),
    "linter": _of(("ruff", "mypy", "eslint", "pylint", "flake8", "tsc", "clippy", "golangci-lint",
                   "black", "pyright", "sonar")),
    "ci": _of(("GitHub Actions", "GitLab CI", "Jenkins", "CircleCI", "the runner", "Azure",
               "Travis", "Buildkite")),
    "target": _of(("staging", "prod", "production", "Kubernetes", "k8s", "AWS", "the cluster",
                   "Fly", "Heroku", "ECS", "the demo server", "Cloud Run")),
    "image": _of(("python:latest", "node:20-alpine", "ubuntu:22.04", "golang:1.22", "nginx:alpine",
                  "python:3.12-slim", "debian:bookworm", "openjdk:17")),
    "heading": _of(("Installation", "Usage", "Quick start", "Configuration", "API", "Deployment",
                    "Contributing", "FAQ", "Getting started", "Troubleshooting", "License")),
    "token": _of(("API_KEY", "NPM_TOKEN", "PYPI_TOKEN", "DEPLOY_KEY", "GH_TOKEN", "DB_PASSWORD")),
    "keyfile": _of((".env", "id_rsa", "credentials.json", "server.pem", "deploy.key", ".npmrc")),
    "secret": _of(("API_KEY", "DB_PASSWORD", "NPM_TOKEN", "AWS_SECRET_ACCESS_KEY", "PYPI_TOKEN",
                   "DEPLOY_KEY", "GH_TOKEN", ".env", "id_rsa", "credentials.json")),
}  # fmt: skip
"""How each is made; a name with a 2 behind it is another of the same kind."""
