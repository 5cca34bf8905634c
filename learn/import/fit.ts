/** Finds among the dicts of a checkpoint the network that an architecture asks for, whatever it is wrapped in. */
import { isDeepStrictEqual } from "node:util";
import { type TakenWeights, takenBands } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { Architecture } from "../bases/architecture.js";
import type { FilePixels } from "../bases/kerasPixels.js";
import type { Parameters } from "../network/parameters.js";
import { bandsOf, COLOURS, forColours, shownBands } from "./bands.js";
import { withoutBiases } from "./biases.js";
import { importClassifier } from "./classifier.js";
import type { PixelLayers } from "./keras/pixels.js";
import { shown } from "./names.js";
import type { CheckpointTensor } from "./tensorViews.js";
import type { StateDict } from "./torchState.js";
import { expectedTensors, importUnits, type Naming } from "./torchUnits.js";

export interface ImportedWeights {
  readonly parameters: Parameters;
  /** Absent where the file holds one network and nothing stands before its names. */
  readonly taken?: TakenWeights;
  /** How its tensors were named, where it was their names that told which is which. */
  readonly naming?: Naming;
  /** Layers in the file that scale pixels, which thaw does itself. */
  readonly pixelLayers?: PixelLayers;
  /** What these say of how pixels are to be scaled. */
  readonly pixels?: FilePixels;
}

/**
 * @param namings how checkpoints of the architecture name their tensors
 * @param asked the network that is wanted of several: a key that it lies under, its prefix, or a word of these
 * @param prefix what stands before its names, guessed from them when left out
 * @param bands which of its channels are red, green and blue, where its first convolution takes others; see `bands.ts`
 * @throws ThawError DATA_INVALID with the first tensors that do not fit, USAGE (`asked`, `prefix`, or several that fit)
 */
export function importWeights(
  architecture: Architecture,
  dicts: readonly StateDict[],
  namings: readonly Naming[],
  asked?: string,
  prefix?: string,
  bands?: readonly number[],
): ImportedWeights {
  const own = prefix === undefined ? undefined : writtenPrefix(dicts, prefix);
  const candidates = namings
    .flatMap((naming) => candidatesOf(architecture, dicts, naming, own))
    .sort((a, b) => rankOf(a.dict) - rankOf(b.dict));
  const isWanted = (candidate: Candidate): boolean => own === undefined || candidate.prefix === own;
  const fitting = candidates.filter(({ hits, expected }) => hits === expected);
  const wanted = distinct(fitting.filter(isWanted));
  const chosen = wanted.length > 0 ? choose(wanted, asked) : closest(candidates.filter(isWanted));
  if (chosen === undefined) throw new Error("an architecture has at least one naming");
  const shownTo = shownBands(chosen.bands, bands, (what, hint) => new ThawError("USAGE", what, { hint }));
  const tensors = inColour(chosen, shownTo, withoutBiases(strip(chosen), chosen.naming));
  const parameters = new Map([
    ...fittedUnits(architecture, tensors, chosen),
    ...importClassifier(architecture, chosen.naming.classifier, tensors),
  ]);
  const { pixelLayers } = chosen.dict;
  return {
    parameters,
    naming: chosen.naming,
    ...(pixelLayers === undefined ? {} : { pixelLayers }),
    ...takenOf(architecture, chosen, shownTo, distinct([chosen, ...fitting])),
  };
}

/** With a first kernel for three channels, where the network was trained on others. */
function inColour(
  { first }: Candidate,
  bands: readonly number[] | undefined,
  tensors: ReadonlyMap<string, CheckpointTensor>,
): ReadonlyMap<string, CheckpointTensor> {
  const kernel = tensors.get(first);
  if (bands === undefined || kernel === undefined) return tensors;
  return new Map([...tensors, [first, forColours(kernel, bands)]]);
}

/** Of how many of the file's own names a hint makes mention. */
const MOST_EXAMPLES = 3;

/** Whose names do not fit is told under which prefix they were looked for, and what the file's are like. */
function fittedUnits(
  architecture: Architecture,
  tensors: ReadonlyMap<string, CheckpointTensor>,
  { dict, prefix, naming, hits, expected }: Candidate,
): Parameters {
  try {
    return importUnits(architecture, tensors, naming);
  } catch (error) {
    if (!(error instanceof ThawError) || hits === expected) throw error;
    const message = prefix === "" ? error.message : `${error.message} (below ${shown(prefix)})`;
    const examples = [...dict.shapes.keys()].slice(0, MOST_EXAMPLES).map((name) => shown(name));
    const hint = `${error.hint ?? ""} Its names begin with ${examples.join(", ")}`.trim();
    throw new ThawError(error.code, message, { hint, cause: error });
  }
}

/**
 * `backbone.body` is as good as `backbone.body.`.
 * @throws ThawError USAGE when no name in the file begins with it
 */
function writtenPrefix(dicts: readonly StateDict[], prefix: string): string {
  const begins = (start: string): boolean =>
    dicts.some(({ shapes }) => [...shapes.keys()].some((name) => name.startsWith(start)));
  if (prefix === "") return "";
  const dotted = prefix.endsWith(".") ? prefix : `${prefix}.`;
  if (begins(dotted)) return dotted;
  const all = dicts.flatMap(({ shapes }) => [...shapes.keys()].map((name) => name.split(".", 1)[0] ?? ""));
  const starts = [...new Set(all)].slice(0, MOST_LISTED).map((name) => shown(name));
  throw new ThawError("USAGE", `no tensor of the checkpoint has a name that begins with ${shown(dotted)}`, {
    hint: `its names begin with ${starts.join(", ")}; without --prefix thaw looks for the network itself`,
  });
}

/** A dict of the file, seen as names under one prefix. */
interface Candidate {
  readonly dict: StateDict;
  readonly prefix: string;
  readonly naming: Naming;
  readonly name: string;
  /** Name of the network's first tensor, and whether it is there. */
  readonly first: string;
  readonly begins: boolean;
  /** Channels that it takes, where it is the architecture's but for these, as which it counts; else 3. */
  readonly bands: number;
  /** Tensors of the right name and shape, and all there have to be. */
  readonly hits: number;
  readonly expected: number;
}

/** Where scripts of training put the network that they would go on with, the usual words first. */
const USUAL = ["state_dict", "model_state_dict", "model"];

function rankOf({ wrapper }: StateDict): number {
  const rank = USUAL.indexOf(wrapper);
  return rank < 0 ? USUAL.length : rank;
}

function candidatesOf(
  architecture: Architecture,
  dicts: readonly StateDict[],
  naming: Naming,
  own: string | undefined,
): readonly Candidate[] {
  const expected = expectedTensors(architecture, naming);
  const [first = ""] = expected.keys();
  const prefixes = dicts.map((dict) => [...new Set([...prefixesIn(dict, first), own ?? ""])]);
  const networks = prefixes.reduce((sum, { length }) => sum + length - 1, 0);
  if (networks > MOST_PREFIXES) {
    throw new ThawError("DATA_INVALID", `the checkpoint has ${networks} tensors called ${first}`, {
      hint: "save the network that you mean alone",
    });
  }
  return dicts.flatMap((dict, i) =>
    (prefixes[i] ?? []).map((prefix): Candidate => {
      const found = dict.shapes.get(prefix + first);
      const bands = bandsOf(expected.get(first) ?? [], found ?? []) ?? COLOURS;
      const hits = hitsOf(dict, prefix, expected) + (bands === COLOURS ? 0 : 1);
      const name = [dict.wrapper, prefix].filter((part) => part !== "").join("/") || PLAIN;
      return {
        dict,
        prefix,
        naming,
        name,
        first,
        begins: found !== undefined,
        bands,
        hits,
        expected: expected.size,
      };
    }),
  );
}

/** An optimizer's thousands of small dicts are not asked for every name of the network. */
function hitsOf(
  { shapes }: StateDict,
  prefix: string,
  expected: ReadonlyMap<string, readonly number[]>,
): number {
  const isHit = (wanted: readonly number[] | undefined, found: readonly number[] | undefined): boolean =>
    wanted !== undefined && found !== undefined && isDeepStrictEqual([...found], [...wanted]);
  if (shapes.size < expected.size) {
    return [...shapes].filter(
      ([name, found]) => name.startsWith(prefix) && isHit(expected.get(name.slice(prefix.length)), found),
    ).length;
  }
  return [...expected].filter(([name, wanted]) => isHit(wanted, shapes.get(prefix + name))).length;
}

/** An ensemble has a dozen networks. */
const MOST_PREFIXES = 1000;

/** Names without anything around them. */
const PLAIN = "plain";

/** What stands before the first tensor's name, wherever that occurs. */
function prefixesIn({ shapes }: StateDict, first: string): readonly string[] {
  const found = [...shapes.keys()]
    .filter((name) => name.endsWith(`.${first}`))
    .map((name) => name.slice(0, -first.length));
  return ["", ...new Set(found)];
}

/** For the error that says what does not fit. Of namings without a hit, the first is the usual one. */
function closest(candidates: readonly Candidate[]): Candidate | undefined {
  const [most] = [...candidates].sort((a, b) => b.hits - a.hits);
  const naming = most !== undefined && most.hits > 0 ? most.naming : undefined;
  const [best] = candidates
    .filter((candidate) => naming === undefined || candidate.naming === naming)
    .sort((a, b) => Number(b.begins) - Number(a.begins) || b.hits - a.hits);
  return best;
}

/**
 * Which of a network and its average, of a student and its teacher, or of the encoders of queries and of keys is meant only the
 * user knows.
 */
function choose(fitting: readonly Candidate[], asked: string | undefined): Candidate | undefined {
  const names = listed(fitting);
  if (asked === undefined) {
    const { length } = namesOf(fitting);
    if (length <= 1) return fitting[0];
    throw new ThawError("USAGE", `the checkpoint holds ${length} networks that fit: ${names}`, {
      hint: `say which one is meant: ${choicesOf(fitting)}`,
    });
  }
  for (const isMeant of [isExactly, isAPartOf, isAWordOf]) {
    const [one, ...others] = fitting.filter((candidate) => isMeant(candidate, asked));
    if (one !== undefined && namesOf([one, ...others]).length === 1) return one;
    if (one !== undefined) {
      const all = listed([one, ...others]);
      throw new ThawError("USAGE", `"${asked}" may be each of ${all}`, { hint: "write one of them in full" });
    }
  }
  throw new ThawError("USAGE", `the checkpoint has no weights called "${asked}" that fit`, {
    hint: fitting.length === 1 ? `it has ${names} only: leave the choice out` : `it has ${names}`,
  });
}

/** The same tensors may fit in two ways: `features.` is a part of their names, or a prefix of shorter ones. The first counts. */
function distinct(fitting: readonly Candidate[]): readonly Candidate[] {
  const seen = new Map<StateDict, Set<string>>();
  return fitting.filter(({ dict, prefix, first }) => {
    const begun = seen.get(dict) ?? new Set<string>();
    seen.set(dict, begun);
    const isNew = !begun.has(prefix + first);
    begun.add(prefix + first);
    return isNew;
  });
}

/** Of the names in a sentence or a record: the file decides how many there are. */
const MOST_LISTED = 12;

/** Each once: two ways of naming tensors may lead to the same ones. */
function namesOf(candidates: readonly Candidate[]): readonly string[] {
  return [...new Set(candidates.map(({ name }) => name))];
}

function listed(candidates: readonly Candidate[]): string {
  const all = namesOf(candidates);
  const more = all.length - MOST_LISTED;
  const names = all.slice(0, MOST_LISTED);
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Of so many networks a hint says how each is asked for. */
const MOST_CHOICES = 4;

/** By what stands before their names where that tells them apart, else by where they lie, too. */
function choicesOf(fitting: readonly Candidate[]): string {
  const isOfOneDict = fitting.every(({ dict }) => dict === fitting[0]?.dict);
  const asked = isOfOneDict
    ? [...new Set(fitting.map(({ prefix }) => prefix))].map((prefix) => `--prefix ${prefix || '""'}`)
    : namesOf(fitting).map((name) => `--weights ${name}`);
  const more = asked.length > MOST_CHOICES ? ", …" : "";
  const ways = asked.slice(0, MOST_CHOICES).map((way) => `\`${way}\``);
  return `${ways.join(", ")}${more}`;
}

type Meant = (candidate: Candidate, asked: string) => boolean;

const isExactly: Meant = ({ name }, asked) => name === asked;
const isAPartOf: Meant = ({ dict, prefix }, asked) =>
  asked !== "" && [dict.wrapper, ...dict.wrapper.split("."), prefix, prefix.slice(0, -1)].includes(asked);
const isAWordOf: Meant = ({ name }, asked) => name.split(/[^A-Za-z0-9]+|_/).includes(asked);

function strip({ dict, prefix }: Candidate): Map<string, CheckpointTensor> {
  const names = [...dict.shapes.keys()].filter((name) => name.startsWith(prefix));
  return new Map([...dict.read(names)].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function takenOf(
  architecture: Architecture,
  { dict, name, prefix, naming, bands: count }: Candidate,
  bands: readonly number[] | undefined,
  fitting: readonly Candidate[],
): Pick<ImportedWeights, "taken"> {
  const others = namesOf(fitting).filter((other) => other !== name);
  const names = [...expectedTensors(architecture, naming).keys()];
  const types = names.flatMap((tensor) => dict.types?.get(prefix + tensor) ?? []);
  const converted = [...new Set(types)];
  if (name === PLAIN && others.length === 0 && converted.length === 0 && bands === undefined) return {};
  return {
    taken: {
      name,
      ...(prefix === "" ? {} : { prefix }),
      ...(others.length === 0 ? {} : { others: others.slice(0, MOST_LISTED) }),
      ...(converted.length === 0 ? {} : { converted }),
      ...takenBands(bands && { count, shown: bands }),
    },
  };
}
