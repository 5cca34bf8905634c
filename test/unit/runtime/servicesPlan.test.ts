/** What makes a service another one, so that it is started anew. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, describe, test } from "node:test";
import { layoutOf } from "../../../runtime/services/layout.js";
import { PORT_NAMES, type Ports } from "../../../runtime/services/names.js";
import { newRecord } from "../../../runtime/services/record.js";
import { digestOf, makePlan, type Plan } from "../../../runtime/services/supervision/plan.js";

const PORTS = Object.fromEntries(PORT_NAMES.map((name, i) => [name, 20_001 + i])) as unknown as Ports;
const layout = layoutOf(tmpdir());
const record = newRecord(PORTS, undefined);
const executables = {
  temporal: "/bin/temporal",
  weed: "/bin/weed",
  workers: { control: "c.js", training: "t.js" },
};

const before = { ...process.env };
after(() => replaceEnvironment(before));

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
}

function planFrom(env: Readonly<Record<string, string>>, weed = executables.weed): Plan {
  replaceEnvironment(env);
  return makePlan(layout, record, { ...executables, weed });
}

const SHELL = { PATH: "/bin", HOME: "/home/ada", LANG: "C" };

describe("a plan", () => {
  test("is the same from another shell, whatever its variables and their order", () => {
    const one = digestOf(planFrom(SHELL));
    const others = [
      { LANG: "C", HOME: "/home/ada", PATH: "/bin" },
      { ...SHELL, PATH: "/project/node_modules/.bin:/bin", TMPDIR: "/scratch" },
      { ...SHELL, LANG: "de_DE.UTF-8", LC_ALL: "C", TZ: "UTC", TERM: "dumb", NO_COLOR: "1" },
    ];
    for (const env of others) assert.equal(digestOf(planFrom(env)), one);
  });

  test("is another one where a program, a port or a setting of a service is", () => {
    const one = digestOf(planFrom(SHELL));
    assert.notEqual(digestOf(planFrom(SHELL, "/opt/weed")), one);
    assert.notEqual(digestOf(planFrom({ ...SHELL, THAW_METRICS_ADDRESS: "127.0.0.1:9464" })), one);
    const ports = { ...record, ports: { ...PORTS, s3: 30_000 } };
    assert.notEqual(digestOf(makePlan(layout, ports, executables)), one);
  });

  test("reads all parts of a queue where the database is older than their being one", () => {
    const { queueParts, ...older } = record;
    const argumentsOf = (of: typeof record): readonly string[] | undefined =>
      makePlan(layout, of, executables).services.find(({ name }) => name === "temporal")?.args;
    const one = "matching.numTaskqueueReadPartitions=1";
    assert.equal(queueParts, 1);
    assert.deepEqual(
      [record, older].map((of) => argumentsOf(of)?.includes(one)),
      [true, false],
    );
  });

  test("tells a service of other keys apart", () => {
    const { services } = planFrom(SHELL);
    const s3 = services.find(({ name }) => name === "s3");
    assert.ok(s3);
    const other = { ...s3, env: { ...s3.env, AWS_SECRET_ACCESS_KEY: "another" } };
    assert.notEqual(digestOf(other), digestOf(s3));
  });
});
