"""What workbooks of every version and with every trap are understood as."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from avails_books import MOVIE, SEASON, episode, fill
from pandas.testing import assert_frame_equal

from recommender.offers.rights import RightsRequest, answer_rights
from recommender.sources import read_rights, read_titles, write_table
from recommender.sources.avails import VERSIONS, read_avails
from recommender.sources.avails._fields import columns_of


def problems(avails, severity="error"):
    table = avails.not_understood
    return list(table.loc[table["severity"] == severity, "problem"])


def right(avails, *names):
    (row,) = avails.rights.to_dict("records")
    return tuple(row[name] if row[name] == row[name] else None for name in names)


class TestVersions:
    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize("kind", ["movies", "tv"])
    def test_each_is_told_and_read(self, read, version, kind):
        avails = read([MOVIE if kind == "movies" else SEASON], version=version, kind=kind)
        assert avails.version == version
        assert avails.sheets[0].kind == kind
        assert problems(avails) == []
        assert right(avails, "media", "start") == ("svod", "2027-01-01")

    def test_the_real_ones_are_told_by_what_they_hold(self, real_avails):
        for path, avails in real_avails.items():
            assert avails.version == path.stem.partition("_v")[2]

    def test_the_templates_of_the_real_ones_are_known_in_order(self, real_avails):
        known = 0
        for avails in real_avails.values():
            sheet = avails.sheets[0]
            own = [(column.group, column.header) for column in sheet.header.columns]
            ours = list(columns_of(sheet.version, sheet.kind))
            if sheet.version == "1.7.3":
                assert {header for _, header in own} - {header for _, header in ours} == {"Avail/AvailID"}
                assert {header for _, header in ours} <= {header for _, header in own}
            else:
                assert own == ours
                known += 1
        assert known >= 4

    def test_another_version_is_said_and_read_by_its_columns(self, read):
        avails = read([MOVIE], change=lambda sheet: sheet.__setitem__("A3", 2.1))
        assert len(avails.rights) == 1
        (note,) = [note for note in avails.notes if "version 2.1" in note.problem]
        assert (note.sheet, note.row, note.column) == ("Template-Movies", 3, "A")

    def test_a_version_written_as_text_counts(self, read):
        assert read([MOVIE], change=lambda sheet: sheet.__setitem__("A3", "v1.8")).version == "1.8"


class TestSheets:
    def test_one_that_was_renamed_is_found_by_its_columns(self, read):
        avails = read([MOVIE], name="Мои права")
        (note,) = [note for note in avails.notes if note.value == "Мои права"]
        assert "read as movies" in note.problem
        assert len(avails.rights) == 1

    def test_the_columns_decide_what_it_is(self, read):
        avails = read([SEASON], kind="tv", name="Movies")
        assert avails.sheets[0].kind == "tv"
        assert any("its name says movies" in note.problem for note in avails.notes)

    def test_all_of_a_workbook_are_read_and_others_passed_over(self, tmp_path):
        workbook = openpyxl.Workbook()
        workbook.active.title = "INFO"
        workbook.active["A1"].value = "how to fill in"
        for kind, rows in (("movies", [MOVIE]), ("tv", [SEASON]), ("collections", [{**MOVIE, "ALID": "BOX"}])):
            fill(workbook.create_sheet(f"Template-{kind.title() if kind != 'tv' else 'TV'}"), "1.8", kind, rows)
        workbook.save(tmp_path / "all.xlsx")
        avails = read_avails(tmp_path / "all.xlsx")
        assert [sheet.kind for sheet in avails.sheets] == ["movies", "tv", "collections"]
        assert list(avails.titles["title_id"]) == ["CRANES_1957", "det-1", "BOX"]

    def test_a_collection_is_a_title_of_its_own(self, read):
        avails = read([{**MOVIE, "WorkType": "Collection", "BundledALIDs": "A; B"}], kind="collections", version="1.8")
        assert list(avails.titles["kind"]) == ["other"]
        assert avails.rows.loc[0, "BundledALIDs"] == "A; B"

    def test_a_template_without_avails_is_an_empty_table(self, read):
        avails = read([])
        assert (len(avails.titles), len(avails.rights), len(avails.rows)) == (0, 0, 0)
        assert "title" in avails.titles.columns


class TestHeaders:
    def test_case_spaces_and_typing_mistakes_are_seen_through(self, read):
        columns = [
            ("AVAIL", " displayname"),
            ("AvailTrans", "territory"),
            ("AvailTrans", "License Type"),
            ("AvailTrans", "START"),
            ("AvailTrans", "End"),
            ("Avail", "alid"),
            ("AvailMetadata", "TitleInternlAlias"),
            ("AvailAsset", "WorkTyp"),
            ("AvailMetadata", "VolumeDistributinoNumber"),
            ("Avail", "BundleALIDs"),
            ("AvailTrans", "StoreLanguage"),
        ]
        row = {
            **MOVIE,
            "TitleInternlAlias": "Cranes",
            "WorkTyp": "Movie",
            "VolumeDistributionNumber": 3,
            "BundledALIDs": "A",
        }
        avails = read([row], columns=columns, version="1.7.2")
        assert {"VolumeDistributionNumber", "BundledALIDs", "AssetLanguage", "TitleInternalAlias"} <= set(avails.rows)
        assert avails.titles.loc[0, "title"] == "Cranes"
        assert {note.problem for note in avails.notes if "read as" in note.problem} == {
            "read as TitleInternalAlias",
            "read as WorkType",
        }

    def test_group_and_field_may_stand_in_one_cell(self, read):
        columns = [("", f"{group}/{header}") for group, header in columns_of("1.7.2", "movies")]
        avails = read(
            [{f"{group}/{header}": MOVIE.get(header) for group, header in columns_of("1.7.2", "movies")} | MOVIE],
            columns=columns,
            version="1.7.2",
        )
        assert len(avails.rights) == 1

    def test_lines_may_stand_above_the_header(self, read):
        avails = read([MOVIE], change=lambda sheet: sheet.insert_rows(1, 3))
        assert avails.sheets[0].header.row == 4
        assert avails.rights.loc[0, "source_row"] == 7

    def test_of_two_columns_of_one_name_the_one_in_its_group_counts(self, read):
        columns = [("Ours", "Territory"), *columns_of("1.8", "movies")]
        avails = read([MOVIE], columns=columns, version="1.8", change=lambda sheet: sheet.__setitem__("A4", "nowhere"))
        assert right(avails, "market") == ("US",)
        assert any("a second column" in note.problem for note in avails.notes)

    def test_unknown_columns_are_kept_and_named(self, read):
        columns = [*columns_of("1.8", "movies"), ("Ours", "Mood")]
        avails = read([{**MOVIE, "Mood": "sad"}], columns=columns, version="1.8")
        assert avails.rows.loc[0, "Ours/Mood"] == "sad"
        (note,) = [note for note in avails.notes if note.field == "Mood"]
        assert (note.column, note.severity) == ("CA", "warning")


class TestRows:
    def test_hints_comments_and_empty_rows_are_no_avails(self, read):
        def disturb(sheet):
            sheet["A6"].value = "// second half of the year"
            sheet["A8"].value = "Total"

        avails = read([MOVIE, {}, {}, {**MOVIE, "ALID": "B"}], change=disturb)
        assert avails.sheets[0].rows == [4, 7]
        assert any(note.row == 8 and "no avail" in note.problem for note in avails.notes)

    def test_a_hint_left_in_a_cell_is_no_value(self, read):
        avails = read([{**MOVIE, "AltID": "//e.g., MOVIE_1"}])
        assert avails.rows["AltID"].isna().all()
        assert any("hint" in note.problem for note in avails.notes)

    def test_cells_merged_downwards_count_for_each_row(self, read):
        rows = [MOVIE, {**MOVIE, "ALID": "B", "Territory": None}, {**MOVIE, "ALID": "C", "Territory": None}]
        place = [header for _, header in columns_of("1.9", "movies")].index("Territory") + 1
        avails = read(
            rows,
            change=lambda s: s.merge_cells(start_row=4, end_row=6, start_column=place, end_column=place),
        )
        assert list(avails.rights["market"]) == ["US", "US", "US"]
        (note,) = [note for note in avails.notes if "merged" in note.problem]
        assert "D4:D6" in note.problem
        assert note.value == "US"

    def test_cells_merged_across_columns_are_an_error(self, read):
        avails = read([MOVIE], change=lambda sheet: sheet.merge_cells("I4:J4"))
        assert any("merged across columns" in problem for problem in problems(avails))

    def test_rows_without_required_cells_are_named(self, read):
        bare = {name: value for name, value in MOVIE.items() if name not in {"ContentID", "DisplayName"}}
        avails = read([{**MOVIE, "Territory": None}, {**MOVIE, "Start": None}, {**MOVIE, "End": None}, bare])
        assert len(avails.rights) == 1
        errors = [(note.row, note.field) for note in avails.notes if note.severity == "error"]
        assert errors == [(4, "Territory"), (5, "Start"), (6, "End")]
        warned = {(note.row, note.field) for note in avails.notes if "required" in note.problem}
        assert warned == {(7, "ContentID"), (7, "DisplayName")}

    def test_prices_are_asked_for_except_for_subscription(self, read):
        avails = read([MOVIE, {**MOVIE, "LicenseType": "EST"}])
        assert {(note.row, note.field) for note in avails.notes} == {(5, "PriceType"), (5, "PriceValue")}

    def test_a_row_that_withdraws_makes_no_right(self, read):
        avails = read([MOVIE, {**MOVIE, "EntryType": "Full Delete", "Territory": "CA", "End": None}])
        assert list(avails.rights["market"]) == ["US"]
        assert problems(avails) == []
        assert any("withdraws" in problem for problem in problems(avails, "warning"))

    def test_the_same_file_gives_the_same_tables(self, build):
        path = build([MOVIE])
        first, second = read_avails(path), read_avails(path)
        assert_frame_equal(first.titles, second.titles)
        assert first.not_understood.equals(second.not_understood)


class TestRights:
    @pytest.mark.parametrize(
        "written",
        [
            dt.datetime(2027, 3, 5),
            dt.datetime(2027, 3, 5, 12),
            46451,
            "46451",
            "2027-03-05",
            "2027-03-05T00:00:00Z",
            "20270305",
            "05.03.2027",
            "2027/3/5",
            "5-Mar-2027",
            "March 5, 2027",
            "25/03/2027",
        ],
    )
    def test_a_day_is_understood_however_it_is_written(self, read, written):
        day = "2027-03-25" if written == "25/03/2027" else "2027-03-05"
        assert right(read([{**MOVIE, "Start": written}]), "start") == (day,)

    @pytest.mark.parametrize("written", ["05/03/2027", "2027-02-30", "soon", 2027, True])
    def test_what_may_mean_two_days_or_none_makes_no_right(self, read, written):
        avails = read([{**MOVIE, "Start": written}])
        assert avails.rights.empty
        (note,) = [note for note in avails.notes if note.severity == "error"]
        assert (note.row, note.field) == (4, "Start")

    @pytest.mark.parametrize(("written", "end"), [("Open", None), ("OPEN", None), ("2029-12-31", "2029-12-31")])
    def test_a_window_may_be_open(self, read, written, end):
        assert right(read([{**MOVIE, "End": written}]), "end") == (end,)

    def test_days_of_the_old_mac_count_from_1904(self, tmp_path):
        workbook = openpyxl.Workbook()
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        workbook.active.title = "Movies"
        rows = [{**MOVIE, "Start": dt.datetime(2027, 3, 5)}, {**MOVIE, "Start": 46451 - 1462, "ALID": "B"}]
        fill(workbook.active, "1.7.2", "movies", rows)
        workbook.save(tmp_path / "mac.xlsx")
        assert list(read_avails(tmp_path / "mac.xlsx").rights["start"]) == ["2027-03-05", "2027-03-05"]

    def test_a_preorder_ends_when_the_sale_begins(self, read):
        rows = [
            {**MOVIE, "LicenseType": "POEST", "Start": "2027-01-01", "End": "ESTStart"},
            {**MOVIE, "LicenseType": "EST", "Start": "2027-02-01", "End": "Open"},
        ]
        avails = read(rows)
        assert list(avails.rights["media"]) == ["poest", "est"]
        assert list(avails.rights["end"].fillna("")) == ["2027-01-31", ""]

    @pytest.mark.parametrize(("field", "event"), [("Start", "Theatrical"), ("End", "Broadcast"), ("End", "Immediate")])
    def test_an_event_without_a_day_makes_no_right(self, read, field, event):
        avails = read([{**MOVIE, field: event}])
        assert avails.rights.empty
        (note,) = [note for note in avails.notes if note.severity == "error"]
        assert (note.field, note.value) == (field, event)

    def test_a_duration_ends_the_window(self, read):
        avails = read([{**MOVIE, "End": None, "WindowDuration": "P31D"}])
        assert right(avails, "start", "end") == ("2027-01-01", "2027-01-31")

    @pytest.mark.parametrize("start", ["Open", "Immediate"])
    def test_a_duration_from_no_day_makes_no_right(self, read, start):
        avails = read([{**MOVIE, "Start": start, "End": None, "WindowDuration": "P180D"}])
        assert avails.rights.empty
        (note,) = [note for note in avails.notes if note.severity == "error"]
        assert (note.field, note.value) == ("WindowDuration", "P180D")
        assert "a duration needs a day to begin from" in note.problem

    def test_a_duration_from_a_day_that_is_not_understood_is_one_error(self, read):
        avails = read([{**MOVIE, "Start": "soon", "End": None, "WindowDuration": "P180D"}])
        assert [note.field for note in avails.notes if note.severity == "error"] == ["Start"]

    def test_an_end_before_the_start_makes_no_right(self, read):
        avails = read([{**MOVIE, "End": "2026-12-31"}])
        assert avails.rights.empty
        (problem,) = problems(avails)
        assert "ends before it starts (2027-01-01)" in problem

    @pytest.mark.parametrize(
        ("written", "markets"),
        [("us", ["US"]), ("UK", ["GB"]), ("France", ["FR"]), ("US, CA", ["US", "CA"]), ("ZZ", ["WW"]), ("WW", ["WW"])],
    )
    def test_territories(self, read, written, markets):
        assert list(read([{**MOVIE, "Territory": written}]).rights["market"]) == markets

    @pytest.mark.parametrize("written", ["CA-QC", "LATAM", "QQ"])
    def test_a_part_of_a_territory_is_none(self, read, written):
        avails = read([{**MOVIE, "Territory": written}])
        assert avails.rights.empty
        (note,) = [note for note in avails.notes if note.severity == "error"]
        assert (note.row, note.field, note.value) == (4, "Territory", written)

    def test_a_world_with_exclusions_has_holes(self, read):
        avails = read([{**MOVIE, "Territory": "ZZ", "TerritoryExclusion": "US, CA"}])
        assert list(zip(avails.rights["market"], avails.rights["status"], strict=True)) == [
            ("WW", "available"),
            ("US", "excluded"),
            ("CA", "excluded"),
        ]

    def test_an_excluded_part_is_listed(self, read):
        avails = read([{**MOVIE, "Territory": "CA", "TerritoryExclusion": "CA-QC"}])
        assert list(avails.rights["market"]) == ["CA"]
        assert any("CA-QC" in problem for problem in problems(avails))

    @pytest.mark.parametrize(
        ("licence", "media"),
        [("EST", "est"), ("VOD", "tvod"), ("svod", "svod"), ("AVOD", "avod"), ("POEST", "poest")],
    )
    def test_media(self, read, licence, media):
        assert right(read([{**MOVIE, "LicenseType": licence}]), "media", "license_type") == (media, licence.upper())

    def test_an_unknown_licence_makes_no_right(self, read):
        avails = read([{**MOVIE, "LicenseType": "Library"}])
        assert avails.rights.empty
        assert len(problems(avails)) == 1

    def test_languages_bind_only_where_they_are_allowed(self, read):
        assert list(read([MOVIE]).rights["language"].isna()) == [True]
        avails = read([{**MOVIE, "AllowedLanguages": "es:subdub, FR"}])
        assert list(avails.rights["language"]) == ["es", "fr"]

    def test_a_held_back_language_leaves_the_assets_own(self, read):
        avails = read([{**MOVIE, "HoldbackLanguage": "ES, DE"}])
        assert list(avails.rights["language"]) == ["en"]

    def test_a_language_that_is_not_understood_never_becomes_all(self, read):
        assert read([{**MOVIE, "AllowedLanguages": "Klingonish"}]).rights.empty

    @pytest.mark.parametrize("written", [True, "TRUE", "Yes", "=TRUE()"])
    def test_exclusive(self, read, written):
        assert right(read([{**MOVIE, "Exclusive": written}]), "exclusive") == (True,)

    def test_a_formula_without_its_value_is_listed(self, read):
        avails = read([{**MOVIE, "Start": "=TODAY()+30"}])
        assert any("formula" in problem for problem in problems(avails))
        assert avails.rights.empty

    @pytest.mark.parametrize("cell", ["#N/A", "=A1"])
    @pytest.mark.parametrize(
        "field", ["TerritoryExclusion", "AllowedLanguages", "HoldbackLanguage", "Licensee", "TitleStatus", "EndLag"]
    )
    def test_no_right_is_made_where_what_bounds_it_has_no_value(self, read, field, cell):
        avails = read([{**MOVIE, "Territory": "WW", field: cell}, {**MOVIE, "ALID": "other"}])
        assert list(avails.rights["title_id"]) == ["other"]
        (note,) = [note for note in avails.notes if note.severity == "error"]
        assert (note.row, note.field, note.value) == (4, field, cell)

    def test_an_error_elsewhere_is_listed_and_leaves_the_right(self, read):
        avails = read([{**MOVIE, "Director": "#REF!", "FormatProfile": "#N/A"}])
        assert len(avails.rights) == 1
        errors = [(note.field, note.problem) for note in avails.notes if note.field in {"Director", "FormatProfile"}]
        assert errors == [("Director", "an error, not a value"), ("FormatProfile", "an error, not a value")]

    def test_an_error_merged_downwards_is_one_of_every_row(self, read):
        def merge(sheet):
            place = next(cell.column for cell in sheet[2] if cell.value == "TerritoryExclusion")
            sheet.cell(4, place).value = "#REF!"
            sheet.merge_cells(start_row=4, end_row=5, start_column=place, end_column=place)

        world = {**MOVIE, "Territory": "WW"}
        avails = read([world, {**world, "ALID": "b"}, {**world, "ALID": "c"}], change=merge)
        assert list(avails.rights["title_id"]) == ["c"]

    @pytest.mark.parametrize(
        ("cells", "status"),
        [
            ({}, "available"),
            ({"TitleStatus": "Approved"}, "available"),
            ({"Licensee": "Sofa Spud"}, "available"),
            ({"Licensee": "Sofa Spud", "Exclusive": True}, "reserved"),
            ({"Licensee": "Sofa Spud", "TitleStatus": "Pending"}, "negotiating"),
            ({"Licensee": "Sofa Spud", "TitleStatus": "Approved"}, "licensed"),
            ({"TitleStatus": "Revoked"}, "withdrawn"),
            ({"TitleStatus": "expired"}, "expired"),
        ],
    )
    def test_what_a_row_says_of_the_right(self, read, cells, status):
        avails = read([{**MOVIE, **cells, "ContractID": "K1"}])
        assert right(avails, "status", "licensee", "contract_id") == (status, cells.get("Licensee"), "K1")

    def test_the_tables_are_those_of_the_project(self, real_avails, tmp_path):
        for avails in real_avails.values():
            for name, table, reader in (("t", avails.titles, read_titles), ("r", avails.rights, read_rights)):
                write_table(table, tmp_path / f"{name}.parquet")
                back = reader(tmp_path / f"{name}.parquet")
                assert len(back) == len(table)
                assert list(back.columns)[: len(table.columns)] == list(table.columns)


class TestTitles:
    @pytest.mark.parametrize(
        ("written", "minutes"),
        [
            (dt.time(1, 35, 20), 95),
            (95 / 1440, 95),
            (95, 95),
            ("1:35:20", 95),
            ("PT1H35M", 95),
            ("01:35", 95),
            ("52:10", 52),
            (dt.timedelta(hours=52, minutes=10), 52),
            ("95 min", 95),
        ],
    )
    def test_running_times(self, read, written, minutes):
        assert read([{**MOVIE, "TotalRunTime": written}]).titles.loc[0, "runtime_min"] == minutes

    def test_rows_of_one_id_are_one_title(self, read):
        avails = read([MOVIE, {**MOVIE, "Territory": "ES", "TitleDisplayUnlimited": "Cuando pasan las cigüeñas"}])
        (title,) = avails.titles.to_dict("records")
        assert title["title"] == "The Cranes Are Flying"
        assert title["alt_titles"] == ["Cranes Are Flying, The", "Cuando pasan las cigüeñas"]
        assert (title["kind"], title["year"], title["eidr"]) == ("film", 1957, "10.5240/7791-8534-2C23-9030-8610-5")

    def test_contradictions_are_named_and_the_first_row_counts(self, read):
        avails = read([MOVIE, {**MOVIE, "Territory": "CA", "ReleaseYear": 1958}])
        assert avails.titles.loc[0, "year"] == 1957
        assert any("says otherwise (1957)" in note.problem and note.row == 5 for note in avails.notes)

    @pytest.mark.parametrize("missing", [{"ALID"}, {"ALID", "ContentID"}])
    def test_without_an_alid_another_id_or_the_title_names_it(self, read, missing):
        avails = read([{name: value for name, value in MOVIE.items() if name not in missing}])
        assert avails.titles.loc[0, "title_id"] == (
            MOVIE["ContentID"] if "ContentID" not in missing else "Cranes Are Flying, The (1957)"
        )

    def test_dubbed_and_subtitled_assets(self, read):
        avails = read([{**MOVIE, "AssetLanguage": "FR", "LocalizationType": "dub"}])
        assert avails.titles.loc[0, "dubs"] == ["fr"]

    def test_the_best_master_counts(self, read):
        rows = [{**MOVIE, "FormatProfile": profile} for profile in ("SD", "3DUHD", "HD")]
        assert read(rows).titles.loc[0, "resolution"] == "4K"

    def test_a_licence_fee_is_a_price(self, read):
        avails = read([{**MOVIE, "PriceType": "LicenseFee", "PriceValue": 1200, "PriceCurrency": "eur"}])
        assert list(avails.titles.loc[0, ["ask_price", "currency"]]) == [1200.0, "EUR"]

    @pytest.mark.parametrize(("code", "said"), [(None, "a price without a currency"), ("EURO", "not a currency")])
    def test_a_price_without_a_currency_is_told_with_what_to_do(self, read, code, said):
        priced = {**MOVIE, "PriceType": "LicenseFee", "PriceValue": 1200, "PriceCurrency": code}
        avails = read([priced, MOVIE, priced])
        assert avails.titles["currency"].isna().all()
        notes = [note for note in avails.notes if note.field == "PriceCurrency"]
        assert [note.severity for note in notes] == ["warning", "warning"]
        assert notes[0].problem.startswith(said)
        assert "fill the column currency of the titles" in notes[0].remedy

    def test_placeholders_and_wrong_check_characters_are_warnings(self, read):
        avails = read(
            [{**MOVIE, "TitleID": "10.5240/:1489-49A2-3956-4B2D-BEFK-6", "AltID": "ISAN 0000-0001-8947-0000-9"}]
        )
        assert avails.titles.loc[0, "eidr"] == "10.5240/1489-49A2-3956-4B2D-BEFK-6"
        assert problems(avails) == []
        assert {note.field for note in avails.notes} == {"TitleID", "AltID"}


class TestTelevision:
    def test_a_season_is_a_title_and_its_episodes_are_kept(self, read):
        avails = read([SEASON, episode(1), episode(2)], kind="tv")
        (title,) = avails.titles.to_dict("records")
        assert (title["title_id"], title["kind"], title["title"]) == ("det-1", "series", "The Detectives, season 1")
        assert (title["seasons"], title["episodes"], title["runtime_min"]) == (1, 2, 52)
        assert title["franchise"] == "Detectives, The"
        assert list(avails.rights["level"]) == ["season"]
        assert list(avails.rows["EpisodeTitleInternalAlias"].dropna()) == ["Part 1", "Part 2"]
        assert set(avails.rows["title_id"]) == {"det-1"}

    def test_all_episodes_together_are_the_season(self, read):
        rows = [episode(1, End="2028-06-30"), episode(2, Start="2027-02-01", End="2028-12-31")]
        avails = read(rows, kind="tv")
        assert right(avails, "level", "start", "end") == ("season", "2027-02-01", "2028-06-30")

    def test_some_episodes_are_not(self, read):
        avails = read([episode(1)], kind="tv")
        assert avails.rights.empty
        assert any("1 of 2 episodes" in problem for problem in problems(avails, "warning"))
        assert len(avails.rows) == 1

    def test_the_season_is_to_be_had_whenever_all_episodes_are(self, read):
        rows = [
            episode(1, End="2027-06-30"),
            episode(1, Start="2028-01-01", End="2028-12-31"),
            episode(2, End="2028-09-30"),
        ]
        avails = read(rows, kind="tv")
        assert list(zip(avails.rights["start"], avails.rights["end"], strict=True)) == [
            ("2027-01-01", "2027-06-30"),
            ("2028-01-01", "2028-09-30"),
        ]

    @pytest.mark.parametrize(
        ("second", "status"),
        [
            ({"TitleStatus": "Revoked"}, "withdrawn"),
            ({"Licensee": "Rival", "Exclusive": True}, "reserved"),
            ({"Licensee": "Rival", "Exclusive": True, "TitleStatus": "Approved"}, "licensed"),
            ({"Licensee": "Rival", "Exclusive": True, "TitleStatus": "Pending"}, "negotiating"),
        ],
    )
    @pytest.mark.parametrize("turned", [False, True])
    def test_what_bars_an_episode_bars_its_season_for_as_long(self, read, second, status, turned):
        rows = [episode(1), episode(2, **second, End="2028-12-31")]
        avails = read(rows[::-1] if turned else rows, kind="tv")
        assert right(avails, "level", "status", "start", "end") == ("season", status, "2027-01-01", "2028-12-31")
        assert any("1 of 2 episodes" in problem for problem in problems(avails, "warning"))
        request = RightsRequest(market="FR", media=("svod",), start="2027-01-01", end="2028-12-31")
        assert list(answer_rights(["det-1"], avails.rights, request)["status"]) == ["not available"]

    def test_what_bars_an_episode_bars_also_a_season_that_has_its_own_row(self, read):
        avails = read([SEASON, episode(1), episode(2, TitleStatus="Revoked")], kind="tv")
        assert list(avails.rights["status"]) == ["available", "withdrawn"]

    def test_what_bars_several_episodes_is_said_once_with_all_its_days(self, read):
        revoked = {"TitleStatus": "Revoked"}
        rows = [
            episode(1, **revoked, End="2027-12-31"),
            episode(2, **revoked, Start="2027-07-01", End="2028-06-30"),
        ]
        assert right(read(rows, kind="tv"), "status", "start", "end") == ("withdrawn", "2027-01-01", "2028-06-30")

    def test_a_hole_in_the_territory_of_one_episode_is_one_of_its_season(self, read):
        rows = [episode(1, Territory="WW", TerritoryExclusion="CA"), episode(2, Territory="WW")]
        avails = read(rows, kind="tv")
        assert set(zip(avails.rights["market"], avails.rights["status"], strict=True)) == {
            ("WW", "available"),
            ("CA", "excluded"),
        }
        assert problems(avails, "warning") == []
        request = RightsRequest(market="CA", media=("svod",), start="2027-01-01", end="2027-12-31")
        assert list(answer_rights(["det-1"], avails.rights, request)["status"]) == ["not available"]

    def test_series_and_volumes_are_titles_too(self, read):
        rows = [
            {**SEASON, "WorkType": "Series", "SeasonNumber": None, "SeasonContentID": None, "SeasonCount": 3},
            {**SEASON, "WorkType": "Volume", "VolumeNumber": 2, "VolumeContentID": "det-v2"},
        ]
        avails = read(rows, kind="tv", version="1.8")
        assert list(avails.titles["title_id"]) == ["det", "det-v2"]
        assert list(avails.titles["title"]) == ["The Detectives", "The Detectives, volume 2"]
        assert avails.titles.loc[0, "seasons"] == 3

    def test_episodes_find_the_season_that_only_its_own_row_names(self, read):
        avails = read([SEASON, episode(1, SeasonContentID=None)], kind="tv")
        assert set(avails.rows["title_id"]) == {"det-1"}
