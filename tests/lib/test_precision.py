"""16-bit and whole numbers: the references that square, count or subtract say what they say of the same float64 numbers."""

import pytest
import torch
from scipy.stats import wasserstein_distance
from sklearn.metrics import average_precision_score
from torch.testing import assert_close

from gradschool.adversarial import conditional, wasserstein
from gradschool.autoencoders import anomalies, quality
from gradschool.convolutional import augmentation, boxes, confusion, hog, images, normalisation, yolo
from gradschool.convolutional import detection_metrics as metrics
from gradschool.feedforward import clipping
from gradschool.feedforward.normalisation import batchnorm_forward
from gradschool.precision import wide
from gradschool.recurrent import bags, losses, vocabulary, word_vectors

HALVES = [torch.float16, torch.bfloat16]
WHOLE = [torch.uint8, torch.int16, torch.int32, torch.int64]
each_half = pytest.mark.parametrize("dtype", HALVES, ids=str)
each_kind = pytest.mark.parametrize("dtype", HALVES + WHOLE, ids=str)


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("dtype", [*HALVES, *WHOLE, torch.bool, torch.float32, torch.float64], ids=str)
def test_wide_has_32_bits_at_least(dtype):
    x = wide(torch.ones(3, dtype=dtype))
    assert x.dtype == (torch.float64 if dtype == torch.float64 else torch.float32) and (x == 1).all()


@each_kind
def test_boxes(dtype):
    large = (
        120 if dtype == torch.uint8 else 300 if dtype in HALVES else 30_000
    )  # more than uint8, float16, int32 can square
    a = torch.tensor([[0, 0, large, large], [10, 10, 40, 20], [90, 0, 100, 8]], dtype=dtype)
    exact = a.double()
    assert_close(boxes.iou(a, a).double(), boxes.iou(exact, exact), rtol=1e-6, atol=0)
    assert_close(boxes.area(a).double(), boxes.area(exact), rtol=1e-6, atol=0)
    wh = a[:, 2:] - a[:, :2]
    assert_close(boxes.shape_iou(wh, wh[:2]).double(), boxes.shape_iou(wh.double(), wh[:2].double()), rtol=1e-6, atol=0)
    assert_close(boxes.anchor_kmeans(wh, wh[:2], 3).double(), boxes.anchor_kmeans(wh.double(), wh[:2].double(), 3))
    assert_close(boxes.average_best_iou(wh, wh[:1]).double(), boxes.average_best_iou(wh.double(), wh[:1].double()))
    twice, scores = torch.cat([a, a]), torch.arange(6.0, 0, -1)
    assert boxes.nms(twice, scores, 0.5).tolist() == [0, 1, 2]
    assert metrics.match_detections(twice, scores, a).tolist() == [True] * 3 + [False] * 3


@pytest.mark.parametrize("dtype", [*HALVES, *WHOLE, torch.bool], ids=str)
def test_dice_of_large_masks(dtype):
    whole = torch.ones(1, 300, 300, dtype=dtype)
    half = whole.clone()
    half[:, :150] = 0
    assert_close(metrics.dice_score(whole, whole).double(), torch.ones(1).double())
    assert_close(metrics.dice_score(whole, half).double(), torch.tensor([2 / 3]).double(), rtol=1e-6, atol=0)


@each_half
@pytest.mark.parametrize("size", [(28, 28), (50, 50), (20, 300)], ids=str)
def test_turned_images(dtype, size):
    x = normal(0, 2, 1, *size).to(dtype)
    angle = torch.tensor([20.0, -75.0], dtype=dtype)
    for turned, exact in (
        (augmentation.rotate(x, angle), augmentation.rotate(x.double(), angle.double())),
        (images.moved(x, 30, 0.8), images.moved(x.double(), 30, 0.8)),
    ):
        assert turned.dtype == dtype
        assert_close(turned.double(), exact, rtol=torch.finfo(dtype).eps, atol=1e-3 if size[1] < 99 else 5e-3)


@each_half
def test_grey_values_and_histograms(dtype):
    x = normal(0, 2, 1, 16, 16).sigmoid().to(dtype)
    bits = 7 if dtype == torch.bfloat16 else 12
    found, exact = images.quantize(x, bits), images.quantize(x.double(), bits)
    assert found.dtype == dtype
    assert_close(found.double(), exact, rtol=torch.finfo(dtype).eps, atol=0)
    assert images.quantize(torch.ones(3, dtype=dtype), 16).tolist() == [1, 1, 1]
    assert_close(hog.hog(x, 4).double(), hog.hog(x.double(), 4), rtol=1e-4, atol=1e-4)


@each_half
def test_large_activations_are_normalised(dtype):
    x = 300 * normal(0, 1, 6, 2, 2).to(dtype)
    found = normalisation.local_response_norm(x)
    assert found.dtype == dtype
    assert_close(found.double(), normalisation.local_response_norm(x.double()), rtol=2 * torch.finfo(dtype).eps, atol=0)


def test_the_running_variance_of_a_large_batch_in_float16():
    x = (200 * normal(0, 4000, 1)).to(torch.float16)
    one = torch.ones(1, dtype=torch.float16)
    *_, var = batchnorm_forward(x, one, one, one, one, True)
    assert_close(var.double(), 0.9 + 0.1 * x.double().var(dim=0), rtol=0.01, atol=0)


@each_half
def test_boxes_of_a_detector_far_from_the_corner(dtype):
    t = normal(0, 1, 2, 4, 40, 50).to(dtype)
    anchors = torch.tensor([[30.0, 40.0], [60.0, 20.0]], dtype=dtype)
    found = yolo.decode_yolo_boxes(t, anchors, 32)
    assert_close(found.double(), yolo.decode_yolo_boxes(t.double(), anchors.double(), 32), rtol=1e-5, atol=1e-3)


@each_half
def test_counting_many_detections(dtype):
    """bfloat16 counts to 256, float16 to 2048."""
    scores, hit = normal(0, 5000).to(dtype), normal(1, 5000) > 0
    order = scores.double().argsort(descending=True, stable=True)
    distinct = torch.arange(5000.0, 0, -1)  # what has equal scores stays in order
    expected = average_precision_score(hit[order].numpy(), distinct.numpy())
    precision, recall = metrics.precision_recall(scores, hit, int(hit.sum()))
    assert recall[-1] == 1 and precision[-1] == hit.float().mean()
    found = metrics.average_precision(scores, hit, int(hit.sum()))
    assert_close(found.item(), expected, rtol=0.02, atol=0)  # its curve is made falling, theirs is not


@each_kind
def test_earth_movers_distance(dtype):
    x, y = (40 + 20 * normal(0, 700)).clamp(0, 100).to(dtype), (60 + 20 * normal(1, 500)).clamp(0, 100).to(dtype)
    found = wasserstein.wasserstein_1d(x, y)
    assert_close(found.item(), wasserstein_distance(x.double().numpy(), y.double().numpy()), rtol=1e-4, atol=0)


@each_kind
def test_ranks(dtype):
    scores, positive = (50 + 20 * normal(0, 600)).clamp(0, 120).to(dtype), normal(1, 600) > 0
    assert anomalies.roc_auc(scores.double(), positive) == anomalies.roc_auc(wide(scores), positive.to(torch.uint8))


def test_noise_between_bytes():
    clean, image = torch.tensor([[10, 200]], dtype=torch.uint8), torch.tensor([[12, 198]], dtype=torch.uint8)
    assert_close(quality.psnr(clean, image, 255), quality.psnr(image, clean, 255))
    assert_close(quality.psnr(clean, image, 255).double(), quality.psnr(clean.double(), image.double(), 255))


@each_half
def test_the_norm_of_many_gradients(dtype):
    grads = [torch.full((300, 300), 3.0, dtype=dtype), torch.zeros(2, dtype=dtype)]
    clipped, norm = clipping.clip_by_global_norm(grads, 1.0)
    assert_close(norm.item(), 900.0)
    assert clipped[0].dtype == dtype
    assert_close(clipped[0].double(), torch.full((300, 300), 1 / 300).double(), rtol=0.01, atol=0)


@each_half
def test_perplexity_of_long_batches(dtype):
    counts = torch.tensor([70_000, 1, 301])
    mean = torch.tensor([2.0, 1.0, 0.5], dtype=dtype)
    assert_close(losses.perplexity(mean, counts).double(), losses.perplexity(mean.double(), counts), rtol=1e-5, atol=0)


@pytest.mark.parametrize("dtype", WHOLE, ids=str)
def test_indices_of_every_width(dtype):
    ids = torch.tensor([[200, 3, 0], [0, 199, 7]] if dtype == torch.uint8 else [[120, 3, 0], [0, 119, 7]])
    narrow, mask = ids.to(dtype), ids > 0
    table, logits = normal(0, 201, 4), normal(1, 2, 3, 201)
    for f in (
        lambda i: vocabulary.embedding_lookup(i, table),
        lambda i: vocabulary.one_hot(i, 201),
        lambda i: bags.bag_of_words(i, 201),
        lambda i: word_vectors.cbow_forward(i, mask, table, table),
        lambda i: word_vectors.cooccurrences(i.flatten(), 201, 2),
        lambda i: losses.masked_cross_entropy(logits, i, mask),
        lambda i: conditional.condition_on_label(normal(2, 6, 3), i.flatten(), table),
        lambda i: confusion.confusion_matrix(i.flatten(), i.flatten().flip(0), 201),
    ):
        assert_close(f(narrow), f(ids), rtol=0, atol=0)
