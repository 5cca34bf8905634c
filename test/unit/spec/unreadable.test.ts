/** What stands for a file that cannot be read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DIGEST_OR_MARK, unreadableMark, whyUnreadable } from "../../../spec/images/unreadable.js";

test("an error of the file gives a mark that says why; one of the machine gives none", () => {
  const mark = unreadableMark("EACCES") ?? assert.fail();
  assert.equal(whyUnreadable(mark), "it may not be read: its permissions forbid it");
  for (const code of ["EMFILE", "toString", undefined]) assert.equal(unreadableMark(code), undefined);
});

test("a digest is no mark, and an upload's list may have either", () => {
  const digest = "0a".repeat(32);
  assert.equal(whyUnreadable(digest), undefined);
  assert.equal(whyUnreadable(undefined), undefined);
  for (const good of [digest, unreadableMark("EIO") ?? ""]) assert.match(good, DIGEST_OR_MARK);
  for (const bad of ["", digest.slice(1), "unreadable:", "unreadable:EMFILE", `${digest}0`])
    assert.doesNotMatch(bad, DIGEST_OR_MARK);
});
