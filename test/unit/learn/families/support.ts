/** Families of networks against torchvision and timm, with weights that families.py makes up of their names. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import type { ArchitectureBase } from "../../../../learn/bases/catalogue.js";
import { importWeights } from "../../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { plainDict } from "../../../../learn/import/torchState.js";
import { allTaken, type Naming } from "../../../../learn/import/torchUnits.js";
import { type Parameters, sizeOf } from "../../../../learn/network/parameters.js";
import { madeUpFeatures, madeUpStep } from "../madeUpRuns.js";
import { fixture, largestDifference } from "../support.js";
import { type RecordedGradient, uniform } from "../torchSupport.js";

interface RecordedMember {
  readonly name: string;
  readonly source: "torchvision" | "timm";
  /** How many there are below the last activations. */
  readonly tensors: number;
  /** SHA-256 of their names and shapes. */
  readonly digest: string;
  /** Of one image of `side` by `side` pixels. */
  readonly features?: RecordedGradient;
  readonly side?: number;
  readonly step?: {
    readonly side: number;
    readonly loss: number;
    /** By PyTorch's names, in its layout. */
    readonly gradients: Readonly<Record<string, RecordedGradient>>;
  };
}

interface Family {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly networks: readonly RecordedMember[];
}

/** Of the norm; the bound is 1e-3. */
const TOLERANCE = 1e-4;

type NamedTest = readonly [title: string, run: (context: TestContext) => void | Promise<void>];

/** One test of names and features for each member, and one of gradients where they are recorded. */
export function familyTests(file: string, members: number): readonly NamedTest[] {
  const family = fixture<Family>(`networks/families/${file}.json`);
  assert.equal(family.networks.length, members);
  return family.networks.flatMap((recorded): readonly NamedTest[] => {
    const { name, source, features, side, step } = recorded;
    const asked = features === undefined ? "the tensors" : "the tensors and the features";
    const values: NamedTest = [
      `${name} has ${asked} of ${source}'s`,
      (context) => {
        const { base, naming } = memberOf(recorded);
        assert.equal(digestOf(base, naming), recorded.digest, "names and shapes");
        if (features === undefined || side === undefined) return;
        context.diagnostic(
          `features differ by ${featureDifference(base, naming, side, features)} of their norm`,
        );
      },
    ];
    if (step === undefined) return [values];
    const title = `a training step of ${name}, from the stem up, has ${source}'s loss and gradients`;
    return [values, [title, (context) => compareStep(context, recorded, step, family)]];
  });
}

function memberOf({ name, tensors, digest }: RecordedMember) {
  const base = findArchitecture(name);
  const naming =
    base.namings.find((one) => digestOf(base, one) === digest) ??
    base.namings.find((one) => allTaken(base.architecture, one).length === tensors);
  assert.ok(naming, `no naming of ${name} has ${tensors} tensors`);
  return { base, naming };
}

function digestOf({ architecture }: ArchitectureBase, naming: Naming): string {
  const lines = allTaken(architecture, naming).map(
    ({ theirs, shape }) => `${theirs} [${shape.join(", ")}]\n`,
  );
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}

function madeUp(name: string, shape: readonly number[]): CheckpointTensor {
  const values = uniform(name, sizeOf(shape));
  return { shape, data: new Float32Array(values.map(valueFor(name, shape))) };
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

const normOf = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));

/** @returns how far they are apart at most, in units of the recorded norm */
function difference(own: ArrayLike<number>, expected: RecordedGradient, what: string): number {
  assert.equal(own.length, expected.length, what);
  const some = expected.values.map((_, i) => own[i * expected.every] as number);
  const apart = Math.max(Math.abs(normOf(own) - expected.norm), largestDifference(some, expected.values));
  assert.ok(apart < TOLERANCE * expected.norm, `${what}: differs by ${apart} of ${expected.norm}`);
  return apart / expected.norm;
}

function featureDifference(
  base: ArchitectureBase,
  naming: Naming,
  side: number,
  features: RecordedGradient,
): number {
  const { architecture } = base;
  const own = madeUpFeatures(architecture, madeUpParameters(base, naming), side);
  assert.equal(own.length, architecture.features);
  return difference(own, features, "features");
}

async function compareStep(
  context: TestContext,
  recorded: RecordedMember,
  { side, loss: expected, gradients }: NonNullable<RecordedMember["step"]>,
  { classes, labels }: Family,
): Promise<void> {
  const { base, naming } = memberOf(recorded);
  const { architecture } = base;
  const parameters = madeUpParameters(base, naming);
  const { loss, byName } = await madeUpStep(context, { architecture, parameters, side, classes, labels });
  assert.ok(Math.abs(loss - expected) < TOLERANCE * Math.max(1, expected), `loss ${loss}, not ${expected}`);
  const taken = allTaken(architecture, naming);
  const apart = Object.entries(gradients).map(([theirs, gradient]) => {
    const one = taken.find((candidate) => candidate.theirs === theirs);
    assert.ok(one, `${theirs} is taken`);
    const values = byName.get(one.ours);
    assert.ok(values, `${one.ours} is trained`);
    // Where the import puts each of their numbers.
    const places = one.become({ shape: one.shape, data: Float32Array.from(values, (_, i) => i) }).data;
    const turned = new Float32Array(values.length);
    places.forEach((place, i) => {
      turned[place] = values[i] as number;
    });
    return difference(turned, gradient, theirs);
  });
  assert.ok(apart.length >= 10);
  context.diagnostic(`gradients differ by ${Math.max(...apart)} of their norm`);
}
