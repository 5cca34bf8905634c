/** Addresses and names that are not the public internet, in whatever way they are written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isPrivateAddress, isPrivateHost, publicLookup } from "../../../store/connection/foreignHosts.js";

const INSIDE = [
  ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
  ...["169.254.169.254", "100.100.100.200", "224.0.0.1", "255.255.255.255"],
  ...["::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "2002:7f00:1::"],
  ...["::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"],
];
const OUTSIDE = [
  ...["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "169.253.1.1", "100.63.0.1", "223.1.1.1"],
  ...["2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "64:ff9b::1.1.1.1", "2001:4860:4860::8888"],
];

for (const address of INSIDE)
  test(`${address} is inside`, () => assert.equal(isPrivateAddress(address), true));
for (const address of OUTSIDE)
  test(`${address} is outside`, () => assert.equal(isPrivateAddress(address), false));

test("a host is judged by what the URL says, in any notation", () => {
  const hostOf = (address: string): string => new URL(address).hostname;
  const inside = [
    ...["http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0251.0376.0251.0376/"],
    ...["http://[::ffff:127.0.0.1]/", "http://[fd00::1]/", "http://LOCALHOST/", "http://a.localhost./"],
    ...["http://metadata.google.internal/", "http://mirror/", "http://nas.local/", "http://box.lan/"],
  ];
  for (const address of inside) assert.equal(isPrivateHost(hostOf(address)), true, address);
  for (const address of [
    "https://example.org/",
    "https://1.1.1.1/",
    "https://[2606:4700::1111]/",
    "https://local.example/",
  ])
    assert.equal(isPrivateHost(hostOf(address)), false, address);
});

type Found = { readonly address: string; readonly family: number }[];

function lookedUp(
  found: Found,
  all: boolean,
): Promise<{ error: Error | null; address: unknown; calls: number }> {
  let calls = 0;
  return new Promise((resolve) => {
    const hook = publicLookup((_host, _options, done) => {
      calls += 1;
      done(null, found);
    });
    hook("weights.test", { all }, (error, address) => resolve({ error, address, calls }));
  });
}

test("a name is resolved once, and what was looked at is what is connected to", async () => {
  const found = [
    { address: "1.1.1.1", family: 4 },
    { address: "2606:4700::1111", family: 6 },
  ];
  assert.deepEqual(await lookedUp(found, true), { error: null, address: found, calls: 1 });
  assert.deepEqual(await lookedUp(found, false), { error: null, address: "1.1.1.1", calls: 1 });
});

test("a name with one private address among public ones is refused", async () => {
  const found = [
    { address: "1.1.1.1", family: 4 },
    { address: "169.254.169.254", family: 4 },
  ];
  for (const all of [true, false]) {
    const { error } = await lookedUp(found, all);
    assert.match(
      String(error?.message),
      /weights\.test \(169\.254\.169\.254\) is not in the public internet/,
    );
  }
  assert.notEqual((await lookedUp([], true)).error, null);
});
