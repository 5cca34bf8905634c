/** Temporal's address and credentials from the environment variables that every Temporal tool reads. */
import { type ClientConnectConfig, loadClientConnectConfig } from "@temporalio/envconfig";
import { z } from "zod";
import { ThawError } from "../spec/errors.js";
import { TEMPORAL_SELECTORS, type TemporalSettings } from "../spec/platform.js";

/** Frontend port that Temporal's own tools assume. */
const DEFAULT_PORT = 7233;

const addressSchema = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s/:]+)(:\d{1,5})?$/)
  .transform((address) => (/:\d+$/.test(address) ? address : `${address}:${DEFAULT_PORT}`));
const urlSchema = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));

/**
 * @param env environment without empty values
 * @returns undefined when no variable names a server
 * @throws ThawError USAGE when the variables, or the configuration file they name, make no sense
 */
export function temporalFromEnvironment(env: Readonly<Record<string, string>>): TemporalSettings | undefined {
  const source = TEMPORAL_SELECTORS.find((name) => env[name] !== undefined);
  if (source === undefined) return undefined;
  const { connectionOptions, namespace } = read(env, source);
  const address = addressSchema.safeParse(connectionOptions.address);
  if (!address.success) {
    throw new ThawError(
      "USAGE",
      connectionOptions.address === undefined
        ? `${source}=${env[source]} gives no address of a Temporal server`
        : `"${connectionOptions.address.replace(/^.*@/, "***@")}" is not the address of a Temporal server`,
      { hint: "write it as host:port without a scheme, for example TEMPORAL_ADDRESS=127.0.0.1:7233" },
    );
  }
  const { apiKey } = connectionOptions;
  const tls = tlsSettings(connectionOptions.tls);
  const uiUrl = uiUrlFrom(env);
  return {
    address: address.data,
    namespace: namespace ?? "default",
    ...(typeof apiKey === "string" ? { apiKey } : {}),
    ...(tls === undefined ? {} : { tls }),
    ...(uiUrl === undefined ? {} : { uiUrl }),
  };
}

function read(env: Readonly<Record<string, string>>, source: string): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: { ...env } });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new ThawError(
      "USAGE",
      `the Temporal settings of ${source}=${env[source]} cannot be read: ${detail}`,
      {
        hint: "check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the TEMPORAL_TLS_… paths",
        cause,
      },
    );
  }
}

/** Envconfig gives an object of undefined values where plain TLS is meant: that is `true` here. */
function tlsSettings(tls: ClientConnectConfig["connectionOptions"]["tls"]): TemporalSettings["tls"] {
  if (tls === undefined || tls === null || typeof tls === "boolean") return tls ?? undefined;
  const { serverRootCACertificate: ca, clientCertPair: pair, serverNameOverride: serverName } = tls;
  const settings = {
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(pair ? { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) } : {}),
    ...(serverName ? { serverName } : {}),
  };
  return Object.keys(settings).length === 0 ? true : settings;
}

function uiUrlFrom(env: Readonly<Record<string, string>>): string | undefined {
  if (env.TEMPORAL_UI_URL === undefined) return undefined;
  const url = urlSchema.safeParse(env.TEMPORAL_UI_URL);
  if (url.success) return url.data;
  throw new ThawError("USAGE", `TEMPORAL_UI_URL="${env.TEMPORAL_UI_URL}" is not a URL`, {
    hint: "write it with its scheme, for example http://127.0.0.1:8233",
  });
}
