/** A base of three convolutions with made-up weights, for runs in which it matters what services do and not what a network learns. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Architecture,
  type ConvUnit,
  type LayerGroup,
  unitsOf,
} from "../../../learn/bases/architecture.js";
import { staticCost } from "../../../learn/bases/cost.js";
import { unitParameters } from "../../../learn/bases/unitParameters.js";
import { type Parameters, sizeOf } from "../../../learn/network/parameters.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { graphName, type RegisteredBase } from "../../../spec/base.js";
import { storeFile } from "../../../store/artifacts/artifacts.js";
import { ensureBucket, type Store } from "../../../store/connection/connection.js";
import { registerBase } from "../../../store/records/bases.js";
import { uniform } from "../../unit/learn/uniform.js";

/** Halves the image. */
function group(name: string, inChannels: number, outChannels: number): LayerGroup {
  const conv: ConvUnit = {
    ...{ name: `${name}.conv`, kernel: 3, stride: 2, padding: 1, inChannels, outChannels },
    kind: "full",
    activation: "relu6",
  };
  return { name, blocks: [{ name: `${name}.0`, units: [conv], residual: false }] };
}

/** As one that was read from an ONNX file; `layer2` is the topmost group. */
const ARCHITECTURE: Architecture = {
  groups: [group("stem", 3, 16), group("layer1", 16, 24), group("layer2", 24, 32)],
  features: 32,
  epsilon: 1e-5,
};
/** Of the square input, in pixels. */
const SIDE = 64;

/**
 * Registers `tiny`, without a golden vector. A checkpoint of its training has 50 kB where that of EfficientNet-Lite0 has 16 MB, and an
 * engine loads it in no time; its features tell classes apart that have grounds of their own (`drawnImages`, `ground: "of-class"`).
 * @param folder for a file meanwhile
 */
export async function addTinyBase(store: Store, folder: string): Promise<RegisteredBase> {
  await ensureBucket(store);
  const file = join(folder, "tiny.safetensors");
  const architecture = JSON.stringify(ARCHITECTURE);
  await writeSafetensors(file, madeUpParameters(), { format: "thaw-network-1", architecture });
  const checkpoint = await storeFile(store, file);
  await rm(file);
  const { multiplyAdds } = staticCost(ARCHITECTURE, SIDE);
  return registerBase(store, {
    ...{ name: "tiny", architecture: graphName({ groups: 2, isFixed: false }), inputSize: SIDE, checkpoint },
    network: { features: ARCHITECTURE.features, output: "features", multiplyAdds },
    createdAt: new Date().toISOString(),
    ...{ source: "not stated", licence: "not stated", pretrainedOn: "not stated" },
  });
}

/** Kernels of He's variance; norms are far enough from the identity to pass for trained. */
function madeUpParameters(): Parameters {
  return new Map(
    ARCHITECTURE.groups
      .flatMap(unitsOf)
      .flatMap(unitParameters)
      .map(({ name, shape, start }) => {
        const [middle, width] =
          typeof start === "number" ? [start, 0.5] : [0, Math.sqrt(12 * start.variance)];
        const data = Float32Array.from(uniform(name, sizeOf(shape)), (u) => middle + width * (u - 0.5));
        return [name, { shape, data }];
      }),
  );
}
