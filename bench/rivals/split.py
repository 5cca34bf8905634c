"""Reads what exportSplit.ts wrote, and appends a rival's figures to a file of JSON lines."""

import json
import time
from pathlib import Path

import numpy as np
from PIL import Image

# The bound for a rival's features against thaw's on the same pixels; the largest feature is about 6.
TOLERANCE = 1e-4


class Split:
    """One set, split for one seed: pixels are uint8 [images, 224, 224, 3]."""

    def __init__(self, folder):
        self.folder = Path(folder)
        described = json.loads((self.folder / "split.json").read_text())
        self.set, self.seed, self.classes = described["set"], described["seed"], described["classes"]
        self.flip, self.checkpoint = described["flip"], described["checkpoint"]
        self.mean, self.deviation = described["pixelScale"]["mean"], described["pixelScale"]["deviation"]
        self.features = np.array(described["features"], np.float32)
        self.images = described["images"]

    def of(self, split):
        """Indices of the images of a split."""
        return [i for i, image in enumerate(self.images) if image["split"] == split]

    def pixels(self, indices):
        return np.stack([np.asarray(Image.open(self.folder / self.images[i]["file"])) for i in indices])

    def labels(self, indices):
        return np.array([self.images[i]["label"] for i in indices])

    def first_scaled(self):
        """The first image as the base's input, [1, 224, 224, 3]."""
        return ((self.pixels([0]) - np.float32(self.mean)) / np.float32(self.deviation)).astype(np.float32)

    def check(self, features):
        """The rival's base has to be the same network as thaw's."""
        difference = float(np.abs(np.asarray(features).reshape(-1) - self.features).max())
        if not difference < TOLERANCE:
            raise SystemExit(f"the features differ by {difference}: not the same network")
        return difference


def append(path, **figures):
    with open(path, "a", encoding="utf8") as file:
        file.write(json.dumps({**figures, "at": round(time.time())}) + "\n")
