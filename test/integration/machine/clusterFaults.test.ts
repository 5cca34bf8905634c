/** What `thaw doctor --kubernetes` says of kubeconfigs that are wrong, and of API servers that do not let one in. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { clusterDoctor } from "../../../client/clusterDoctor.js";
import { answered } from "../../../k8s/answered.js";
import { connectCluster } from "../../../k8s/connect.js";
import type { ThawError } from "../../../spec/errors.js";
import { withVariables } from "../../support/machine/variables.js";
import { startHttpProxy } from "../../support/services/httpProxy.js";

let folder: string;
let server: Server;
let address: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-kube-"));
  server = createServer((_, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ kind: "Status", status: "Failure", message: "Unauthorized", code: 401 }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Given {
  readonly current?: string;
  readonly cluster?: string;
  readonly server?: string;
  readonly user?: object;
}

/** JSON is YAML, too. */
function kubeconfig({ current = "mine", cluster = "mine", server: at = address, user = {} }: Given): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    contexts: [{ name: "mine", context: { cluster, user: "me" } }],
    clusters: [{ name: "mine", cluster: { server: at, "insecure-skip-tls-verify": true } }],
    users: [{ name: "me", user }],
  });
}

const plugin = (command: string, args: readonly string[] = []): Given => ({
  user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command, args, interactiveMode: "Never" } },
});

async function apiServer(text: string, env: Record<string, string> = {}) {
  const file = join(folder, "config");
  await writeFile(file, text);
  const variables = { KUBECONFIG: file, TEMPORAL_ADDRESS: undefined, THAW_S3_ENDPOINT: undefined, ...env };
  const rows = await withVariables(variables, () => clusterDoctor(folder, { podSeconds: 0 }));
  return rows.find(({ name }) => name === "API server");
}

const CASES: readonly [string, () => string, RegExp, RegExp][] = [
  [
    "a context that is not there",
    () => kubeconfig({ current: "prod" }),
    /there is no context "prod" in the kubeconfig/,
    /kubectl config use-context mine/,
  ],
  ["no current context", () => kubeconfig({ current: "" }), /has no current context/, /use-context mine/],
  [
    "a context of a cluster that is not there",
    () => kubeconfig({ cluster: "gone" }),
    /for a cluster "gone" that is not in it/,
    /add the cluster/,
  ],
  [
    "a server without scheme",
    () => kubeconfig({ server: "127.0.0.1:6443" }),
    /the server "127.0.0.1:6443" of context "mine" is not a URL/,
    /--server=https/,
  ],
  [
    "a server that is not there",
    () => kubeconfig({ server: "http://127.0.0.1:9" }),
    /ECONNREFUSED/,
    /kubeconfig's server/,
  ],
  [
    "a 401",
    () => kubeconfig({ user: { token: "old" } }),
    /does not know who asks \(401\): Unauthorized/,
    /log in again/,
  ],
  [
    "a plugin that is not installed",
    () => kubeconfig(plugin("thaw-no-such-plugin")),
    /credential plugin thaw-no-such-plugin cannot be run \(ENOENT\)/,
    /ExecCredential/,
  ],
  [
    "a plugin that fails",
    () => kubeconfig(plugin("sh", ["-c", "echo 'token has expired' >&2; exit 1"])),
    /credential plugin failed: token has expired/,
    /ExecCredential/,
  ],
  [
    "a plugin that fails without a word",
    () => kubeconfig(plugin("sh", ["-c", "exit 3"])),
    /credential plugin failed: it ended with an error and no words/,
    /by hand/,
  ],
  [
    "a plugin that prints something else",
    () => kubeconfig(plugin("echo", ["Please log in"])),
    /credential plugin failed: Unexpected token/,
    /ExecCredential/,
  ],
  ["a file that is no YAML", () => "{ no: [", /the kubeconfig cannot be read/, /KUBECONFIG/],
];
for (const [what, config, says, fix] of CASES) {
  test(`${what} is a row with a cause and a fix`, async () => {
    const row = await apiServer(config());
    assert.equal(row?.state, "missing");
    assert.match(row?.problem ?? "", says);
    assert.match(row?.fix ?? "", fix);
  });
}

test("the API server is asked through the proxy of the environment, and on this machine without it", async () => {
  const proxy = await startHttpProxy({ "kube.test:80": new URL(address).host });
  const env = { http_proxy: proxy.url, HTTP_PROXY: proxy.url };
  await apiServer(kubeconfig({}), env);
  assert.deepEqual(proxy.asked, []);
  const row = await apiServer(kubeconfig({ server: "http://kube.test:80" }), env);
  assert.match(row?.problem ?? "", /\(401\)/);
  assert.ok(proxy.asked.length > 0);
  await proxy.close();
});

test("services that this machine names wrongly are a row beside the cluster's", async () => {
  const file = join(folder, "config");
  await writeFile(file, kubeconfig({}));
  const rows = await withVariables({ KUBECONFIG: file, THAW_S3_ENDPOINT: "nowhere:9000" }, () =>
    clusterDoctor(folder, { podSeconds: 300 }),
  );
  assert.match(
    rows.find(({ name }) => name === "services")?.problem ?? "",
    /THAW_S3_ENDPOINT="nowhere:9000"/,
  );
  assert.ok(rows.some(({ name }) => name === "API server"));
});

/** Takes every connection, and never says a word. */
async function silentServer(t: TestContext): Promise<string> {
  const silent = createNetServer().listen(0, "127.0.0.1");
  const sockets = new Set<Socket>();
  silent.on("connection", (socket) => sockets.add(socket));
  await once(silent, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  return `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

test("an API server that never answers, and a plugin that never ends, are given up and named", async (t) => {
  const file = join(folder, "config");
  const silent = await silentServer(t);
  const ask = async (given: Given): Promise<ThawError> => {
    await writeFile(file, kubeconfig(given));
    return withVariables({ KUBECONFIG: file }, async () => {
      const { config, core } = connectCluster();
      return answered({ config }, "listing nodes", () => core.listNode(), 300).then(
        () => assert.fail("it has answered"),
        (error: unknown) => error as ThawError,
      );
    });
  };
  const server = await ask({ server: silent });
  assert.equal(server.message, `listing nodes: the API server ${silent} has not answered in 0.3 s`);
  assert.match(server.hint ?? "", /firewall or a VPN/);
  const waiting = await ask(plugin("sleep", ["20"]));
  assert.match(
    waiting.message,
    /has not answered in 0.3 s, or the kubeconfig's credential plugin sleep has not/,
  );
  assert.match(waiting.hint ?? "", /run sleep by hand/);
});

test("the doctor ends by itself where the API server never answers", async (t) => {
  const file = join(folder, "config");
  const silent = await silentServer(t);
  await writeFile(file, kubeconfig({ server: silent }));
  const main = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "doctor", "--kubernetes", "--json"], {
    cwd: folder,
    env: { ...process.env, KUBECONFIG: file },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  let written = "";
  child.stdout.on("data", (chunk: Buffer) => {
    written += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 4);
  const { checks } = JSON.parse(written) as { checks: { name: string; problem?: string }[] };
  assert.match(
    checks.find(({ name }) => name === "API server")?.problem ?? "",
    new RegExp(`the API server ${silent} has not answered in 20 s`),
  );
});
