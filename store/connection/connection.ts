/** Opens an S3 endpoint through the `minio` client and turns its errors into ours. */
import { Client, type ClientOptions } from "minio";
import { refusalHint } from "../../spec/credentialWords.js";
import { ThawError } from "../../spec/errors.js";
import { masked } from "../../spec/network/masked.js";
import { type NamedProxy, proxyFor } from "../../spec/network/proxy.js";
import type { StoreKeys, StoreSettings } from "../../spec/platform.js";
import { keysFor } from "../identity/fetchKeys.js";
import { RenewingProvider } from "../identity/renewingProvider.js";
import { errorCode, noBucket, storeFailure } from "./failures.js";
import { type Patience, patiently } from "./patience.js";
import { portOf } from "./proxied.js";
import { transport } from "./transport.js";

/** An open store: one bucket behind one client. */
export interface Store {
  readonly client: Client;
  readonly bucket: string;
  /** For messages: where the store is, and what to look at when it refuses. */
  readonly endpoint: string;
  readonly refusalHint: string;
  readonly region?: string;
  /** Through which requests go. */
  readonly proxy?: NamedProxy;
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
  const client = clientOf(url, settings);
  const { bucket, endpoint, region, credentials } = settings;
  const proxy = proxyFor(url);
  return {
    client,
    bucket,
    endpoint: masked(endpoint),
    region,
    refusalHint: refusalHint(credentials),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function clientOf(url: URL, settings: StoreSettings): Client {
  try {
    return new Client({
      // The brackets of IPv6 belong to the URL, not to the host.
      endPoint: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: portOf(url),
      useSSL: url.protocol === "https:",
      ...clientCredentials(settings),
      region: settings.region,
      pathStyle: settings.pathStyle,
      transport: transport(),
    });
  } catch (cause) {
    throw new ThawError(
      "USAGE",
      `the S3 endpoint "${settings.endpoint}" cannot be used: ${(cause as Error).message}`,
      {
        hint: "correct THAW_S3_ENDPOINT, for example http://127.0.0.1:8333",
        cause,
      },
    );
  }
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

const MISSING = new Set(["NoSuchKey", "NotFound", "NoSuchBucket"]);

/** Also of a bucket that is missing, which has become an error of ours on its way. */
export function isMissing(error: unknown): boolean {
  return MISSING.has(errorCode(error instanceof ThawError ? error.cause : error));
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
    if (isPreconditionFailed(error)) throw error;
    // A bucket of somebody else's, with images for instance, is told of by who reads it.
    if (errorCode(error) === "NoSuchBucket" && isOwn(store, error)) throw noBucket(store, error);
    if (isMissing(error)) throw error;
    throw storeFailure(store, doing, error);
  }
}

/** Servers name the bucket in one of two places, or not at all. */
function isOwn({ bucket }: Store, error: unknown): boolean {
  const { bucketname, resource } = error as { readonly bucketname?: string; readonly resource?: string };
  const named = bucketname ?? /^\/?([^/?]+)/.exec(resource ?? "")?.[1];
  return named === undefined || named === bucket;
}

/** Makes the bucket when it is not there: for what is about to write. */
export async function ensureBucket(store: Store): Promise<void> {
  if (await hasBucket(store)) return;
  await storeCall(store, `making bucket ${store.bucket}`, async () => {
    try {
      await store.client.makeBucket(store.bucket, store.region);
    } catch (error) {
      // Somebody else was faster.
      if (errorCode(error) !== "BucketAlreadyOwnedByYou") throw error;
    }
  });
}

/** Makes nothing. @throws ThawError STORE_DENIED when the bucket is not there */
export async function requireBucket(store: Store): Promise<void> {
  if (!(await hasBucket(store))) throw noBucket(store);
}

async function hasBucket(store: Store): Promise<boolean> {
  return storeCall(store, `looking for bucket ${store.bucket}`, async () => {
    try {
      return await store.client.bucketExists(store.bucket);
    } catch (error) {
      // The answer to HEAD has no body, and so no reason: a wrong key, clock or region look alike.
      if (/^(HTTP_|E[A-Z]+$|ERR_|CERT_)/.test(errorCode(error))) throw error;
      await firstNames(store);
      return true;
    }
  });
}

/** Asks for a page of names that there are not. */
async function firstNames({ client, bucket }: Store): Promise<void> {
  for await (const _item of client.listObjectsV2(bucket, "thaw-looks-for-its-bucket/", true)) return;
}
