/** etcd, API server, controller manager and scheduler, each as one process. */
import type { Credentials } from "./credentials.js";
import { type Daemon, startDaemon, waitForDaemon } from "./daemon.js";
import { kubectl } from "./kubectl.js";
import type { Programs } from "./provision/programs.js";
import { SERVICE_ADDRESS } from "./sandbox/sandbox.js";

const ETCD = "http://127.0.0.1:2379";
/** The API server listens where pods look for it, so that they find it without a proxy for services. */
const PORT = 443;
const SERVICES = `${SERVICE_ADDRESS}/16`;

export async function startEtcd(programs: Programs, logs: string): Promise<Daemon> {
  const daemon = startDaemon(
    "etcd",
    [
      "etcd",
      // In memory: a cluster that ends with its test has nothing to keep.
      "--data-dir=/run/etcd",
      ...[`--listen-client-urls=${ETCD}`, `--advertise-client-urls=${ETCD}`],
      "--listen-peer-urls=http://127.0.0.1:2380",
    ],
    programs.environment,
    logs,
  );
  await waitForDaemon(daemon, async () => {
    const { health } = (await (await fetch(`${ETCD}/health`)).json()) as { health: string };
    return health === "true";
  });
  return daemon;
}

export async function startApiServer(
  programs: Programs,
  credentials: Credentials,
  logs: string,
): Promise<Daemon> {
  const daemon = startDaemon(
    "kube-apiserver",
    [
      "kube-apiserver",
      `--etcd-servers=${ETCD}`,
      ...["--bind-address=0.0.0.0", `--secure-port=${PORT}`, `--advertise-address=${SERVICE_ADDRESS}`],
      `--service-cluster-ip-range=${SERVICES}`,
      "--endpoint-reconciler-type=none",
      // Nobody in a sandbox resolves names.
      "--kubelet-preferred-address-types=InternalIP",
      `--cert-dir=${credentials.certificates}`,
      `--token-auth-file=${credentials.tokens}`,
      "--authorization-mode=Node,RBAC",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${credentials.serviceAccountKey}`,
      `--service-account-signing-key-file=${credentials.serviceAccountKey}`,
    ],
    programs.environment,
    logs,
  );
  const { admin } = credentials.kubeconfigs;
  await waitForDaemon(
    daemon,
    async () => (await kubectl(programs, admin, "get", "--raw", "/readyz")) === "ok",
  );
  return daemon;
}

export function startControllers(programs: Programs, credentials: Credentials, logs: string): Daemon[] {
  const { admin, scheduler } = credentials.kubeconfigs;
  return [
    startDaemon(
      "kube-controller-manager",
      [
        "kube-controller-manager",
        ...[`--kubeconfig=${admin}`, "--leader-elect=false", "--bind-address=127.0.0.1"],
        `--service-account-private-key-file=${credentials.serviceAccountKey}`,
        `--root-ca-file=${credentials.authority}`,
      ],
      programs.environment,
      logs,
    ),
    startDaemon(
      "kube-scheduler",
      ["kube-scheduler", `--kubeconfig=${scheduler}`, "--leader-elect=false", "--bind-address=127.0.0.1"],
      programs.environment,
      logs,
    ),
  ];
}
