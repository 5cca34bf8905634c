import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { PORT_NAMES, type Ports } from "../../../runtime/services/names.js";
import { canListen, choosePorts, onFreePorts } from "../../../runtime/services/ports.js";

const allFree = async () => true;
const allBut =
  (...busy: number[]) =>
  async (port: number) =>
    !busy.includes(port);

function listen(host: string): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve({ server, port: address.port });
    });
  });
}

test("the usual ports are taken when they are free, and every port only once", async () => {
  const ports = await choosePorts({}, {}, allFree);
  assert.deepEqual([ports.temporal, ports.ui, ports.s3], [7233, 8233, 8333]);
  assert.deepEqual(Object.keys(ports).sort(), [...PORT_NAMES].sort());
  assert.equal(new Set(Object.values(ports)).size, PORT_NAMES.length);
});

test("last time's ports come before the usual ones", async () => {
  const ports = await choosePorts({}, { ui: 25_000, admin: 25_001 }, allFree);
  assert.deepEqual([ports.temporal, ports.ui, ports.admin], [7233, 25_000, 25_001]);
});

test("busy ports that nobody asked for are replaced by free ones below the outgoing range", async () => {
  const ports = await choosePorts({}, { ui: 25_000 }, allBut(7233, 25_000));
  assert.equal(ports.ui, 8233);
  assert.ok(ports.temporal >= 20_000 && ports.temporal < 30_000, String(ports.temporal));
});

test("a port that was asked for wins over another service's usual or last one", async () => {
  const ports = await choosePorts({ s3: 7233 }, { temporal: 7233, master: 7233 }, allFree);
  assert.equal(ports.s3, 7233);
  assert.equal(Object.values(ports).filter((port) => port === 7233).length, 1);
});

test("a port asked for twice is a usage error", async () => {
  await assert.rejects(choosePorts({ ui: 9000, s3: 9000 }, {}, allFree), { code: "USAGE", message: /9000/ });
});

test("a busy port that was asked for is PORT_BUSY with the port, its use and its holder", async () => {
  const { server, port } = await listen("127.0.0.1");
  try {
    await assert.rejects(choosePorts({ ui: port }, {}), {
      code: "PORT_BUSY",
      message:
        process.platform === "linux"
          ? new RegExp(
              `port ${port}, asked for the Temporal UI, is in use by .* \\(process ${process.pid}\\)`,
            )
          : new RegExp(`port ${port}, asked for the Temporal UI, is in use`),
    });
  } finally {
    server.close();
  }
});

test("a port that is held on all addresses is not free", async () => {
  const { server, port } = await listen("0.0.0.0");
  assert.equal(await canListen(port), false);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await canListen(port), true);
});

test("where another program takes a port meanwhile, the start is made once more on others", async () => {
  const busy = new Set<number>();
  const tried: Ports[] = [];
  const told: (readonly number[])[] = [];
  const start = async (ports: Ports): Promise<void> => {
    tried.push(ports);
    if (tried.length > 1) return;
    busy.add(ports.s3);
    throw new Error("the S3 server does not start");
  };
  await onFreePorts(
    {},
    {},
    start,
    (ports) => told.push(ports),
    async (port) => !busy.has(port),
  );
  assert.deepEqual(told, [[8333]]);
  assert.deepEqual(
    tried.map(({ temporal, s3 }) => [temporal, s3 === 8333]),
    [
      [7233, true],
      [7233, false],
    ],
  );
});

test("a start that fails on free ports is not tried again, one whose asked port was taken names it", async () => {
  let tries = 0;
  const failing = async (): Promise<void> => {
    tries += 1;
    throw new Error("a damaged database");
  };
  const nobody = () => assert.fail("no port was taken");
  await assert.rejects(onFreePorts({}, {}, failing, nobody, allFree), /damaged/);
  assert.equal(tries, 1);

  const busy = new Set<number>();
  const losing = async (): Promise<void> => {
    busy.add(9000);
    throw new Error("the S3 server does not start");
  };
  const lost = onFreePorts(
    { s3: 9000 },
    {},
    losing,
    () => undefined,
    async (port) => !busy.has(port),
  );
  await assert.rejects(lost, { code: "PORT_BUSY", message: /port 9000, asked for the S3 server/ });
});
