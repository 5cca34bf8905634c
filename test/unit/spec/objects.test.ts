/** Addresses of objects in buckets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketUrl, isBucketUrl, parseBucketUrl } from "../../../spec/images/objects.js";

const PLACES: Readonly<Record<string, { bucket: string; key: string }>> = {
  "s3://photos": { bucket: "photos", key: "" },
  "s3://photos/": { bucket: "photos", key: "" },
  "S3://photos/birds/2026": { bucket: "photos", key: "birds/2026" },
  "s3://photos/birds/": { bucket: "photos", key: "birds/" },
  "s3://photos/a b/ä+c%20d?e#f.csv": { bucket: "photos", key: "a b/ä+c%20d?e#f.csv" },
};
for (const [url, place] of Object.entries(PLACES)) {
  test(`${url} is a place in a bucket`, () => {
    assert.equal(isBucketUrl(url), true);
    assert.deepEqual(parseBucketUrl(url), place);
    assert.deepEqual(parseBucketUrl(bucketUrl(place)), place);
  });
}

for (const path of ["photos", "/s3://photos", "./s3:/photos", "https://photos/a", "s3:photos"]) {
  test(`${path} is no place in a bucket`, () => assert.equal(isBucketUrl(path), false));
}

for (const url of ["s3://", "s3:///key"]) {
  test(`${url} is refused: it names no bucket`, () => {
    assert.throws(() => parseBucketUrl(url), { code: "USAGE", hint: "write s3://BUCKET/PREFIX" });
  });
}
