/** What a store that fails is telling: errors of the `minio` client and of the network, as causes and what mends them. */
import { isDiskFull, ThawError } from "../../spec/errors.js";
import { type NamedProxy, proxyName } from "../../spec/network/proxy.js";

/** Of the store that was asked, for sentences. */
export interface AskedStore {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region?: string;
  /** What to look at when it refuses. */
  readonly refusalHint: string;
  readonly proxy?: NamedProxy;
}

interface Failure {
  readonly code?: unknown;
  readonly message?: string;
  /** From the answer's headers and XML, as the client has them. */
  readonly amzBucketRegion?: string;
  readonly region?: string;
  readonly servertime?: string;
  readonly bucketname?: string;
}

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
const UNSUITABLE = new Set([
  "NotImplemented",
  "MethodNotAllowed",
  "InvalidRequest",
  "InvalidArgument",
  "HTTP_501",
]);
const TRY_IT = "`thaw doctor` tries what thaw needs of a store, conditional writes among it";
const ELSEWHERE = new Set([
  "AuthorizationHeaderMalformed",
  "PermanentRedirect",
  "MovedPermanently",
  "TemporaryRedirect",
  "IllegalLocationConstraintException",
]);
/** OpenSSL's reasons and Node's, `UNABLE_TO_VERIFY_LEAF_SIGNATURE` for instance. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|INVALID_CA/;
const EXPIRED = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const NO_TLS = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/;
const CLOCK = "set this machine's clock (NTP); a signature is valid for fifteen minutes";

/** S3's own code of an error of the `minio` client, or Node's code of a network error. */
export function errorCode(error: unknown): string {
  const code = (error as Failure | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** @returns the error that a person can act on; `error` itself where it is one already, or the disk's */
export function storeFailure(store: AskedStore, doing: string, error: unknown): unknown {
  // The client wraps what the renewal of keys has thrown.
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof ThawError && !(error instanceof ThawError)) return cause;
  if (error instanceof ThawError || isDiskFull(error)) return error;
  const refused = refusal(store, doing, (error ?? {}) as Failure, tunnelCode(error) ?? errorCode(error));
  if (refused !== undefined) {
    return new ThawError("STORE_DENIED", refused.problem, { hint: refused.hint, cause: error });
  }
  const code = errorCode(error);
  if (UNSUITABLE.has(code)) {
    const detail = error instanceof Error && error.message !== "" ? `, ${error.message}` : "";
    const problem = `the object store at ${store.endpoint}${via(store)} cannot do what ${doing} takes: ${code}${detail}`;
    return new ThawError("STORE_UNSUITABLE", problem, { hint: TRY_IT, cause: error });
  }
  const { problem, hint } = outage(store, doing, error);
  return new ThawError("STORE_UNREACHABLE", problem, { hint, cause: error });
}

/** No bucket of that name, told like this because nothing that is read there can be. */
export function noBucket({ endpoint, bucket }: AskedStore, cause?: unknown): ThawError {
  return new ThawError("STORE_DENIED", `the object store at ${endpoint} has no bucket ${bucket}`, {
    hint: "correct THAW_S3_BUCKET; where it is right, the first `thaw run` makes the bucket",
    cause,
  });
}

/** A proxy that opens no tunnel has a status of HTTP for it, and its agent puts that into words. */
function tunnelCode(error: unknown): string | undefined {
  const status = /^Bad response: (\d+)$/.exec((error as Failure | undefined)?.message ?? "")?.[1];
  return status === undefined ? undefined : `HTTP_${status}`;
}

interface Told {
  readonly problem: string;
  readonly hint: string;
}

/** What waiting does not mend. */
function refusal(store: AskedStore, doing: string, failure: Failure, code: string): Told | undefined {
  const where = `the object store at ${store.endpoint}${via(store)}`;
  if (DENIED.has(code)) return { problem: `${where} refused ${doing}: ${code}`, hint: store.refusalHint };
  if (ELSEWHERE.has(code)) return otherRegion(store, where, failure, code);
  if (UNTRUSTED.test(code)) {
    return {
      problem: `the certificate of ${where} is not trusted (${code})`,
      hint: "name the file of its authority in NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE, before thaw and its workers start",
    };
  }
  if (EXPIRED.test(code)) {
    return {
      problem: `the certificate of ${where} is not valid today (${code})`,
      hint: "renew it, or set this machine's clock if that is wrong",
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      problem: `the certificate of ${where} is for another name: ${failure.message ?? code}`,
      hint: "use a name that the certificate has; with buckets as host names, set THAW_S3_PATH_STYLE=true",
    };
  }
  if (NO_TLS.test(code)) {
    return {
      problem: `there is no TLS at ${store.endpoint}${via(store)} (${code})`,
      hint: "write the endpoint with http:// if the server has no TLS",
    };
  }
  return asWebServer(store, where, doing, code);
}

/** Statuses that S3 never has, or a page for people where XML would be. */
function asWebServer(store: AskedStore, where: string, doing: string, code: string): Told | undefined {
  const status = Number(/^HTTP_(\d{3})$/.exec(code)?.[1]);
  if (Number.isNaN(status) || status >= 500) return undefined;
  if (status === 407) {
    return {
      problem: `${proxyOr(store)} wants to know who asks (HTTP 407) while ${doing}`,
      hint: "write the proxy as http://NAME:PASSWORD@HOST:PORT, or name the store's host in NO_PROXY",
    };
  }
  return {
    problem: `${where} answers ${doing} with HTTP ${status}, and not as an S3 server does`,
    hint: `check THAW_S3_ENDPOINT: it has to be the S3 API, not a console or gateway${store.proxy === undefined ? "" : "; or name its host in NO_PROXY"}`,
  };
}

function otherRegion(store: AskedStore, where: string, failure: Failure, code: string): Told {
  const named = failure.amzBucketRegion ?? failure.region;
  const region = store.region ?? "another one";
  return {
    problem:
      named === undefined || named === ""
        ? `${where} says that bucket ${store.bucket} is not in region ${region} (${code})`
        : `bucket ${store.bucket} is in region ${named}, and requests are for ${region} (${code})`,
    hint: `set AWS_REGION${named ? `=${named}` : " to the bucket's region"}, and an endpoint of that region`,
  };
}

function clocksApart({ servertime }: Failure): string {
  const server = Date.parse(servertime ?? "");
  if (Number.isNaN(server)) return "this machine's clock and the store's are too far apart";
  const minutes = Math.round((Date.now() - server) / 60_000);
  return `this machine's clock is ${Math.abs(minutes)} minutes ${minutes < 0 ? "behind" : "ahead of"} the store's`;
}

function outage(store: AskedStore, doing: string, error: unknown): Told {
  const code = errorCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  const where = `the object store at ${store.endpoint}${via(store)}`;
  // A clock that jumps comes back, often by itself: what trains waits for it.
  if (code === "RequestTimeTooSkewed" || code === "RequestExpired") {
    return { problem: `${where} refused ${doing}: ${clocksApart(error as Failure)} (${code})`, hint: CLOCK };
  }
  const hint = "start the embedded one with `thaw up`, or check THAW_S3_ENDPOINT";
  if (store.proxy !== undefined) {
    const why = tunnelCode(error)?.replace("_", " ") ?? (detail || code || "no answer of S3");
    return {
      problem: `${where} cannot be reached while ${doing}: ${why}`,
      hint: `check ${store.proxy.source}, or name the store's host in NO_PROXY`,
    };
  }
  if (UNREACHABLE.has(code)) return { problem: `${where} does not answer (${code}) while ${doing}`, hint };
  if (/^HTTP_\d+$/.test(code))
    return { problem: `${where} answers ${code.replace("_", " ")} while ${doing}`, hint };
  if (/^Parse Error|HPE_/.test(`${code}${detail}`)) {
    return {
      problem: `what listens at ${store.endpoint} does not speak HTTP (${code || detail})`,
      hint: "check the port of THAW_S3_ENDPOINT, and whether it has to begin with https://",
    };
  }
  return { problem: `${where} failed while ${doing}: ${detail || code || "its answer is not S3's"}`, hint };
}

const via = ({ proxy }: AskedStore): string => (proxy === undefined ? "" : ` through ${proxyName(proxy)}`);
const proxyOr = ({ proxy }: AskedStore): string => (proxy === undefined ? "a proxy" : proxyName(proxy));
