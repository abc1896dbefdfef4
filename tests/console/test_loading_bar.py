"""The line that says how much of a model is loaded, without a clock of its own."""

import io
from threading import Thread

import pytest
from rich.live import Live

from console.loading_bar import LoadingBar
from tests.console.conftest import drawn, stream


class FakeClock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bar(clock: FakeClock) -> LoadingBar:
    return LoadingBar(clock)


def test_nothing_is_shown_before_anything_is_loaded(bar: LoadingBar) -> None:
    assert drawn(bar) == ""


def test_a_quick_load_shows_nothing_and_a_slow_one_its_progress(
    bar: LoadingBar, clock: FakeClock
) -> None:
    bar("a.gguf", 0.0)
    bar("a.gguf", 0.4)
    clock.now += 0.5
    assert drawn(bar) == ""
    clock.now += 0.1
    assert drawn(bar).split() == ["loading", "a.gguf", "━" * 9 + "╸", "40%"]


def test_a_load_that_tells_nothing_yet_is_shown_without_a_number(
    bar: LoadingBar, clock: FakeClock
) -> None:
    bar("a.gguf", 0.0)
    clock.now += 1
    assert drawn(bar).startswith("loading a.gguf ━")
    assert "%" not in drawn(bar)


def test_what_is_loaded_is_shown_no_more(bar: LoadingBar, clock: FakeClock) -> None:
    bar("a.gguf", 0.9)
    clock.now += 1
    bar("a.gguf", 1.0)
    assert drawn(bar) == ""


@pytest.mark.parametrize("following", [("b.gguf", 0.5), ("a.gguf", 0.0)])
def test_each_load_is_given_its_own_half_second(
    following: tuple[str, float], bar: LoadingBar, clock: FakeClock
) -> None:
    bar("a.gguf", 0.5)
    clock.now += 1
    bar(*following)
    assert drawn(bar) == ""
    clock.now += 1
    assert following[0] in drawn(bar)


def test_a_name_is_text_of_one_line_and_cut_where_it_is_too_long(
    bar: LoadingBar, clock: FakeClock
) -> None:
    bar("[red]\x1b[31m\n" + "long" * 50, 0.5)
    clock.now += 1
    line = drawn(bar, width=60)
    assert line.startswith("loading [red] longlong")
    assert "\x1b" not in line
    assert line.endswith("50%")
    assert len(line.splitlines()) == 1
    assert len(line) <= 60


def test_it_is_drawn_while_another_thread_loads(bar: LoadingBar, clock: FakeClock) -> None:
    file = io.StringIO()

    def load() -> None:
        bar("a.gguf", 0.0)
        clock.now += 1
        bar("a.gguf", 0.5)

    with Live(bar, console=stream(file, terminal=True), auto_refresh=False) as live:
        loading = Thread(target=load)
        loading.start()
        loading.join()
        live.refresh()
        shown = file.getvalue()
        bar("a.gguf", 1.0)
        live.refresh()
    assert "loading a.gguf" in shown
    assert "loading" not in file.getvalue()[len(shown) :]
