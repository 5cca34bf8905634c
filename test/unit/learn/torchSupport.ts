/** Networks of torchvision and timm with made-up weights, as test/fixtures/generators/networks/torchNetworks.py makes them. */
import assert from "node:assert/strict";
import { findArchitecture } from "../../../learn/bases/architectures.js";
import type { Base } from "../../../learn/bases/catalogue.js";
import { mobileNetV2Namings } from "../../../learn/import/families/mobilenetV2.js";
import { resNetNamings } from "../../../learn/import/families/resnet.js";
import { importWeights } from "../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../learn/import/tensorViews.js";
import { plainDict, type StateDict } from "../../../learn/import/torchState.js";
import { type Parameters, sizeOf } from "../../../learn/network/parameters.js";
import { fixture } from "./support.js";
import { fillUniform, uniform } from "./uniform.js";

/** Of a vector: its norm, and some of its values at equal distances. */
export interface Summary {
  readonly length: number;
  readonly norm: number;
  readonly every: number;
  readonly values: readonly number[];
}

export interface RecordedNetwork {
  readonly name: string;
  readonly source: "torchvision" | "timm";
  readonly side: number;
  /** Shape of a convolution's kernel, channels of a batch norm. */
  readonly tensors: Readonly<Record<string, number | number[]>>;
  /** Of one image. */
  readonly features: readonly number[];
}

export const recordedNetworks = fixture<{ networks: RecordedNetwork[] }>("networks/torchNetworks.json");

export function madeUp(name: string, shape: readonly number[]): CheckpointTensor {
  const data = new Float32Array(sizeOf(shape));
  fillUniform(name, data, valueFor(name, shape));
  return { shape, data };
}

function valueFor(name: string, shape: readonly number[]): (u: number) => number {
  if (shape.length === 4) {
    const bound = Math.sqrt(6 / sizeOf(shape.slice(1)));
    return (u) => (2 * u - 1) * bound;
  }
  if (name.endsWith("running_var")) return (u) => 0.5 + u;
  if (name.endsWith("weight")) return (u) => 0.25 + 0.5 * u;
  return (u) => 0.4 * (u - 0.5);
}

/** The state dict of a recorded network, without its classifier. */
export function stateDict({ tensors }: Pick<RecordedNetwork, "tensors">): Map<string, CheckpointTensor> {
  const state = new Map<string, CheckpointTensor>();
  for (const [name, shape] of Object.entries(tensors)) {
    const parts = Array.isArray(shape) ? ["weight"] : ["weight", "bias", "running_mean", "running_var"];
    for (const part of parts) {
      const full = `${name}.${part}`;
      state.set(full, madeUp(full, [shape].flat()));
    }
  }
  return state;
}

export function importState({ name, architecture }: Base, state: Map<string, CheckpointTensor>): Parameters {
  const namings = (name.startsWith("resnet") ? resNetNamings : mobileNetV2Namings)(architecture);
  return importWeights(architecture, [plainDict(state)], namings).parameters;
}

/** Architecture and weights of a recorded network. */
export function recordedNetwork(recorded: RecordedNetwork): Base & { readonly parameters: Parameters } {
  const base = findArchitecture(recorded.name);
  return { ...base, parameters: importState(base, stateDict(recorded)) };
}

/** Scaled pixels `[batch, side, side, 3]`. */
export function madeUpPixels(batch: number, side: number): Float32Array {
  return Float32Array.from(uniform("pixels", batch * side * side * 3), (u) => 4 * u - 2);
}

export function networkNamed(name: string, source: RecordedNetwork["source"]): RecordedNetwork {
  const found = recordedNetworks.networks.find((one) => one.name === name && one.source === source);
  assert.ok(found, `${name} by ${source} is recorded`);
  return found;
}

/** All tensors of a file's dicts. */
export function allTensors(dicts: readonly StateDict[]): Map<string, CheckpointTensor> {
  return new Map(dicts.flatMap((dict) => [...dict.read(dict.shapes.keys())]));
}
