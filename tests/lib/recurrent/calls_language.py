"""Calls of the references on language models, bags of words and forecasts, for `tests/lib/test_devices.py`."""

import torch

from gradschool.recurrent import bags, char_lstm, forecasting, ngrams, sampling, sunspots, text_models, writer

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


IDS = torch.tensor([[1, 4, 0], [2, 2, 3]])
CALLS = {
    "next_probabilities": (sampling.next_probabilities, (t(2, 5), 0.7, 3)),
    "sliding_windows": (forecasting.sliding_windows, (t(9), 3, 2)),
    "forecast_rolling": (forecasting.forecast_rolling, (t(9), forecasting.naive, 4)),
    "naive": (lambda past: forecasting.naive(past)(past), (t(9),)),
    "streams": (char_lstm.streams, (torch.arange(20), 3)),
    "bag_of_words": (bags.bag_of_words, (IDS, 5)),
    "inverse_document_frequency": (bags.inverse_document_frequency, (t(3, 5).abs(),)),
    "tf_idf": (bags.tf_idf, (t(3, 5).abs(), t(5).abs())),
}
# Least squares have no meta kernel.
NEEDS_NUMBERS = {
    "autoregression": (lambda past: forecasting.autoregression(2)(past)(past), (t(12),)),
}
MODULES = [bags, char_lstm, forecasting, ngrams, sampling, sunspots, text_models, writer]
BY_CHANCE = {"sample_next", "train", "compare", "half_scrambled"}
NOT_ABOUT_TENSORS = {"nats_per_character", "sentences_by_topic", "numbered", "main", "writer", "sunspots"}
