/** Families of networks against torchvision, timm and Keras, with weights that families.py and kerasFamilies.py make up of their names. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import type { ArchitectureBase } from "../../../../learn/bases/catalogue.js";
import { importWeights } from "../../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { plainDict } from "../../../../learn/import/torchState.js";
import { allTaken, type Naming, type Taken } from "../../../../learn/import/torchUnits.js";
import { type Parameters, sizeOf } from "../../../../learn/network/parameters.js";
import { madeUpFeatures, madeUpStep } from "../madeUpRuns.js";
import { fixture, largestDifference } from "../support.js";
import type { Summary } from "../torchSupport.js";
import { fillUniform } from "../uniform.js";

interface RecordedMember {
  readonly name: string;
  readonly source: "torchvision" | "timm" | "keras.applications";
  /** How many there are below the last activations. */
  readonly tensors: number;
  /** SHA-256 of their names and shapes. */
  readonly digest: string;
  /** Of one image of `side` by `side` pixels. */
  readonly features?: Summary;
  readonly side?: number;
  readonly step?: {
    readonly side: number;
    readonly loss: number;
    /** A weighted sum of each, in the order of PyTorch's names. */
    readonly gradients: readonly number[];
  };
}

interface Family {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly networks: readonly RecordedMember[];
}

/** Of the norm; the bound is 1e-3. */
const TOLERANCE = 1e-4;

/**
 * Of a gradient's norm. A wrong one is off by about half of it, and nearly all agree to a hundred-thousandth. But of a
 * million rectifiers' inputs one may be nought but for rounding, and passes the gradient on or does not, as the processor
 * has it: that changes what is below it, by up to a fiftieth where it was met.
 */
const GRADIENT_TOLERANCE = { nearly: 0.005, each: 0.1 };
/** Share of the gradients that has to agree nearly. */
const NEARLY = 0.95;

type NamedTest = readonly [title: string, run: (context: TestContext) => void | Promise<void>];

/** Names of all architectures of which a training step is recorded in the file. */
export function recordedSteps(file: string): readonly string[] {
  const { networks } = fixture<Family>(`networks/families/${file}.json`);
  return networks.flatMap(({ name, step }) => (step === undefined ? [] : [name]));
}

/**
 * One test for each member: of names, features and gradients, as far as they are recorded. TensorFlow prepares the passes of
 * all, and the step of the first of each kind: it makes of the others' what it makes of that one's, and takes most of the time to do so.
 */
export function familyTests(file: string, members: number): readonly NamedTest[] {
  const family = fixture<Family>(`networks/families/${file}.json`);
  assert.equal(family.networks.length, members);
  const firsts = new Map<string, RecordedMember>();
  for (const member of family.networks.filter(({ step }) => step !== undefined)) {
    const kind = kindOf(member);
    if (!firsts.has(kind)) firsts.set(kind, member);
  }
  return family.networks.map((recorded): NamedTest => {
    const { name, source, features, side, step } = recorded;
    const asked = [
      "the tensors",
      ...(features === undefined ? [] : ["the features"]),
      ...(step === undefined ? [] : ["loss and all gradients of a training step"]),
    ];
    return [
      `${name} has ${asked.join(", ")} of ${source}'s`,
      async (context) => {
        const { base, naming } = memberOf(recorded);
        assert.equal(digestOf(base, naming), recorded.digest, "names and shapes");
        if (features === undefined || side === undefined) return;
        const parameters = madeUpParameters(base, naming);
        compareFeatures(context, base, parameters, { side, features });
        if (step === undefined) return;
        const isPrepared = recorded === firsts.get(kindOf(recorded));
        await compareStep(context, { base, naming, parameters, isPrepared }, step, family);
      },
    ];
  });
}

/** `regnety` of regnety-008: its letters. */
const kindOf = ({ name }: RecordedMember): string => /^[a-z]+/.exec(name)?.[0] ?? name;

function memberOf({ name, tensors, digest }: RecordedMember) {
  const base = findArchitecture(name);
  const naming =
    base.namings.find((one) => digestOf(base, one) === digest) ??
    base.namings.find((one) => allTaken(base.architecture, one).filter(isInFile).length === tensors);
  assert.ok(naming, `no naming of ${name} has ${tensors} tensors`);
  return { base, naming };
}

/** Factors of a norm that has none are ones, as many as there are shifts. */
export const isInFile = ({ ours, theirs }: Taken): boolean =>
  !(ours.endsWith(".gamma") && theirs.endsWith(".bias"));

function digestOf({ architecture }: ArchitectureBase, naming: Naming): string {
  const lines = allTaken(architecture, naming)
    .filter(isInFile)
    .map(({ theirs, shape }) => `${theirs} [${shape.join(", ")}]\n`);
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}

export function madeUp(name: string, shape: readonly number[]): CheckpointTensor {
  const data = new Float32Array(sizeOf(shape));
  fillUniform(name, data, valueFor(name, shape));
  return { shape, data };
}

/** As `made_up` of families.py. */
function valueFor(name: string, shape: readonly number[]): (u: number) => number {
  if (shape.length >= 2) {
    const bound = Math.sqrt(6 / sizeOf(shape.slice(1)));
    return (u) => (2 * u - 1) * bound;
  }
  if (name.endsWith("running_var")) return (u) => 0.5 + u;
  if (name.endsWith("weight")) return (u) => 0.25 + 0.5 * u;
  return (u) => 0.4 * (u - 0.5);
}

/** What an import makes of the made-up checkpoint. */
export function madeUpParameters({ architecture, namings }: ArchitectureBase, naming: Naming): Parameters {
  const state = new Map(
    allTaken(architecture, naming).map(({ theirs, shape }) => [theirs, madeUp(theirs, shape)]),
  );
  return importWeights(architecture, [plainDict(state)], namings).parameters;
}

const normOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return Math.sqrt(sum);
};

function compareFeatures(
  context: TestContext,
  { architecture }: ArchitectureBase,
  parameters: Parameters,
  { side, features }: Required<Pick<RecordedMember, "side" | "features">>,
): void {
  const own = madeUpFeatures(architecture, parameters, side);
  assert.equal(own.length, architecture.features);
  assert.equal(own.length, features.length);
  const some = features.values.map((_, i) => own[i * features.every] as number);
  const apart = Math.max(Math.abs(normOf(own) - features.norm), largestDifference(some, features.values));
  assert.ok(apart < TOLERANCE * features.norm, `features differ by ${apart} of ${features.norm}`);
  context.diagnostic(`features differ by ${apart / features.norm} of their norm`);
}

/** As `weighted_sum` of families.py: each number times another one in −1…1, which its place decides. */
function weightedSum(gradient: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) {
    const turn = Math.imul(i + 1, 0x9e3779b1) >>> 0;
    sum += (gradient[i] as number) * (turn / 2 ** 31 - 1);
  }
  return sum;
}

interface Member {
  readonly base: ArchitectureBase;
  readonly naming: Naming;
  readonly parameters: Parameters;
  /** Of its step. */
  readonly isPrepared: boolean;
}

async function compareStep(
  context: TestContext,
  { base: { architecture }, naming, parameters, isPrepared }: Member,
  { side, loss: expected, gradients }: NonNullable<RecordedMember["step"]>,
  { classes, labels }: Family,
): Promise<void> {
  const settings = { architecture, parameters, side, classes, labels, isPrepared };
  const { loss, byName } = await madeUpStep(context, settings);
  assert.ok(Math.abs(loss - expected) < TOLERANCE * Math.max(1, expected), `loss ${loss}, not ${expected}`);
  const taken = allTaken(architecture, naming).filter(({ ours }) => byName.has(ours));
  assert.equal(byName.size, taken.length + 2, "all but the head's are compared");
  const learnt = taken.filter(isInFile).sort((a, b) => (a.theirs < b.theirs ? -1 : 1));
  assert.equal(gradients.length, learnt.length);
  const apart = learnt.map(({ ours, theirs }, i) => {
    const own = byName.get(ours) as Float32Array;
    const [norm, sum] = [normOf(own), weightedSum(own)];
    const difference = Math.abs(sum - (gradients[i] as number));
    const what = `${theirs}: its sum differs by ${difference}, its norm is ${norm}`;
    assert.ok(difference <= GRADIENT_TOLERANCE.each * norm, what);
    return norm === 0 ? 0 : difference / norm;
  });
  const near = apart.filter((share) => share <= GRADIENT_TOLERANCE.nearly).length;
  assert.ok(near >= NEARLY * apart.length, `only ${near} of ${apart.length} gradients agree nearly`);
  context.diagnostic(`gradients differ by ${Math.max(...apart)} of their norm`);
}
