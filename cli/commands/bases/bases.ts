/** `thaw bases`: lists the networks that runs can start from; `add` registers one of one's own, `remove` drops it. */
import { type Command, InvalidArgumentError } from "commander";
import type { AddBase, ListedBases } from "../../../client/bases/registry.js";
import type { PerChannel, PixelScale } from "../../../spec/base.js";
import { ThawError } from "../../../spec/errors.js";
import type { Progress } from "../../../spec/records/training.js";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged, tellUnsealed } from "../../damaged.js";
import { basesJson } from "../../json/bases.js";
import type { Output } from "../../output.js";
import { showProgress } from "../../progressLine.js";
import { suggest } from "../../render/runs/advice.js";
import { projectPlatform } from "../../session.js";
import { Interrupted, interruptible } from "../../signals.js";
import { say } from "../../terminal/shown.js";
import { addRemove } from "./remove.js";

interface AddOptions {
  readonly name: string;
  readonly arch: string;
  readonly mean?: PerChannel;
  readonly std?: PerChannel;
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

/** Bytes are divided by this before `--mean` and `--std` count, as in PyTorch's transforms. */
const WHITE = 255;

export function addBases(program: Command): void {
  const command = program
    .command("bases")
    .summary("list the pretrained networks; add and remove your own")
    .description("list the pretrained networks that a run can start from, and add or remove your own")
    .action(async (_options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { basesTable } = await import("../../render/models/bases.js");
      const { architecturesWithoutWeights, catalogueBases } = await import(
        "../../../client/bases/registry.js"
      );
      const { bases, damaged } = await registered(project, output);
      const document = basesJson(catalogueBases(), bases, architecturesWithoutWeights(), damaged);
      output.data(document, basesTable);
      suggest(output, [["thaw run --set base=NAME", "start from another one"]]);
      tellDamaged(output, damaged);
      tellUnsealed(output, bases);
    });
  withExamples(command, [
    ["thaw bases", "those of thaw and those that were added"],
    ["thaw bases --json", "with source, preprocessing and who measured TOP-1"],
    ["thaw bases add xray.pth --name xray --arch efficientnet-lite0", "your own"],
    ["thaw bases remove xray", "and off the list again"],
  ]);
  addAdd(command);
  addRemove(command);
}

function addAdd(bases: Command): void {
  const command = bases
    .command("add")
    .description("register a checkpoint of pretrained weights as a base, after reading it as a run would")
    .argument(
      "<from>",
      "path, https:// or s3://BUCKET/KEY of a file by PyTorch, Keras or ONNX, of safetensors, or a model.json",
    )
    .requiredOption("-n, --name <name>", "what run files call it")
    .requiredOption("-a, --arch <base>", "its architecture, as `thaw bases` lists them, or layers-model")
    .option("--mean <numbers>", "mean of the pixels in 0…1: one number, or R,G,B", channels)
    .option("--std <numbers>", "their standard deviation, likewise", channels)
    .option(
      "--size <pixels>",
      "side of its input, where that is not the architecture's; smaller is faster",
      side,
    )
    .option("--output <layer>", "of a layers model: the layer that gives the features")
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
      const {
        arch,
        name,
        sha256,
        maxSize,
        allowPrivate,
        size,
        output: layer,
        weights,
        prefix,
        source,
        licence,
        domain,
      } = options;
      const request: AddBase = {
        from,
        name,
        architecture: arch,
        ...scaleOf(options),
        ...(size === undefined ? {} : { size }),
        ...(layer === undefined ? {} : { output: layer }),
        ...(weights === undefined ? {} : { weights }),
        ...(prefix === undefined ? {} : { prefix }),
        ...(source === undefined ? {} : { source }),
        ...(licence === undefined ? {} : { licence }),
        ...(domain === undefined ? {} : { domain }),
      };
      const platform = await projectPlatform(project);
      const [{ openStoreOnly }, { addBase, architecturesWithoutWeights, catalogueBases, describeBase }] =
        await Promise.all([
          import("../../../client/session.js"),
          import("../../../client/bases/registry.js"),
        ]);
      const { provision } = await import("../../provision.js");
      await provision(["tfjs-binding"], output);
      const progress = await showProgress(output);
      const added = await interruptible(async (signal) => {
        const fetching = {
          signal,
          onProgress: (done: number, total?: number) => progress.show(downloadProgress(done, total)),
          onNotice: (sentence: string) => output.talk(say`${sentence}.`),
          ...(sha256 === undefined ? {} : { sha256 }),
          ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
          ...(allowPrivate === undefined ? {} : { allowPrivate }),
        };
        try {
          return await addBase(openStoreOnly(platform), request, fetching).finally(progress.end);
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
      const { takenSentence } = await import("../../render/models/bases.js");
      if (added.weights !== undefined) output.tell(added.weights, takenSentence);
      output.talk(
        say`A run file says \`base: ${added.name}\`, or ${added.name}@${added.version} for this version.`,
      );
    });
  withExamples(command, [
    ["thaw bases add xray.pth --name xray --arch efficientnet-lite0", "ask for it: `base: xray`"],
    ["thaw bases add resnet18.pth --name photos --arch resnet18", "torchvision's or timm's names"],
    ["thaw bases add rcnn.pth -n coco -a resnet50 --prefix backbone.body.", "a part of a network"],
    ["thaw bases add timm.pth --name ema --arch resnet50 --weights ema", "of state_dict and state_dict_ema"],
    ["thaw bases add s3://models/xray.safetensors -n xray -a efficientnet-lite1", "from the object store"],
    ["thaw bases add mobilenet/model.json -n mine -a layers-model", "frozen, for its features"],
    ["thaw bases add x.pth -n x -a efficientnet-lite1 --mean .485,.456,.406 --std .23", "own scale"],
  ]);
}

const MEGABYTE = 1e6;
/** As many as ingest can keep of an image's short side: `data.keep_short_side`. */
const MOST_PIXELS = 2048;

function downloadProgress(done: number, total: number = done): Progress {
  return { phase: "fetching, MB", step: Math.round(done / MEGABYTE), total: Math.ceil(total / MEGABYTE) };
}

function side(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size > 0 && size <= MOST_PIXELS) return size;
  throw new InvalidArgumentError(`It must be a whole number of pixels, at most ${MOST_PIXELS}.`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, KB: 1e3, MB: 1e6, GB: 1e9 };

function byteCount(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMG]B)?$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (bytes >= 1) return bytes;
  throw new InvalidArgumentError("It must be a size such as 500MB or 8GB.");
}

function digest(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("It must be a SHA-256 of 64 hexadecimal digits.");
}

/** Without services there are none to list. */
async function registered(project: string | undefined, output: Output): Promise<ListedBases> {
  try {
    const platform = await projectPlatform(project);
    const [{ openStoreOnly }, { registeredBases }] = await Promise.all([
      import("../../../client/session.js"),
      import("../../../client/bases/registry.js"),
    ]);
    return await registeredBases(openStoreOnly(platform));
  } catch (error) {
    if (!(error instanceof ThawError) || error.exitCode !== 4) throw error;
    output.talk(say`Bases that were added are left out: ${error.message}`);
    return { bases: [], damaged: [] };
  }
}

function scaleOf({ mean, std }: AddOptions): { pixelScale?: PixelScale } {
  if (mean === undefined && std === undefined) return {};
  if (mean === undefined || std === undefined) {
    throw new ThawError("USAGE", "--mean and --std belong together", { hint: "give both, or none" });
  }
  if ([std].flat().some((value) => value === 0)) throw new ThawError("USAGE", "--std must be above 0");
  return { pixelScale: { mean: scaled(mean), deviation: scaled(std) } };
}

function scaled(values: PerChannel): PerChannel {
  if (typeof values === "number") return values * WHITE;
  const [red, green, blue] = values;
  return [red * WHITE, green * WHITE, blue * WHITE];
}

function channels(text: string): PerChannel {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [red, green, blue] = values;
  if (values.every((value) => value >= 0 && value <= 1)) {
    if (values.length === 1 && red !== undefined) return red;
    if (values.length === 3 && red !== undefined && green !== undefined && blue !== undefined)
      return [red, green, blue];
  }
  throw new InvalidArgumentError("It must be a number in 0…1, or three with commas between them.");
}
