/** Ways out of a pod, one a row: each is refused under the strict policy, with its place in the run file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ThawError } from "../../../../spec/errors.js";
import { INSTALLATION, jobFor } from "./ask.js";
import { pod, T } from "./templates.js";
import { WAYS_TO_SECRETS } from "./waysToSecrets.js";
import { WAYS_TO_THE_NODE } from "./waysToTheNode.js";

const ROWS = [...WAYS_TO_THE_NODE, ...WAYS_TO_SECRETS];

for (const [what, kubernetes, path, says = /./] of ROWS) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => jobFor(kubernetes),
      (error: ThawError) => {
        assert.equal(error.code, "POD_FORBIDDEN", error.message);
        assert.ok(error.message.includes(`${path}: this installation `), error.message);
        assert.match(error.message, says);
        assert.match(error.hint ?? "", /podPolicy .*THAW_POD_POLICY/);
        return true;
      },
    );
  });
}

test("there are more than sixty of them, and each is another one", () => {
  assert.ok(ROWS.length > 60);
  assert.equal(new Set(ROWS.map(([, kubernetes]) => JSON.stringify(kubernetes))).size, ROWS.length);
});

test("a token is not mounted for an account that nobody allows", () => {
  const { service_account: _none, ...installation } = INSTALLATION;
  const token = { volumes: { mounts: [{ path: "/token", token_audience: "sts.example" }] } };
  const wanted = [
    [token, /kubernetes\.volumes\.mounts\[0\]: this installation allows no token/],
    [
      pod({ automountServiceAccountToken: true }),
      /spec\.automountServiceAccountToken: this installation wants/,
    ],
    [
      pod({ automountServiceAccountToken: null }),
      /spec\.automountServiceAccountToken: this installation wants/,
    ],
    [{ service_account: "default" }, /no service account default; it names none/],
  ] as const;
  for (const [kubernetes, message] of wanted)
    assert.throws(() => jobFor(kubernetes, { installation }), { code: "POD_FORBIDDEN", message });
  assert.equal(jobFor(token).spec?.template.spec?.serviceAccountName, "thaw-training");
});

test("everything that is wrong is told at once", () => {
  const kubernetes = {
    service_account: "admin",
    pod_template: {
      spec: { hostPID: true, hostNetwork: true, volumes: [{ name: "x", hostPath: { path: "/" } }] },
    },
  };
  assert.throws(
    () => jobFor(kubernetes),
    ({ message }: ThawError) => {
      assert.match(message, /^this installation does not allow 4 settings of the pod: /);
      for (const place of [
        `${T}.hostPID`,
        `${T}.hostNetwork`,
        `${T}.volumes[0].hostPath`,
        "kubernetes.service_account",
      ])
        assert.ok(message.includes(`${place}: `), message);
      return true;
    },
  );
});

test("what a stranger has written is told without its control characters, and not at any length", () => {
  assert.throws(
    () => jobFor({ image: `evil\u001b[2J\u202e${"x".repeat(5000)}` }),
    ({ message }: ThawError) => {
      assert.ok(!message.includes("\u001b") && !message.includes("\u202e"), message);
      return message.length < 500;
    },
  );
  const volumes = Array.from({ length: 500 }, (_, index) => ({ name: `v${index}`, hostPath: { path: "/" } }));
  assert.throws(
    () => jobFor(pod({ volumes })),
    ({ message }: ThawError) => /and 460 more$/.test(message),
  );
});

test("keys that would change what objects inherit are refused, and change nothing", () => {
  const hostile = JSON.parse(
    '{"spec":{"__proto__":{"hostNetwork":true},"securityContext":{"__proto__":{"privileged":true}},"constructor":{"prototype":{"p":1}}}}',
  ) as object;
  assert.throws(() => jobFor({ pod_template: hostile }), {
    code: "RUN_FILE_INVALID",
    message: /__proto__|constructor/,
  });
  assert.equal(Object.hasOwn(Object.prototype, "hostNetwork"), false);
  assert.equal(({} as { p?: number }).p, undefined);
});
