"""Windows, rolling evaluation, the baselines, the series itself, and bags of words."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from torch.testing import assert_close

from gradschool.recurrent import bags, forecasting
from gradschool.recurrent.pictures import language as pictures
from gradschool.recurrent.sunspots import FIRST_YEAR, sunspots
from gradschool.training import generator

sizes = st.integers(1, 6)


@given(time=st.integers(2, 20), width=sizes, horizon=sizes)
def test_every_window_that_has_a_target_is_there(time, width, horizon):
    series = torch.arange(time).double()
    if time < width + horizon:
        with pytest.raises(ValueError, match="no window of"):
            forecasting.sliding_windows(series, width, horizon)
        return
    inputs, targets = forecasting.sliding_windows(series, width, horizon)
    assert inputs.tolist() == [list(range(i, i + width)) for i in range(time - width - horizon + 1)]
    assert_close(targets, inputs[:, -1] + horizon)


@given(time=st.integers(3, 15), start=st.integers(1, 8), every=st.integers(1, 5), seed=st.integers(0, 99))
def test_no_forecast_depends_on_what_it_is_compared_with(time, start, every, seed, normal):
    """Each value is changed in turn: forecasts up to it stay as they were."""
    if start >= time:
        return
    series = normal(seed, time)

    def fit(past):
        mean = past.mean()
        return lambda past: mean + 10 * past.sum()

    before = forecasting.forecast_rolling(series, fit, start, every)
    assert before.shape == (time - start,)
    for t in range(start, time):
        changed = series.clone()
        changed[t] += 1
        after = forecasting.forecast_rolling(changed, fit, start, every)
        assert_close(after[: t - start + 1], before[: t - start + 1], rtol=0, atol=0)
        assert not (after[t - start + 1 :] == before[t - start + 1 :]).any(), "what is known then is used"


def test_models_are_fitted_when_it_is_due():
    seen = []

    def fit(past):
        seen.append(len(past))
        return lambda past: past[-1]

    series = torch.arange(10).double()
    assert forecasting.forecast_rolling(series, fit, 3, every=3).tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert seen == [3, 6, 9]


@pytest.mark.parametrize(("start", "every"), [(0, 1), (5, 1), (2, 0)])
def test_rolling_evaluation_refuses_what_is_out_of_range(start, every):
    with pytest.raises(ValueError, match="start is from 1 to 4"):
        forecasting.forecast_rolling(torch.zeros(5), forecasting.naive, start, every)


@given(seed=st.integers(0, 99))
def test_an_autoregression_finds_the_one_that_made_the_series(seed, normal):
    a, c, series = torch.tensor([0.5, -0.3, 0.7]).double(), 0.2, list(normal(seed, 3))
    for _ in range(30):
        series.append(a @ torch.stack(series[-3:]) + c)
    past = torch.stack(series)
    predict = forecasting.autoregression(3)(past[:-1])
    assert_close(predict(past[:-1]), past[-1], rtol=1e-6, atol=1e-6)


def test_the_sunspots_are_the_published_ones():
    """Years that anyone can look up, and the errors of the baselines from 1920 on."""
    spots = sunspots()
    known = {1700: 5.0, 1712: 0.0, 1778: 154.4, 1816: 45.8, 1957: 190.2, 2000: 119.6, 2008: 2.9}
    assert {year: spots[year - FIRST_YEAR].item() for year in known} == known
    assert (len(spots), spots.max().item(), spots.argmax().item()) == (309, 190.2, 1957 - FIRST_YEAR)
    start = 1920 - FIRST_YEAR

    def error(fit):
        return (forecasting.forecast_rolling(spots, fit, start) - spots[start:]).abs().mean().item()

    assert error(forecasting.naive) == pytest.approx(spots[start - 1 :].diff().abs().mean().item())
    assert error(forecasting.naive) == pytest.approx(23.3, abs=0.05)
    assert error(forecasting.autoregression(9)) == pytest.approx(12.9, abs=0.05)


sentences = st.lists(
    st.lists(st.sampled_from(["aa", "bb", "cc", "dd"]), min_size=1, max_size=6), min_size=1, max_size=5
)


@given(texts=sentences)
def test_bags_and_tf_idf_are_scikit_learns(texts):
    joined = [" ".join(words) for words in texts]
    counter = CountVectorizer().fit(joined)
    number = {word: i + 1 for word, i in counter.vocabulary_.items()}  # 0 is padding
    ids = torch.nn.utils.rnn.pad_sequence([torch.tensor([number[w] for w in words]) for words in texts], True)
    counts = bags.bag_of_words(ids, len(number) + 1)
    assert not counts[:, 0].any()
    assert counts[:, 1:].tolist() == counter.transform(joined).toarray().tolist()
    weighed = bags.tf_idf(counts, bags.inverse_document_frequency(counts))[:, 1:]
    expected = torch.from_numpy(TfidfVectorizer().fit_transform(joined).toarray()).float()
    assert_close(weighed, expected, rtol=1e-5, atol=1e-6)


def test_a_text_without_known_words_has_no_direction():
    assert not bags.tf_idf(torch.zeros(1, 3), torch.ones(3)).any()


def test_sentences_belong_to_one_topic_and_come_once():
    found = bags.sentences_by_topic(["compound", "debugger"], shortest=6, longest=40)
    assert {topic for _, topic in found} == {0, 1}
    assert len({tuple(words) for words, _ in found}) == len(found) > 300
    assert all(6 <= len(words) <= 40 for words, _ in found)


def test_every_second_sentence_is_shuffled_and_none_loses_a_word():
    plain = [[str(i) for i in range(n)] for n in (12, 15, 9, 20)]
    mixed = bags.half_scrambled(plain, generator(0))
    assert [label for _, label in mixed] == [0, 1, 0, 1]
    for before, (after, label) in zip(plain, mixed, strict=True):
        assert sorted(before) == sorted(after)
        assert (before != after) == bool(label)


def test_pictures_say_their_numbers():
    p = torch.tensor([0.75, 0.25])
    assert "a 0.75, b 0.25" in pictures.next_token(p.flip(0), p, "ab", "two knobs").alt
    truth, said = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1.0, 1.0, 1.0])
    assert pictures.forecasts([1, 2, 3], truth, {"ones": said}, "spots").alt == (
        "forecasts from 1 to 3; mean absolute error: ones 1.33"
    )
    assert "between 1 and 4; to be forecast from 2 on" in pictures.series([1, 2, 3], truth, "spots", start=2).alt
    drawn = pictures.learning([1, 2], {"held out": [3.0, 2.0]}, {"bigram": 2.5}, "nats", alt="falls below the bigram")
    assert drawn.alt == "falls below the bigram"
    assert drawn.png().startswith(b"\x89PNG")
