/** Which environment variables a child process gets: those that its kind needs by name, and none of our credentials. */
import { changesNumbers } from "../engine/variables.js";
import { hasCredentials } from "../network/masked.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `engine`: decodes images of strangers and computes, to numbers that no variable changes; `server`: an embedded server; `tool`: a program that is asked for
 * its version or state; `compiler`, `pip` and `npm`: provisioning; `desktop`: opens a file for whoever sits here.
 */
export type ChildKind = "engine" | "server" | "tool" | "compiler" | "pip" | "npm" | "desktop";

interface Needs {
  readonly names: readonly string[];
  /** Names that begin alike. One that sounds like a secret, `NVIDIA_API_KEY` for instance, is left out all the same. */
  readonly families?: RegExp;
  /** What the child cannot do its work without although there may be a password in it: proxies and package indexes. */
  readonly trustedWith?: RegExp;
}

/** What every program may ask for: where programs and files are, language and time. */
const BASE = ["PATH", "HOME", "TMPDIR", "LANG", "LANGUAGE", "TZ"];
const BASE_FAMILIES = /^LC_[A-Z]+$/;

/** Whether a variable is of the shell that something is started from, and differs from one to another. */
export function isOfShell(name: string): boolean {
  return BASE.includes(name) || BASE_FAMILIES.test(name);
}

const LOADER = ["LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"];
const PYTHON = ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "VIRTUAL_ENV"];
const CERTIFICATES = [
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
];
const PROXIES = "(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY";

const NEEDS: Readonly<Record<ChildKind, Needs>> = {
  engine: {
    names: [
      ...LOADER,
      ...["NODE_OPTIONS", "NODE_V8_COVERAGE", "NODE_COMPILE_CACHE", "UV_THREADPOOL_SIZE"],
      ...["THAW_ENGINE", "THAW_DEVICE", "THAW_CACHE", "XDG_CACHE_HOME"],
      // How it names and samples its spans; its worker sends them, and knows where to.
      ...["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"],
    ],
    // Not all of TF_…: Terraform's variables begin like TensorFlow's.
    families:
      /^(TF_(CPP|NUM|FORCE|GPU|CUDNN|CUBLAS|DETERMINISTIC|DUMP)|CUDA|NVIDIA|OMP|KMP|GOMP|MKL|DNNL|ONEDNN|OPENBLAS|MALLOC|VIPS|FAKETIME)_[A-Z0-9_]+$/,
  },
  server: { names: [] },
  tool: { names: [...LOADER, ...PYTHON] },
  compiler: {
    names: [
      ...LOADER,
      ...[
        "CPATH",
        "C_INCLUDE_PATH",
        "CPLUS_INCLUDE_PATH",
        "LIBRARY_PATH",
        "COMPILER_PATH",
        "GCC_EXEC_PREFIX",
      ],
      ...["SDKROOT", "MACOSX_DEPLOYMENT_TARGET", "CCACHE_DIR", "SOURCE_DATE_EPOCH"],
    ],
  },
  pip: {
    names: [...LOADER, ...PYTHON, ...CERTIFICATES, "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NETRC"],
    trustedWith: new RegExp(`^(${PROXIES}|PIP_[A-Z0-9_]+)$`),
  },
  npm: {
    names: [...LOADER, ...CERTIFICATES, "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NODE_OPTIONS"],
    // The last two are what a .npmrc usually asks for.
    trustedWith: new RegExp(`^(${PROXIES}|(npm_config|NPM_CONFIG)_.+|NPM_TOKEN|NODE_AUTH_TOKEN)$`),
  },
  desktop: {
    names: [
      ...["USER", "LOGNAME", "SHELL", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "BROWSER"],
      ...["DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "WSL_DISTRO_NAME", "WSL_INTEROP"],
    ],
    families: /^(XDG|GNOME|KDE)_[A-Z0-9_]+$/,
  },
};

const SOUNDS_SECRET = /KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|AUTH|SIGNATURE|WEBHOOK|COOKIE/i;

/**
 * @param env usually that of this process
 * @returns the variables of a child of that kind, for `env` of `spawn`: nothing else of ours reaches it
 */
export function childEnvironment(kind: ChildKind, env: Environment = process.env): Record<string, string> {
  const { names, families, trustedWith } = NEEDS[kind];
  const known = new Set([...BASE, ...names]);
  const isNeeded = (name: string): boolean =>
    known.has(name) ||
    ([BASE_FAMILIES, families].some((family) => family?.test(name)) &&
      !SOUNDS_SECRET.test(name) &&
      !changesNumbers(name));
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        (trustedWith?.test(entry[0]) === true || (isNeeded(entry[0]) && !hasCredentials(entry[1]))),
    ),
  );
}
