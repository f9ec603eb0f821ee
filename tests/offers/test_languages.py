from __future__ import annotations

import io
import re
import string
from typing import Any

import openpyxl
import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame

from recommender.errors import CallError
from recommender.offers import Brief, Offer, build_offer, words_in
from recommender.offers._eligible import REASONS
from recommender.offers._language import LANGUAGES, check_language
from recommender.offers._language import catalogue as texts
from recommender.offers._report import report_html
from recommender.offers._sheet_table import Column, width_of
from recommender.offers._title_names import MARK, title_names
from recommender.offers._words import rows_of
from recommender.offers._workbook import workbook_bytes
from recommender.schema import DECISION_WORDS, EVIDENCE_WORDS, KINDS
from tests.frames import titles_frame

OTHERS = ["ru", "zh"]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class TestTheCatalogueOfTexts:
    @pytest.mark.parametrize("language", OTHERS)
    def test_every_language_has_every_text_with_the_same_places(self, language: str) -> None:
        english, other = texts("en"), texts(language)
        assert set(english) == set(other)
        assert {key for key in english if places(english[key]) != places(other[key])} == set()
        assert all(text.strip() for text in other.values())

    @pytest.mark.parametrize("language", OTHERS)
    def test_no_text_was_left_in_english(self, language: str) -> None:
        names = {"column.imdb_id", "column.kinopoisk_id", "column.douban_id", "piece.slot", "rights.medium"}
        same = {key for key, text in texts("en").items() if text == texts(language)[key]}
        assert same <= names

    def test_the_words_of_the_tables_are_all_there(self) -> None:
        for words, section in ((KINDS, "kind"), (EVIDENCE_WORDS, "evidence"), (DECISION_WORDS, "decision")):
            assert [texts("en")[f"{section}.{word}"] for word in words] == list(words)
        assert set(REASONS.values()) <= set(texts("en").values())

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_choices_fit_into_a_list_of_excel(self, language: str) -> None:
        words = words_in(language)
        assert len(",".join(words.told(word, " ") for word in DECISION_WORDS)) < 255
        assert all(len(words.both(f"sheet.{name}", " ")) <= 31 for name in ("summary", "offer", "not_offered"))

    def test_an_unknown_language_is_refused(self) -> None:
        with pytest.raises(CallError, match="cannot be in 'zh'"):
            check_language("zh")


class TestComposedSentences:
    @pytest.mark.parametrize(
        ("english", "russian", "chinese"),
        [
            ("top 3%", "лучшие 3%", "前3%"),
            ("1960s / Comedy", "1960-е / комедия", "1960年代 / 喜剧"),
            ("Drama, War", "Драма, военный", "剧情、战争"),
            ("not checked", "не проверено", "未核查"),
            (
                "Director: J. J. Abrams, 3 earlier titles known",
                "Режиссёр: J. J. Abrams, известно прежних работ: 3",
                "导演：J. J. Abrams，已知3部既往作品",
            ),
            (
                "Genre Comedy: at most 15 asked (5% of 300), 17 offered, 2 too many. "
                "Only 4 eligible titles are outside this group.",
                "Жанр комедия: запрошено не более 15 (5% от 300), предложено 17, лишних 2. "
                "Подходящих названий вне этой группы только 4.",
                "类型喜剧：要求至多15部（300部的5%），推荐17部，多2部。此组之外符合条件的影片仅4部。",
            ),
            (
                "This cannot be kept: at least 24 of the 2000s (there are 0).",
                "Это нельзя выполнить: не менее 24: 2000-е (есть 0).",
                "以下要求无法满足：2000年代（现有0）至少24。",
            ),
            (
                "The nearest brief that works: lower the minimum of the 1950s from 6 to 0; lower the size from 30 to 20.",
                "Ближайшее выполнимое задание: снизить минимум «1950-е» с 6 до 0; уменьшить размер с 30 до 20.",
                "最接近且可行的需求书：将“1950年代”的下限由6降至0；将数量由30减至20。",
            ),
            (
                "These cannot be kept together: a budget of 30.00 EUR; the 3 locked titles.",
                "Это нельзя выполнить вместе: бюджет 30,00 EUR; закреплённые названия (3).",
                "以下要求不能同时满足：预算 30.00 EUR；3部锁定影片。",
            ),
            (
                "at most 360 (30% of bought_last_year (1,200) = 360; what is used of it is not known (used), so the room "
                "may be less); 300 offered",
                "не более 360 (30% от bought_last_year (1\u00a0200) = 360; сколько уже занято, не известно (used), так что "
                "места может быть меньше); предложено 300",
                "至多360（bought_last_year（1,200）的30% = 360；已用多少未知（used），余量可能更少）；推荐300部",
            ),
            (
                "medium confidence, to be verified, checked on 2026-11-25",
                "доверие среднее, подлежит проверке, сверено 2026-11-25",
                "可信度中等、有待核实、2026-11-25核对",
            ),
            (
                "1 title (a) has no price, but a lock: offered, and counted as nothing; state one, or budget.assume.",
                "1 название (a): цены нет, но закреплено: предложено и в стоимости не учтено; "
                "укажите цену или budget.assume.",
                "1部影片（a）：无价格但已锁定：仍被推荐，不计入总价；请注明价格或 budget.assume。",
            ),
            (
                "Locked title a (B) is offered without a price: it counts as nothing in what the titles cost in EUR.",
                "Закреплённое название a (B) предложено без цены: в стоимости названий в EUR оно не учтено.",
                "锁定影片 a（B）没有价格仍被推荐：未计入以 EUR 计的影片总价。",
            ),
            (
                "The titles cost 1,234,567.50 EUR of a budget of 2,000,000.00.",
                "Названия стоят 1\u00a0234\u00a0567,50 EUR при бюджете 2\u00a0000\u00a0000,00.",
                "影片总价 1,234,567.50 EUR，预算为 2,000,000.00。",
            ),
            (
                "Asked for 3,000 titles, offered 1,250: 1,750 too few for the budget of 500.00 EUR.",
                "Запрошено названий: 3\u00a0000, предложено 1\u00a0250: на 1\u00a0750 меньше, бюджет 500,00 EUR.",
                "要求3,000部，推荐1,250部：就预算 500.00 EUR 少1,750部。",
            ),
            (
                "These cannot be kept together: at least 3 of the 1960s; exactly 207 titles.",
                "Это нельзя выполнить вместе: не менее 3: 1960-е; названий: ровно 207.",
                "以下要求不能同时满足：1960年代至少3；正好207部。",
            ),
            (
                "Of 21 eligible titles none is of this group.",
                "Подходящих названий: 21, таких среди них нет.",
                "21部符合条件的影片中没有此类。",
            ),
            (
                "Only 1 eligible title is outside this group.",
                "Подходящих названий вне этой группы только 1.",
                "此组之外符合条件的影片仅1部。",
            ),
            (
                "The 1 eligible title is not of this group.",
                "Подходящих названий: 1, но оно не такое.",
                "唯一符合条件的1部影片不属于此类。",
            ),
            (
                "There is 1 eligible, but the other demands leave no room for more.",
                "Подходит 1, но другие требования не оставляют места для большего.",
                "符合条件者仅1部，但其他要求未留余地。",
            ),
            (
                "Of the eligible titles 1 carries no genre at all.",
                "Среди подходящих без единого жанра: 1.",
                "符合条件的影片中有1部完全没有类型。",
            ),
            (
                "lacking: M&E track; cost 5 of 100 appeal",
                "не хватает: дорожка M&E; затраты 5 из 100 потенциала",
                "缺少：音乐音效轨（M&E）；费用 吸引力5（满分100）",
            ),
            ("cost 1,200.5 EUR", "затраты 1\u00a0200,5\u00a0EUR", "费用 1,200.5 EUR"),
            ("released 1968", "вышло в 1968", "1968年上映"),
            ("ask price 1000.5 to 1200", "цена 1000,5 → 1200", "要价 1000.5 → 1200"),
            ("appeal 92.0 to 1.5", "потенциал 92,0 → 1,5", "吸引力 92.0 → 1.5"),
            ("1,529 of an excluded genre", "1\u00a0529 — исключённого жанра", "1,529部属于被排除的类型"),
            ("230.00 EUR", None, None),  # a step of the budget, no count of titles
            ("rejected", "отклонено", "已拒绝"),
            ("rejected by Anna", "отклонено (Anna)", "已拒绝（Anna）"),
            ("rejected: dull, too long", "отклонено: dull, too long", "已拒绝：dull, too long"),
            ("rejected by Anna: too long", "отклонено (Anna): too long", "已拒绝（Anna）：too long"),
            ("held by Anna: ask Boris", "отложено (Anna): ask Boris", "暂缓（Anna）：ask Boris"),
            ("A sentence that nobody has foreseen.", None, None),
        ],
    )
    def test_they_are_said_again(self, english: str, russian: str | None, chinese: str | None) -> None:
        assert words_in("en+ru").translate(english) == russian
        assert words_in("en+zh").translate(english) == chinese
        assert words_in("en").translate(english) is None
        assert words_in("en+zh").told(english) == (english if chinese is None else f"{english}\n{chinese}")

    def test_numbers_among_the_values_are_written_as_the_language_does(self) -> None:
        words = words_in("en+ru")
        said = words.second("summary.funnel_line", titles="12,345", eligible="1,200", offered="300")
        assert said is not None and "12\u00a0345" in said and "1\u00a0200" in said
        assert (
            words_in("en+zh").second("balance.cost", n="1,234.5")
            == "平衡的代价为1,234.5：双方各自的最佳片单合计将多出这么多。"
        )

    def test_an_offer_and_its_asking_price_have_different_words_in_chinese(self) -> None:
        chinese = texts("zh")
        prices = [text for key, text in chinese.items() if key.endswith("ask_price")]
        assert len(prices) == 3
        assert all("要价" in text and "报价" not in text for text in prices)

    @pytest.mark.parametrize("language", ["en+ru", "en+zh"])
    def test_whatever_an_offer_says_is_translated(self, language: str) -> None:
        titles = catalogue(40)
        brief = {
            "name": "hard",
            "market": "CN",
            "size": 30,
            "kinds": ["film"],
            "shares": {
                "genre": {"Comedy": {"min": 0.5}, "War": {"max": 0.01}},
                "decade": {"1910s": {"min": 0.1}, "unknown": {"max": 0.01}},
            },
            "lock": {"title_ids": ["t001", "t005", "nowhere"]},
            "exclude": {"genres": ["Family"], "years": {"before": 1960}},
        }
        made = build_offer(titles, scores_frame(titles, appeal_of(40)), Brief.model_validate(brief))
        words = words_in(language)
        assert len({shortfall.code for shortfall in made.shortfalls}) >= 4
        for text in [shortfall.text for shortfall in made.shortfalls] + made.reserve["why"].tolist():
            translated = words.translate(text)
            assert translated is not None, text
            assert not any(word in translated for word in ("asked", "eligible", "offered", "title ", "place")), (
                translated
            )

    @pytest.mark.parametrize("language", ["en+ru", "en+zh"])
    def test_the_rankers_reasons_are_translated(self, language: str) -> None:
        """Every phrase of `ranking._reasons`, in the forms in which it is told."""
        phrases = (
            "genre: Drama, War",
            "genre: Drama, War, such titles did better here than most",
            "genre not told",
            "origin: RU, titles from there did less well here than most",
            "origin not told",
            "Drama, War from RU",
            "Drama, War from RU, none known before",
            "titles from unknown origin",
            "kind: film",
            "year not told",
            "released 1957",
            "released 1957, by the order in which IMDb listed it",
            "running time not told",
            "96 minutes",
            "2 seasons",
            "age mark not told",
            "age mark 16+",
            "no directors credited",
            "2 studios credited",
            "how it is described: not listed by IMDb",
            "how it is described: 3 other names on record",
            "how it is described: synopsis of short length (158 characters)",
            "how it is described: under a translated title",
            "how it is described: title in Latin script",
            "how it is described: neither short nor long title",
            "no similar story known",
            "similar stories reached 41 of 100 here on average",
            "no synopsis",
            "what the story is about (by itself 41 of 100)",
            "of the same region as the market",
            "of another culture than the market's",
            "its language is not spoken in the market",
            "studio: Mosfilm, 1 earlier title known, it did better here than most",
            "cast: A B, no earlier title known",
            "director: A B, 3 earlier titles known, they did less well here than most",
            "director not told",
            "franchise: Yolki, no earlier title known",
            "franchise: Yolki, 2 earlier titles known, they did better here than most",
            "franchise not known",
            "season 3 by its name",
            "no season by its name",
            "part 2 by its name",
            "no part by its name",
            "worldwide audience not known",
            "audience at home: ahead of 90% of titles",
            "rating in other markets: ahead of 5% of titles",
            "taken by 3 other markets",
        )
        said = [words_in(language).translate(phrase) or phrase for phrase in phrases]
        english = {"IMDb", "RU", "A", "B", "Mosfilm", "Yolki"}
        assert [one for one in said if set(re.findall("[A-Za-z]+", one)) - english] == []
        assert not any(one == phrase for one, phrase in zip(said, phrases, strict=True))


class TestTitles:
    @staticmethod
    def names(partner: str | None, **cells: Any) -> tuple[str, str, str]:
        frame = titles_frame([{"title_id": "t", "kind": "film", **cells}])
        made = title_names(next(iter(rows_of(frame))), partner)
        return made.english, made.partner, made.latin

    def test_a_known_translation_is_taken_and_nothing_is_translated(self) -> None:
        cells = {"title": "12", "original_title": "Двенадцать", "alt_titles": ["12怒汉：大审判", "Twelve"]}
        assert self.names("zh", **cells) == ("Twelve", "12怒汉：大审判", "Dvenadtsat’")
        assert self.names("ru", **cells) == ("Twelve", "Двенадцать", "Dvenadtsat’")
        assert self.names(None, **cells) == ("Twelve", "", "Dvenadtsat’")

    def test_a_transliteration_is_marked_as_one(self) -> None:
        cells = {"title": "The Cranes Are Flying", "original_title": "Летят журавли"}
        assert self.names("zh", **cells) == ("", f"{MARK}Letyat zhuravli", "Letyat zhuravli")
        chinese = {"title": "A World Without Thieves", "original_title": "天下无贼"}
        assert self.names("ru", **chinese) == ("", f"{MARK}Тянь ся у цзэй", "Tian xia wu zei")

    def test_a_catalogues_own_column_goes_first(self) -> None:
        frame = titles_frame([{"title_id": "t", "kind": "film", "title": "A", "alt_titles": ["甲"]}])
        frame["title_zh"] = ["乙"]
        assert title_names(next(iter(rows_of(frame))), "zh").partner == "乙"

    def test_han_signs_from_japan_are_not_taken_for_chinese(self) -> None:
        cells = {"title": "Seven Samurai", "original_title": "七人", "languages": ["ja"]}
        assert self.names("zh", **cells)[1].startswith(MARK)
        assert self.names("zh", **cells | {"languages": ["zh"]})[1] == "七人"

    def test_other_alphabets_are_left_alone(self) -> None:
        assert self.names("zh", title="Їжак у тумані") == ("", "", "")
        assert self.names("ru", title="千と千尋") == ("", "", "")
        assert self.names("ru", title="Green Book") == ("", "", "")


@pytest.fixture
def made() -> Offer:
    titles = catalogue(60)
    frame = titles.assign(alt_titles=pd.Series([["雁南飞"] if i % 2 else [] for i in range(60)], dtype="object"))
    brief = {"name": "x", "market": "CN", "size": 20, "kinds": ["film", "animation"]}
    return build_offer(frame, scores_frame(titles, appeal_of(60)), Brief.model_validate(brief))


class TestTheFiles:
    @pytest.mark.parametrize(
        ("language", "heads", "sheets"),
        [
            ("en+ru", {"Decision\nРешение", "Title\nНазвание"}, "Offer Предложение"),
            ("en+zh", {"Decision\n决定", "Title\n片名", "Chinese title\n中文片名"}, "Offer 报价片单"),
        ],
    )
    def test_the_workbook_is_in_two_languages(self, made: Offer, language: str, heads: set[str], sheets: str) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made, language)))
        sheet = book[sheets]
        shown = [cell.value for cell in sheet[1]]
        assert heads <= set(shown)
        assert [row[0].value for row in book.worksheets[2].iter_rows(min_row=2)] == shown
        words = words_in(language)
        tier = shown.index(words.both("column.tier")) + 1
        assert sheet.cell(2, tier).value == words.told("locomotive")
        choice = sheet.data_validations.dataValidation[0]
        assert choice.formula1 == '"' + ",".join(words.told(word, " ") for word in DECISION_WORDS) + '"'
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    def test_one_title_is_told_as_one(self) -> None:
        titles = catalogue(12)
        one = build_offer(
            titles, scores_frame(titles, appeal_of(12)), Brief(name="one", market="CN", size=1, kinds=("film",))
        )
        assert "<h1>1 title for China" in report_html(one)
        summary = openpyxl.load_workbook(io.BytesIO(workbook_bytes(one)))["Summary"]
        assert "1 title for China" in [cell.value for row in summary.iter_rows() for cell in row]

    def test_fonts_have_the_signs_of_the_text(self, made: Offer) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made, "en+zh")))
        fonts = {
            ("\u4e00" <= max(str(cell.value)) <= "\u9fff", cell.font.name)
            for cell in book["Offer 报价片单"]["D"][1:]
            if cell.value
        }
        assert fonts == {(True, "Microsoft YaHei"), (False, "Calibri")}

    def test_columns_are_as_wide_as_their_heads(self) -> None:
        def width(head: str) -> float:
            return width_of(Column(head, 5, "", lambda _: None))

        assert width("Year\n年份") < width("Evidence\nОснования") < width("Transliteration\nТранслитерация")
        assert width("Low") == 5.7

    @pytest.mark.parametrize(("language", "code"), [("en+ru", "ru"), ("en+zh", "zh")])
    def test_the_report_is_in_two_languages(self, made: Offer, language: str, code: str) -> None:
        html = report_html(made, language)
        assert f'<span class="other" lang="{code}">' in html
        for key in ("report.mix", "report.whole", "summary.missed", "report.comparables", "report.manifest"):
            if key != "summary.missed":
                assert texts("en")[key] in html
                assert texts(code)[key] in html
        assert ("20 titles for China") in html
        assert {"ru": "Рынок: Китай. Названий: 20", "zh": "面向中国市场的20部影片"}[code] in html
        assert "<script>" not in html
        assert 'class="other"' not in report_html(made)
