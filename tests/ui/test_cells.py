"""Cutting and aligning by cells."""

from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.ui.cells import Align, Cut, cut_apart, cut_end, cut_middle, fit, fit_count, head, tail, width_of


def test_a_middle_cut_keeps_the_domain_and_the_start() -> None:
    assert cut_middle("promo:acme-holding@yahoo.com", 19) == "promo:ac…@yahoo.com"


def test_a_middle_cut_of_a_long_domain_keeps_both_ends() -> None:
    assert cut_middle("a@very.long.name.of.a.domain.example", 13) == "a@very…xample"


def test_texts_whose_cuts_would_look_alike_keep_where_they_differ() -> None:
    names = [f"promo:a-very-long-tenant-{number}@mail.example.org" for number in (1, 2, 13)]
    cuts = cut_apart(names, 30)
    assert len(set(cuts.values())) == 3
    assert all(width_of(cut) <= 30 for cut in cuts.values())
    assert "1@mail.example.org" in cuts[names[0]]
    assert "2@mail.example.org" in cuts[names[1]]


def test_texts_that_fit_are_not_cut_apart() -> None:
    assert cut_apart(["short", "shorter"], 30) == {}


def test_wide_characters_take_two_cells() -> None:
    assert cut_end("漢字かな", 5) == "漢字…"
    assert fit("漢", 4) == "漢  "
    assert head("漢字", 3) == "漢"
    assert tail("漢字", 3) == "字"


def test_numbers_stand_right() -> None:
    assert fit("1,204", 8, Align.RIGHT) == "   1,204"


def test_counts_that_are_too_wide_are_written_in_thousands() -> None:
    assert fit_count(92_110, 9) == "92,110"
    assert fit_count(1_204_331_000, 10) == "1,204,331k"
    assert fit_count(1_204, 8, signed=True) == "+1,204"
    assert fit_count(-310, 8, signed=True) == "-310"


@given(st.text(), st.integers(0, 60), st.sampled_from(Align), st.sampled_from(Cut))
def test_fitted_text_takes_exactly_its_cells(text: str, width: int, align: Align, cut: Cut) -> None:
    printable = "".join(char for char in text if char.isprintable())
    assert width_of(fit(printable, width, align, cut)) == width


@given(st.lists(st.text("ab@.-漢", min_size=20, max_size=60), min_size=1, max_size=8, unique=True))
def test_cut_names_never_overflow(names: list[str]) -> None:
    assert all(width_of(cut) <= 24 for cut in cut_apart(names, 24).values())
