/** Which proxy a connection goes through, and which hosts are this machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ThawError } from "../../../../spec/errors.js";
import { isLoopback, loopbackExcluded, proxyFor, proxyName } from "../../../../spec/network/proxy.js";

const PROXY = "http://proxy.example:3128";
const BOTH = { http_proxy: PROXY, HTTPS_PROXY: PROXY };

const THROUGH: readonly [string, string, Record<string, string>][] = [
  ["http://store.example:9000", "http_proxy", BOTH],
  ["https://store.example", "HTTPS_PROXY", BOTH],
  ["https://store.example", "https_proxy", { https_proxy: PROXY, HTTPS_PROXY: "http://other:1" }],
  ["http://store.example", "ALL_PROXY", { ALL_PROXY: PROXY }],
  ["http://store.example", "HTTP_PROXY", { HTTP_PROXY: "proxy.example:3128" }],
  ["https://notexample.org", "HTTPS_PROXY", { ...BOTH, NO_PROXY: "example.org" }],
  ["https://store.example:9000", "HTTPS_PROXY", { ...BOTH, NO_PROXY: "store.example:9001" }],
  ["https://10.1.0.1", "HTTPS_PROXY", { ...BOTH, NO_PROXY: "10.0.0.0/16" }],
];
for (const [target, source, env] of THROUGH) {
  test(`${target} goes through ${source} of ${Object.keys(env).join(", ")}`, () => {
    const proxy = proxyFor(target, env);
    assert.deepEqual([proxy?.source, proxy?.url.host], [source, "proxy.example:3128"]);
  });
}

const PAST: readonly [string, Record<string, string>][] = [
  ["http://127.0.0.1:8333", BOTH],
  ["https://127.8.9.10:7233", BOTH],
  ["http://localhost:8333", BOTH],
  ["http://LOCALHOST:8333", BOTH],
  ["http://a.localhost:8333", BOTH],
  ["http://[::1]:8333", BOTH],
  ["http://0.0.0.0:8333", BOTH],
  ["https://127.0.0.1", { ...BOTH, NO_PROXY: "", no_proxy: "" }],
  ["https://store.example", { ...BOTH, NO_PROXY: "store.example" }],
  ["https://store.example", { ...BOTH, no_proxy: "store.example" }],
  ["https://a.store.example", { ...BOTH, NO_PROXY: "store.example" }],
  ["https://a.store.example", { ...BOTH, NO_PROXY: "x.y, .store.example" }],
  ["https://a.store.example", { ...BOTH, NO_PROXY: "*.store.example" }],
  ["https://STORE.example:9000", { ...BOTH, NO_PROXY: "x.y store.example:9000" }],
  ["https://store.example", { ...BOTH, NO_PROXY: "store.example:443" }],
  ["https://10.0.7.1", { ...BOTH, NO_PROXY: "10.0.0.0/16" }],
  ["https://[fd00::1]:7233", { ...BOTH, NO_PROXY: "fd00::1" }],
  ["https://store.example", { ...BOTH, NO_PROXY: "*" }],
  ["https://store.example", { http_proxy: PROXY }],
  ["https://store.example", {}],
];
for (const [target, env] of PAST) {
  test(`${target} needs no proxy with ${JSON.stringify(env)}`, () => {
    assert.equal(proxyFor(target, env), undefined);
  });
}

test("of two spellings of NO_PROXY the lower one counts, as with curl", () => {
  const env = { ...BOTH, NO_PROXY: "store.example", no_proxy: "else.example" };
  assert.notEqual(proxyFor("https://store.example", env), undefined);
});

test("what is no HTTP proxy is refused, without its password", () => {
  for (const value of ["socks5://me:secret@proxy:1080", "http://", "ht tp://x"]) {
    assert.throws(
      () => proxyFor("https://store.example", { HTTPS_PROXY: value }),
      (error) => error instanceof ThawError && error.code === "USAGE" && !error.message.includes("secret"),
    );
  }
});

test("a proxy is named with its variable and without its password", () => {
  const proxy = proxyFor("https://store.example", { HTTPS_PROXY: "http://me:s%40cret@proxy:3128" });
  assert.equal(proxy && proxyName(proxy), "the proxy http://proxy:3128 (HTTPS_PROXY)");
});

test("names that only begin like this machine's are other machines", () => {
  for (const host of ["localhost.example", "127.0.0.1.example", "notlocalhost", "1127.0.0.1", "::2"])
    assert.equal(isLoopback(host), false, host);
});

test("children find this machine's addresses beside those that are excluded already, in both spellings", () => {
  const { NO_PROXY, no_proxy } = loopbackExcluded({ NO_PROXY: "a.example,localhost" });
  assert.equal(NO_PROXY, "a.example,localhost,127.0.0.1,::1");
  assert.equal(no_proxy, NO_PROXY);
});
