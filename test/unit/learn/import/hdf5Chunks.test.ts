/** Datasets in chunks: read as h5py reads them, plain or compressed, and bounded before they are inflated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type H5File, readHdf5 } from "../../../../learn/import/hdf5/file.js";
import { fletcher32 } from "../../../../learn/import/hdf5/fletcher32.js";
import { ThawError } from "../../../../spec/errors.js";
import { fixture } from "../support.js";

const { shape, values, read, refused, never, large } = fixture<{
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly read: readonly { readonly what: string; readonly file: string }[];
  readonly refused: readonly { readonly says: string; readonly file: string }[];
  readonly never: string;
  readonly large: string;
}>("files/hdf5Chunks.json");

const opened = (file: Buffer): H5File => readHdf5(file, (what) => new ThawError("DATA_INVALID", what));
const kernelOf = (file: Buffer) => {
  const found = opened(file);
  return found.read(found.datasets[0] ?? assert.fail(found.faults[0]?.fault));
};
const bytesOf = (text: string): Buffer => Buffer.from(text, "base64");

for (const { what, file } of read) {
  test(`${what}: the numbers are those that were written`, () => {
    const kernel = kernelOf(bytesOf(file));
    assert.deepEqual([kernel.shape, [...kernel.data]], [shape, values]);
  });
}

for (const { says, file } of refused) {
  test(`${says}: it is told why that is not read`, () => {
    const { datasets, faults } = opened(bytesOf(file));
    assert.equal(datasets.length, 0);
    assert.ok(faults[0]?.fault.includes(says), faults[0]?.fault);
  });
}

test("chunks that were never written are no noughts", () => {
  assert.throws(() => kernelOf(bytesOf(never)), /never written/);
});

test("more than weights inflate to is refused before it is inflated", () => {
  assert.throws(() => kernelOf(bytesOf(large)), /inflate to more than weights do/);
});

test("a chunk of which one bit is another than its checksum says is refused, and its dataset named", () => {
  for (const what of ["checksums", "gzip, shuffled, with checksums"]) {
    const sound = bytesOf(read.find((one) => one.what === what)?.file ?? assert.fail());
    // Where the first chunk's bytes are: behind its key in the tree of chunks.
    const tree = sound.lastIndexOf("TREE");
    const [size, address] = [sound.readUInt32LE(tree + 24), sound.readUInt32LE(tree + 24 + 8 + 8 * 4)];
    for (const at of [address, address + size - 5, address + size - 1]) {
      const damaged = Buffer.from(sound);
      damaged[at] = (sound[at] ?? 0) ^ 4;
      assert.throws(() => kernelOf(damaged), /does not fit its checksum \(dataset first\/kernel\)/, what);
    }
  }
});

test("checksums are those of HDF5: words of an order, an odd byte filled up, and no nought where something is", () => {
  const sums = (...bytes: number[]): string => fletcher32(Uint8Array.from(bytes)).toString(16);
  assert.equal(sums(1, 2), "1020102");
  assert.equal(sums(1, 2, 3), "5040402");
  assert.equal(sums(), "0");
  assert.equal(sums(255, 255), "ffffffff");
  assert.equal(sums(...Array.from({ length: 1442 }, () => 255)), "ffffffff");
});

test("a chunk that is damaged, or inflates to more than it should, is refused", () => {
  const sound = bytesOf(read.find(({ what }) => what === "gzip")?.file ?? assert.fail());
  // The header of a stream of zlib, as h5py compresses.
  const at = sound.indexOf(Buffer.from([0x78, 0x5e]));
  assert.ok(at > 0);
  const damaged = Buffer.from(sound).fill(0xff, at, at + 8);
  assert.throws(() => kernelOf(damaged), /a chunk in it is damaged/);
});
