"""What is stored of several seeds is read for all but the first, run anew when asked, and never made up."""

import json
from importlib import resources

import pytest

from gradschool import seeds, training


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A folder of results in place of the package's own."""
    monkeypatch.setattr(seeds.resources, "files", lambda package: tmp_path)
    (tmp_path / "results").mkdir()
    return tmp_path / "results"


def curve(seed):
    ran.append(seed)
    return [seed / 3, (seed, {"end": 2.0 * seed})]


ran: list[int] = []


@pytest.fixture(autouse=True)
def forget():
    ran.clear()


def test_without_a_name_every_seed_is_run():
    assert seeds.each_seed(lambda seed: {seed}, seeds=(3, 5)) == [{3}, {5}]  # nothing has to fit into a file


def test_what_was_measured_is_stored_and_all_but_the_first_are_read(stored, monkeypatch):
    monkeypatch.setenv(seeds.RERUN, str(stored))
    found = seeds.each_seed(curve, stored="9_lesson/curve")
    assert training.over_seeds(lambda seed: seed / 8, stored="9_lesson/a number, in %").values == (0, 1 / 8, 2 / 8)
    assert found == [[0, [0, {"end": 0}]], [0.333333, [1, {"end": 2}]], [0.666667, [2, {"end": 4}]]]
    assert ran == [0, 1, 2]
    monkeypatch.delenv(seeds.RERUN)
    assert seeds.each_seed(curve, stored="9_lesson/curve") == found and ran == [0, 1, 2, 0]
    assert training.over_seeds(lambda seed: 5, stored="9_lesson/a number, in %").values == (5, 1 / 8, 2 / 8)


def test_what_takes_minutes_is_read_for_every_seed(stored, monkeypatch):
    monkeypatch.setenv(seeds.RERUN, str(stored))
    found = seeds.each_seed(curve, stored="9_lesson/curve", live=False)
    assert ran == [0, 1, 2]
    monkeypatch.delenv(seeds.RERUN)
    assert seeds.each_seed(curve, stored="9_lesson/curve", live=False) == found and ran == [0, 1, 2]
    assert seeds.each_seed(lambda seed: seed, live=False) == [0, 1, 2]  # nothing is stored, so each is run
    with pytest.raises(KeyError, match="for seed 0"):
        seeds.each_seed(curve, stored="9_lesson/other", live=False)


def test_measured_again_it_is_replaced_and_the_rest_stays(stored, monkeypatch):
    monkeypatch.setenv(seeds.RERUN, str(stored))
    for factor in (1, 2):
        seeds.each_seed(lambda seed, factor=factor: factor * seed, stored="9_lesson/one")
        seeds.each_seed(lambda seed: seed, stored="9_lesson/other")
    assert json.loads((stored / "9_lesson.json").read_text()) == {
        "one": {"0": 0, "1": 2, "2": 4},
        "other": {"0": 0, "1": 1, "2": 2},
    }


@pytest.mark.parametrize("name", ["9_lesson/curve", "9_lesson/other", "no lesson/curve"])
def test_what_nobody_has_measured_is_refused(stored, name):
    (stored / "9_lesson.json").write_text('{"curve": {"0": 1, "1": 2}}')
    with pytest.raises(KeyError, match=r"for seed [12]: leave stored= out"):
        seeds.each_seed(curve, stored=name)


def test_the_live_run_looks_as_the_stored_ones_do(stored):
    (stored / "9_lesson.json").write_text('{"pair": {"1": [1, 2], "2": [1, 2]}}')
    assert seeds.each_seed(lambda seed: (1, 2), stored="9_lesson/pair") == [[1, 2]] * 3
    with pytest.raises(TypeError):
        seeds.each_seed(lambda seed: object(), stored="9_lesson/pair")


def test_every_stored_result_is_of_a_lesson_that_reads_it(root):
    for file in resources.files("gradschool").joinpath("results").iterdir():
        lesson = file.name.removesuffix(".json")
        [source] = (root / "solutions").glob(f"*/{lesson}.py")
        assert f"{lesson}/" in source.read_text()
        assert all(len(by_seed) == 3 for by_seed in seeds.read(lesson).values())
