/** Satellite pictures in red, green and blue: torchgeo's module `models.resnet`; licences as the cards of its files state them. */
import type { BaseView } from "../../../spec/base.js";
import { PIXEL_SCALES } from "../../../spec/pixelScales.js";
import type { KnownBase } from "./knownBase.js";

const LICENCE = "CC-BY-4.0";

/** `Resize(256)` and `CenterCrop(224)` of its transforms. */
const CROPPED: BaseView = { cropFraction: 224 / 256, kernel: "linear" };

/** The commit in the address is as good as a digest as long as the host is; the file is pinned on top of that. */
const sentinel2 = (architecture: string, commit: string, end: string): KnownBase => {
  const repository = `${architecture}_sentinel2_rgb_moco`;
  const url = `https://huggingface.co/torchgeo/${repository}/resolve/${commit}/${repository}-${end}.pth`;
  return {
    name: `torchgeo/${architecture}-sentinel2-rgb-moco`,
    url,
    architecture,
    pixelScale: PIXEL_SCALES["0..1"],
    inputSize: 224,
    view: CROPPED,
    domain: "satellite pictures",
    source: url,
    licence: LICENCE,
    pretrainedOn: "SSL4EO-S12, Sentinel-2 in red, green and blue (MoCo, without labels)",
    note:
      "it was trained on reflectances divided by 10,000: 255 stands for 10,000 here, and pictures that were stretched for the " +
      "eye are brighter than its own",
  };
};

/** The file's SHA-256 is that of its pointer in the publisher's repository. */
const FMOW_DIGEST = "da43d987dfaa6e0d481c8633205dc1a16a4296c32492fe1718b4cfd17735eb05";
const FMOW =
  "https://huggingface.co/torchgeo/resnet50_fmow_rgb_gassl/resolve/fe8a91026cf9104f1e884316b8e8772d7af9052c/" +
  "resnet50_fmow_rgb_gassl-da43d987.pth";

export const TORCHGEO: readonly KnownBase[] = [
  sentinel2("resnet18", "e1c032e7785fd0625224cdb6699aa138bb304eec", "e3a335e3"),
  sentinel2("resnet50", "efd9723b59a88e9dc1420dc1e96afb25b0630a3c", "2b57ba8b"),
  {
    name: "torchgeo/resnet50-fmow-rgb-gassl",
    url: FMOW,
    architecture: "resnet50",
    sha256: FMOW_DIGEST,
    pixelScale: PIXEL_SCALES.imagenet,
    inputSize: 224,
    view: { cropFraction: 1, kernel: "linear" },
    domain: "satellite pictures",
    source: FMOW,
    licence: LICENCE,
    pretrainedOn: "Functional Map of the World in red, green and blue (geography-aware, without labels)",
  },
];
