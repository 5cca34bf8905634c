/** What is wrong when an identity gets no keys, in words. */
import { ThawError } from "../../spec/errors.js";
import type { StoreIdentity, WebIdentity } from "../../spec/platform.js";

/** An error of the AWS SDK's providers: the service's own, one of HTTP, or the system's. */
interface Failure {
  readonly name?: string;
  readonly code?: unknown;
  readonly Code?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly statusCode?: number;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Codes with which a request came to nothing that may succeed later. */
const PASSING = new Set(["IDPCommunicationError", "Throttling", "ThrottlingException", "RequestTimeout"]);
const UNREADABLE = new Set<unknown>(["ENOENT", "EACCES", "EPERM", "EISDIR"]);
const TOO_MANY_REQUESTS = 429;
const UNKNOWN = "Unknown";

/**
 * @returns ThawError STORE_DENIED where trying again is no use, else STORE_UNREACHABLE. Services differ in their codes
 *   (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html) and agree in HTTP's.
 */
export function identityError(identity: StoreIdentity, error: unknown): ThawError {
  const failure = (error ?? {}) as Failure;
  if (identity.kind === "web identity" && UNREADABLE.has(failure.code)) {
    return new ThawError(
      "STORE_DENIED",
      `the web identity's token ${identity.tokenFile} cannot be read (${failure.code})`,
      {
        hint: "AWS_WEB_IDENTITY_TOKEN_FILE has to name it; in a pod, mount a token of its service account there",
        cause: error,
      },
    );
  }
  const said = saying(failure);
  return isRefusal(failure)
    ? new ThawError("STORE_DENIED", `${giverOf(identity)} gives no keys for the object store: ${said}`, {
        hint: HINTS[identity.kind].refused,
        cause: error,
      })
    : new ThawError("STORE_UNREACHABLE", `${giverOf(identity)} does not answer: ${said}`, {
        hint: HINTS[identity.kind].silent,
        cause: error,
      });
}

function isRefusal({ name = "", message = "", statusCode, $metadata }: Failure): boolean {
  // The container's provider tells the status in its message alone.
  const told = /^Server responded with status: (\d+)$/.exec(message)?.[1];
  const status = $metadata?.httpStatusCode ?? statusCode ?? Number(told);
  return status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS && !PASSING.has(name);
}

function saying({ name, code, message = "", Code, Message, $metadata }: Failure): string {
  const status = $metadata?.httpStatusCode;
  // A gateway before the service has no words of its own, and the SDK calls that unknown.
  if (status !== undefined) return name === UNKNOWN ? `HTTP ${status}` : `${name}: ${message}`;
  if (Code !== undefined) return `${Code}: ${Message ?? message}`;
  // Where both addresses of a name refuse, Node's error has a code and no message.
  return message || String(code);
}

function giverOf(identity: StoreIdentity): string {
  switch (identity.kind) {
    case "web identity":
      return `the security token service ${at(identity)}`;
    case "container":
      return "the container's credentials service";
    case "instance":
      return "the instance's metadata service";
  }
}

const at = ({ sts }: WebIdentity): string => (sts === undefined ? "of Amazon" : `at ${sts}`);

const HINTS: Readonly<Record<StoreIdentity["kind"], { readonly refused: string; readonly silent: string }>> =
  {
    "web identity": {
      refused:
        "check the audience, issuer and age of the token in AWS_WEB_IDENTITY_TOKEN_FILE, and whether the role AWS_ROLE_ARN trusts it",
      silent: "AWS_ENDPOINT_URL_STS says where it is; pods need a network policy that lets them go there",
    },
    container: {
      refused: "give the service account, or the ECS task, a role",
      silent: "AWS_CONTAINER_CREDENTIALS_FULL_URI says where it is; network policies must let pods go there",
    },
    instance: {
      refused: "attach a role to the instance, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      silent:
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; only Amazon's machines have a role of their own",
    },
  };
