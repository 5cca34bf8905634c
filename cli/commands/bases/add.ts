/** `thaw bases add`: registers a checkpoint, one's own or one of the catalogue of published ones. */
import type { Command } from "commander";
import type { AskedBase } from "../../../client/bases/known.js";
import type { ColourOrder, PerChannel } from "../../../spec/base.js";
import { PIXEL_SCALE_NAMES, type PixelScaleName } from "../../../spec/pixelScales.js";
import type { Progress } from "../../../spec/records/training.js";
import { contextOf, withExamples } from "../../context.js";
import { basesJson } from "../../json/bases.js";
import { showProgress } from "../../progressLine.js";
import { projectStorePlatform } from "../../session.js";
import { Interrupted, interruptible } from "../../signals.js";
import { say } from "../../terminal/shown.js";
import {
  bandNumbers,
  byteCount,
  channels,
  colourOrder,
  digest,
  normEpsilon,
  scaleName,
  scaleOf,
  side,
} from "./addOptions.js";

interface AddOptions {
  readonly name?: string;
  readonly arch?: string;
  readonly scale?: PixelScaleName;
  readonly mean?: PerChannel;
  readonly std?: PerChannel;
  readonly colourOrder?: ColourOrder;
  readonly bands?: readonly number[];
  readonly normEpsilon?: number;
  readonly size?: number;
  readonly output?: string;
  readonly weights?: string;
  readonly prefix?: string;
  readonly sha256?: string;
  readonly maxSize?: number;
  readonly allowPrivate?: boolean;
  readonly source?: string;
  readonly licence?: string;
  readonly domain?: string;
}

function askedOf(from: string, options: AddOptions): AskedBase {
  const { name, arch, colourOrder, bands, normEpsilon, size, output, weights, prefix } = options;
  const { source, licence, domain } = options;
  return {
    from,
    ...scaleOf(options),
    ...(name === undefined ? {} : { name }),
    ...(arch === undefined ? {} : { architecture: arch }),
    ...(colourOrder === undefined ? {} : { colourOrder }),
    ...(bands === undefined ? {} : { bands }),
    ...(normEpsilon === undefined ? {} : { normEpsilon }),
    ...(size === undefined ? {} : { size }),
    ...(output === undefined ? {} : { output }),
    ...(weights === undefined ? {} : { weights }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(source === undefined ? {} : { source }),
    ...(licence === undefined ? {} : { licence }),
    ...(domain === undefined ? {} : { domain }),
  };
}

export function addAdd(bases: Command): void {
  const command = bases
    .command("add")
    .description("register a checkpoint of pretrained weights as a base, after reading it as a run would")
    .argument(
      "<from>",
      "a name that `thaw bases search` lists; or path, https:// or s3://BUCKET/KEY of a file by PyTorch, Keras or ONNX, of safetensors, or a model.json",
    )
    .option("-n, --name <name>", "what run files call it; of a listed name made from that")
    .option(
      "-a, --arch <base>",
      "its architecture, as `thaw bases` lists them; layers-model; or onnx, any network in such a file",
    )
    .option("--scale <name>", `what its pixels are: ${PIXEL_SCALE_NAMES.join(", ")}`, scaleName)
    .option("--mean <numbers>", "mean of the pixels in 0…1: one number, or R,G,B", channels)
    .option("--std <numbers>", "their standard deviation, likewise", channels)
    .option(
      "--colour-order <order>",
      "rgb or bgr: how it takes the channels of a pixel, where not as usual",
      colourOrder,
    )
    .option(
      "--bands <numbers>",
      "of another number of channels: which are red, green, blue, e.g. 4,3,2; or 1",
      bandNumbers,
    )
    .option(
      "--norm-epsilon <number>",
      "what its batch norms add to the variance: 0 of some detectors",
      normEpsilon,
    )
    .option("--size <pixels>", "side of its input, where not the architecture's; smaller is faster", side)
    .option(
      "--output <layer>",
      "of a layers model or an ONNX graph: the layer or value that gives the features",
    )
    .option("--weights <which>", "which network of a file that holds several, for example ema")
    .option("--prefix <text>", "what stands before its names, for example backbone.body. (default: guessed)")
    .option("--sha256 <hex>", "the digest that the file must have", digest)
    .option("--max-size <size>", "of what is downloaded, for example 8GB (default: 4GB)", byteCount)
    .option("--allow-private", "let the address or a redirect lead into a private network")
    .option("--source <text>", "where it comes from; an address says it itself")
    .option("--licence <text>", "under which licence it is")
    .option("--domain <text>", "what it was pretrained on")
    .action(async (from: string, _options: AddOptions, self: Command) => {
      const { output, project, options } = contextOf<AddOptions>(self);
      const { sha256, maxSize, allowPrivate } = options;
      const asked = askedOf(from, options);
      const platform = await projectStorePlatform(project);
      const [{ openStoreOnly }, { addBase, architecturesWithoutWeights, catalogueBases, describeBase }] =
        await Promise.all([
          import("../../../client/session.js"),
          import("../../../client/bases/registry.js"),
        ]);
      const { completeBase } = await import("../../../client/bases/known.js");
      const { inputSentence, knownSentences, networkSentence, takenSentence } = await import(
        "../../render/models/bases.js"
      );
      const store = openStoreOnly(platform);
      const { request, known, fetching: wanted } = await completeBase(store, asked, sha256);
      if (known !== undefined) output.talk(say`Fetching ${known.base.name} from ${request.from}.`);
      const { provision } = await import("../../provision.js");
      await provision(["tfjs-binding"], output);
      const progress = await showProgress(output);
      const added = await interruptible(async (signal) => {
        const fetching = {
          signal,
          onProgress: (done: number, total?: number) => progress.show(downloadProgress(done, total)),
          onNotice: (sentence: string) => output.talk(say`${sentence}.`),
          ...wanted,
          ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
          ...(allowPrivate === undefined ? {} : { allowPrivate }),
        };
        try {
          return await addBase(store, request, fetching).finally(progress.end);
        } catch (error) {
          throw signal.aborted ? new Interrupted() : error;
        }
      });
      const { bases: listed } = basesJson(
        catalogueBases(),
        [describeBase(added)],
        architecturesWithoutWeights(),
      );
      const base = listed.at(-1);
      output.data(base, ({ name, version }) => `${name}@${version}`, added);
      if (added.weights !== undefined) output.tell(added.weights, takenSentence);
      if (base?.network !== undefined) output.tell(base, networkSentence);
      if (base !== undefined) output.tell(base, inputSentence);
      if (known !== undefined) {
        const { note, name } = known.base;
        output.tell({ name, pin: known.pin, ...(note === undefined ? {} : { note }) }, knownSentences);
      }
      const { licenceSentence } = await import("../../../spec/licence.js");
      const concern = licenceSentence(added.name, added.licence);
      if (concern !== undefined) output.talk(say`${concern}`);
      if (concern !== undefined && asked.licence === undefined && known === undefined) {
        output.talk(
          say`\`--licence TEXT\` states it; reports, cards and exports of every model made from it repeat it.`,
        );
      }
      output.talk(
        say`A run file says \`base: ${added.name}\`, or ${added.name}@${added.version} for this version.`,
      );
    });
  withExamples(command, [
    ["thaw bases add torchvision/resnet50", "of the catalogue, `base: torchvision-resnet50`"],
    ["thaw bases add xray.pth --name xray --arch efficientnet-lite0", "ask for it: `base: xray`"],
    ["thaw bases add resnet18.pth --name photos --arch resnet18", "torchvision's or timm's names"],
    ["thaw bases add rcnn.pth -n coco -a resnet50 --prefix backbone.body.", "a part of a network"],
    ["thaw bases add timm.pth --name ema --arch resnet50 --weights ema", "of state_dict and state_dict_ema"],
    ["thaw bases add s3://models/xray.safetensors -n xray -a efficientnet-lite1", "from the object store"],
    ["thaw bases add field.onnx -n field --scale imagenet", "any ConvNet, tuned by resolution"],
    ["thaw bases add mobilenet/model.json -n mine -a layers-model", "frozen, for its features"],
    ["thaw bases add x.pth -n x -a efficientnet-lite1 --mean .485,.456,.406 --std .23", "own scale"],
  ]);
}

const MEGABYTE = 1e6;

function downloadProgress(done: number, total: number = done): Progress {
  return { phase: "fetching, MB", step: Math.round(done / MEGABYTE), total: Math.ceil(total / MEGABYTE) };
}
