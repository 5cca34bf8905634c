/** Where a run's services are: Temporal, the object store, and this project's folders. */

/** Any of these variables says that the user means a Temporal server of their own. */
export const TEMPORAL_SELECTORS = ["TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"] as const;

/** Variables that name an object store: our own first, then those of the AWS tools. */
export const STORE_ENDPOINTS = ["THAW_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] as const;

/** Where nothing says another. */
export const DEFAULT_BUCKET = "thaw";
export const DEFAULT_REGION = "us-east-1";

/** How to reach an S3 endpoint. */
export interface StoreSettings {
  /** URL of the endpoint, e.g. `http://127.0.0.1:8333`; the scheme decides on TLS. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly credentials: StoreKeys | StoreIdentity;
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly pathStyle: boolean;
}

/** Keys that somebody has handed out. */
export interface StoreKeys {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Goes with keys that end, and ends with them. */
  readonly sessionToken?: string;
}

/**
 * What this process is to the store: it gets temporary keys for it, again and again. How – files, roles, addresses –
 * stands in the `AWS_…` variables that every AWS tool reads.
 */
export type StoreIdentity = WebIdentity | { readonly kind: "container" } | { readonly kind: "instance" };

/** A token that somebody else vouches for, a cluster for instance, is exchanged for keys. */
export interface WebIdentity {
  readonly kind: "web identity";
  readonly tokenFile: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** URL of the security token service; absent: Amazon's. */
  readonly sts?: string;
}

/** How to reach a Temporal server. */
export interface TemporalSettings {
  /** `host:port` of the frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string;
  /** True for TLS with the system's roots; an object for mTLS or an own root. PEM bytes. */
  readonly tls?:
    | boolean
    | { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer; readonly serverName?: string };
  /** Base URL of the web UI, e.g. `http://127.0.0.1:8233`, if known. */
  readonly uiUrl?: string;
}

/** Everything that a command or a worker has to know about its surroundings. */
export interface Platform {
  readonly temporal: TemporalSettings;
  readonly store: StoreSettings;
  /** Absolute path of the folder that holds `.thaw/`. */
  readonly projectFolder: string;
  /** `PROJECT/.thaw/work`: files that can be fetched or computed again. */
  readonly workFolder: string;
  /** Whether Temporal and the store are the ones that `thaw up` starts. */
  readonly embedded: boolean;
}
