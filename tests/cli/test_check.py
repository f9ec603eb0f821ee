from __future__ import annotations

import json

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from recommender.cli import main
from recommender.cli.check import check
from recommender.errors import CallError
from recommender.sources import write_table

app = typer.Typer()
app.command()(check)


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def good(tmp_path):
    write_table(
        pd.DataFrame({"title_id": ["1", "2"], "kind": "film", "title": ["Red", "Blue"]}),
        tmp_path / "titles.xlsx",
    )
    return tmp_path / "titles.xlsx"


def outcomes(tmp_path, *rows: str):
    path = tmp_path / "outcomes.csv"
    path.write_text("\n".join(["title_id;market;metric;value;as_of;source", *rows, ""]), encoding="utf-16")
    return path


def test_good_tables_end_with_zero_and_say_what_was_read(tmp_path, good):
    result = run("--titles", good, "--outcomes", outcomes(tmp_path, "1;CN;votes;5;2020-01-01;x"))
    assert result.exit_code == 0
    assert "2 rows (XLSX, sheet titles)" in result.stdout
    assert "1 row (CSV, UTF-16 LE, delimiter semicolon)" in result.stdout
    assert result.stdout.endswith("0 errors, 0 warnings\n")


def test_all_faults_of_all_files_at_once(tmp_path):
    (tmp_path / "titles.csv").write_text("title_id,kind,title\n1,flim,Red\n1,film,\n", encoding="utf-8")
    found = run(
        "--titles",
        tmp_path / "titles.csv",
        "--outcomes",
        outcomes(tmp_path, "1;ZZ;votes;many;2020-02-30;x"),
        "--rights",
        tmp_path / "nowhere.parquet",
    )
    assert found.exit_code == 1
    for part in (
        "titles.csv, row 2, column kind: unknown kind (flim); did you mean 'film'?",
        "titles.csv, row 3, column title_id",
        "titles.csv, row 3, column title: the cell is empty",
        "outcomes.csv, row 2, column market",
        "outcomes.csv, row 2, column value: not a number (many)",
        "outcomes.csv, row 2, column as_of: there is no such day (2020-02-30)",
        "nowhere.parquet: there is no such file",
    ):
        assert part in found.stdout
    assert "7 errors" in found.stdout
    assert "Traceback" not in found.output


def test_outcomes_of_unknown_titles_are_a_warning_with_examples(tmp_path, good):
    rows = [f"{key};CN;votes;5;2020-01-01;x" for key in (1, 2, 7, 8, 8)]
    result = run("--titles", good, "--outcomes", outcomes(tmp_path, *rows))
    assert result.exit_code == 0
    assert "3 rows of 2 titles" in result.stdout
    assert "(7, 8)" in result.stdout


def test_ids_of_unknown_titles_are_shown_whole(tmp_path, good):
    keys = [f"catalogue-of-2026/{number:03}/0123456789abcdef" for number in range(3)]
    result = run(
        "--titles", good, "--outcomes", outcomes(tmp_path, *(f"{key};CN;votes;5;2020-01-01;x" for key in keys))
    )
    assert f"({', '.join(keys)})" in result.stdout
    one = run("--titles", good, "--outcomes", outcomes(tmp_path, "7;CN;votes;5;2020-01-01;x"))
    assert "1 row of 1 title that the titles table does not have (7)" in one.stdout


def test_an_unknown_metric_is_told_with_those_there_are(tmp_path):
    found = run("--outcomes", outcomes(tmp_path, "1;CN;zzz;5;2020-01-01;x"))
    assert found.exit_code == 1
    for metric in ("votes", "box_office_rub", "top10_points", "accepted"):
        assert metric in found.stdout


def test_json(tmp_path, good):
    found = run("--titles", good, "--outcomes", outcomes(tmp_path, "1;CN;votes;-5;2020-01-01;x"), "--format", "json")
    assert found.exit_code == 1
    document = json.loads(found.stdout)
    assert document["errors"] == 1
    (fault,) = document["faults"]
    assert (fault["row"], fault["column"], fault["value"], fault["severity"]) == (2, "value", "-5.0", "error")
    assert document["tables"][1] == {
        "table": "outcomes",
        "file": str(tmp_path / "outcomes.csv"),
        "rows": 1,
        "usable_rows": 0,
        "format": "CSV",
        "encoding": "UTF-16 LE",
        "delimiter": "semicolon",
    }


def test_long_runs_of_one_problem_are_folded_unless_asked_for(tmp_path):
    path = tmp_path / "titles.csv"
    path.write_text("title_id,kind,title\n" + "".join(f"{i},flim,Red\n" for i in range(100)), encoding="utf-8")
    folded, full = run("--titles", path), run("--titles", path, "--all")
    assert "in 80 more rows" in folded.stdout
    assert "100 errors, 0 warnings (--all prints every row)" in folded.stdout
    assert full.stdout.count("unknown kind") == 100
    assert folded.exit_code == full.exit_code == 1


def test_a_very_long_run_is_counted_whole_and_told_once(tmp_path):
    path = tmp_path / "titles.csv"
    rows = "".join(f"{i},{'film' if i < 3 else 'flim'},{'' if i == 2 else 'Red'}\n" for i in range(2503))
    path.write_text(f"title_id,kind,title\n{rows}", encoding="utf-8")
    folded = run("--titles", path).stdout.splitlines()
    assert folded[-1] == "2,501 errors, 0 warnings (--all prints every row)"
    told = [line for line in folded if "unknown kind" in line]
    assert len(told) == 21
    assert "row 5, column kind: unknown kind (flim)" in told[0]
    assert told[-1].endswith("column kind: ... unknown kind, in 2,480 more rows; did you mean 'film'?")
    assert json.loads(run("--titles", path, "--format", "json").stdout)["errors"] == 2501


def test_other_commands_tell_a_long_run_as_briefly(tmp_path, capfd):
    path = tmp_path / "titles.csv"
    path.write_text("title_id,kind,title\n" + "".join(f"{i},flim,Red\n" for i in range(1500)), encoding="utf-8")
    words = ["score", "--bundle", "b", "--titles", str(path), "--markets", "CN", "--out", str(tmp_path / "s.csv")]
    assert main(words) == 1
    said = capfd.readouterr().err
    assert said.startswith("error: 1,500 faults in the data")
    assert said.count("did you mean 'film'?") == 21
    assert "in 1,480 more rows" in said


def test_mixed_encodings_are_faults_like_others(tmp_path):
    path = tmp_path / "titles.csv"
    path.write_bytes("title_id,kind,title\n1,film,Сталкер\n2,film,".encode() + "Зеркало\n".encode("cp1251"))
    result = run("--titles", path)
    assert result.exit_code == 1
    assert "row 3, column title: the file mixes encodings" in result.stdout


def test_control_characters_never_reach_the_terminal(tmp_path):
    path = tmp_path / "titles.csv"
    path.write_text("title_id,kind,title\n1,\x1b[31mfilm,[bold]Red\n", encoding="utf-8")
    result = run("--titles", path)
    assert "\x1b" not in result.stdout
    assert "\\x1b[31mfilm" in result.stdout


def test_nothing_to_check_is_a_wrong_call():
    result = run()
    assert isinstance(result.exception, CallError)
    assert result.exception.exit_status == 2


def test_help_has_an_example():
    assert "recommender check --titles" in run("--help").stdout
