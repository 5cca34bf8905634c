/** What the client says and does where Temporal gives no answer: at once, within seconds, or after a wait. */
import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { openSession, type Session } from "../../../client/session.js";
import { status } from "../../../runtime/services/status.js";
import { ThawError } from "../../../spec/errors.js";
import { type Stack, startStack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

let stack: Stack;
let session: Session;
before(async () => {
  stack = await startStack({ workers: false });
  ({ session } = stack);
});
after(() => stack.close());

describe("a Temporal server that is not there", () => {
  let silent: Server;
  const sockets: Socket[] = [];
  before(async () => {
    silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  const openAt = (address: string): Promise<Session> => {
    const { platform } = session;
    return openSession({ ...platform, temporal: { ...platform.temporal, address }, embedded: false });
  };
  const unreachable = (address: string) => (error: unknown) => {
    assert.ok(error instanceof ThawError);
    assert.equal(error.code, "TEMPORAL_UNREACHABLE");
    assert.ok(error.message.includes(address), error.message);
    assert.match(error.hint ?? "", /thaw up/);
    return true;
  };

  test("is reported at once when its port is closed", { timeout: 6_000 }, async () => {
    await assert.rejects(openAt("127.0.0.1:9"), unreachable("127.0.0.1:9"));
  });

  test("is waited for while its supervisor starts it again, as the store is", async () => {
    const { services, supervisorPid } = await status(stack.folder);
    assert.ok(supervisorPid !== undefined);
    process.kill(supervisorPid, "SIGSTOP");
    try {
      for (const { pid } of services) if (pid !== undefined) process.kill(pid, "SIGKILL");
      const unsupervised = { ...session.platform, embedded: false };
      await until("nothing listens", () =>
        openSession(unsupervised).then(
          (open) => open.close().then(() => false),
          () => true,
        ),
      );
    } finally {
      setTimeout(() => process.kill(supervisorPid, "SIGCONT"), 500);
    }
    const again = await openSession(session.platform);
    const { namespaceInfo } = await again.temporal.workflowService.describeNamespace({
      namespace: "default",
    });
    assert.equal(namespaceInfo?.name, "default");
    await again.close();
  });

  test("is reported within seconds when its name is unknown or it says nothing", {
    timeout: 10_000,
  }, async () => {
    const address = `127.0.0.1:${(silent.address() as { port: number }).port}`;
    await Promise.all([
      assert.rejects(openAt("no.such.host.invalid:7233"), unreachable("no.such.host.invalid")),
      assert.rejects(openAt(address), unreachable(address)),
    ]);
  });

  test("a namespace that does not exist is named", async () => {
    const { platform } = session;
    const temporal = { ...platform.temporal, namespace: "nowhere" };
    await assert.rejects(openSession({ ...platform, temporal, embedded: false }), {
      code: "TEMPORAL_DENIED",
      message: /no namespace nowhere/,
    });
  });
});
