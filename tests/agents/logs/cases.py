"""What each log of `tests/data/logs` says, as a person reads it.

Most of the programs' output is real, from the tools themselves; that of the others (docker, maven,
gradle, go, dotnet, rspec, phpunit, ansible, helm, playwright) is written in their formats, and so
are the runners around.
"""

from dataclasses import dataclass
from pathlib import Path

LOGS = Path(__file__).parents[2] / "data" / "logs"


@dataclass(frozen=True)
class Case:
    """One log, and what should be found in it."""

    log: str
    step: str
    """The step that failed; empty where the log names none."""
    number: int
    """The line of the log with the first real error."""
    category: str
    path: str | None = None
    line: int | None = None


NAMES = (
    "shop/__init__.py",
    "shop/price.py",
    "shop/bad.py",
    "tests/test_price.py",
    "tests/test_u.py",
    "tests/test_import.py",
    "src/main.c",
    "Makefile",
    "M2",
    "M3",
    "CMakeLists.txt",
    "src/lib.rs",
    "Cargo.toml",
    "package.json",
    "test/price.test.js",
    "test/ok.test.js",
    "src/price.js",
    "src/price.ts",
    "src/a.js",
    "src/b.js",
    "src/start.js",
    "v/price.test.ts",
    "m/price.spec.js",
    "src/App.java",
    "main.tf",
    "a.txt",
    "Dockerfile",
    "internal/price/price_test.go",
    "internal/clock/clock_test.go",
    "cmd/shop/main.go",
    "src/test/java/com/example/shop/PriceTest.java",
    "src/main/java/com/example/Price.java",
    "src/Shop/Price.cs",
    "src/Shop/Shop.csproj",
    "spec/price_spec.rb",
    "tests/PriceTest.php",
    "chart/templates/deployment.yaml",
    "README.md",
    "site.yml",
    "api/src/index.ts",
    "web/src/ok.test.ts",
    "tests/login.spec.ts",
    "tests/home.spec.ts",
    "internal/price/price.go",
    "src/main/scala/Price.scala",
    "tests/conftest.py",
    "test/price_test.rb",
    "Gemfile",
    "src/b.cpp",
    "ci.yml",
    "tests/test_net.py",
)
"""The files of the repositories that the logs speak of."""

CASES = (
    Case("github_pytest.log", "Run pytest -q", 53, "test-failure", "tests/test_price.py", 11),
    Case("gitlab_pytest_short.log", "step_script", 32, "test-failure", "tests/test_price.py", 11),
    Case(
        "github_pytest_import.log",
        "Run pytest",
        62,
        "missing-dependency",
        "tests/test_import.py",
        1,
    ),
    Case("jenkins_unittest.log", "Test", 26, "test-failure", "tests/test_u.py", 7),
    Case(
        "github_ruff.log", "Run ruff check --output-format concise .", 47, "lint", "shop/bad.py", 1
    ),
    Case("circleci_ruff_full.log", "", 4, "lint", "shop/bad.py", 1),
    Case("github_mypy.log", "Run mypy --strict shop", 47, "lint", "shop/bad.py", 6),
    Case("github_flake8.log", "Run flake8 shop", 47, "lint", "shop/bad.py", 1),
    Case("gitlab_pip_conflict.log", "step_script", 25, "version-conflict"),
    Case("github_pip_nomatch.log", "Run pip install ruff==99.99", 37, "missing-dependency"),
    Case("buildkite_git_dns.log", "Running commands", 7, "network"),
    Case("github_make_gcc.log", "Run make", 40, "compile-error", "src/main.c", 5),
    Case("plain_make_ld.log", "", 8, "compile-error", "src/main.c"),
    Case("gitlab_header.log", "step_script", 15, "missing-dependency", "src/main.c", 1),
    Case("plain_make_norule.log", "", 2, "missing-file"),
    Case("plain_make_separator.log", "", 1, "configuration", "M3", 2),
    Case("github_cmake.log", "Run cmake -S . -B build", 44, "configuration", "CMakeLists.txt", 3),
    Case("github_cargo_test.log", "Run cargo test", 49, "test-failure", "src/lib.rs", 11),
    Case("gitlab_cargo_build.log", "step_script", 14, "compile-error", "src/lib.rs", 2),
    Case("github_jest.log", "Run npx jest --ci", 78, "test-failure", "test/price.test.js", 9),
    Case("github_vitest.log", "Run npx vitest run", 57, "test-failure", "v/price.test.ts", 5),
    Case("azure_mocha.log", "Unit tests", 16, "test-failure", "m/price.spec.js", 5),
    Case("github_node_test.log", "Run npm test", 61, "test-failure", "test/price.test.js", 7),
    Case("github_node_missing.log", "Run npm start", 46, "missing-dependency", "src/start.js", 1),
    Case("gitlab_eslint_missing.log", "step_script", 18, "missing-dependency"),
    Case("github_tsc.log", "Run npx tsc --noEmit", 48, "compile-error", "src/price.ts", 4),
    Case("windows_tsc_pretty_utf16.log", "", 1, "compile-error", "src/price.ts", 4),
    Case("github_eslint.log", "Run npx eslint src", 49, "lint", "src/a.js", 1),
    Case(
        "github_javac.log", "Run javac -d out src/App.java", 37, "compile-error", "src/App.java", 3
    ),
    Case("jenkins_shell.log", "Deploy", 19, "missing-dependency"),
    Case("github_terraform.log", "Run terraform validate", 38, "configuration", "main.tf", 1),
    Case("gitlab_merge_conflict.log", "step_script", 14, "version-conflict", "a.txt"),
    Case("github_docker_npm.log", "Run docker build --progress=plain .", 50, "version-conflict"),
    Case("plain_docker_copy.log", "", 8, "missing-file", "Dockerfile", 3),
    Case(
        "github_go_test.log",
        "Run go test -v ./...",
        40,
        "test-failure",
        "internal/price/price_test.go",
        21,
    ),
    Case("github_go_build.log", "Run go build ./...", 38, "compile-error", "cmd/shop/main.go", 14),
    Case(
        "gitlab_maven_test.log",
        "step_script",
        19,
        "test-failure",
        "src/test/java/com/example/shop/PriceTest.java",
        17,
    ),
    Case(
        "github_gradle.log",
        "Run ./gradlew build",
        38,
        "compile-error",
        "src/main/java/com/example/Price.java",
        9,
    ),
    Case("github_oom.log", "Run npm run build", 56, "out-of-memory"),
    Case("gitlab_disk.log", "step_script", 15, "disk-full"),
    Case("github_permission.log", "Run actions/github-script@v8", 35, "permission"),
    Case("github_deprecated.log", "", 14, "deprecated-runner"),
    Case("gitlab_timeout.log", "step_script", 18, "cancelled"),
    Case("github_retry.log", "Run make test", 52, "test-failure"),
    Case("gitlab_ansible.log", "step_script", 20, "configuration"),
    Case("github_dotnet.log", "Run dotnet build", 39, "compile-error", "src/Shop/Price.cs", 12),
    Case("circleci_rspec.log", "", 9, "test-failure", "spec/price_spec.rb", 8),
    Case("gitlab_phpunit.log", "step_script", 20, "test-failure", "tests/PriceTest.php", 15),
    Case("gh_view_parallel.log", "Run the tests", 14, "test-failure", "tests/test_price.py", 7),
    Case(
        "github_helm.log",
        "Run helm upgrade --install shop ./chart",
        38,
        "configuration",
        "chart/templates/deployment.yaml",
        21,
    ),
    Case(
        "turbo_interleaved.log",
        "Run npx turbo run test build",
        41,
        "compile-error",
        "api/src/index.ts",
        4,
    ),
    Case("jenkins_parallel.log", "Test", 10, "compile-error", "src/main.c", 9),
    Case("gitlab_timestamps.log", "step_script", 4, "missing-dependency"),
    Case("retry_all_failed.log", "Run nick-fields/retry@v3", 39, "network"),
    Case("act_pytest.log", "Run tests", 19, "test-failure", "tests/test_price.py", 11),
    Case(
        "playwright.log", "Run npx playwright test", 45, "test-failure", "tests/login.spec.ts", 15
    ),
    Case("golangci.log", "Run golangci-lint run", 37, "lint", "internal/price/price.go", 12),
    Case("bitbucket_sbt.log", "sbt compile", 6, "compile-error", "src/main/scala/Price.scala", 10),
    Case("azure_poetry.log", "Install", 5, "version-conflict"),
    Case("gitlab_tf_aws.log", "step_script", 14, "permission", "main.tf", 1),
    Case("matrix_cancelled.log", "Test", 10, "missing-dependency", "tests/conftest.py", 3),
    Case("travis_minitest.log", "", 11, "test-failure", "test/price_test.rb", 9),
    Case("clang_tidy.log", "Run ninja -C build", 41, "compile-error", "src/b.cpp", 12),
    Case("doctest_fail.log", "step_script", 14, "compile-error", "src/lib.rs", 3),
    Case("docker_apt.log", "Run docker build .", 39, "missing-dependency"),
    Case("push_denied.log", "Run docker push ghcr.io/example/shop", 39, "permission"),
    Case("js_heap_gl.log", "step_script", 15, "out-of-memory"),
    Case("pytest_xdist.log", "Run pytest -n 4", 48, "test-failure", "tests/test_price.py", 4),
    Case("k8s.log", "Run kubectl rollout status deploy/shop --timeout=60s", 38, "cancelled"),
    Case("yamllint.log", "Run yamllint .", 38, "lint", "ci.yml", 3),
    Case("tag_exists.log", "step_script", 15, "permission"),
    Case("mvn_dep.log", "Run mvn -B verify", 38, "missing-dependency"),
)
