/** The environment by which a worker or a command elsewhere, in a pod for instance, finds a stack's services. */
import assert from "node:assert/strict";
import type { StoreKeys, StoreSettings } from "../../../spec/platform.js";
import type { Stack } from "./stack.js";

/** The embedded store's keys. */
export function keysOf({ credentials }: StoreSettings): StoreKeys {
  assert.ok("accessKey" in credentials);
  return credentials;
}

export function keyVariables(store: StoreSettings): Record<string, string> {
  const { accessKey, secretKey } = keysOf(store);
  return { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
}

export function serviceVariables({ session }: Pick<Stack, "session">): Record<string, string> {
  const { temporal, store } = session.platform;
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    THAW_S3_ENDPOINT: store.endpoint,
    THAW_S3_BUCKET: store.bucket,
    AWS_REGION: store.region,
    ...keyVariables(store),
  };
}
