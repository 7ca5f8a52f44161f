"""The IDX reader on files made here, and on broken ones."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pooch
import pytest
import requests
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradschool import data, idx

TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array: np.ndarray) -> bytes:
    """An IDX file as the format's description has it, written without the reader's help."""
    kind = array.dtype.str[1:]
    header = struct.pack(">BBBB", 0, 0, TYPES[kind], array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@given(
    kind=st.sampled_from(sorted(TYPES)),
    shape=st.lists(st.integers(0, 4), max_size=4),
    zipped=st.booleans(),
    seed=st.integers(0, 99),
)
def test_what_is_written_is_read(kind, shape, zipped, seed, tmp_path_factory):
    array = np.random.default_rng(seed).normal(0, 50, shape).astype(kind) if kind != "u1" else np.full(shape, 200, "u1")
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(idx_bytes(array)) if zipped else idx_bytes(array))
    tensor = idx.read_idx(path)
    assert tensor.shape == array.shape
    assert np.array_equal(tensor.numpy(), array)
    assert tensor.numpy().dtype == array.dtype


GOOD = idx_bytes(np.arange(24, dtype="u1").reshape(2, 3, 4))
ZIPPED = gzip.compress(GOOD)
HOSTILE = {
    "empty": (b"", "starts with nothing"),
    "two bytes": (b"\0\0", "not an IDX file"),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "not an IDX file: it starts with 89 50 4e 47"),
    "unknown type": (b"\0\0\x07\x01" + GOOD[4:], "not an IDX file"),
    "ends in its header": (GOOD[:10], "ends within its header"),
    "one byte short": (GOOD[:-1], "should hold 24 bytes .* but holds only 23"),
    "one byte too many": (GOOD + b"x", "holds more"),
    "claims to be huge": (b"\0\0\x0e\x03" + b"\xff" * 12, "claims the shape"),
    "255 axes": (b"\0\0\x08\xff" + b"\0\0\0\x01" * 255 + b"x", "not an IDX file"),
    "zipped and cut": (ZIPPED[:-12], "damaged gzip"),
    "zipped with a changed byte": (
        ZIPPED[:15] + bytes([ZIPPED[15] ^ 0xFF]) + ZIPPED[16:],
        "damaged gzip|should hold|claims",
    ),
    "zipped and one byte short": (gzip.compress(GOOD[:-1]), "holds only 23"),
    "a gzip header alone": (b"\x1f\x8b", "damaged gzip"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_file_gets_its_sentence(name, tmp_path):
    content, sentence = HOSTILE[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(idx.BadIDX, match=sentence) as refusal:
        idx.read_idx(path)
    assert str(path) in str(refusal.value)


def write_set(folder, images=3, classes=3, part="t10k", suffix=".gz"):
    folder.mkdir(parents=True)
    pixels = np.arange(images * 784, dtype="u1").reshape(images, 28, 28)
    for name, array in {"images-idx3": pixels, "labels-idx1": np.arange(classes, dtype="u1")}.items():
        content = idx_bytes(array)
        (folder / f"{part}-{name}-ubyte{suffix}").write_bytes(gzip.compress(content) if suffix else content)
    return pixels


@pytest.mark.parametrize("folder", ["mnist", "MNIST/raw"])
@pytest.mark.parametrize("suffix", [".gz", ""], ids=["zipped", "plain"])
def test_mnist_from_the_readers_folder(folder, suffix, tmp_path, monkeypatch):
    pixels = write_set(tmp_path / folder, suffix=suffix)
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    test = data.mnist(train=False)
    assert test.x.shape == (3, 1, 28, 28)
    assert test.x.dtype == torch.float32
    assert torch.equal(test.x, torch.from_numpy(pixels).unsqueeze(1) / 255)
    assert test.y.tolist() == [0, 1, 2]


def test_fashion_mnist_lies_beside_it(tmp_path, monkeypatch):
    write_set(tmp_path / "fashion_mnist", part="train")
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    assert len(data.fashion_mnist(train=True).x) == 3


def test_images_and_classes_that_do_not_pair_up_are_refused(tmp_path, monkeypatch):
    write_set(tmp_path / "mnist", images=3, classes=2)
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    with pytest.raises(data.BadIDX, match=r"3 images and .* 2 classes"):
        data.mnist(train=False)


def test_swapped_files_are_refused(tmp_path, monkeypatch):
    write_set(tmp_path / "mnist")
    labels = tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz"
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(labels.read_bytes())
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    with pytest.raises(data.BadIDX, match="no grey images"):
        data.mnist(train=False)


def broken_network(url, output_file, pooch):
    raise requests.ConnectionError("Name or service not known")


def damaged_download(url, output_file, pooch):
    Path(output_file).write_text("<html>Please log in to the hotel's network</html>")


@pytest.mark.parametrize("transport", [broken_network, damaged_download])
def test_without_network_one_sentence_says_what_to_do(transport, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path / "nothing here"))
    monkeypatch.setattr(pooch, "os_cache", lambda _: tmp_path / "cache")
    monkeypatch.setattr(pooch, "HTTPDownloader", lambda **_: transport)
    with pytest.raises(data.DataNotAvailable) as refusal:
        data.mnist()
    sentence = str(refusal.value)
    assert "\n" not in sentence
    for word in ("MNIST", "train-images-idx3-ubyte.gz", "mnist/", "GRADSCHOOL_DATA", "https://"):
        assert word in sentence


def test_what_was_fetched_once_is_read_from_the_cache(tmp_path, monkeypatch):
    content = gzip.compress(idx_bytes(np.zeros((2, 28, 28), "u1")))
    name = "train-images-idx3-ubyte.gz"
    calls = []

    def transport(url, output_file, pooch):
        calls.append(url)
        Path(output_file).write_bytes(content)

    known = tmp_path / "known"
    known.write_bytes(content)
    source = idx.MNIST._replace(md5={name: pooch.file_hash(str(known), alg="md5")})
    monkeypatch.delenv("GRADSCHOOL_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda _: tmp_path / "cache")
    monkeypatch.setattr(pooch, "HTTPDownloader", lambda **_: transport)
    for _ in range(2):
        assert idx.read_idx(idx.find(source, name)).shape == (2, 28, 28)
    assert calls == [idx.MNIST.url + name]


def test_without_fetching_the_network_is_never_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    monkeypatch.setattr(pooch, "retrieve", lambda *_, **__: pytest.fail("the network was asked"))
    for read in (data.mnist, data.fashion_mnist):
        with pytest.raises(data.DataNotAvailable, match="GRADSCHOOL_DATA"):
            read(fetch=False)
