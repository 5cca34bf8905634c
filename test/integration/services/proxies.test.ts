/** Real servers behind an HTTP proxy, and beside one that must not be asked. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { openTemporal } from "../../../runtime/openTemporal.js";
import { nativeOptions } from "../../../runtime/temporalConnection.js";
import { ThawError } from "../../../spec/errors.js";
import { openStore } from "../../../store/connection/connection.js";
import { getJson, listNames, putJson } from "../../../store/json.js";
import { withVariables } from "../../support/machine/variables.js";
import { type HttpProxy, startHttpProxy } from "../../support/services/httpProxy.js";
import { type Stack, startStack } from "../../support/services/stack.js";

const NONE = Object.fromEntries(
  ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [
    [name, undefined],
    [name.toUpperCase(), undefined],
  ]),
);
let stack: Stack;
let proxy: HttpProxy;
let locked: HttpProxy;
before(async () => {
  stack = await startStack({ workers: false });
  const { temporal, store } = stack.session.platform;
  const hosts = { "temporal.test:7233": temporal.address, "store.test:9000": new URL(store.endpoint).host };
  proxy = await startHttpProxy(hosts);
  locked = await startHttpProxy(hosts, "me:s@cret");
});
after(async () => {
  await proxy.close();
  await locked.close();
  await stack.close();
});

const temporal = (address = "temporal.test:7233") => ({ ...stack.session.platform.temporal, address });
const store = (endpoint = "http://store.test:9000") =>
  openStore({ ...stack.session.platform.store, endpoint });
const withPassword = (who: string): string => locked.url.replace("//", `//${who}@`);

for (const [lower, upper] of [
  ["https_proxy", "http_proxy"],
  ["HTTPS_PROXY", "HTTP_PROXY"],
] as const) {
  test(`clients, workers and the store go through ${lower} and ${upper}`, async () => {
    proxy.asked.length = 0;
    await withVariables({ ...NONE, [lower]: proxy.url, [upper]: proxy.url }, async () => {
      await (await openTemporal(temporal())).close();
      const connection = await NativeConnection.connect(nativeOptions(temporal()));
      const { namespaceInfo } = await new Client({ connection }).workflowService.describeNamespace({
        namespace: "default",
      });
      assert.equal(namespaceInfo?.name, "default");
      await connection.close();
      await putJson(store(), "proxied/a.json", { here: lower });
      assert.deepEqual(await getJson(store(), "proxied/a.json"), { here: lower });
      assert.deepEqual(await listNames(store(), "proxied/"), ["proxied/a.json"]);
    });
    assert.ok(proxy.asked.includes("CONNECT temporal.test:7233"));
    assert.ok(proxy.asked.some((one) => one.startsWith("PUT http://store.test:9000/")));
    assert.equal(process.env.grpc_proxy, undefined);
  });
}

test("a proxy that wants a password gets it", async () => {
  const url = withPassword("me:s%40cret");
  await withVariables({ ...NONE, ALL_PROXY: url }, async () => {
    await (await openTemporal(temporal())).close();
    await (await NativeConnection.connect(nativeOptions(temporal()))).close();
    await putJson(store(), "proxied/b.json", 1);
  });
});

test("servers on this machine are asked without the proxy that is set for all", async () => {
  proxy.asked.length = 0;
  const { platform } = stack.session;
  await withVariables(
    { ...NONE, http_proxy: proxy.url, https_proxy: proxy.url, ALL_PROXY: proxy.url },
    async () => {
      await (await openTemporal(platform.temporal)).close();
      await (await NativeConnection.connect(nativeOptions(platform.temporal))).close();
      await putJson(store(platform.store.endpoint), "proxied/c.json", 1);
      const port = new URL(platform.store.endpoint).port;
      await putJson(store(`http://localhost:${port}`), "proxied/c.json", 1);
    },
  );
  assert.deepEqual(proxy.asked, []);
});

interface Refused {
  readonly what: string;
  readonly env: () => Record<string, string>;
  readonly code: readonly [string, string];
  readonly says: RegExp;
}
const REFUSED: readonly Refused[] = [
  {
    what: "is not there",
    env: () => ({ HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" }),
    code: ["TEMPORAL_UNREACHABLE", "STORE_UNREACHABLE"],
    says: /the proxy http:\/\/127\.0\.0\.1:9 \(HTTPS?_PROXY\).*ECONNREFUSED/,
  },
  {
    what: "wants a password",
    env: () => ({ http_proxy: withPassword("you:wrong"), https_proxy: withPassword("you:wrong") }),
    code: ["TEMPORAL_DENIED", "STORE_DENIED"],
    says: /the proxy http:\/\/127\.0\.0\.1:\d+ \(https?_proxy\).*wants to know who asks \(HTTP 407\)/,
  },
];
for (const { what, env, code, says } of REFUSED) {
  test(`a proxy that ${what} is named with its variable, and without a password`, async () => {
    const isTold = (expected: string) => (error: unknown) => {
      assert.ok(error instanceof ThawError, String(error));
      assert.equal(error.code, expected);
      assert.match(error.message, says);
      assert.match(error.hint ?? "", /NO_PROXY/);
      assert.doesNotMatch(`${error.message}${error.hint}`, /wrong/);
      return true;
    };
    await withVariables({ ...NONE, ...env() }, async () => {
      await assert.rejects(openTemporal(temporal()), isTold(code[0]));
      await assert.rejects(putJson(store(), "proxied/d.json", 1), isTold(code[1]));
    });
  });
}

test("a host that the proxy does not let through is told as the proxy's refusal", async () => {
  await withVariables({ ...NONE, HTTPS_PROXY: proxy.url }, async () => {
    await assert.rejects(openTemporal(temporal("else.test:7233")), {
      code: "TEMPORAL_DENIED",
      message: /the proxy .*does not let us through to the Temporal server at else\.test:7233 \(HTTP 403\)/,
    });
    await assert.rejects(putJson(store("https://else.test"), "a.json", 1), {
      code: "STORE_DENIED",
      message: /else\.test through the proxy .*HTTP 403/,
    });
  });
});

test("an https:// proxy, which gRPC cannot use, is refused in words", async () => {
  await withVariables({ ...NONE, HTTPS_PROXY: "https://proxy.test" }, async () => {
    await assert.rejects(openTemporal(temporal()), {
      code: "USAGE",
      message: /gRPC has no https:\/\/ proxies/,
    });
  });
});
