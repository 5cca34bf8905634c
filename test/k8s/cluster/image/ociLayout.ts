/** An image as an OCI image layout (image-spec 1.0), which `ctr images import` reads. */
import { createHash } from "node:crypto";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../../../runtime/components/program.js";
import type { Layer } from "./layer.js";

const TYPES = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

export interface Image {
  readonly name: string;
  /** From the lowest up. */
  readonly layers: readonly Layer[];
  /** `config` of the image's configuration: `Entrypoint`, `Env`, `WorkingDir`, `User`. */
  readonly config: Readonly<Record<string, unknown>>;
}

interface Blob extends Layer {
  readonly mediaType: string;
  readonly data: string;
}

function blobOf(mediaType: string, value: unknown): Blob {
  const data = JSON.stringify(value);
  return { mediaType, data, digest: createHash("sha256").update(data).digest("hex"), size: data.length };
}

const reference = (mediaType: string, { digest, size }: Layer) => ({
  mediaType,
  digest: `sha256:${digest}`,
  size,
});

/**
 * Writes a tar with the image and those of its layers that are given as files; the importer has the others.
 * @param files layers' tars by digest, on the same disk as `scratch`
 * @returns path of the tar
 */
export async function writeImage(
  image: Image,
  files: Readonly<Record<string, string>>,
  scratch: string,
): Promise<string> {
  const config = blobOf(TYPES.config, {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: image.layers.map(({ digest }) => `sha256:${digest}`) },
  });
  const manifest = blobOf(TYPES.manifest, {
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config: reference(TYPES.config, config),
    layers: image.layers.map((layer) => reference(TYPES.layer, layer)),
  });
  const named = {
    ...reference(TYPES.manifest, manifest),
    annotations: { "io.containerd.image.name": image.name },
  };
  const layout = join(scratch, "layout");
  await rm(layout, { recursive: true, force: true });
  const blobs = join(layout, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  await writeFile(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  for (const { digest, data } of [config, manifest]) await writeFile(join(blobs, digest), data);
  for (const [digest, file] of Object.entries(files)) await link(file, join(blobs, digest));
  const archive = join(scratch, "image.tar");
  await runProgram("tar", ["--create", "--file", archive, "--directory", layout, "."]);
  return archive;
}
