"""Pasted pictures are made anew: what is no picture, or too much of one, is told in a sentence."""

import base64
import io
import random
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from autograder.grading.pictures import LARGEST_PNG, LONGEST_SIDE, MOST_BYTES, NotShown, picture

SCRIPT = b"<script>PWNED()</script>"


def made(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def small(mode: str = "RGB", size: tuple[int, int] = (6, 4)) -> Image.Image:
    return Image.new(mode, size)


def shown(data: bytes, kind: str = "image/png") -> Image.Image:
    mime, text = picture({kind: base64.b64encode(data).decode()})
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    assert mime == f"image/{image.format.lower()}"
    image.load()
    return image


MODES = {
    "black and white": made(small("1")), "grey": made(small("L")), "grey and clear": made(small("LA")),
    "a palette": made(small("P")), "colours": made(small()), "clear": made(small("RGBA")), "16 bits": made(small("I;16")),
    "a JPEG": made(small(), "JPEG"), "a grey JPEG": made(small("L"), "JPEG"), "for print": made(small("CMYK"), "JPEG"),
    "progressive": made(small(), "JPEG", progressive=True), "interlaced": made(small(), interlace=1),
    "moving": made(small(), save_all=True, append_images=[small(), small()]),
}  # fmt: skip


@pytest.mark.parametrize("name", MODES)
def test_every_kind_of_png_and_jpeg_is_shown(name: str) -> None:
    image = shown(MODES[name])
    assert image.size == (6, 4) and image.mode in ("RGB", "RGBA")
    assert getattr(image, "n_frames", 1) == 1


def test_the_pixels_are_those_that_were_pasted() -> None:
    image = Image.linear_gradient("L").convert("RGB")
    assert shown(made(image)).tobytes() == image.tobytes()


def test_a_photo_is_made_smaller_and_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    image = shown(made(Image.new("RGB", (4000, 3000), "red"), "JPEG", exif=exif), "image/jpeg")
    assert image.size == (LONGEST_SIDE * 3 // 4, LONGEST_SIDE)


def test_a_large_png_becomes_a_jpeg() -> None:
    noise = Image.frombytes("RGB", (900, 900), random.Random(0).randbytes(3 * 900 * 900))
    data = made(noise)
    assert len(data) > LARGEST_PNG
    assert shown(data).format == "JPEG"


def commented() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    info.add_itxt("XML:com.adobe.xmp", SCRIPT.decode(), zip=True)
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    return made(small(), pnginfo=info, exif=exif, icc_profile=SCRIPT * 10)


def commented_jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    return made(small(), "JPEG", comment=SCRIPT, exif=exif, icc_profile=SCRIPT * 10)


POLYGLOTS = {
    "a page behind a PNG": made(small()) + b"<html>" + SCRIPT,
    "a page behind a JPEG": made(small(), "JPEG") + b"<html>" + SCRIPT,
    "an archive behind a JPEG": made(small(), "JPEG") + b"PK\x03\x04" + SCRIPT,
    "text, XMP, EXIF and a profile in a PNG": commented(),
    "a comment, EXIF and a profile in a JPEG": commented_jpeg(),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_nothing_but_pixels_passes(name: str) -> None:
    assert SCRIPT in POLYGLOTS[name] or name.startswith("text")
    _, text = picture({"image/png": base64.b64encode(POLYGLOTS[name]).decode()})
    again = base64.b64decode(text)
    assert SCRIPT not in again and b"PWNED" not in again
    assert not {"exif", "icc_profile", "comment", "Comment", "XML:com.adobe.xmp"} & set(
        Image.open(io.BytesIO(again)).info
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def head(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def bomb(width: int, height: int, data: bytes = b"") -> bytes:
    return head(width, height) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    many = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))
    return head(6, 4) + many * 20 + made(small())[33:]


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb of pixels": (lambda: bomb(50_000, 50_000), "million pixels"),
    "a larger one": (lambda: bomb(2**31 - 1, 2**31 - 1), "million pixels"),
    "pixels that are not there": (lambda: bomb(7_000, 7_000), "it is broken"),
    "a bomb of text": (text_bomb, "it is broken"),
    "too many bytes": (lambda: made(small()) + bytes(MOST_BYTES), "larger than 10 MB"),
    "half a PNG": (lambda: made(Image.linear_gradient("L"))[:-200], "it is broken"),
    "half a JPEG": (lambda: made(Image.linear_gradient("L"), "JPEG")[:-200], "it is broken"),
    "a head alone": (lambda: b"\x89PNG\r\n\x1a\n", "neither a PNG nor a JPEG"),
    "a GIF": (lambda: made(small("P"), "GIF"), "neither a PNG nor a JPEG"),
    "a BMP": (lambda: made(small(), "BMP"), "neither a PNG nor a JPEG"),
    "a TIFF": (lambda: made(small(), "TIFF"), "neither a PNG nor a JPEG"),
    "a WebP": (lambda: b"RIFF\x24\0\0\0WEBPVP8 ", "neither a PNG nor a JPEG"),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "neither a PNG nor a JPEG"),
    "no byte": (bytes, "neither a PNG nor a JPEG"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told(name: str) -> None:
    make, why = REFUSED[name]
    with pytest.raises(NotShown, match=why):
        shown(make())


def test_a_bomb_is_not_unpacked() -> None:
    text = base64.b64encode(bomb(50_000, 50_000, bytes(10_000_000))).decode()
    tracemalloc.start()
    with pytest.raises(NotShown):
        picture({"image/png": text})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10_000_000


def test_base64_in_lines_and_a_kind_of_another_name_are_read() -> None:
    text = base64.b64encode(made(small(), "JPEG")).decode()
    assert picture({"image/jpg": [text[:50] + "\n", text[50:]]})[0].startswith("image/")


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: head(3, 3) + rest))
def test_no_bytes_do_anything_else(data: bytes) -> None:
    try:
        assert shown(data).format in ("PNG", "JPEG")
    except NotShown as why:
        assert str(why)
