"""Pictures that students paste: decoded and encoded anew, within bounds, so that only their pixels pass."""

import base64
import binascii
import contextlib
import io
import warnings
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10_000_000  # of one picture as it was pasted
MOST_PIXELS = 50_000_000  # a phone's photo has twelve million
LONGEST_SIDE = 1600  # pixels of what is shown
LARGEST_PNG = 1_000_000  # bytes; a larger one is a photo, and becomes a JPEG
FORMATS = ("PNG", "JPEG")


class NotShown(ValueError):
    """A picture that is not shown; the message says why, after "for"."""


def picture(attachment: Any) -> tuple[str, str]:
    """One attachment of a cell, as anybody may have written it, made anew.

    Args:
        attachment: by nbformat a dictionary of base64 texts by MIME type.

    Returns:
        The MIME type, ``image/png`` or ``image/jpeg``, and the picture in base64.

    Raises:
        NotShown: it is no PNG or JPEG, is broken, or is too large.
    """
    made, kind = _encoded(_decoded(_bytes(attachment)))
    return f"image/{kind.lower()}", base64.b64encode(made).decode()


def _bytes(attachment: Any) -> bytes:
    """What an attachment holds. Its MIME type is believed so far only as that it is said to be some picture."""
    if not isinstance(attachment, dict) or not attachment:
        raise NotShown("there is nothing in it")
    pictures = sorted(kind for kind in attachment if isinstance(kind, str) and kind.startswith("image/"))
    if not pictures:
        raise NotShown("it is no picture")
    kind = next((k for k in ("image/png", "image/jpeg") if k in pictures), pictures[0])
    text = attachment[kind]
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    if not isinstance(text, str):
        raise NotShown("it cannot be read")
    if len(text) > MOST_BYTES * 3 // 2:
        raise NotShown(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        raise NotShown("it cannot be read") from None


def _decoded(data: bytes) -> Image.Image:
    """The pixels, small enough to be shown and the right way up; of what moves, the first picture."""
    if len(data) > MOST_BYTES:
        raise NotShown(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)  # reads its head alone
            if image.width * image.height > MOST_PIXELS:
                raise NotShown(f"it has more than {MOST_PIXELS // 1_000_000} million pixels")
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            with contextlib.suppress(Exception):  # how it is to be turned stands in EXIF, which may be anything
                image = ImageOps.exif_transpose(image)
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            return image.convert("RGBA" if clear else "RGB")
    except UnidentifiedImageError:
        raise NotShown("it is neither a PNG nor a JPEG") from None
    except Image.DecompressionBombError:
        raise NotShown(f"it has more than {MOST_PIXELS // 1_000_000} million pixels") from None
    except NotShown:
        raise
    except Exception:  # a broken picture ends Pillow in many ways
        raise NotShown("it is broken") from None


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    """Its file and format: without a comment, a profile, a place or a time."""
    image.info.clear()
    file = io.BytesIO()
    image.save(file, "PNG")
    if file.tell() <= LARGEST_PNG:
        return file.getvalue(), "PNG"
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image if image.mode == "RGBA" else None)
    file = io.BytesIO()
    flat.save(file, "JPEG", quality=85)
    return file.getvalue(), "JPEG"
