/** The object store's endpoint and credentials from the usual S3 environment variables. */
import { z } from "zod";
import { ThawError } from "../spec/errors.js";
import { hasCredentials } from "../spec/network/masked.js";
import { DEFAULT_BUCKET, DEFAULT_REGION, STORE_ENDPOINTS, type StoreSettings } from "../spec/platform.js";
import { storeCredentials } from "./storeCredentials.js";

const endpointSchema = z
  .url({ protocol: /^https?$/, error: "is not a URL that starts with http:// or https://", abort: true })
  .refine((text) => new URL(text).pathname === "/", "must not have a path")
  .refine(
    (text) => !hasCredentials(text),
    "must not have a name or password: keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  )
  .transform((text) => text.replace(/\/$/, ""));
/** The rules for general purpose buckets: 3 to 63 lower-case letters, digits, dots and dashes. */
const bucketSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "is not a bucket name (3 to 63 lower-case letters, digits, dashes)",
  );
const switchSchema = z.stringbool({ error: "must be true or false" });

/**
 * @param env environment without empty values
 * @returns undefined when no variable names an endpoint: credentials alone are often set for other tools
 * @throws ThawError USAGE for an endpoint, bucket or switch that makes no sense, and for missing credentials
 */
export function storeFromEnvironment(env: Readonly<Record<string, string>>): StoreSettings | undefined {
  const source = STORE_ENDPOINTS.find((name) => env[name] !== undefined);
  if (source === undefined) return undefined;
  const endpoint = check(source, endpointSchema, env[source]);
  return {
    endpoint,
    bucket: check("THAW_S3_BUCKET", bucketSchema, env.THAW_S3_BUCKET ?? DEFAULT_BUCKET),
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? DEFAULT_REGION,
    credentials: storeCredentials(env, { source, endpoint, isAmazon: isAmazon(endpoint) }),
    pathStyle:
      env.THAW_S3_PATH_STYLE === undefined
        ? !isAmazon(endpoint)
        : check("THAW_S3_PATH_STYLE", switchSchema, env.THAW_S3_PATH_STYLE),
  };
}

/** Amazon serves buckets as host names; most other servers know them only as the first part of the path. */
function isAmazon(endpoint: string): boolean {
  return /(^|\.)amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}

function check<T>(name: string, schema: z.ZodType<T>, value: string | undefined): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ThawError("USAGE", `${name}="${value}" ${result.error.issues[0]?.message}`, {
    hint: `correct ${name}, for example ${EXAMPLES[name] ?? "THAW_S3_ENDPOINT=http://127.0.0.1:9000"}`,
  });
}

const EXAMPLES: Readonly<Record<string, string>> = {
  THAW_S3_BUCKET: "THAW_S3_BUCKET=my-models",
  THAW_S3_PATH_STYLE: "THAW_S3_PATH_STYLE=true",
};
