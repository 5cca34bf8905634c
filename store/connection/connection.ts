/** Opens an S3 endpoint through the `minio` client and turns its errors into ours. */
import { Client, type ClientOptions } from "minio";
import { refusalHint } from "../../spec/credentialWords.js";
import { isDiskFull, ThawError } from "../../spec/errors.js";
import type { StoreKeys, StoreSettings } from "../../spec/platform.js";
import { keysFor } from "../identity/fetchKeys.js";
import { RenewingProvider } from "../identity/renewingProvider.js";
import { type Patience, patiently } from "./patience.js";
import { transport } from "./transport.js";

/** An open store: one bucket behind one client. */
export interface Store {
  readonly client: Client;
  readonly bucket: string;
  /** For messages: where the store is, and what to look at when it refuses. */
  readonly endpoint: string;
  readonly refusalHint: string;
  /** Absent: a store that does not answer fails at once. */
  readonly patience?: Patience;
}

/** The same store for work that an outage must not end. */
export function patientStore(store: Store, patience: Patience): Store {
  return { ...store, patience };
}

/** @throws ThawError USAGE when the endpoint is no URL. */
export function openStore(settings: StoreSettings): Store {
  let url: URL;
  try {
    url = new URL(settings.endpoint);
  } catch (cause) {
    throw new ThawError("USAGE", `the S3 endpoint "${settings.endpoint}" is not a URL`, {
      hint: "write it with its scheme, for example http://127.0.0.1:8333",
      cause,
    });
  }
  const useSSL = url.protocol === "https:";
  const client = new Client({
    endPoint: url.hostname,
    port: url.port === "" ? (useSSL ? 443 : 80) : Number(url.port),
    useSSL,
    ...clientCredentials(settings),
    region: settings.region,
    pathStyle: settings.pathStyle,
    transport: transport(useSSL),
  });
  const { bucket, endpoint, credentials } = settings;
  return { client, bucket, endpoint, refusalHint: refusalHint(credentials) };
}

/** Keys are the client's own options; an identity is asked for keys before each request. */
function clientCredentials({
  credentials,
  region,
}: StoreSettings): StoreKeys | { credentialsProvider: Provider } {
  if ("accessKey" in credentials) return credentials;
  const provider = new RenewingProvider(keysFor(credentials, region));
  // The package declares its classes once for each kind of module, and to the compiler they are not the same.
  return { credentialsProvider: provider as unknown as Provider };
}

type Provider = NonNullable<ClientOptions["credentialsProvider"]>;

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
]);
const DENIED = new Set([
  "AccessDenied",
  "SignatureDoesNotMatch",
  "InvalidAccessKeyId",
  "ExpiredToken",
  "InvalidToken",
  // MinIO's word for a session token that has ended.
  "InvalidTokenId",
]);
/** What the store cannot do at all. The client says `MethodNotAllowed` of a 501 without a body. */
const UNSUITABLE = new Set(["NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidArgument"]);
const MISSING = new Set(["NoSuchKey", "NotFound", "NoSuchBucket"]);

/** S3's own code of an error of the `minio` client, or Node's code of a network error. */
function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}

export function isMissing(error: unknown): boolean {
  return MISSING.has(errorCode(error));
}

export function isPreconditionFailed(error: unknown): boolean {
  return errorCode(error) === "PreconditionFailed";
}

/**
 * Runs one store operation, again and again if the store is a patient one; a failure names the endpoint and what
 * was being done.
 */
export async function storeCall<T>(store: Store, doing: string, call: () => Promise<T>): Promise<T> {
  const isOutage = (error: unknown): boolean =>
    error instanceof ThawError && error.code === "STORE_UNREACHABLE";
  return patiently(store.patience, isOutage, () => tryOnce(store, doing, call));
}

async function tryOnce<T>(store: Store, doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    // The client wraps what the renewal of keys has thrown.
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof ThawError) throw cause;
    const code = errorCode(error);
    // Readers look for it themselves: who comes here has tried to write.
    if (code === "NoSuchBucket") throw noBucket(store, doing, error);
    if (error instanceof ThawError || isMissing(error) || isPreconditionFailed(error)) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    if (UNSUITABLE.has(code)) {
      throw new ThawError(
        "STORE_UNSUITABLE",
        `the object store at ${store.endpoint} cannot do what ${doing} takes: ${code}${detail === "" ? "" : `, ${detail}`}`,
        { hint: "`thaw doctor` tries what thaw needs of a store, conditional writes among it", cause: error },
      );
    }
    if (DENIED.has(code)) {
      throw new ThawError("STORE_DENIED", `the object store at ${store.endpoint} refused ${doing}: ${code}`, {
        hint: store.refusalHint,
        cause: error,
      });
    }
    if (isDiskFull(error)) throw error;
    throw new ThawError(
      "STORE_UNREACHABLE",
      UNREACHABLE.has(code)
        ? `the object store at ${store.endpoint} does not answer (${code}) while ${doing}`
        : `the object store at ${store.endpoint} failed while ${doing}: ${detail || code}`,
      { hint: "start the embedded one with `thaw up`, or check THAW_S3_ENDPOINT", cause: error },
    );
  }
}

function noBucket(store: Store, doing: string, cause: unknown): ThawError {
  return new ThawError(
    "NOT_FOUND",
    `there is no bucket ${store.bucket} at ${store.endpoint}, while ${doing}`,
    {
      hint: "was it deleted? Make it again, or check THAW_S3_BUCKET; then `thaw resume` goes on",
      cause,
    },
  );
}

/** Makes the bucket when it is not there. */
export async function ensureBucket(store: Store): Promise<void> {
  await storeCall(store, `looking for bucket ${store.bucket}`, async () => {
    if (!(await store.client.bucketExists(store.bucket))) await store.client.makeBucket(store.bucket);
  });
}
