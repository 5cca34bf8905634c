/** Finds among the dicts of a checkpoint the network that an architecture asks for, whatever it is wrapped in. */
import { isDeepStrictEqual } from "node:util";
import type { TakenWeights } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { Architecture } from "../bases/architecture.js";
import type { Parameters } from "../network/parameters.js";
import { importClassifier } from "./classifier.js";
import type { CheckpointTensor } from "./tensorViews.js";
import type { StateDict } from "./torchState.js";
import { expectedTensors, importUnits, type Naming } from "./torchUnits.js";

export interface ImportedWeights {
  readonly parameters: Parameters;
  /** Absent where the file holds one network and nothing stands before its names. */
  readonly taken?: TakenWeights;
}

/**
 * @param namings how checkpoints of the architecture name their tensors
 * @param asked the network that is wanted of several: a key that it lies under, its prefix, or a word of these
 * @throws ThawError DATA_INVALID with the first tensors that do not fit, USAGE (`asked`)
 */
export function importWeights(
  architecture: Architecture,
  dicts: readonly StateDict[],
  namings: readonly Naming[],
  asked?: string,
): ImportedWeights {
  const candidates = namings
    .flatMap((naming) => candidatesOf(architecture, dicts, naming))
    .sort((a, b) => rankOf(a.dict) - rankOf(b.dict));
  const fitting = candidates.filter(({ hits, expected }) => hits === expected);
  const chosen = fitting.length > 0 ? choose(fitting, asked) : closest(candidates);
  if (chosen === undefined) throw new Error("an architecture has at least one naming");
  const tensors = strip(chosen);
  const units = importUnits(architecture, tensors, chosen.naming);
  const parameters = new Map([
    ...units,
    ...importClassifier(architecture, chosen.naming.classifier, tensors),
  ]);
  return { parameters, ...takenOf(chosen, fitting) };
}

/** A dict of the file, seen as names under one prefix. */
interface Candidate {
  readonly dict: StateDict;
  readonly prefix: string;
  readonly naming: Naming;
  readonly name: string;
  /** Whether the network's first tensor is there by its name. */
  readonly begins: boolean;
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
): readonly Candidate[] {
  const expected = expectedTensors(architecture, naming);
  const [first = ""] = expected.keys();
  const prefixes = dicts.map((dict) => prefixesIn(dict, first));
  const networks = prefixes.reduce((sum, { length }) => sum + length - 1, 0);
  if (networks > MOST_PREFIXES) {
    throw new ThawError("DATA_INVALID", `the checkpoint has ${networks} tensors called ${first}`, {
      hint: "save the network that you mean alone",
    });
  }
  return dicts.flatMap((dict, i) =>
    (prefixes[i] ?? []).map((prefix): Candidate => {
      const hits = hitsOf(dict, prefix, expected);
      const name = [dict.wrapper, prefix].filter((part) => part !== "").join("/") || PLAIN;
      const begins = dict.shapes.has(prefix + first);
      return { dict, prefix, naming, name, begins, hits, expected: expected.size };
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

/** For the error that says what does not fit. */
function closest(candidates: readonly Candidate[]): Candidate | undefined {
  const [best] = [...candidates].sort((a, b) => Number(b.begins) - Number(a.begins) || b.hits - a.hits);
  return best;
}

function choose(fitting: readonly Candidate[], asked: string | undefined): Candidate | undefined {
  if (asked === undefined) return fitting[0];
  const names = listed(fitting);
  for (const isMeant of [isExactly, isAPartOf, isAWordOf]) {
    const [one, ...others] = fitting.filter((candidate) => isMeant(candidate, asked));
    if (one !== undefined && others.length === 0) return one;
    if (one !== undefined) {
      const all = listed([one, ...others]);
      throw new ThawError("USAGE", `"${asked}" may be each of ${all}`, { hint: "write one of them in full" });
    }
  }
  throw new ThawError("USAGE", `the checkpoint has no weights called "${asked}" that fit`, {
    hint: fitting.length === 1 ? `it has ${names} only: leave the choice out` : `it has ${names}`,
  });
}

/** Of the names in a sentence or a record: the file decides how many there are. */
const MOST_LISTED = 12;

function listed(candidates: readonly Candidate[]): string {
  const more = candidates.length - MOST_LISTED;
  const names = candidates.slice(0, MOST_LISTED).map(({ name }) => name);
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
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

function takenOf({ name, prefix }: Candidate, fitting: readonly Candidate[]): Pick<ImportedWeights, "taken"> {
  const others = fitting.map((candidate) => candidate.name).filter((other) => other !== name);
  if (name === PLAIN && others.length === 0) return {};
  return {
    taken: {
      name,
      ...(prefix === "" ? {} : { prefix }),
      ...(others.length === 0 ? {} : { others: others.slice(0, MOST_LISTED) }),
    },
  };
}
