/** Bases beyond the catalogue's: checkpoints that a user registered, and models that thaw trained. */
import type { ArtifactRef } from "./artifact.js";
import type { Golden } from "./golden.js";

/** One number for all three channels, or one for each of red, green and blue. */
export type PerChannel = number | readonly [number, number, number];

/** The number of a channel, 0 to 2. */
export function channelOf(values: number | readonly number[], channel: number): number {
  return typeof values === "number" ? values : (values[channel] ?? Number.NaN);
}

/** How a base wants its pixels: `(x − mean) / deviation`, x in 0…255. */
export interface PixelScale {
  readonly mean: PerChannel;
  readonly deviation: PerChannel;
}

/** How a picture is brought to the size of the input. */
export interface BaseView {
  /** Share of the resized image's side that the centre crop keeps. */
  readonly cropFraction: number;
  readonly kernel: "cubic" | "linear";
}

/** In which order a network takes the channels of a pixel. */
export type ColourOrder = "rgb" | "bgr";

/** A file in the store, named by its content. */
export interface StoredFile {
  /** SHA-256, hex. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Of a network whose first convolution takes another number of channels than one or three: which of them pictures are shown to. */
export interface ShownBands {
  /** Channels that it takes. */
  readonly count: number;
  /** Those of red, green and blue, or a single one that is grey; from 1 on. In the others it sees nought. */
  readonly shown: readonly number[];
}

/** For people, wherever they look at what was made of it. */
export function bandsSentence({ count, shown }: ShownBands): string {
  const which =
    shown.length === 1
      ? `the mean of red, green and blue in channel ${shown[0]}`
      : `red, green and blue in its channels ${shown.join(", ")}`;
  return `It was trained on ${count} channels, and is shown ${which}; in the ${count - shown.length === 1 ? "other" : "others"} it sees nought, always, and what it learned of them is of no use.`;
}

/** Which of the networks in a checkpoint's file was taken. */
export interface TakenWeights {
  /** The keys that it lies under and the prefix of its names, `state_dict_ema` or `state_dict/model.`, or `plain`. */
  readonly name: string;
  /** What stood before each of its names, and was taken off. */
  readonly prefix?: string;
  /** Others in the file that would do; absent where there are none. */
  readonly others?: readonly string[];
  /** Types of its numbers in the file that are not the float32 that they became: `float16`; absent where there are none. */
  readonly converted?: readonly string[];
  /** Whether it was trained on pixels with blue first, and was turned to those with red first. */
  readonly blueFirst?: boolean;
  /** Whether its first convolution takes one channel, and a third of its kernel was given to each of red, green and blue. */
  readonly oneChannel?: boolean;
  /** Absent where it takes red, green and blue, or grey. */
  readonly bands?: ShownBands;
  /** Whether its batch norms were folded into its kernels: it remembers nothing of what it was pretrained on. */
  readonly folded?: boolean;
  /** Whether its graph computes kernels of others, as standardised weights are: those that came out were taken, and are tuned as they are. */
  readonly computed?: boolean;
}

/** What of a first convolution's channels stands there: of a single one no more than that. */
export function takenBands(bands: ShownBands | undefined): Pick<TakenWeights, "oneChannel" | "bands"> {
  if (bands === undefined) return {};
  return bands.count === 1 ? { oneChannel: true } : { bands };
}

/** In the place of an architecture's name: any network of TensorFlow.js' layers, of which nothing is ever trained. */
export const LAYERS_MODEL = "layers-model";

/** What `--arch` calls any network in an ONNX file; its record says which architecture it became, see {@link graphOf}. */
export const ONNX = "onnx";

/** See `learn/bases/cost.ts`. */
interface StatedCost {
  /** Of one view. */
  readonly multiplyAdds: number;
  /** Of 32 images. */
  readonly passBytes: number;
  readonly weightBytes: number;
}

/** What is known of a network that was read from an ONNX file as a graph (its bytes not where an older version added it); what it is made of is in its checkpoint. */
export interface NetworkSpec
  extends Pick<StatedCost, "multiplyAdds">,
    Partial<Omit<StatedCost, "multiplyAdds">> {
  /** Length of the feature vector. */
  readonly features: number;
  /** What the graph calls the image that the features are means of. */
  readonly output: string;
  /** The first operator above it, which was left with all that follows; absent where nothing was. */
  readonly head?: string;
  /** Whether nobody stated the scale of its pixels, and it was guessed from what the graph does with them. */
  readonly scaleGuessed?: boolean;
}

/** Architectures that were read as graphs have no name but this: `onnx-3`, or `onnx-3-fixed`. */
export interface GraphArchitecture {
  /** Layer groups that can be trained, `layer1` the deepest. */
  readonly groups: number;
  /** Whether numbers of the frozen part stand for its structure, so that it cannot be trained from random weights. */
  readonly isFixed: boolean;
}

export const graphName = ({ groups, isFixed }: GraphArchitecture): string =>
  `${ONNX}-${groups}${isFixed ? "-fixed" : ""}`;

/** @returns undefined for an architecture that has a name */
export function graphOf(architecture: string): GraphArchitecture | undefined {
  const [, groups, fixed] = /^onnx-([0-4])(-fixed)?$/.exec(architecture) ?? [];
  return groups === undefined ? undefined : { groups: Number(groups), isFixed: fixed !== undefined };
}

/**
 * What is known of a network that only gives features; the network itself is in its checkpoint. Its cost is absent where
 * one of its layers is not known, or an older version added it.
 */
export interface ExtractorSpec extends Partial<StatedCost> {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** Length of the feature vector. */
  readonly features: number;
  /** The layer that the features come from. */
  readonly output: string;
  /** Whether it takes pixels with blue first: it is given them so, from pictures with red first. */
  readonly blueFirst?: boolean;
}

/** Stands in a {@link BaseOrigin} for what nobody stated. */
export const NOT_STATED = "not stated";

/** Where weights come from, for people. */
export interface BaseOrigin {
  readonly source: string;
  readonly licence: string;
  /** What it learned before, in a few words. */
  readonly pretrainedOn: string;
}

/** A version of a registered checkpoint, `bases/NAME/vN.json` in the store. */
export interface RegisteredBase extends BaseOrigin {
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  /** Name of the architecture, whose input it has unless it says otherwise. */
  readonly architecture: string;
  /** Its name in the catalogue of published checkpoints, where it came from there: the file's digest is its pin. */
  readonly known?: string;
  readonly checkpoint: StoredFile;
  /** Absent where the file holds one network and nothing stands before its names. */
  readonly weights?: TakenWeights;
  /** In place of the architecture's own. */
  readonly pixelScale?: PixelScale;
  /** Side of the square input in pixels, in place of the architecture's own. */
  readonly inputSize?: number;
  /** In place of the architecture's own. */
  readonly view?: BaseView;
  /** In place of the architecture's own: when the checkpoint is read, its first kernel is turned. */
  readonly colourOrder?: ColourOrder;
  /** What its batch norms add to the variance, in place of the architecture's own. */
  readonly normEpsilon?: number;
  /** Of a {@link LAYERS_MODEL} only. */
  readonly extractor?: ExtractorSpec;
  /** Of a network that was read as a graph only. */
  readonly network?: NetworkSpec;
  /** Absent in bases added by older versions: their numbers are not compared. */
  readonly golden?: Golden;
  /** See `store/seal.ts`; absent in records from before there were seals, which cannot be checked. */
  readonly seal?: string;
}

/** Whether it was trained on pixels in the order blue, green, red. */
export const isBlueFirst = ({ weights, extractor }: Pick<RegisteredBase, "weights" | "extractor">): boolean =>
  weights?.blueFirst === true || extractor?.blueFirst === true;

/** A base that is not the catalogue's, found once when the run starts, so that it cannot change under the run. */
export interface BaseSpec {
  /** With its version: `radiographs@1`, `model:digits@3`. */
  readonly name: string;
  /** Name of the architecture; without a checkpoint, that of the catalogue's base whose weights it has. */
  readonly architecture: string;
  readonly checkpoint?: StoredFile;
  /** The network of the checkpoint's file that is meant, where it holds several. */
  readonly weights?: string;
  readonly pixelScale?: PixelScale;
  readonly inputSize?: number;
  readonly view?: BaseView;
  /** In place of the architecture's own, of which the first kernel is turned. */
  readonly colourOrder?: ColourOrder;
  /** What its batch norms add to the variance, in place of the architecture's own. */
  readonly normEpsilon?: number;
  /** Of a network of other channels than red, green and blue: which of them these are. */
  readonly bands?: ShownBands;
  /** For people: the order of the channels of its pretraining, where that is not red, green, blue. */
  readonly trainedOn?: "BGR";
  /** Of a {@link LAYERS_MODEL} only. */
  readonly extractor?: ExtractorSpec;
  /** Of a network that was read as a graph only. */
  readonly network?: NetworkSpec;
  /** Checked wherever the base is loaded; absent where it was made before there were any. */
  readonly golden?: Golden;
  /** Artifacts of tuned models whose weights lie over the base's, the oldest first. */
  readonly layers: readonly ArtifactRef[];
  /** The models among its ancestors, `digits@3`, the oldest first. */
  readonly lineage: readonly string[];
  /** Datasets that these were tuned on, artifacts of `ingest`; absent where there are none. */
  readonly tunedOn?: readonly ArtifactRef[];
  /** SHA-256 over all that decides its numbers. */
  readonly digest: string;
  readonly origin: BaseOrigin;
}

/** A base on this machine, as the engine is given it. */
export interface BaseChoice {
  readonly name: string;
  /** Checkpoint file of the pretrained weights. */
  readonly checkpoint: string;
  /** The network of that file that is meant, where it holds several. */
  readonly weights?: string;
  /** Name of the architecture, where that is not `name`. */
  readonly architecture?: string;
  readonly pixelScale?: PixelScale;
  readonly inputSize?: number;
  readonly view?: BaseView;
  /** In place of the architecture's own, of which the first kernel is turned. */
  readonly colourOrder?: ColourOrder;
  /** What its batch norms add to the variance, in place of the architecture's own. */
  readonly normEpsilon?: number;
  /** Of a network of other channels than red, green and blue: which of them these are. */
  readonly bands?: ShownBands;
  /** Of a {@link LAYERS_MODEL} only. */
  readonly extractor?: ExtractorSpec;
  /** What its features of thaw's own picture have to be like. */
  readonly golden?: Golden;
  /** Weights files that lie over the checkpoint's, in this order. */
  readonly layers?: readonly string[];
}

/**
 * What stands for the base in the keys of artifacts: a name where it says everything, else the digest.
 * @param name as the run file has it
 */
export function baseIdentity(name: string, spec: BaseSpec | undefined): string {
  return spec === undefined ? name : `sha256:${spec.digest}`;
}

/** The datasets that the base or any of the candidates was tuned on, each once, in the order of their digests. */
export function datasetsOf(
  base: BaseSpec | undefined,
  candidates: Readonly<Record<string, BaseSpec>> = {},
): readonly ArtifactRef[] {
  const bases = [base, ...Object.values(candidates)];
  const found = new Map(bases.flatMap((one) => one?.tunedOn ?? []).map((ref) => [ref.digest, ref]));
  return [...found.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}
