"""The part of `make run` and `make test` that runs before anything is installed."""

import ast
import importlib.util
import runpy
import sys

import pytest

from cellquality import bootstrap, places
from cellquality.places import PROJECT, remove_data, writable
from cellquality.processes import Refusal, only_one


def test_an_old_python_is_told_so_in_a_language_it_can_read(monkeypatch):
    ast.parse((PROJECT / "cellquality" / "__main__.py").read_text(), feature_version=(3, 4))
    assert not ast.parse((PROJECT / "cellquality" / "__init__.py").read_text()).body[1:], "the package imports nothing"
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is 3\.9"):
        runpy.run_module("cellquality.__main__")


def test_a_python_without_venv_is_a_sentence(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name))
    with pytest.raises(Refusal, match="apt install python3-venv"):
        bootstrap.make_venv()


def test_a_project_folder_that_cannot_be_written_is_a_sentence(monkeypatch, tmp_path):
    (tmp_path / "requirements.txt").touch()
    monkeypatch.setattr(bootstrap, "PROJECT", type(tmp_path)("/proc"))
    monkeypatch.setattr(bootstrap, "VENV", type(tmp_path)("/proc/.venv"))
    with pytest.raises(Refusal, match="Nothing can be written to the project's folder"):
        bootstrap.prepare(tmp_path / "requirements.txt")


def test_nothing_is_installed_twice_and_everything_again_when_requirements_change(monkeypatch, tmp_path):
    installed = []
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "works", lambda *_, **__: True)
    monkeypatch.setattr(bootstrap, "install", lambda requirements: installed.append(requirements.name))
    more, less = tmp_path / "more.txt", tmp_path / "less.txt"
    more.write_text("-r less.txt\none==1\n")
    less.write_text("two==2\n")
    for _ in range(2):
        bootstrap.prepare(more)
    assert installed == ["more.txt"]
    less.write_text("two==3\n")
    bootstrap.prepare(more)
    assert installed == ["more.txt"] * 2


def test_what_cannot_be_installed_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "PYTHON", "false")
    with pytest.raises(Refusal, match="could not be installed"):
        bootstrap.install(tmp_path / "requirements.txt")


def test_clean_data_deletes_what_is_ours_and_nothing_else(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(places, "ELSEWHERE", tmp_path / "elsewhere")
    (tmp_path / "postgresql-18").mkdir()
    (tmp_path / "secret-key").touch()
    (tmp_path / "holiday.jpg").touch()
    bootstrap.clean_data()
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
    assert "deleted" in capsys.readouterr().out
    (tmp_path / "holiday.jpg").unlink()
    assert remove_data(tmp_path) == []
    assert not tmp_path.exists()


def test_clean_data_refuses_while_the_product_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with only_one(tmp_path / "lock", "-"), pytest.raises(Refusal, match="is running"):
        bootstrap.clean_data()


def test_a_data_directory_of_another_account_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr("os.getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(Refusal, match="belongs to another account"):
        writable(tmp_path)
