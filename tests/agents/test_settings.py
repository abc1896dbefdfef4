"""Settings: their order, where each came from, what is refused, and what a repository may say."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.role import Role
from agents.setting_files import FREE, FREE_OF_ROLE, MODELS, OWN
from agents.settings import RoleSettings, Settings, load
from agents.tools.policy import Approve
from models.errors import ConfigurationError
from models.loading import Loading


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's file, empty; and no setting in the environment."""
    for name in list(os.environ):
        if name.startswith("CADRE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "config" / "cadre"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def refused(repo: Path, text: str) -> ConfigurationError:
    (repo / "cadre.toml").write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        load(repo)
    return raised.value


def test_without_anything_there_are_the_defaults(tmp_path: Path) -> None:
    settings = load()
    assert settings == Settings()
    assert settings.approve is Approve.ASK
    assert settings.state_dir == tmp_path / "state" / "cadre"
    assert settings.origin("max_agents") == "default"


def test_later_layers_win_value_by_value_and_each_tells_where_it_came_from(
    home: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config.toml").write_text(
        "max_agents = 2\nrounds = 3\n[roles.testing]\nmodel = 'a.gguf'"
    )
    (repo / "cadre.toml").write_text("rounds = 2\nseed = 7\n[roles.testing]\nanswer_tokens = 99")
    monkeypatch.setenv("CADRE_SEED", "8")
    monkeypatch.setenv("CADRE_ROLES__CI_CD__THINKING", "true")
    settings = load(repo, {"roles": {"github": {"model": "embedded"}}, "approve": "all"})
    assert (settings.max_agents, settings.rounds, settings.seed) == (2, 2, 8)
    testing = settings.role(Role.TESTING)
    assert (testing.model, testing.answer_tokens) == ("a.gguf", 99)
    assert settings.role(Role.CI_CD).thinking is True
    origins = {
        path: settings.origin(path)
        for path in (
            "max_agents",
            "rounds",
            "seed",
            "approve",
            "roles.testing.model",
            "roles.testing.answer_tokens",
            "roles.ci_cd.thinking",
            "roles.github.model",
            "threads",
        )
    }
    assert origins == {
        "max_agents": f"user file {home / 'config.toml'}",
        "rounds": "cadre.toml",
        "seed": "CADRE_SEED",
        "approve": "--approve",
        "roles.testing.model": f"user file {home / 'config.toml'}",
        "roles.testing.answer_tokens": "cadre.toml",
        "roles.ci_cd.thinking": "CADRE_ROLES__CI_CD__THINKING",
        "roles.github.model": "--model",
        "threads": "default",
    }


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADRE_MAX_AGENTS", "")
    assert load().max_agents == 3


def test_the_state_folder_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADRE_STATE_DIR", "~/elsewhere")
    assert load().state_dir == Path("~/elsewhere").expanduser()
    assert load().sessions_path == load().state_dir / "sessions.sqlite"


@dataclass(frozen=True)
class Case:
    text: str
    message: str
    hint: str


WRONG = [
    Case("rounds = 1\nmax_agent = 1", "line 2: unknown setting max_agent", "mean max_agents?"),
    Case("[roles.testin]\nthinking = true", "line 1: unknown setting roles.testin", "testing"),
    Case(
        "[roles.ci_cd]\nthinkin = true", "line 2: unknown setting roles.ci_cd.thinkin", "thinking"
    ),
    Case("zzz = 1", "unknown setting zzz", "choose one of approve, "),
    Case("max_agents = 'three'", "max_agents is 'three'; expected a whole number", "default"),
    Case("max_agents = true", "max_agents is True; expected a whole number", "default"),
    Case("max_agents = 99", "max_agents is 99; expected at most 16", "default"),
    Case("rounds = -1", "rounds is -1; expected at least 0", "default"),
    Case("roles = 1", "roles is 1; expected a table", "default"),
    Case("roles.ci_cd.thinking = 'maybe'", "is 'maybe'; expected true or false", "default"),
    Case("tool_timeout_seconds = 'long'", "is 'long'; expected a number", "default"),
    Case("x = [", "is not TOML", "mend"),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.text)
def test_a_wrong_setting_is_told_with_its_place_and_what_was_expected(
    case: Case, repo: Path
) -> None:
    error = refused(repo, case.text)
    assert error.message.startswith(str(repo / "cadre.toml"))
    assert case.message in error.message
    assert case.hint in error.hint
    assert "\n" not in error.message


FORBIDDEN = [
    Case("approve = 'all'", 'may only be "read"', "flag"),
    Case("approve = 'ask'", 'may only be "read"', "flag"),
    Case("state_dir = '/tmp/x'", "cannot be set by a repository", "flag"),
    Case("keep_sessions = 1", "cannot be set by a repository", "flag"),
    Case("session_store_bytes = 9999999", "cannot be set by a repository", "flag"),
    Case("context_tokens = 999999", "cannot be set by a repository", "flag"),
    Case("threads = 999", "cannot be set by a repository", "flag"),
    Case("[loading]\nmlock = true", "cannot be set by a repository", "flag"),
    Case("loading = 1", "cannot be set by a repository", "flag"),
    *(
        Case(f"{key} = '{value}'", "may only name `embedded` or a model of the catalogue", "flag")
        for key in ("model", "thinking_model", "roles.testing.model", "roles.ci_cd.thinking_model")
        for value in ("scripted:x.json", "./x.gguf", "x.gguf", "http://h/v1#m", "hf:a/b", "~/m")
    ),
]


@pytest.mark.parametrize("case", FORBIDDEN, ids=lambda case: case.text)
def test_a_repository_may_not_set_what_is_the_users(case: Case, repo: Path) -> None:
    error = refused(repo, case.text)
    assert case.message in error.message
    assert case.hint in error.hint


def test_a_repository_may_take_rights_away_and_name_models_of_the_catalogue(repo: Path) -> None:
    (repo / "cadre.toml").write_text(
        'approve = "read"\nmodel = "embedded"\n[roles.testing]\nmodel = "Qwen3-14B"\n'
    )
    settings = load(repo)
    assert settings.approve is Approve.READ
    assert settings.role(Role.TESTING).model == "Qwen3-14B"


def test_the_users_own_file_may_set_everything(home: Path) -> None:
    (home / "config.toml").write_text('approve = "all"\nmodel = "./x.gguf"\nthreads = 2\n')
    assert load().approve is Approve.ALL
    assert load().model == "./x.gguf"


def test_where_models_go_is_read_from_the_users_file_and_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config.toml").write_text(
        "[loading]\ngpu_layers = 20\ncpu_expert_layers = 4\nkv_type_k = 'q8_0'\n"
        "tensor_split = [3, 1]\nflash_attention = true\n"
    )
    monkeypatch.setenv("CADRE_LOADING__GPU_LAYERS", "30")
    monkeypatch.setenv("CADRE_LOADING__DEVICES", '["CUDA0", "CUDA1"]')
    settings = load()
    assert settings.loading == Loading(
        gpu_layers=30,
        cpu_expert_layers=4,
        kv_type_k="q8_0",
        tensor_split=(3, 1),
        flash_attention=True,
        devices=("CUDA0", "CUDA1"),
    )
    assert settings.origin("loading.gpu_layers") == "CADRE_LOADING__GPU_LAYERS"
    assert settings.origin("loading.tensor_split") == f"user file {home / 'config.toml'}"
    assert settings.origin("loading.mmap") == "default"


WRONG_LOADING = [
    Case("gpu_layers = true", "gpu_layers is True; expected a whole number", "default"),
    Case("gpu_layers = -1", "gpu_layers is -1; expected at least 0", "default"),
    Case("gpu_layer = 1", "unknown setting loading.gpu_layer", "mean gpu_layers?"),
    Case("split = 'rows'", "split is 'rows'; expected one of 'none', 'layer' or 'row'", "default"),
    Case("devices = 'CUDA0'", "devices is 'CUDA0'; expected a list", "default"),
    Case("devices = ['a', 'a']", "expected each device once", "default"),
    Case("tensor_split = [1, nan]", "expected a number", "default"),
    Case(f"tensor_split = {[1] * 17}", "expected at most 16 entries", "default"),
    Case(
        "kv_type_v = 'q8_0'\nflash_attention = false",
        "line 3: loading.flash_attention is False; expected true, since kv_type_v is q8_0",
        "default",
    ),
]


@pytest.mark.parametrize("case", WRONG_LOADING, ids=lambda case: case.text)
def test_a_wrong_way_to_load_is_told_with_its_place(case: Case, home: Path) -> None:
    (home / "config.toml").write_text(f"[loading]\n{case.text}")
    with pytest.raises(ConfigurationError) as raised:
        load()
    assert raised.value.message.startswith(str(home / "config.toml"))
    assert case.message in raised.value.message
    assert case.hint in raised.value.hint


def test_a_repositorys_file_that_is_a_link_is_refused(repo: Path, home: Path) -> None:
    (home / "secret").write_text("max_agents = 1")
    (repo / "cadre.toml").symlink_to(home / "secret")
    with pytest.raises(ConfigurationError, match="not a plain file"):
        load(repo)


def test_a_repositorys_file_of_any_size_is_not_read_whole(repo: Path) -> None:
    assert "larger than 64 KiB" in refused(repo, "# " + "x" * 100_000).message


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADRE_APROVE", "all")
    with pytest.raises(ConfigurationError, match="CADRE_APROVE") as raised:
        load()
    assert "CADRE_APPROVE" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CADRE_MAX_AGENTS", "x", "CADRE_MAX_AGENTS: max_agents is 'x'; expected a whole number"),
        ("CADRE_APPROVE", "never", "expected one of 'ask', 'read', 'edit' or 'all'"),
        ("CADRE_ROLES__TESTING__MODLE", "x", "unknown setting roles.testing.modle"),
        ("CADRE_ROLES", "{", "roles"),
        ("CADRE_LOADING__DEVICES", "CUDA0", "loading"),
    ],
)
def test_a_wrong_variable_is_told(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as raised:
        load()
    assert message in raised.value.message


def test_variables_that_are_read_elsewhere_are_no_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CADRE_DEBUG", "1")
    assert load() == Settings()


def test_each_setting_is_either_a_repositorys_to_set_or_the_users_own() -> None:
    """A setting that is added and in neither list would be a repository's, unnoticed."""
    shared = {*FREE, *MODELS, "approve", "roles"}
    assert not shared & OWN
    assert shared | OWN == set(Settings.model_fields)
    assert set(RoleSettings.model_fields) == FREE_OF_ROLE | MODELS
