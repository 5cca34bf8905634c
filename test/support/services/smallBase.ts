/** A base for runs whose base is not the subject. */
import { baseCheckpoint } from "../../../runtime/components/download/baseCheckpoint.js";
import type { RegisteredBase } from "../../../spec/base.js";
import { storeFile } from "../../../store/artifacts/artifacts.js";
import { ensureBucket, type Store } from "../../../store/connection/connection.js";
import { registerBase } from "../../../store/records/bases.js";

/** EfficientNet-Lite0 that sees images of 64 pixels: a twelfth of the work, on the same layers. */
export const SMALL_BASE = { name: "small", architecture: "efficientnet-lite0", size: 64 } as const;

/** What `addBase` finds of it in an engine; `test/integration/runs/addBase.test.ts` compares. */
export const SMALL_GOLDEN: NonNullable<RegisteredBase["golden"]> = {
  picture: 1,
  device: "cpu",
  scale: 1.71085,
  features: [
    2.02272, -3.03913, -0.00838311, -0.156064, 2.23265, -1.23271, -1.10867, -1.72601, -1.2223, 3.3241,
    -1.06601, -1.24134, 2.16813, -0.247737, -0.367625, -2.80573,
  ],
};

/**
 * Registers it as `addBase` does, without the engine that would try it: three seconds of a processor.
 * @param other of another size, whose features nobody has seen
 */
export async function addSmallBase(
  store: Store,
  other?: { readonly name: string; readonly size: number },
): Promise<RegisteredBase> {
  const { architecture } = SMALL_BASE;
  const { name, size } = other ?? SMALL_BASE;
  await ensureBucket(store);
  return registerBase(store, {
    ...{ name, architecture, inputSize: size },
    ...(other === undefined ? { golden: SMALL_GOLDEN } : {}),
    createdAt: new Date().toISOString(),
    checkpoint: await storeFile(store, await baseCheckpoint(architecture)),
    ...{ source: "not stated", licence: "not stated", pretrainedOn: "not stated" },
  });
}
