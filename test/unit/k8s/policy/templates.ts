/** Sections `kubernetes` of run files with one thing in them that is wrong. */

/** What it is, the section, where the refusal says that it is, and what it says. */
export type Row = readonly [what: string, kubernetes: object, path: string, says?: RegExp];

export const pod = (spec: object): object => ({ pod_template: { spec } });
export const training = (container: object): object =>
  pod({ containers: [{ name: "training", ...container }] });
export const context = (securityContext: object | null): object => training({ securityContext });
export const beside = (container: object, list = "containers"): object =>
  pod({ [list]: [{ name: "beside", image: "thaw:1", securityContext: SAFE, ...container }] });
export const SAFE = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
export const volume = (source: object): object => pod({ volumes: [{ name: "x", ...source }] });
export const variable = (name: string, value = "x"): object => training({ env: [{ name, value }] });
export const annotation = (key: string): object => ({
  pod_template: { metadata: { annotations: { [key]: "x" } } },
});

/** Places in them. */
export const T = "kubernetes.pod_template.spec";
export const C = `${T}.containers[0]`;
export const S = `${C}.securityContext`;
