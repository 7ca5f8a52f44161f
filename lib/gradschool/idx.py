"""IDX files (the format of MNIST and its relatives): found in a folder or fetched, read with care."""

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

# Byte 3 of the magic number names the type of the elements; numbers are stored big-endian.
_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_BYTES = 2**31
_MOST_AXES = 32


class BadIDX(ValueError):
    """A file that is not the IDX file it should be. The message names the file and what is wrong with it."""


class DataNotAvailable(OSError):
    """A data set that is neither in the reader's folder nor to be had over the network."""


class Source(NamedTuple):
    """Where a data set is kept: its folder's name, its address, and the checksum of each of its files."""

    title: str
    folder: str
    url: str
    md5: dict[str, str]


MNIST = Source(
    "MNIST",
    "mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
)

FASHION_MNIST = Source(
    "Fashion-MNIST",
    "fashion_mnist",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
)


def read_idx(path: str | os.PathLike[str]) -> Tensor:
    """Read one IDX file, gzipped or not, into a tensor of the dtype and shape that its header states.

    The header is two zero bytes, one byte for the type, one for the number of axes, and four bytes for each axis's
    length, most significant first.

    Raises:
        BadIDX: not an IDX file, a broken gzip stream, or fewer or more bytes than the header promises.
        OSError: the file cannot be opened.

    Source: LeCun, Cortes & Burges, The MNIST database of handwritten digits.
    """
    path = Path(path)
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            magic = file.read(4)
            if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES or magic[3] > _MOST_AXES:
                raise BadIDX(f"{path} is not an IDX file: it starts with {magic.hex(' ') or 'nothing'}")
            dtype, axes = np.dtype(_DTYPES[magic[2]]), magic[3]
            header = file.read(4 * axes)
            if len(header) < 4 * axes:
                raise BadIDX(f"{path} ends within its header")
            shape = tuple(int(n) for n in np.frombuffer(header, ">u4"))
            promised = math.prod(shape) * dtype.itemsize
            if promised > _MOST_BYTES:
                raise BadIDX(f"{path} claims the shape {shape}, which is more than {_MOST_BYTES // 2**30} GiB")
            content = file.read(promised + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadIDX(f"{path} is a damaged gzip file ({error}); fetch it again") from error
    if len(content) != promised:
        found = "more" if len(content) > promised else f"only {len(content)}"
        raise BadIDX(f"{path} should hold {promised} bytes for the shape {shape}, but holds {found}; fetch it again")
    return torch.from_numpy(np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("=")))


def find(source: Source, name: str, fetch: bool = True) -> Path:
    """Path of one file of a data set: from the folder `GRADSCHOOL_DATA` if it is there, else fetched once and kept.

    In that folder the file may lie in `mnist/` or `fashion_mnist/`, or in `MNIST/raw/` or `FashionMNIST/raw/` as
    torchvision leaves it, zipped or not.

    Args:
        fetch: whether the network may be asked.

    Raises:
        DataNotAvailable: neither in the folder nor fetched; the message says what to do.
    """
    home = os.environ.get("GRADSCHOOL_DATA")
    if home:
        for folder in (source.folder, f"{source.title.replace('-', '')}/raw"):
            for candidate in (Path(home, folder, name), Path(home, folder, name.removesuffix(".gz"))):
                if candidate.is_file():
                    return candidate
    if not fetch:
        raise DataNotAvailable(
            f"{source.title} is not at hand: put {name} into a folder {source.folder}/ and set the environment variable "
            "GRADSCHOOL_DATA to the folder that holds it"
        )
    return _fetch(source, name)


def _fetch(source: Source, name: str) -> Path:
    import pooch

    try:
        return Path(
            pooch.retrieve(
                source.url + name,
                known_hash=f"md5:{source.md5[name]}",
                fname=name,
                path=pooch.os_cache("gradschool") / source.folder,
                downloader=pooch.HTTPDownloader(timeout=30),
            )
        )
    except (OSError, ValueError) as error:  # no network or no room; a checksum that differs
        raise DataNotAvailable(
            f"{source.title} could not be fetched ({type(error).__name__}): put {name} from {source.url} into a folder "
            f"{source.folder}/ and set the environment variable GRADSCHOOL_DATA to the folder that holds it"
        ) from error
