/** A real S3 server with thaw's bucket, and nothing else, for one test file. */
import { ensureBucket, type Store } from "../../../store/connection/connection.js";
import { type Stack, startStack } from "./stack.js";

export interface StoreStack extends Stack {
  readonly store: Store;
}

/** The embedded services without workers, once the bucket is there. */
export async function startStore(): Promise<StoreStack> {
  const stack = await startStack({ workers: false });
  const { store } = stack.session;
  await ensureBucket(store);
  return { ...stack, store };
}
