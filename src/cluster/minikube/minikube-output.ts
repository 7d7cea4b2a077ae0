import type { ClusterNode } from '../provider.ts';

/** One node as `minikube status -o json` has it; one object for one node, an array for several. */
interface NodeStatus {
  Name: string;
  Host: string;
  Kubelet: string;
  APIServer: string;
  Kubeconfig: string;
  Worker: boolean;
}

/**
 * Nodes from `minikube status -o json`, whatever its exit code (2: something is stopped or paused, 7: the host is stopped).
 * `undefined` when the text is not a status: the profile does not exist, minikube failed, or the machine of a node was removed (`null`).
 */
export function nodesFromStatus(text: string): ClusterNode[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list = (Array.isArray(parsed) ? parsed : [parsed]) as NodeStatus[];
  if (!list.every((node) => typeof node?.Name === 'string' && typeof node.Host === 'string')) return undefined;
  return list.map((node) => ({
    name: node.Name,
    role: node.Worker ? 'worker' : 'control-plane',
    state:
      node.Host === 'Running'
        ? node.Kubelet === 'Paused' || node.APIServer === 'Paused'
          ? 'paused'
          : 'running'
        : node.Host === 'Paused'
          ? 'paused'
          : 'stopped',
  }));
}

export interface Profile {
  name: string;
  driver: string;
  /** Names that the API server's certificate is made for, as `minikube start` was told. */
  apiServerNames: string[];
  nodes: Pick<ClusterNode, 'name' | 'role'>[];
}

/** Profiles, valid ones first, of `minikube profile list -o json`. Its `Status` is not looked at: it stays OK while a kubelet is stopped. */
export function profilesFrom(text: string): Profile[] {
  interface Listed {
    Name: string;
    Config?: {
      Driver?: string;
      KubernetesConfig?: { APIServerNames?: string[] | null };
      Nodes?: { Name: string; ControlPlane: boolean }[] | null;
    } | null;
  }
  let parsed: { valid?: Listed[] | null; invalid?: Listed[] | null };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    return [];
  }
  return [...(parsed.valid ?? []), ...(parsed.invalid ?? [])].map(({ Name, Config }) => ({
    name: Name,
    driver: Config?.Driver ?? '',
    apiServerNames: Config?.KubernetesConfig?.APIServerNames ?? [],
    // the first control plane has no name of its own
    nodes: (Config?.Nodes ?? []).map((node) => ({
      name: node.Name === '' ? Name : `${Name}-${node.Name}`,
      role: node.ControlPlane ? 'control-plane' : 'worker',
    })),
  }));
}

/** Add-ons that are enabled, from `minikube addons list -o json`: `{"ingress": {"Profile": "minikube", "Status": "enabled"}, ...}`. */
export function enabledAddons(text: string): Set<string> {
  try {
    const listed = JSON.parse(text) as Record<string, { Status?: string }>;
    return new Set(Object.entries(listed).flatMap(([name, { Status }]) => (Status === 'enabled' ? [name] : [])));
  } catch {
    return new Set();
  }
}

/** Images of a node from `crictl images -o json`, by the names that the engine of this machine has for them. */
export function imagesFrom(text: string): Set<string> {
  try {
    const { images } = JSON.parse(text) as { images: { repoTags?: string[] }[] };
    return new Set(images.flatMap(({ repoTags = [] }) => repoTags.map((tag) => tag.replace(/^docker\.io\/(library\/)?/, ''))));
  } catch {
    return new Set();
  }
}

/** `v1.38.1` -> [1, 38, 1] */
export function versionFrom(text: string): [number, number, number] | undefined {
  const found = /v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

const marker = 'kubedrill-exit-code=';

/** Wraps a command so that its own exit code can be read: `minikube ssh` answers 1 for every failure. */
export const withExitMarker = (argv: readonly string[]): string => `sudo ${argv.map(quoted).join(' ')}; echo "${marker}$?"`;

/** Takes the marker off again. `undefined`: the command never came to its end. */
export function readExitMarker(stdout: string): { exitCode: number; stdout: string } | undefined {
  const at = stdout.lastIndexOf(marker);
  if (at < 0) return undefined;
  return { exitCode: Number.parseInt(stdout.slice(at + marker.length), 10), stdout: stdout.slice(0, at) };
}

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
