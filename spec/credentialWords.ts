/** By what a store is asked to let us in, in words. */
import type { StoreIdentity, StoreKeys } from "./platform.js";

/** A phrase for `thaw doctor`; it names no secret. */
export function credentialName(credentials: StoreKeys | StoreIdentity): string {
  if ("accessKey" in credentials) {
    return credentials.sessionToken === undefined ? "access key" : "access key with a session token";
  }
  return credentials.kind === "web identity"
    ? `web identity as ${credentials.roleArn}`
    : `role of the ${credentials.kind}`;
}

/** What to look at when the store has refused a request. */
export function refusalHint(credentials: StoreKeys | StoreIdentity): string {
  if ("accessKey" in credentials) {
    return credentials.sessionToken === undefined
      ? "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's policy"
      : "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which may have expired, and the bucket's policy";
  }
  return `check what the ${credentialName(credentials)} may do with the bucket`;
}
