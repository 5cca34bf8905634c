/** A real S3 server with thaw's bucket, and nothing else, for one test file at a time. */
import { ensureBucket, type Store } from "../../../store/connection/connection.js";
import { sharedServices } from "./sharedStack.js";
import type { Stack } from "./stack.js";

export interface StoreStack extends Stack {
  readonly store: Store;
}

/** The services that several files share, once the bucket is there. */
export async function sharedStore(): Promise<StoreStack> {
  const stack = await sharedServices();
  const { store } = stack.session;
  await ensureBucket(store);
  return { ...stack, store };
}
