import { mkdir, rename, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileDigest, folderDigest, recipeKey } from './recipe.ts';
import type { Step } from './steps.ts';
import { accepted, versions } from './versions.ts';
import type { Workshop } from './workshop.ts';

/** The Go module with every program of a node; see images/node/README.md. */
export const programsFolder = (home: string): string => join(home, 'images', 'node', 'programs');

/** Where programs for this machine are linked: a folder that can go onto PATH. */
export const binFolder = (cache: string): string => join(cache, 'bin');

/** Each line is one call of the compiler: local-path-provisioner imports a logger by a name that differs in case from everybody else's. */
const small = [
  [
    './coredns',
    './etcd',
    './pause',
    ...['ipam/host-local', 'main/loopback', 'main/ptp', 'meta/portmap'].map(
      (name) => `github.com/containernetworking/plugins/plugins/${name}`,
    ),
  ],
  ['github.com/rancher/local-path-provisioner'],
];

/** What the linker writes into Kubernetes, so that it knows its version. @see https://github.com/kubernetes/kubernetes/blob/v1.34.4/hack/lib/version.sh */
function kubernetesValues(): Record<string, string> {
  const [major = '', minor = ''] = versions.kubernetes.split('.');
  const values = {
    gitVersion: `v${versions.kubernetes}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: '',
    buildDate: '1970-01-01T00:00:00Z',
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`k8s.io/component-base/version.${name}`, value]));
}

/** Programs that are built from the module in images/node/programs. */
export interface Programs {
  /** Keys of what goes into a node: part of the node image's key. */
  keys: { kubernetes: string; small: string };
  steps: Step[];
  /** Path of a program for nodes. */
  forNode(name: string): string;
}

export async function programsOf(shop: Workshop): Promise<Programs> {
  const { cache, home, node } = shop;
  const folder = programsFolder(home);
  const modules = { mod: await fileDigest(join(folder, 'go.mod')), sum: await fileDigest(join(folder, 'go.sum')) };
  const kubernetes = recipeKey({
    ...modules,
    kube: await folderDigest(join(folder, 'kube')),
    values: kubernetesValues(),
    node: { ...node },
  });
  const own = small.flat().filter((path) => path.startsWith('./'));
  const digests = await Promise.all(own.map((path) => folderDigest(join(folder, path))));
  const smallKey = recipeKey({ ...modules, small, digests, node: { ...node } });

  const step = (
    id: string,
    key: string,
    about: Pick<Step, 'title' | 'seconds' | 'megabytes'>,
    calls: string[][],
    values?: Record<string, string>,
  ): Step => ({
    id,
    ...about,
    needs: [],
    lane: 'go',
    ready: () => cache.has(id, key),
    make: async (note, signal) => {
      const go = await shop.go();
      await cache.publish(id, key, async (into) => {
        for (const packages of calls) {
          await go.build({ source: { folder, packages }, into, target: node, values, signal, onLine: noteDownloads(note) });
        }
      });
    },
  });

  return {
    keys: { kubernetes, small: smallKey },
    steps: [
      step(
        'kubernetes',
        kubernetes,
        { title: `Kubernetes ${versions.kubernetes}, from its Go module`, seconds: 330, megabytes: 151 },
        [['./kube']],
        kubernetesValues(),
      ),
      step(
        'node-programs',
        smallKey,
        { title: `etcd ${versions.etcd}, CoreDNS ${versions.coredns}, CNI plugins, storage provisioner`, seconds: 75, megabytes: 148 },
        small,
      ),
    ],
    forNode: (name) => join(name === 'kube' ? cache.folder('kubernetes', kubernetes) : cache.folder('node-programs', smallKey), name),
  };
}

/** A program for this machine: its step, and where it is. */
export interface HostProgram {
  step: Step;
  /** The one on PATH when it fits, else the one in the cache, there or not. */
  path: string;
}

/** kind of this machine: from PATH if it is new enough, else built. */
export async function kindProgram(shop: Workshop): Promise<HostProgram> {
  const found = await shop.run('kind', ['version', '--quiet'], { timeoutMs: 10_000 });
  const minor = Number(/^v?0\.(\d+)\./.exec(found.stdout.trim())?.[1]);
  if (found.ok && minor >= accepted.kind.minor) return onPath('kind');
  return builtForHost(shop, { name: 'kind', title: `kind ${versions.kind}`, packages: ['sigs.k8s.io/kind'], seconds: 10, megabytes: 11 });
}

/**
 * kubectl of this machine: from PATH if it is near enough, else built. `after`: the Kubernetes of nodes, if that is built too: then nothing
 * is left to do but to link. Its own program, for the one of the nodes begins with all that the control plane registers: half a call's time.
 */
export async function kubectlProgram(shop: Workshop, after: 'kubernetes' | undefined): Promise<HostProgram> {
  const found = await shop.run('kubectl', ['version', '--client', '--output', 'json'], { timeoutMs: 10_000 });
  const minor = Number(/"gitVersion":\s*"v1\.(\d+)\./.exec(found.stdout)?.[1]);
  if (found.ok && (accepted.kubectl.minors as readonly number[]).includes(minor)) return onPath('kubectl');
  return builtForHost(shop, {
    name: 'kubectl',
    title: `kubectl ${versions.kubernetes}`,
    packages: ['./kube'],
    tags: 'kubectl',
    needs: after && [after],
    seconds: after ? 15 : 60,
    megabytes: 61,
    values: kubernetesValues(),
  });
}

async function builtForHost(
  shop: Workshop,
  program: {
    name: string;
    title: string;
    packages: string[];
    tags?: string;
    needs?: string[];
    seconds: number;
    megabytes: number;
    values?: Record<string, string>;
  },
): Promise<HostProgram> {
  const { cache, machine, home, paths } = shop;
  const folder = programsFolder(home);
  const { name, packages, tags, values } = program;
  const target = { os: machine.platform, architecture: machine.architecture };
  const sources = packages.filter((path) => path.startsWith('./')).map((path) => folderDigest(join(folder, path)));
  const mod = await fileDigest(join(folder, 'go.mod'));
  const key = recipeKey({ name, packages, tags, values, target, sources: await Promise.all(sources), mod });
  const made = join(cache.folder(program.name, key), basename(program.packages[0]!));
  const path = join(binFolder(paths.cache), program.name);
  return {
    path,
    step: {
      id: program.name,
      title: program.title,
      needs: program.needs ?? [],
      lane: 'go',
      seconds: program.seconds,
      megabytes: program.megabytes,
      ready: async () => (await machine.linkTarget(path)) === made && machine.exists(made),
      make: async (note, signal) => {
        const go = await shop.go();
        if (!(await cache.has(program.name, key))) {
          await cache.publish(program.name, key, (into) =>
            go.build({ source: { folder, packages, tags }, into, target, values, signal, onLine: noteDownloads(note) }),
          );
        }
        await linkTo(made, path);
      },
    },
  };
}

const onPath = (name: string): HostProgram => ({
  path: name,
  step: {
    id: name,
    title: name,
    needs: [],
    lane: 'system',
    seconds: 0,
    megabytes: 0,
    ready: async () => true,
    make: async () => undefined,
  },
});

async function linkTo(target: string, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  await symlink(target, fresh);
  await rename(fresh, path);
}

/** `go: downloading ...` is what there is to see for the first minute; a compiler is silent. */
export const noteDownloads = (note: (text: string) => void) => {
  let count = 0;
  return (line: string) => {
    if (line.startsWith('go: downloading ') && ++count % 25 === 1)
      note(`${count} modules fetched, now ${line.slice('go: downloading '.length)}`);
  };
};
