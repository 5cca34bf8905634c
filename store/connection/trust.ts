/** Certificate authorities beside those that Node.js comes with. */
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { ThawError } from "../../spec/errors.js";

/**
 * `AWS_CA_BUNDLE`, which every AWS tool reads and Node.js does not know. A list given to TLS stands for all, so the usual
 * ones are in it, and those of `NODE_EXTRA_CA_CERTS`, which Node.js would add to its own only.
 * @returns undefined where TLS may have what it takes by itself
 * @throws ThawError USAGE when the bundle cannot be read
 */
export function trustedAuthorities(env: NodeJS.ProcessEnv = process.env): string[] | undefined {
  const { AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra } = env;
  if (!bundle) return undefined;
  return [
    ...rootCertificates,
    ...(extra ? [read(extra, "NODE_EXTRA_CA_CERTS")] : []),
    read(bundle, "AWS_CA_BUNDLE"),
  ];
}

function read(file: string, variable: string): string {
  try {
    const text = readFileSync(file, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    throw new Error("it has no certificate in PEM");
  } catch (cause) {
    throw new ThawError("USAGE", `${variable}=${file} cannot be used: ${(cause as Error).message}`, {
      hint: `correct or unset ${variable}`,
      cause,
    });
  }
}
