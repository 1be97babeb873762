"""Films as moving pictures: GIF, APNG, WebP and MP4; a frame for each step, painted and written one after the other."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

COLOURS = 256
SAMPLES = 5  # frames from which the colours of a GIF are chosen
VIDEO_RATE = 25  # frames a second of a video, in which a step stays for many


class Reel:
    """The frames of a moving picture: how many, and each when it is asked for.

    Attributes
    ----------
    count : int
    fps : float
        Steps a second.
    """

    def __init__(self, count: int, fps: float, frame: Any) -> None:
        self.count, self.fps, self._frame = count, fps, frame

    def __getitem__(self, number: int) -> np.ndarray:
        found: np.ndarray = self._frame(number)
        return found

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[number] for number in range(self.count))

    @property
    def milliseconds(self) -> int:
        """How long each frame stays."""
        return max(20, round(1000 / self.fps))


# -- GIF


def write_gif(reel: Reel, path: Path) -> None:
    """Write a GIF that plays again and again: one palette, and of each frame only the part that changed.

    Pillow keeps all the frames of a file that it writes; here it packs one at a time, and its packed image is put in
    place behind the others (GIF89a specification, CompuServe 1990).
    """
    palette = _Palette(_frequent(reel))
    with path.open("wb") as file:
        before: np.ndarray | None = None
        for frame in reel:
            now = palette.numbers(frame)
            if before is None:
                _gif_head(file, now.shape, palette.colours)
            left, top, right, bottom = _changed(before, now)
            file.write(b"\x21\xf9\x04\x04" + struct.pack("<H", reel.milliseconds // 10) + b"\x00\x00")
            block = _gif_block(now[top:bottom, left:right], palette.colours)
            file.write(block[:1] + struct.pack("<HH", left, top) + block[5:])
            before = now
        file.write(b"\x3b")


def _codes(frame: np.ndarray) -> np.ndarray:
    """One number for each colour."""
    found: np.ndarray = frame.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    return found


def _frequent(reel: Reel) -> np.ndarray:
    """The colours that a few frames have most of: grounds, strokes, letters, and some of their soft edges."""
    places = sorted({round(k * (reel.count - 1) / (SAMPLES - 1)) for k in range(SAMPLES)})
    counts: Counter[int] = Counter()
    for place in places:
        found, often = np.unique(_codes(reel[place]), return_counts=True)
        counts.update(dict(zip(found.tolist(), often.tolist(), strict=True)))
    return np.array(sorted(sorted(counts, key=lambda code: (-counts[code], code))[:COLOURS]))


class _Palette:
    """Colours, and for every other colour the number of the nearest one."""

    def __init__(self, codes: np.ndarray) -> None:
        self.colours = (codes[:, None] >> np.array([16, 8, 0]) & 255).astype(np.uint8)
        self._codes, self._numbers = codes, np.arange(len(codes), dtype=np.uint8)  # in order, with all that were met

    def numbers(self, frame: np.ndarray) -> np.ndarray:
        codes = _codes(frame)
        places = self._places(codes)
        new = np.unique(codes[self._codes[places] != codes])
        if new.size:
            nearest = np.array([self._nearest(code) for code in new.tolist()], np.uint8)
            every, numbers = np.concatenate([self._codes, new]), np.concatenate([self._numbers, nearest])
            order = np.argsort(every)
            self._codes, self._numbers = every[order], numbers[order]
            places = self._places(codes)
        found: np.ndarray = self._numbers[places]
        return found

    def _places(self, codes: np.ndarray) -> np.ndarray:
        return np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)

    def _nearest(self, code: int) -> int:
        away = self.colours.astype(int) - [code >> 16, code >> 8 & 255, code & 255]
        return int(np.argmin((away * away).sum(axis=1)))


def _gif_head(file: BinaryIO, shape: tuple[int, ...], colours: np.ndarray) -> None:
    height, width = shape
    file.write(b"GIF89a" + struct.pack("<HH", width, height) + b"\xf7\x00\x00")
    file.write(colours.tobytes().ljust(3 * COLOURS, b"\x00"))
    file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # again and again


def _gif_block(numbers: np.ndarray, colours: np.ndarray) -> bytes:
    """The packed image of a GIF with one frame: from its descriptor to the end of its data."""
    from PIL import Image

    image = Image.fromarray(numbers, "P")
    image.putpalette(colours.tobytes().ljust(3 * COLOURS, b"\x00"))
    written = BytesIO()
    image.save(written, "GIF", optimize=False)
    packed = written.getvalue()
    place = 13 + (3 * 2 ** ((packed[10] & 7) + 1) if packed[10] & 0x80 else 0)
    while packed[place] != 0x2C:  # extensions: a label, then blocks with their lengths
        place += 2
        while packed[place]:
            place += packed[place] + 1
        place += 1
    return packed[place:-1]


def _changed(before: np.ndarray | None, now: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what differs; one pixel if nothing does."""
    if before is None:
        return 0, 0, now.shape[1], now.shape[0]
    differs = before != now if now.ndim == 2 else (before != now).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


# -- APNG


def write_apng(reel: Reel, path: Path) -> None:
    """Write an animated PNG: full colour, and of each frame only the part that changed (PNG specification, 3rd ed.)."""
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        before: np.ndarray | None = None
        numbers = iter(range(2 * reel.count))
        for frame in reel:
            if before is None:
                height, width = frame.shape[:2]
                _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                _chunk(file, b"acTL", struct.pack(">II", reel.count, 0))
            left, top, right, bottom = _changed(before, frame)
            place = struct.pack(">IIIII", next(numbers), right - left, bottom - top, left, top)
            _chunk(file, b"fcTL", place + struct.pack(">HHBB", reel.milliseconds, 1000, 0, 0))
            data = _packed(frame[top:bottom, left:right])
            if before is None:
                _chunk(file, b"IDAT", data)
            else:
                _chunk(file, b"fdAT", struct.pack(">I", next(numbers)) + data)
            before = frame
        _chunk(file, b"IEND", b"")


def _packed(part: np.ndarray) -> bytes:
    """Rows of pixels, each after the byte that says that it is not filtered, compressed."""
    rows = np.ascontiguousarray(part).reshape(part.shape[0], -1)
    return zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes(), 9)


def _chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))


# -- WebP and MP4


def write_webp(reel: Reel, path: Path) -> None:
    """Write an animated WebP, without loss."""
    from PIL import Image

    class Film(Image.Image):
        """An image whose frames are painted when they are looked for: Pillow asks for one after the other."""

        n_frames = reel.count

        def seek(self, frame: int) -> None:
            self.im = Image.fromarray(reel[frame]).im

    first = Image.fromarray(reel[0])
    film = Film()
    film.im, film._mode, film._size = first.im, first.mode, first.size
    film.save(path, "WEBP", save_all=True, duration=reel.milliseconds, loop=0, lossless=True, quality=70, method=2)


def write_mp4(reel: Reel, path: Path) -> None:
    """Write an MP4 video (H.264) through ffmpeg, which reads the frames as they are painted.

    Raises
    ------
    FileNotFoundError
        If ffmpeg is not installed.
    OSError
        If ffmpeg fails; the message is its own.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise FileNotFoundError(
            "save: an .mp4 needs ffmpeg, which is not installed; install it, or save as .gif or .webp"
        )
    frames = iter(reel)
    first = next(frames)
    height, width = first.shape[:2]
    command = [program, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    command += ["-framerate", f"{reel.fps:g}", "-i", "-", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"]
    command += ["-r", f"{max(VIDEO_RATE, reel.fps):g}", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18"]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart"]
    with subprocess.Popen([*command, "-f", "mp4", str(path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        try:
            for frame in chain((first,), frames):
                running.stdin.write(frame.tobytes())
            running.stdin.close()
        except BrokenPipeError:  # it says why below
            pass
        said = running.stderr.read().decode(errors="replace").strip()
    if running.returncode:
        raise OSError(f"save: ffmpeg could not write the video: {said.splitlines()[-1] if said else 'no reason given'}")
