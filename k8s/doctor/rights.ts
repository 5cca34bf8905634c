/** Whether the API server grants what the control worker asks it for. */
import { AuthorizationV1Api } from "@kubernetes/client-node";
import { ACCESS, type Access } from "../access.js";
import { answered } from "../answered.js";
import type { Cluster } from "../connect.js";
import { type Check, failed } from "./check.js";

/** A right is asked for in this namespace, for a service account of it or for whoever asks. */
export interface Subject {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly account?: string;
}

interface Answer {
  readonly verb: string;
  readonly allowed: boolean;
}

/** One finding a kind of object. */
export async function checkRights(subject: Subject): Promise<readonly Check[]> {
  return Promise.all(ACCESS.map((access) => checkAccess(subject, access)));
}

async function checkAccess(subject: Subject, access: Access): Promise<Check> {
  const { resource, group, verbs } = access;
  const who = subject.account === undefined ? "you" : `service account ${subject.account}`;
  const name = `rights on ${resource}${group === "" ? "" : `.${group}`}`;
  const found = { name, purpose: `${verbs.join(", ")}: for ${who}`, where: `namespace ${subject.namespace}` };
  try {
    const answers = await Promise.all(verbs.map((verb) => ask(subject, access, verb)));
    const refused = answers.filter(({ allowed }) => !allowed).map(({ verb }) => verb);
    if (refused.length === 0) return { ...found, state: "ok" };
    return {
      ...found,
      state: "missing",
      problem: `${who} may not ${refused.join(", ")} ${resource} in namespace ${subject.namespace}`,
      fix: "bind the Role of k8s/chart or k8s/kustomize to the control worker's service account",
    };
  } catch (error) {
    return failed(found, error);
  }
}

async function ask({ cluster, namespace, account }: Subject, access: Access, verb: string): Promise<Answer> {
  const { group, resource } = access;
  const api = cluster.config.makeApiClient(AuthorizationV1Api);
  const resourceAttributes = { namespace, group, resource, verb };
  const { status } = await answered(cluster, `asking whether ${verb} ${resource} is allowed`, () =>
    account === undefined
      ? api.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } })
      : api.createNamespacedLocalSubjectAccessReview({
          namespace,
          body: { metadata: { namespace }, spec: { ...identityOf(namespace, account), resourceAttributes } },
        }),
  );
  return { verb, allowed: status?.allowed === true };
}

/** User and groups of a service account, as Kubernetes' "Service account tokens" names them. */
function identityOf(namespace: string, account: string): { user: string; groups: string[] } {
  return {
    user: `system:serviceaccount:${namespace}:${account}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
}
