"""The drawing of a cell names its gates."""

from gradschool.recurrent.pictures import cells


def test_an_lstm_has_three_gates_and_a_candidate():
    figure = cells.lstm()
    texts = [t.get_text() for t in figure.axes[0].texts]
    assert texts.count("σ") == 3 and texts.count("tanh") == 2
    assert {"f  forget", "i  input", "g  candidate", "o  output"} <= set(texts)
    assert "forget gate" in figure.alt and "output gate" in figure.alt
