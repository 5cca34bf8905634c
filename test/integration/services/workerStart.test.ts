/** Workers and commands that do not get to Temporal: which address, what is wrong, what to do, and the exit code. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { openTemporal } from "../../../runtime/openTemporal.js";
import type { TemporalSettings } from "../../../spec/platform.js";
import { serviceVariables } from "../../support/services/serviceVariables.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

let stack: Stack;
before(async () => {
  stack = await sharedServices();
});
after(() => stack.close());

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Far more than a worker takes that does not wait. */
const TIME_LIMIT = 60_000;
const scriptOf = (name: string): string =>
  fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url));
const environment = (changed: Record<string, string>): Record<string, string> => ({
  ...{ PATH: process.env.PATH ?? "", HOME: stack.folder, THAW_PROJECT: stack.folder },
  ...serviceVariables(stack),
  ...changed,
});

function worker(name: string, changed: Record<string, string>): Ended {
  return spawnSync(process.execPath, [scriptOf(name)], {
    env: environment(changed),
    encoding: "utf8",
    timeout: TIME_LIMIT,
    killSignal: "SIGKILL",
  });
}

describe("a worker that does not get to Temporal ends with exit code 4 and one sentence", () => {
  const cases: readonly [what: string, changed: Record<string, string>, said: RegExp][] = [
    [
      "a closed port",
      { TEMPORAL_ADDRESS: "127.0.0.1:9" },
      /^\w+ worker: no Temporal server listens at 127\.0\.0\.1:9 \(start .*TEMPORAL_ADDRESS\)\n$/,
    ],
    [
      "an unknown host",
      { TEMPORAL_ADDRESS: "no.such.host.invalid:7233" },
      /^\w+ worker: the (host of the )?Temporal server at no\.such\.host\.invalid:7233 (is not known|cannot be reached \(EAI_AGAIN\))/,
    ],
    [
      "an unknown namespace",
      { TEMPORAL_NAMESPACE: "nowhere" },
      /^\w+ worker: the Temporal server at 127\.0\.0\.1:\d+ has no namespace nowhere \(.*namespace create/,
    ],
    [
      "TLS where there is none",
      { TEMPORAL_TLS: "true" },
      /^control worker: there is no TLS with the Temporal server at 127\.0\.0\.1:\d+ \(\w+\) \(unset TEMPORAL_TLS/m,
    ],
  ];
  for (const [what, changed, said] of cases) {
    test(what, () => {
      const { status, signal, stderr } = worker("control", changed);
      assert.equal(signal, null);
      assert.match(stderr, said);
      assert.equal(status, 4);
    });
  }

  test("the training worker says the same", () => {
    const { status, stderr } = worker("training", { TEMPORAL_NAMESPACE: "nowhere" });
    assert.match(stderr, /^training worker: the Temporal server at \S+ has no namespace nowhere/);
    assert.equal(status, 4);
  });

  test("in a pod, too, where waiting is no use", () => {
    const { status, stderr } = worker("training", {
      TEMPORAL_NAMESPACE: "nowhere",
      KUBERNETES_SERVICE_HOST: "10.96.0.1",
    });
    assert.match(stderr, /has no namespace nowhere/);
    assert.equal(status, 4);
  });
});

describe("a worker in a pod", () => {
  const inPod = (address: string, more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [scriptOf("control")], {
      env: environment({ TEMPORAL_ADDRESS: address, KUBERNETES_SERVICE_HOST: "10.96.0.1", ...more }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        text += String(chunk);
      });
    }
    return { child, said: () => text };
  };

  test("waits for Temporal, says so once, and begins when it is there", async () => {
    const port = await freePort();
    const { child, said } = inPod(`127.0.0.1:${port}`);
    const waits = `control worker waits: no Temporal server listens at 127.0.0.1:${port}`;
    await until("it says that it waits", () => said().includes(waits), said);
    // The real server, at another address from now on.
    const { port: real } = new URL(`http://${stack.session.platform.temporal.address}`);
    const forward = createTcpServer((socket) => {
      const there = connect(Number(real), "127.0.0.1");
      socket.pipe(there).pipe(socket);
      for (const end of [socket, there]) end.on("error", () => [socket, there].map((one) => one.destroy()));
    });
    forward.listen(port, "127.0.0.1");
    try {
      await until("it is ready", () => said().includes('"ready":true'), said);
      assert.equal(said().split("control worker waits").length, 2, said());
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
    } finally {
      child.kill("SIGKILL");
      forward.close();
    }
  });

  test("leaves at once when it is told to while it waits, and its Job makes another", async () => {
    const { child, said } = inPod("127.0.0.1:9", { THAW_RUN_ID: "a-run" });
    await until("it says that it waits", () => said().includes("waits"), said);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [143, null]);
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
/** Tells when a process begins to handle SIGTERM. */
const TELLTALE = `process.on("newListener",(name)=>{if(name==="SIGTERM")process.stdout.write("handled")})`;

test("a worker that is told to leave while it still loads leaves at once, also as the first process of a pod", async () => {
  const child = spawn(process.execPath, [`--import=data:text/javascript,${TELLTALE}`, scriptOf("training")], {
    env: environment({ THAW_RUN_ID: "a-run" }),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  try {
    // The kernel keeps signals from the first process of a container that it does not handle.
    await once(child.stdout, "data");
    const loaded = await readFile(`/proc/${child.pid}/maps`, "utf8");
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [143, null]);
    assert.doesNotMatch(loaded, /@temporalio/, "the SDK is not loaded yet");
  } finally {
    child.kill("SIGKILL");
  }
});

describe("TLS", { skip: hasOpenssl ? false : "no openssl here to make a certificate" }, () => {
  let folder: string;
  let key: Buffer;
  let cert: Buffer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "thaw-tls-"));
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=temporal.test"],
      ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", keyFile, "-out", certFile],
    ]);
    [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What is said of a server that speaks TLS, and nothing else. */
  async function refusal(tls: TemporalSettings["tls"], wantsCertificate = false): Promise<Error> {
    const server = createTlsServer({
      ...{ key, cert, ALPNProtocols: ["h2"] },
      ...(wantsCertificate ? { requestCert: true, rejectUnauthorized: true, ca: cert } : {}),
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      return await openTemporal({
        address,
        namespace: "default",
        ...(tls === undefined ? {} : { tls }),
      }).then(
        () => assert.fail("it is no Temporal server"),
        (error: Error) => error,
      );
    } finally {
      server.close();
    }
  }

  const cases: readonly [what: string, said: RegExp, refused: () => Promise<Error>][] = [
    ["the settings say nothing of it", /speaks TLS, and the settings say nothing/, () => refusal(undefined)],
    [
      "the certificate is nobody's we know",
      /certificate of the Temporal server at \S+ is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
      () => refusal(true),
    ],
    [
      "the certificate is another's",
      /is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
      () => refusal({ ca: cert, serverName: "somebody.test" }),
    ],
    [
      "it wants a certificate of ours",
      /does not accept the client's certificate/,
      () => refusal({ ca: cert }, true),
    ],
  ];
  for (const [what, said, refused] of cases) {
    test(what, async () => {
      const error = await refused();
      assert.match(error.message, said);
      assert.equal((error as { code?: string }).code, "TEMPORAL_DENIED");
    });
  }
});

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
