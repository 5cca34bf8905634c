/** Reads images in any bucket at the store's endpoint, with its credentials. */
import { ThawError } from "../../spec/errors.js";
import {
  type BucketPlace,
  bucketUrl,
  type ListedObject,
  type ObjectReader,
} from "../../spec/images/objects.js";
import { isMissing, type Store, storeCall } from "../connection/connection.js";

export function bucketReader(store: Store): ObjectReader {
  return {
    endpoint: store.endpoint,
    list: (place) =>
      storeCall(store, `listing ${bucketUrl(place)}`, () =>
        list(store, place).catch((error: unknown) => {
          throw isMissing(error) || isNoName(error) ? noBucket(store, place) : error;
        }),
      ),
    read: (place, most) =>
      storeCall(store, `reading ${bucketUrl(place)}`, () =>
        read(store, place, most).catch((error: unknown) => {
          throw isMissing(error) || isNoName(error) ? noObject(store, place) : error;
        }),
      ),
  };
}

async function list({ client }: Store, { bucket, key: prefix }: BucketPlace): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const item of client.listObjectsV2(bucket, prefix, true)) {
    const { name, size = 0, etag = "" } = item as { name?: string; size?: number; etag?: string };
    if (name !== undefined) objects.push({ bucket, key: name, size, etag });
  }
  return objects;
}

async function read({ client }: Store, place: BucketPlace, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop ends the answer.
  for await (const chunk of await client.getObject(place.bucket, place.key)) {
    size += (chunk as Buffer).length;
    if (size > most) throw tooLarge(place, most);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The client refuses names that no bucket can have before it asks the server. */
function isNoName(error: unknown): boolean {
  return error instanceof Error && error.name === "InvalidBucketNameError";
}

const OTHER_ENDPOINT = "thaw reads buckets at the endpoint that it stores its artifacts in, and at no other";

function noBucket({ endpoint }: Store, { bucket }: BucketPlace): ThawError {
  return new ThawError("DATA_NOT_FOUND", `there is no bucket ${bucket} at ${endpoint}`, {
    hint: `check the name; ${OTHER_ENDPOINT}`,
  });
}

function tooLarge(place: BucketPlace, most: number): ThawError {
  return new ThawError(
    "DATA_INVALID",
    `${bucketUrl(place)} has more than ${most / 1e6} MB, which is not read`,
    {
      hint: "check the address: a manifest has a line for each image, and an image is smaller",
    },
  );
}

function noObject({ endpoint }: Store, place: BucketPlace): ThawError {
  return new ThawError("DATA_NOT_FOUND", `there is no object ${bucketUrl(place)} at ${endpoint}`, {
    hint: `check bucket and key; ${OTHER_ENDPOINT}`,
  });
}
