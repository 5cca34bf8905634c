/** Fused steps as units of an architecture with their parameters. */
import {
  type Block,
  type ConvUnit,
  type GraphImage,
  kernelShape,
  type Unit,
} from "../../../bases/architecture.js";
import type { Parameter, Parameters } from "../../../network/parameters.js";
import type { Spend } from "../../budget.js";
import { transposeKernel } from "../../torchUnits.js";
import {
  type Fused,
  type FusedConv,
  type FusedGraph,
  type FusedNorm,
  type FusedWays,
  partsOf,
} from "./fused.js";
import type { Dense, NormStep } from "./steps.js";

export interface Making {
  /** Added to the variance in every norm: the least of all of the graph's. */
  readonly epsilon: number;
  readonly spend: Spend;
}

/** What a block is made of. */
export interface MadeBlock {
  readonly block: Block;
  readonly parameters: Parameters;
}

/** One block of what stands at the top of the sequence. @param name of the block */
export function blockOf(one: Fused, name: string, making: Making): MadeBlock {
  const parameters = new Map<string, Parameter>();
  let made = 0;
  const naming: Naming = { next: (kind) => `${name}.${kind}${++made}`, parameters, making };
  const sum = one.kind === "sum" ? residualOf(one) : undefined;
  if (sum === undefined) {
    return { block: { name, units: unitsOf(one, naming), residual: false }, parameters };
  }
  const units = sum.way.flatMap((part) => unitsOf(part, naming));
  const [conv, ...more] = sum.shortcut;
  const projection =
    conv === undefined
      ? {}
      : conv.kind === "conv" && more.length === 0 && conv.activation === "none"
        ? { projection: convUnit(conv, naming) }
        : { shortcut: sum.shortcut.flatMap((part) => unitsOf(part, naming)) };
  return { block: { name, units, residual: true, activation: sum.activation, ...projection }, parameters };
}

/** The way and the shortcut of a residual block: the shorter of the two, where one is short. */
function residualOf({ ways, activation }: FusedWays) {
  const [first, second, more] = ways;
  if (first === undefined || second === undefined || more !== undefined) return undefined;
  const isShort = (way: readonly Fused[]): boolean =>
    way.length === 0 || (way.length === 1 && way[0]?.kind === "conv" && way[0].activation === "none");
  const pairs: readonly (readonly [readonly Fused[], readonly Fused[]])[] = [
    [first, second],
    [second, first],
  ];
  // The image itself before a convolution: of two short ways the one with work in it is the way.
  const [way, shortcut] =
    pairs.find(([long, short]) => long.length > 0 && short.length === 0) ??
    pairs.find(([long, short]) => long.length > 0 && isShort(short)) ??
    pairs.find(([long, short]) => long.length >= short.length && short.length > 0) ??
    [];
  return way === undefined || shortcut === undefined ? undefined : { way, activation, shortcut };
}

/** Whether it can only be had with kernels that stand for its structure, which must not be trained. */
export const isFixed = (one: Fused): boolean =>
  one.kind === "conv" ? one.conv.isFixed : partsOf(one).some(isFixed);

export function hasWeights(one: Fused): boolean {
  switch (one.kind) {
    case "concat":
    case "sum":
    case "graph":
      return partsOf(one).some(hasWeights);
    case "max":
    case "average":
    case "means":
    case "choice":
    case "resize":
      return false;
    case "conv":
    case "norm":
    case "layer-norm":
    case "group-norm":
    case "response-norm":
    case "squeeze":
    case "channel-conv":
      return true;
  }
}

/** All norms in it. */
export function normsOf(one: Fused): readonly NormStep[] {
  if (one.kind !== "conv" && one.kind !== "norm") return partsOf(one).flatMap(normsOf);
  return one.norm === undefined ? [] : [one.norm];
}

interface Naming {
  next(kind: string): string;
  readonly parameters: Map<string, Parameter>;
  readonly making: Making;
}

function unitsOf(one: Fused, naming: Naming): readonly Unit[] {
  const { parameters } = naming;
  switch (one.kind) {
    case "conv":
      return [scaleUnit(one, naming) ?? convUnit(one, naming)];
    case "norm":
      return [normUnit(one, naming)];
    case "layer-norm": {
      const { channels, epsilon } = one;
      return [{ kind: "layer-norm", name: setAffine(one, naming), channels, epsilon }];
    }
    case "group-norm": {
      const { channels, groups, epsilon } = one.norm;
      const name = setAffine(one.norm, naming);
      return [{ kind: "group-norm", name, channels, groups, epsilon, activation: one.activation }];
    }
    case "response-norm": {
      const { channels, epsilon } = one;
      return [{ kind: "response-norm", name: setAffine(one, naming), channels, epsilon }];
    }
    case "squeeze": {
      const { channels, reduce, expand, activation, gate } = one;
      const name = naming.next("gate");
      for (const [role, dense] of [
        ["reduce", reduce],
        ["expand", expand],
      ] as const)
        setDense(parameters, `${name}.${role}`, dense);
      return [{ kind: "squeeze", name, channels, hidden: reduce.outputs, activation, gate }];
    }
    case "max":
      return [{ kind: "max", name: naming.next("pool"), ...one.pooling }];
    case "average":
      return [{ kind: "average", name: naming.next("pool"), ...one.pooling }];
    case "concat":
      return [waysUnit(one, naming)];
    case "sum":
      return [sumUnit(one, naming)];
    case "graph":
      return [graphUnit(one, naming)];
    case "means":
      return [{ kind: "means", name: naming.next("means"), channels: one.channels }];
    case "choice":
      return [{ kind: "choice", name: naming.next("choice"), channels: one.given, chosen: one.chosen }];
    case "resize": {
      const name = naming.next("resize");
      return [{ kind: "resize", name, channels: one.channels, ...one.resizing }];
    }
    case "channel-conv": {
      const name = naming.next("conv");
      parameters.set(`${name}.kernel`, vector(one.kernel));
      return [{ kind: "channel-conv", name, channels: one.channels, kernel: one.kernel.length }];
    }
  }
}

function waysUnit({ ways }: FusedWays, naming: Naming): Unit {
  const name = naming.next("concat");
  return { kind: "concat", name, branches: ways.map((way) => way.flatMap((part) => unitsOf(part, naming))) };
}

/** A sum that stands within other ways, or has more than two. */
function sumUnit({ ways, activation }: FusedWays, naming: Naming): Unit {
  const name = naming.next("sum");
  const images: GraphImage[] = [];
  const inputs = ways.map((way) => {
    const units = way.flatMap((part) => unitsOf(part, naming));
    return units.length === 0 ? 0 : images.push({ inputs: [0], units });
  });
  images.push({ inputs, join: "add", activation, units: [] });
  return { kind: "graph", name, images };
}

function graphUnit({ images }: FusedGraph, naming: Naming): Unit {
  const name = naming.next("graph");
  return {
    kind: "graph",
    name,
    images: images.map(({ parts, activation, ...image }) => ({
      ...image,
      ...(activation === "none" ? {} : { activation }),
      units: parts.flatMap((part) => unitsOf(part, naming)),
    })),
  };
}

/** @returns the unit's name */
function setAffine(
  { gamma, beta }: { readonly gamma: Float32Array; readonly beta: Float32Array },
  { next, parameters }: Naming,
): string {
  const name = next("norm");
  parameters.set(`${name}.gamma`, vector(gamma));
  parameters.set(`${name}.beta`, vector(beta));
  return name;
}

const vector = (data: Float32Array): Parameter => ({ shape: [data.length], data });

function setDense(
  parameters: Map<string, Parameter>,
  name: string,
  { inputs, outputs, kernel, bias }: Dense,
): void {
  parameters.set(`${name}.kernel`, { shape: [inputs, outputs], data: kernel });
  parameters.set(`${name}.bias`, vector(bias));
}

/** @param bias of a convolution before it, which the norm takes off again */
function setNorm({ parameters, making }: Naming, name: string, norm: NormStep, bias?: Float32Array): void {
  const { gamma, beta, mean, variance, epsilon } = norm;
  const own = bias === undefined ? mean : mean.map((value, c) => value - (bias[c] ?? Number.NaN));
  const raised =
    epsilon === making.epsilon ? variance : variance.map((value) => value + epsilon - making.epsilon);
  for (const [part, data] of Object.entries({ gamma, beta, mean: own, variance: raised }))
    parameters.set(`${name}.${part}`, vector(data));
}

function normUnit({ norm, activation }: FusedNorm, naming: Naming): Unit {
  const name = naming.next("norm");
  setNorm(naming, name, norm);
  return { kind: "norm", name, channels: norm.channels, activation };
}

function convUnit({ conv, norm, activation }: FusedConv, naming: Naming): ConvUnit {
  const { kernel, bias, groups, stride, padding, channels: outChannels } = conv;
  const [, perGroup = 0, rows = 0, columns = 0] = kernel.shape;
  const inChannels = perGroup * groups;
  const name = naming.next("conv");
  const offset =
    norm !== undefined ? {} : { offset: bias === undefined ? ("none" as const) : ("bias" as const) };
  const common = { name, stride, padding, inChannels, outChannels, activation, ...offset };
  const size = rows === columns ? rows : ([rows, columns] as const);
  const isDepthwise = groups === inChannels && outChannels === inChannels && groups > 1;
  const unit: ConvUnit =
    groups > 1 && !isDepthwise
      ? { kind: "grouped", groups, kernel: rows, ...common }
      : { kind: isDepthwise ? "depthwise" : "full", kernel: size, ...common };
  naming.making.spend(kernel.data.byteLength);
  const turned = transposeKernel(kernel, unit);
  naming.parameters.set(`${name}.kernel`, { shape: kernelShape(unit), data: turned.data });
  if (norm !== undefined) setNorm(naming, name, norm, bias);
  else if (bias !== undefined) naming.parameters.set(`${name}.bias`, vector(bias));
  return unit;
}

/** Each channel times a number, with nothing after it. */
function scaleUnit({ conv, norm, activation }: FusedConv, naming: Naming): Unit | undefined {
  const { kernel, bias, groups, channels } = conv;
  const isScale =
    norm === undefined && activation === "none" && groups === channels && kernel.data.length === channels;
  if (!isScale || conv.stride !== 1 || conv.padding !== 0 || bias?.some((value) => value !== 0) === true)
    return undefined;
  const name = naming.next("scale");
  naming.parameters.set(`${name}.gamma`, vector(kernel.data));
  return { kind: "scale", name, channels };
}
