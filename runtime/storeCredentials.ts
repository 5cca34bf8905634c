/** By what the object store knows this process, from the variables that every AWS tool reads. */
import { ThawError } from "../spec/errors.js";
import type { StoreIdentity, StoreKeys } from "../spec/platform.js";

interface Endpoint {
  /** The variable that names it. */
  readonly source: string;
  readonly endpoint: string;
  readonly isAmazon: boolean;
}

const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const WEB_IDENTITY = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"] as const;
const CONTAINER = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] as const;

/**
 * Keys before identities, and these in the order of the AWS tools: web identity, container, instance.
 * @param env environment without empty values
 * @throws ThawError USAGE when there is nothing, or half of something
 */
export function storeCredentials(
  env: Readonly<Record<string, string>>,
  { source, endpoint, isAmazon }: Endpoint,
): StoreKeys | StoreIdentity {
  const { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey } = env;
  if (accessKey !== undefined && secretKey !== undefined) {
    const { AWS_SESSION_TOKEN: sessionToken } = env;
    return { accessKey, secretKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  }
  const identity = isAnySet(env, KEYS) ? undefined : identityOf(env, endpoint, isAmazon);
  if (identity !== undefined) return identity;
  const missing = KEYS.filter((name) => env[name] === undefined);
  throw new ThawError(
    "USAGE",
    `${source} is set but ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not`,
    {
      hint: `set ${KEYS.join(" and ")} for the object store at ${endpoint}, or ${WEB_IDENTITY.join(" and ")} for a workload identity`,
    },
  );
}

function identityOf(
  env: Readonly<Record<string, string>>,
  endpoint: string,
  isAmazon: boolean,
): StoreIdentity | undefined {
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE !== undefined) {
    if (env.AWS_ROLE_ARN === undefined) {
      throw new ThawError("USAGE", "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not", {
        hint: "set AWS_ROLE_ARN to the role that the object store gives to whoever has the token",
      });
    }
    // MinIO, SeaweedFS and Ceph have their security token service where they have their buckets.
    const sts = env.AWS_ENDPOINT_URL_STS ?? (isAmazon ? undefined : endpoint);
    return {
      kind: "web identity",
      tokenFile: env.AWS_WEB_IDENTITY_TOKEN_FILE,
      roleArn: env.AWS_ROLE_ARN,
      sessionName: env.AWS_ROLE_SESSION_NAME ?? "thaw",
      ...(sts === undefined ? {} : { sts }),
    };
  }
  if (isAnySet(env, CONTAINER)) return { kind: "container" };
  // Nothing announces an instance's role, and only Amazon's stores know it: elsewhere, keys have been forgotten.
  const isInstance = isAmazon || env.AWS_EC2_METADATA_SERVICE_ENDPOINT !== undefined;
  return isInstance && env.AWS_EC2_METADATA_DISABLED !== "true" ? { kind: "instance" } : undefined;
}

function isAnySet(env: Readonly<Record<string, string>>, names: readonly string[]): boolean {
  return names.some((name) => env[name] !== undefined);
}
