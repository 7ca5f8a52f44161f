"""The files that a repository is expected to have: workflows, the issue form, the changelog, the citation, the hook."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

WORKFLOWS = ("portable", "release", "site", "test")
ALLOWED = {
    "sudo apt-get",
    "sudo sysctl",
    "gh release",
    "python -m",
}  # what a step may run besides make, by its first two words


@pytest.fixture(scope="module")
def version(root: Path) -> str:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]


@pytest.fixture(params=WORKFLOWS)
def workflow(root: Path, request: pytest.FixtureRequest) -> dict:
    return yaml.safe_load((root / ".github" / "workflows" / f"{request.param}.yml").read_text())


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def targets(root: Path) -> set[str]:
    """The targets of the Makefile that are no files."""
    [line] = re.findall(r"^\.PHONY: (.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    return set(line.split())


def test_there_is_no_other_workflow(root: Path) -> None:
    assert sorted(path.name for path in (root / ".github" / "workflows").iterdir()) == [f"{w}.yml" for w in WORKFLOWS]


def test_a_workflow_runs_what_make_has(root: Path, workflow: dict) -> None:
    made = 0
    for step in steps(workflow):
        for line in step.get("run", "").splitlines():
            words = shlex.split(line)
            if words[0] == "make":
                assert len(words) == 2 and words[1] in targets(root), line
                made += 1
            else:
                assert " ".join(words[:2]) in ALLOWED, line
    assert made == (0 if workflow["name"] == "portable" else 1), "Windows has no make"


def test_a_workflow_may_do_little_and_ends(workflow: dict) -> None:
    assert workflow["permissions"] == {"contents": "read"}, "a job that needs more asks for it itself"
    assert all(0 < job["timeout-minutes"] <= 120 for job in workflow["jobs"].values())
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used), used
    assert all(
        not step["with"]["persist-credentials"] for step in steps(workflow) if "checkout" in step.get("uses", "")
    )


def test_the_tests_run_on_every_python_that_is_supported(root: Path) -> None:
    workflow = yaml.safe_load((root / ".github" / "workflows" / "test.yml").read_text())
    assert workflow[True].keys() == {"push", "pull_request"}  # YAML reads `on` as a truth value
    assert workflow["jobs"]["test"]["strategy"]["matrix"] == {"python": ["3.11", "3.12", "3.13"]}


def test_a_desk_is_tried_on_three_systems_and_on_every_python(root: Path) -> None:
    workflow = yaml.safe_load((root / ".github" / "workflows" / "portable.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["desk"]["strategy"]["matrix"]
    assert matrix["system"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    [command] = [step["run"] for step in steps(workflow) if "pytest tests" in step.get("run", "")]
    assert (root / command.split()[-1] / "test_desk.py").is_file()


def test_binder_and_dev_containers_install_the_course(root: Path) -> None:
    environment = yaml.safe_load((root / ".binder" / "environment.yml").read_text(encoding="utf-8"))
    assert environment["dependencies"][1:] == ["pip", "pytorch-cpu"]
    script = root / ".binder" / "postBuild"
    assert script.stat().st_mode & 0o111 and script.read_text().splitlines()[-2:] == [
        "python -m pip install --no-cache-dir .",
        "gradschool lab --prepare-only",
    ]
    container = json.loads((root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["postCreateCommand"].endswith("pip install . && gradschool lab --prepare-only")


def test_the_wheel_of_a_release_is_the_one_that_is_built(root: Path, version: str) -> None:
    text = (root / ".github" / "workflows" / "release.yml").read_text()
    name = re.search(r"dist/(\S+\.whl)", text)
    assert name is not None
    assert name[1].replace("${GITHUB_REF_NAME#v}", version) == f"gradschool-{version}-py3-none-any.whl"


def test_the_form_asks_for_what_judging_again_takes(root: Path) -> None:
    form = yaml.safe_load((root / ".github" / "ISSUE_TEMPLATE" / "wrongly-judged.yml").read_text())
    assert form["name"] and form["description"]
    asked = {part["id"]: part for part in form["body"] if part["type"] != "markdown"}
    assert {"exercise", "source", "verdict", "expected", "version", "seed"} <= asked.keys()
    assert all(part["attributes"]["label"] for part in asked.values())
    needed = {name for name, part in asked.items() if part.get("validations", {}).get("required")}
    assert needed == asked.keys() - {"seed"}
    seed = re.search(r"DESK_SEED = ([\d_]+)", (root / "autograder" / "student" / "seed.py").read_text())
    assert seed is not None and seed[1].replace("_", "") in asked["seed"]["attributes"]["description"]


def test_changelog_and_citation_know_the_version(root: Path, version: str) -> None:
    headings = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == version and all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for _, date in headings[1:])
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    assert (citation["cff-version"], citation["version"]) == ("1.2.0", version)
    assert citation["date-released"] == headings[1][1]


def test_the_hook_is_our_own_command(root: Path) -> None:
    config = yaml.safe_load((root / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"] for repo in config["repos"]] == ["local"], "others are fetched"
    [hook] = config["repos"][0]["hooks"]
    assert hook["entry"] == "make check" and hook["language"] == "system" and not hook["pass_filenames"]
