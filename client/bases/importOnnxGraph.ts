/** Turns any network in an ONNX file into the one file that is stored, and shows it a picture in an engine process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Converted, convertOnnx } from "../../learn/bases/graphBase.js";
import {
  type BaseView,
  type ColourOrder,
  channelOf,
  graphName,
  type NetworkSpec,
  type PixelScale,
  type TakenWeights,
  takenBands,
} from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { Golden } from "../../spec/golden.js";
import { PIXEL_SCALES } from "../../spec/pixelScales.js";
import type { Store } from "../../store/connection/connection.js";
import { localEngine } from "../localEngine.js";
import type { FetchOptions } from "./checkpointSource.js";
import { openOnnx } from "./onnxSource.js";
import { tryBase } from "./tryBase.js";

export interface OnnxRequest {
  /** Of the base that it becomes. */
  readonly name: string;
  readonly from: string;
  readonly pixelScale?: PixelScale;
  readonly view?: BaseView;
  /** Side of the square input in pixels, where the graph leaves it open. */
  readonly size?: number;
  /** The value that the features are means of, where not what the classifier begins with. */
  readonly output?: string;
  readonly colourOrder?: ColourOrder;
  /** Which of its channels are red, green and blue, where it takes others. */
  readonly bands?: readonly number[];
}

/** Call `dispose` when done. */
export interface GraphFile {
  readonly path: string;
  readonly architecture: string;
  readonly network: NetworkSpec;
  readonly pixelScale: PixelScale;
  readonly inputSize: number;
  readonly view?: BaseView;
  readonly weights?: TakenWeights;
  readonly golden: Golden;
  dispose(): Promise<void>;
}

/** @throws ThawError USAGE (size, output, scale), DATA_NOT_FOUND, DATA_INVALID, BASE_UNUSABLE, ENGINE_FAILED, RUNTIME_MISSING */
export async function importOnnxGraph(
  store: Store,
  request: OnnxRequest,
  fetching: FetchOptions,
): Promise<GraphFile> {
  const { from, name, size, output, view, colourOrder } = request;
  const checkpoint = await openOnnx(store, from, fetching);
  const folder = await mkdtemp(join(tmpdir(), "thaw-onnx-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const engine = localEngine();
  try {
    const path = join(folder, "network.safetensors");
    const blueFirst = colourOrder === "bgr";
    const asked = {
      ...(size === undefined ? {} : { size }),
      ...(output === undefined ? {} : { output }),
      ...(request.bands === undefined ? {} : { bands: request.bands }),
      ...(checkpoint.data === undefined ? {} : { data: checkpoint.data }),
      blueFirst,
    };
    const converted = await named(from, checkpoint.path, () => convertOnnx(checkpoint.path, asked, path));
    const { tunable, hasFixedPart, size: inputSize, architecture: own } = converted;
    const guess = guessedScale(converted);
    requireColourOrder(from, converted, colourOrder);
    const pixelScale = request.pixelScale ?? guess;
    if (pixelScale === undefined) throw unknownScale(from);
    requireScaledOnce(from, converted, pixelScale);
    const architecture = graphName({ groups: tunable, isFixed: hasFixedPart });
    const numbers = { architecture, pixelScale, inputSize, ...(view === undefined ? {} : { view }) };
    const network: NetworkSpec = {
      features: own.features,
      ...converted.cost,
      output: converted.output,
      ...(converted.head === undefined ? {} : { head: converted.head }),
      ...(request.pixelScale === undefined ? { scaleGuessed: true } : {}),
    };
    const golden = await tryBase(engine, { name, checkpoint: path, ...numbers }, fetching.signal);
    return { path, ...numbers, network, ...takenOf(converted, blueFirst), golden, dispose };
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    await engine.stop();
    await checkpoint.dispose();
  }
}

function takenOf(
  { converted, bands, isFolded, isComputed }: Converted,
  blueFirst: boolean,
): { readonly weights?: TakenWeights } {
  const told = {
    ...(blueFirst ? { blueFirst } : {}),
    ...(converted.length === 0 ? {} : { converted }),
    ...takenBands(bands),
    ...(isFolded ? { folded: true } : {}),
    ...(isComputed ? { computed: true } : {}),
  };
  return Object.keys(told).length === 0 ? {} : { weights: { name: "plain", ...told } };
}

/** A graph that divides its pixels by more than this takes those of 0…255; one that divides by less, of 0…1. */
const BYTES = 30;
const SHARES = 1.5;

/** What a graph that scales its pixels itself takes. */
function guessedScale({ factor }: Converted): PixelScale | undefined {
  if (factor === undefined) return undefined;
  if (factor <= 1 / BYTES) return PIXEL_SCALES["0..255"];
  return factor >= SHARES ? PIXEL_SCALES["0..1"] : undefined;
}

/**
 * Not twice: what the graph scales itself must come as the graph wants it. Where it divides by tens it takes hundreds,
 * as of 0…255 or ±1024; where it divides by a deviation, shares of one.
 * @throws ThawError USAGE
 */
export function requireScaledOnce(
  from: string,
  { factor }: Pick<Converted, "factor">,
  { mean, deviation }: PixelScale,
): void {
  if (factor === undefined) return;
  const ends = [0, 1, 2].flatMap((channel) =>
    [0, MOST_OF_BYTE].map((pixel) => (pixel - channelOf(mean, channel)) / channelOf(deviation, channel)),
  );
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const takesBytes = factor <= 1 / BYTES;
  const isOf = takesBytes ? most - least > BYTES : least > -SLIGHTLY && most < 1 + SLIGHTLY;
  if (isOf || (!takesBytes && factor < SHARES)) return;
  throw new ThawError(
    "USAGE",
    `${from} scales its pixels itself, by up to ${Number(factor.toPrecision(3))}: with the scale that was said they would be scaled twice`,
    {
      hint: `leave --scale, --mean and --std out: it takes pixels of ${takesBytes ? "0…255" : "0…1"}; or export it without that layer`,
    },
  );
}

/**
 * A graph that turns red and blue round is given blue, green, red and was trained on red, green, blue, or the other way round.
 * @throws ThawError USAGE where nobody has said which
 */
export function requireColourOrder(
  from: string,
  { turnsColours }: Pick<Converted, "turnsColours">,
  said: ColourOrder | undefined,
): void {
  if (!turnsColours || said !== undefined) return;
  throw new ThawError(
    "USAGE",
    `${from} turns red and blue round before anything else: it may be made for pixels of blue, green, red, or of red, green, blue`,
    {
      hint: "say which it is given: --colour-order bgr where programs give it what OpenCV reads, else --colour-order rgb",
    },
  );
}

const SLIGHTLY = 0.01;
const MOST_OF_BYTE = 255;

/** Every error names the source. */
async function named<T>(from: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new ThawError(error.code, error.message.replaceAll(path, from), { ...hint, cause: error });
  }
}

function unknownScale(from: string): ThawError {
  return new ThawError(
    "USAGE",
    `${from} does not scale its pixels itself, so thaw cannot know how it wants them`,
    {
      hint: "say it: --scale imagenet (most networks of PyTorch), 0..1, -1..1, 0..255, or --mean and --std",
    },
  );
}
