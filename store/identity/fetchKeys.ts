/** Exchanges an identity for temporary keys, by the AWS SDK's own providers. */
import type { Agent } from "node:https";
import { HttpProxyAgent } from "hpagent";
import { proxyFor } from "../../spec/network/proxy.js";
import type { StoreIdentity, WebIdentity } from "../../spec/platform.js";
import { securedBy } from "../connection/proxied.js";
import { identityError } from "./identityError.js";
import type { TemporaryKeys } from "./renewingProvider.js";

/** Waiting for an answer must end, because every request to the store waits for the keys. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
/** What is next door answers at once; elsewhere there is nobody. */
const NEXT_DOOR = { timeout: 2_000, maxRetries: 2 };
/** What the providers would write to the terminal is in the errors. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * What gets keys, again at each call. The SDK is loaded when it is needed: most have keys that somebody gave them.
 * @param region of the store, for Amazon's security token service
 */
export function keysFor(identity: StoreIdentity, region: string): () => Promise<TemporaryKeys> {
  let provider: Promise<() => Promise<TemporaryKeys>> | undefined;
  return async () => {
    // Of the versions of Node that a later SDK will ask for; which SDK there is, package-lock.json says.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    try {
      provider ??= providerOf(identity, region);
      return await (await provider)();
    } catch (error) {
      throw identityError(identity, error);
    }
  };
}

async function providerOf(identity: StoreIdentity, region: string): Promise<() => Promise<TemporaryKeys>> {
  switch (identity.kind) {
    case "web identity":
      return webIdentity(identity, region);
    case "container": {
      const { fromHttp } = await import("@aws-sdk/credential-provider-http");
      return fromHttp({ ...NEXT_DOOR, logger: SILENT });
    }
    case "instance": {
      const { fromInstanceMetadata } = await import("@smithy/credential-provider-imds");
      return fromInstanceMetadata({ ...NEXT_DOOR, logger: SILENT });
    }
  }
}

/** The token's file is read each time: a cluster puts a new token there before the old one ends. */
async function webIdentity(
  { tokenFile, roleArn, sessionName, sts }: WebIdentity,
  region: string,
): Promise<() => Promise<TemporaryKeys>> {
  const { fromTokenFile } = await import("@aws-sdk/credential-provider-web-identity");
  return fromTokenFile({
    webIdentityTokenFile: tokenFile,
    roleArn,
    roleSessionName: sessionName,
    clientConfig: {
      region,
      requestHandler: { ...TIMEOUTS, ...agentsFor(sts ?? `https://sts.${region}.amazonaws.com`) },
      ...(sts === undefined ? {} : { endpoint: sts }),
    },
  });
}

/** What is next door – a container's service, an instance's – is never asked through a proxy; this one may be far. */
function agentsFor(sts: string): { httpsAgent: Agent; httpAgent?: HttpProxyAgent } {
  const proxy = proxyFor(sts);
  return {
    httpsAgent: securedBy(proxy),
    ...(proxy === undefined ? {} : { httpAgent: new HttpProxyAgent({ proxy: proxy.url }) }),
  };
}

function ignore(): void {}
