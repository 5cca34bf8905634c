/** A proof with an engine at hand: the champion may have to be asked about images that are new since it. */
import type { Doubts } from "../../../client/models/doubts.js";
import type { AskedPolicy } from "../../../client/models/prove.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { Output } from "../../output.js";
import { showProgress } from "../../progressLine.js";
import { projectStorePlatform } from "../../session.js";
import { Interrupted, interruptible } from "../../signals.js";

/**
 * @returns the proof, with what may void the challenger's figures and not those of the other: then nobody lets it be promoted by itself
 * @throws ThawError as `prove`; Interrupted after Ctrl-C
 */
export async function proveHere(
  project: string | undefined,
  output: Output,
  ref: string,
  policy: AskedPolicy & { readonly against?: string },
): Promise<{ readonly proof: ModelProof } & Doubts> {
  const platform = await projectStorePlatform(project);
  const [{ openStoreOnly }, { prove }, { doubtsInPlaceOf }, { baseCheckpoint }, { provision }] =
    await Promise.all([
      import("../../../client/session.js"),
      import("../../../client/models/prove.js"),
      import("../../../client/models/doubts.js"),
      import("../../../runtime/components/download/baseCheckpoint.js"),
      import("../../provision.js"),
    ]);
  const progress = await showProgress(output);
  return interruptible(async (signal) => {
    try {
      const store = openStoreOnly(platform);
      const proof = await prove(store, ref, policy, {
        platform,
        baseCheckpoint,
        prepare: async () => {
          await provision(["tfjs-binding"], output);
        },
        told: progress.note,
        onProgress: progress.show,
        signal,
      });
      return { proof, ...(await doubtsInPlaceOf(store, proof)) };
    } catch (error) {
      // Ctrl-C reaches the engine too, whose end is no failure then.
      throw signal.aborted ? new Interrupted() : error;
    } finally {
      progress.end();
    }
  });
}
