/** Lists of what is allowed: `*` stands for any letters but `/`, `**` for any, `*` alone for everything. */

/** @throws nothing: a list without patterns allows nothing */
export function isListed(value: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern === "*" || expressionOf(pattern).test(value));
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "u");
}
