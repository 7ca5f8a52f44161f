"""Stored text beside shown text: what counts as a word, what as a number, and how near is near enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.publishing.gates.compare_outputs import Number, compare, has_measured_numbers, parts


def numbers(text: str) -> list[tuple[float, bool]]:
    return [(part.value, part.measured) for part in parts(text) if isinstance(part, Number)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss 0.25 after 12 steps", [(0.25, True), (12, False)]),
        ("-1.5e-07 +3 −2.0", [(-1.5e-7, True), (3, False), (-2.0, True)]),
        ("22 %, 97.5% and 5\u00a0%", [(22, True), (97.5, True), (5, True)]),
        ("1,234,567 of 2,000.5", [(1234567, False), (2000.5, True)]),
        ("[1,2,3] and (100, 200)", [(1, False), (2, False), (3, False), (100, False), (200, False)]),
        (
            "28×28, 3/4, 5-7, (a)-1",
            [(28, False), (28, False), (3, False), (4, False), (5, False), (7, False), (1, False)],
        ),
        ("It ends in 3. It ends in 0.5.", [(3, False), (0.5, True)]),
        ("tensor([[ 0.1, -0.2]])", [(0.1, True), (-0.2, True)]),
    ],
)
def test_numbers_are_found(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    "text", ["conv2d unit1 w_0", "3x 2d 40ms 1.5em", "version 3.11.7", "nan inf -inf", "10² x²", "#007A5E"]
)
def test_a_number_in_a_word_is_a_word(text):
    assert numbers(text) == []
    assert list(parts(text)) == [text]


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("loss 0.500", "loss 0.509"),  # 2 %
        ("off by 1.00e-07", "off by 1.02e-07"),
        ("0.00", "0.01"),  # neighbours as they are printed
        ("22 %", "23 %"),
        ("0.3", "0.4"),
        ("[ 9.99, 1.00]", "[10.01, 1.00]"),  # the padding goes with the number's width
        ("x:  -0.000", "x:   0.000"),
        ("loss nan, then inf", "loss nan, then inf"),
        ("1,000.0", "1,010.0"),
    ],
)
def test_near_enough(stored, now):
    assert compare(stored, now).same
    assert compare(now, stored).same
    assert compare(stored, now, exactly=True).same == (stored == now)


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("loss 0.500", "loss 0.520"),
        ("0.00", "0.02"),
        ("22 %", "30 %"),
        ("41 steps", "42 steps"),
        ("(3, 4)", "(3, 5)"),
        ("0.5", "-0.5"),
        ("1.0e-07", "1.0e-06"),
        ("0.5", "nan"),
        ("1", "1.0"),
        ("True 0.5", "False 0.5"),
        ("loss 0.5", "Loss 0.5"),
        ("0.5\n0.6", "0.5 0.6"),
        ("0.5 0.6", "0.5 0.6 0.7"),
        ("a b", "a  b"),
        ("conv2d", "conv3d"),
    ],
)
def test_another_output(stored, now):
    assert not compare(stored, now).same
    assert not compare(now, stored).same


def test_a_cell_may_allow_more_and_less():
    assert compare("loss 0.500", "loss 0.540", approx=0.1).same
    assert compare("41 steps", "42 steps", approx=0.05).same
    assert not compare("3 steps", "4 steps", approx=0.1).same, "one in the last digit is for measured numbers"
    assert not compare("loss 0.500", "loss 0.509", approx=0.01).same


def test_the_report_names_the_number_and_what_was_allowed():
    found = compare("epoch 3, loss 0.500, accuracy 0.900", "epoch 3, loss 0.530, accuracy 0.901")
    assert [str(off) for off in found.too_much] == [
        "'epoch 3, loss': stored 0.500, now 0.530, which is 5.66% off; 2% allowed"
    ]
    assert found.needed == pytest.approx(0.03 / 0.53)
    assert len(found.moved) == 2 and found.moved[1].within_rounding
    assert compare("True 0.5", "False 0.9").words == ("True", "False")


def test_whether_numbers_are_compared_as_numbers():
    assert has_measured_numbers("97 %") and has_measured_numbers("1e3")
    assert not has_measured_numbers("3 of 4 in conv2d: True")


@given(st.text("0123456789.,-+eE% ax\n", max_size=30))
def test_a_text_is_itself_and_loses_nothing_but_blanks(text):
    cut = list(parts(text))
    assert "".join(part if isinstance(part, str) else part.text for part in cut).replace(" ", "") == text.replace(
        " ", ""
    )
    assert [isinstance(part, Number) for part in cut] == [i % 2 == 1 for i in range(len(cut))]
    assert compare(text, text + "\n").words is not None


@given(st.floats(1e-6, 1e6), st.floats(-0.019, 0.019))
def test_two_per_cent(x, off):
    assert compare(f"{x:.12e}", f"{x * (1 + off):.12e}").same
    assert not compare(f"{x:.12e}", f"{x * 1.03:.12e}").same
