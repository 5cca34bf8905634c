/** What the control worker asks the API server for, and so what its Role grants: the manifests are compared with it. */

export interface Access {
  /** API group; `""` is the core. */
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

export const ACCESS: readonly Access[] = [
  { group: "batch", resource: "jobs", verbs: ["create", "delete", "get", "list", "watch"] },
  { group: "", resource: "pods", verbs: ["list", "watch"] },
  { group: "", resource: "events", verbs: ["list"] },
];
