"""Reads what exportSplit.ts or wholeJob.ts wrote, and appends a rival's figures to a file of JSON lines."""

import json
import time
from pathlib import Path

import numpy as np
from PIL import Image

# The bound for a rival's features against thaw's on the same pixels; the largest feature is about 6.
TOLERANCE = 1e-4
SIZE = 224
# Steps that are not counted: they trace graphs and take memory.
WARM_UP = 2


class Split:
    """One set, split for one seed: pixels are uint8 [images, 224, 224, 3]. Original images are scaled to that, the plain
    views that exportSplit.ts wrote have it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        described = json.loads((self.folder / "split.json").read_text())
        self.set, self.seed, self.classes = described["set"], described["seed"], described["classes"]
        self.flip, self.checkpoint = described["flip"], described["checkpoint"]
        self.mean, self.deviation = described["pixelScale"]["mean"], described["pixelScale"]["deviation"]
        self.features = np.array(described["features"], np.float32)
        self.images = described["images"]
        # Of the whole job: the image whose features are known, apart from the originals.
        self.checked = described.get("checked")

    def of(self, split):
        """Indices of the images of a split."""
        return [i for i, image in enumerate(self.images) if image["split"] == split]

    def pixels(self, indices):
        return np.stack([self.opened(self.images[i]["file"]) for i in indices])

    def opened(self, file):
        image = Image.open(self.folder / file).convert("RGB")
        return np.asarray(image if image.size == (SIZE, SIZE) else image.resize((SIZE, SIZE), Image.BILINEAR))

    def labels(self, indices):
        return np.array([self.images[i]["label"] for i in indices])

    def first_scaled(self):
        """The first image as the base's input, [1, 224, 224, 3]."""
        pixels = self.opened(self.checked or self.images[0]["file"])[None]
        return ((pixels - np.float32(self.mean)) / np.float32(self.deviation)).astype(np.float32)

    def check(self, features):
        """The rival's base has to be the same network as thaw's."""
        difference = float(np.abs(np.asarray(features).reshape(-1) - self.features).max())
        if not difference < TOLERANCE:
            raise SystemExit(f"the features differ by {difference}: not the same network")
        return difference


class Steps:
    """Times at which some steps ended: on the clock and in processor time of all threads."""

    def __init__(self):
        self.ends = []

    def ended(self):
        self.ends.append(now())

    def each(self):
        """Seconds of a step, both kinds."""
        counted = self.ends[WARM_UP - 1 :]
        if len(counted) < 2:
            raise SystemExit(f"{len(self.ends)} steps are too few to time one: leave STEPS out")
        return (counted[-1] - counted[0]) / (len(counted) - 1)


def now():
    """Seconds on the clock, and of the processor."""
    return np.array([time.time(), time.process_time()])


def option(arguments, name):
    """The number of NAME=NUMBER among the arguments; None where it is not there."""
    found = [int(a.split("=")[1]) for a in arguments if a.startswith(f"{name}=")]
    return found[0] if found else None


def append(path, **figures):
    with open(path, "a", encoding="utf8") as file:
        file.write(json.dumps({**figures, "at": round(time.time())}) + "\n")
