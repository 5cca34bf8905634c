/** The environment by which a worker or a command elsewhere, in a pod for instance, finds a stack's services. */
import type { Stack } from "./stack.js";

export function serviceVariables({ session }: Stack): Record<string, string> {
  const { temporal, store } = session.platform;
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    THAW_S3_ENDPOINT: store.endpoint,
    THAW_S3_BUCKET: store.bucket,
    AWS_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.accessKey,
    AWS_SECRET_ACCESS_KEY: store.secretKey,
  };
}
