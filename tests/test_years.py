"""Which years a sentence is about."""

import pytest

from qa.years import years_in


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2021—2023年新建步道61公里", {2021, 2022, 2023}),
        ("到2023年建成", {2023}),
        ("与2020年相比下降", set()),
        ("比2020年提高", set()),
        ("在2020年基础上提高", set()),
        ("2024年印发，2025年施行", {2024, 2025}),
    ],
)
def test_years_in(text, years):
    assert years_in(text) == years


def test_what_begins_in_a_year_goes_on():
    years = years_in("自2021年1月1日起施行")
    assert min(years) == 2021
    assert 2060 in years
