"""What the references refuse beside shapes: each kind with one sentence, in every reference that can be given it."""

import math

import pytest
import torch
from torch import nn

from gradschool import checks
from gradschool.adversarial import conditional, frechet, translation, wasserstein
from gradschool.autoencoders import anomalies, quality, sparsity
from gradschool.autoencoders.convolutional import ConvAutoencoder
from gradschool.convolutional import (
    attacks,
    augmentation,
    boxes,
    confusion,
    darknet,
    hog,
    images,
    kernels,
    normalisation,
    pooling,
    saliency,
    yolo,
)
from gradschool.convolutional import detection_metrics as metrics
from gradschool.feedforward import classifier, clipping, losses, perceptron, regularisation
from gradschool.recurrent import bags, char_lstm, decoding, rnn, sampling, vocabulary, word_vectors
from gradschool.recurrent import losses as sequence_losses

CHANCE = torch.Generator().manual_seed(0)


def normal(*shape):
    return torch.randn(shape, generator=CHANCE)


def refused(f, says):
    with pytest.raises(ValueError, match=says):
        f()


NET = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
TABLE = normal(3, 4)
MASK = torch.ones(1, 2, dtype=torch.bool)


def decoder(tokens, state):
    return normal(*tokens.shape, 3), state


def detector_loss(image=0, anchor=0, row=0, column=0, kind=0):
    place = tuple(torch.tensor([i]) for i in (image, anchor, row, column))
    return yolo.yolo_loss(normal(1, 2, 8, 4, 5), yolo.Targets(place, normal(1, 4), torch.tensor([kind])))


#: Calls with two indices, of which those from 0 to 2 exist.
INDEXED = {
    "cross_entropy": lambda i: losses.cross_entropy(normal(2, 3), i),
    "cross_entropy_backward": lambda i: losses.cross_entropy_backward(normal(2, 3), i),
    "masked_cross_entropy": lambda i: sequence_losses.masked_cross_entropy(normal(1, 2, 3), i[None], MASK),
    "teacher_forcing_loss": lambda i: decoding.teacher_forcing_loss(decoder, normal(1, 2), i[None], 1, 0),
    "confusion_matrix, target": lambda i: confusion.confusion_matrix(i, torch.tensor([0, 1]), 3),
    "confusion_matrix, predicted": lambda i: confusion.confusion_matrix(torch.tensor([0, 1]), i, 3),
    "saliency": lambda i: saliency.saliency(NET, normal(2, 1, 2, 2), i),
    "fgsm_attack": lambda i: attacks.fgsm_attack(NET, normal(2, 1, 2, 2).sigmoid(), i, 0.1),
    "one_hot": lambda i: vocabulary.one_hot(i, 3),
    "embedding_lookup": lambda i: vocabulary.embedding_lookup(i, TABLE),
    "bag_of_words": lambda i: bags.bag_of_words(i[None], 3),
    "cbow_forward": lambda i: word_vectors.cbow_forward(i[None], MASK, TABLE, TABLE),
    "cooccurrences": lambda i: word_vectors.cooccurrences(i, 3, 1),
    "condition_on_label": lambda i: conditional.condition_on_label(normal(2, 2), i, TABLE),
    "max_pool2d_backward": lambda i: pooling.max_pool2d_backward(normal(1, 1, 1, 2), i.view(1, 1, 1, 2), (1, 3)),
    "max_unpool2d": lambda i: pooling.max_unpool2d(normal(1, 1, 1, 2), i.view(1, 1, 1, 2), (1, 3)),
    "yolo_loss": lambda i: detector_loss(kind=int(i[0]), row=2 if i[0] < 3 else 0),
}


@pytest.mark.parametrize("name", INDEXED)
def test_an_index_of_nothing_is_refused(name):
    INDEXED[name](torch.tensor([2, 1]))
    for bad in ([3, 1], [-1, 1]):
        refused(lambda bad=bad: INDEXED[name](torch.tensor(bad)), r"are 0 to 2; got -?\d to -?\d")


@pytest.mark.parametrize("what", ["image", "anchor", "row", "column"])
def test_a_place_that_a_detector_has_not_is_refused(what):
    detector_loss(**{what: 0})
    refused(lambda: detector_loss(**{what: 5}), f"{what}s are 0 to .; got 5")
    refused(lambda: detector_loss(**{what: -1}), f"{what}s are 0 to .; got -1")


def test_indices_are_not_read_where_there_is_nothing_to_read():
    nothing = torch.tensor([5, -1], device="meta")
    assert losses.cross_entropy(normal(2, 3).to("meta"), nothing).is_meta
    checks.check_indices(torch.empty(0, dtype=torch.long), 0)
    each = torch.vmap(losses.cross_entropy)(normal(4, 2, 3), torch.tensor([[0, 1], [2, 2], [1, 0], [0, 0]]))
    assert each.shape == (4,)


HIT = torch.tensor([True, False])
BOXES = torch.tensor([[0.0, 0, 2, 2], [1, 1, 3, 3]])
KINDS = torch.tensor([0, 1])
RANKED = {
    "roc_auc": lambda s: anomalies.roc_auc(s, HIT),
    "precision_recall": lambda s: metrics.precision_recall(s, HIT, 1),
    "average_precision": lambda s: metrics.average_precision(s, HIT, 1),
    "nms": lambda s: boxes.nms(BOXES, s, 0.5),
    "claimed": lambda s: metrics.claimed(BOXES, s, BOXES),
    "match_detections": lambda s: metrics.match_detections(BOXES, s, BOXES),
    "claimed_in_class": lambda s: metrics.claimed_in_class((BOXES, s, KINDS), (BOXES, KINDS)),
    "recall_and_precision": lambda s: metrics.recall_and_precision([(BOXES, s, KINDS)], [(BOXES, KINDS)]),
    "mean_average_precision": lambda s: metrics.mean_average_precision([(BOXES, s, KINDS)], [(BOXES, KINDS)], 2),
    "suppressed": lambda s: yolo.suppressed(yolo.Detections(BOXES, s, KINDS)),
    "next_probabilities": lambda s: sampling.next_probabilities(s[None], 1.0, 1),
    "sample_next": lambda s: sampling.sample_next(s[None], 1.0, None, CHANCE),
    "beam_search": lambda s: decoding.beam_search(lambda before: s, 0, 1, 2, 2),
}


@pytest.mark.parametrize("name", RANKED)
def test_scores_without_an_order_are_refused(name):
    RANKED[name](torch.tensor([-1.0, 0.5]))
    RANKED[name](torch.tensor([-math.inf, 0.5]))  # infinities have their place
    refused(lambda: RANKED[name](torch.tensor([0.5, math.nan])), "got NaN in 1 of 2")


@pytest.mark.parametrize("thr", [0.0, -1.0, 1.5, math.nan])
def test_what_is_apart_cannot_be_a_hit(thr):
    scores = torch.tensor([0.5, 0.4])
    refused(lambda: metrics.claimed(BOXES, scores, BOXES + 9, thr), "above 0 and at most 1")
    refused(lambda: metrics.claimed_in_class((BOXES, scores, KINDS), (BOXES, 1 - KINDS), thr), "above 0 and at most 1")


NAN = math.nan
REFUSED = {
    "hinge_loss: classes 0 and 1": (lambda: losses.hinge_loss(normal(2), torch.tensor([0.0, 1.0])), "-1 or 1"),
    "perceptron: classes -1 and 1": (
        lambda: perceptron.perceptron_update(normal(2), normal(), normal(2), -1, 0.1),
        "0 or 1",
    ),
    "binary_cross_entropy: scores": (
        lambda: losses.binary_cross_entropy(torch.tensor([1.5]), torch.ones(1)),
        "p lies between 0 and 1",
    ),
    "binary_cross_entropy: classes": (
        lambda: losses.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([2.0])),
        "y lies between 0 and 1",
    ),
    "kl_sparsity: scores": (lambda: sparsity.kl_sparsity(2 * torch.ones(2, 3), 0.1, 1.0), "h lies between 0 and 1"),
    "train_classifier: class -1": (
        lambda: classifier.train_classifier(normal(2, 3), torch.tensor([-1, 1]), 0),
        "classes are 0 to 1",
    ),
    "clip_by_global_norm: NaN": (lambda: clipping.clip_by_global_norm([normal(2)], NAN), "positive bound"),
    "EarlyStopping: NaN": (lambda: regularisation.EarlyStopping(1, NAN), "min_delta at least 0"),
    "clip_weights: NaN": (lambda: wasserstein.clip_weights([normal(2)], NAN), "not negative"),
    "image_pool: -1": (lambda: translation.image_pool([], normal(2, 3), -1, CHANCE), "0 or more"),
    "moments: one sample": (lambda: frechet.moments(normal(1, 3)), "two samples"),
    "psnr: NaN": (lambda: quality.psnr(normal(1, 2), normal(1, 2), NAN), "positive peak"),
    "ConvAutoencoder: no pixel": (lambda: ConvAutoencoder(2, size=(0, 8)), "multiples of 4"),
    "random_flip: 2": (lambda: augmentation.random_flip(normal(1, 1, 2, 2), 2.0, CHANCE), "0 <= p <= 1"),
    "moved: NaN": (lambda: images.moved(normal(1, 1, 2, 2), 0.0, NAN), "scale is positive"),
    "gaussian_kernel: NaN": (lambda: kernels.gaussian_kernel(3, NAN), "sigma positive"),
    "fgsm_attack: NaN": (
        lambda: attacks.fgsm_attack(NET, normal(1, 1, 2, 2), torch.tensor([0]), NAN),
        "0 or more",
    ),
    "passthrough: 0": (lambda: darknet.passthrough(normal(1, 1, 2, 2), 0), "multiples of 0"),
    "hog: no cell": (lambda: hog.hog(normal(1, 1, 4, 4), 0), "at least 1 pixel"),
    "hog: no bins": (lambda: hog.hog(normal(1, 1, 4, 4), 2, 0), "at least 1 bin"),
    "local_response_norm: 0": (lambda: normalisation.local_response_norm(normal(1, 2, 1, 1), 0), "at least 1"),
    "next_probabilities: NaN": (lambda: sampling.next_probabilities(normal(1, 3), NAN), "temperature is above 0"),
    "greedy: nothing": (lambda: decoding.greedy(decoder, normal(1, 2), 1, 0), "length is at least 1"),
    "teacher_forcing_loss: nothing": (
        lambda: decoding.teacher_forcing_loss(decoder, normal(1, 2), torch.zeros(1, 2, dtype=torch.long), 1, 0),
        "all of it is padding",
    ),
    "masked_cross_entropy: nothing": (
        lambda: sequence_losses.masked_cross_entropy(normal(1, 2, 3), torch.zeros(1, 2, dtype=torch.long), ~MASK),
        "the mask leaves none",
    ),
    "streams: 0": (lambda: char_lstm.streams(torch.arange(5), 0), "1 or more"),
    "streams: -1": (lambda: char_lstm.streams(torch.arange(5), -1), "1 or more"),
    "cooccurrences: no window": (lambda: word_vectors.cooccurrences(torch.arange(3), 3, 0), "at least 1 place"),
    "rnn_forward: no step": (
        lambda: rnn.rnn_forward(normal(2, 0, 3), normal(2, 4), normal(4, 3), normal(4, 4), normal(4), normal(4)),
        "at least one step",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_numbers_are_refused(name):
    refused(*REFUSED[name])


def test_as_many_indices_as_values(unchecked_shapes):
    index = torch.zeros(1, 1, 1, 1, dtype=torch.long)
    refused(lambda: pooling.max_unpool2d(normal(1, 1, 1, 2), index, (1, 3)), "one index for each value")
    refused(lambda: pooling.max_pool2d_backward(normal(1, 1, 1, 2), index, (1, 3)), "dout has the shape")
