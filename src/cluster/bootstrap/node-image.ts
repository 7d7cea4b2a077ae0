import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../system/run.ts';
import { tarFileAt } from './archive.ts';
import { busyboxFrom, busyboxRoot } from './busybox.ts';
import { must } from './commands.ts';
import { type ImageContent, writeImages } from './layers.ts';
import { collectLater, networkPackages, nodeLayer, nodePackages, nodeRecipe } from './node-files.ts';
import { type Programs, programsFolder } from './programs.ts';
import { fileDigest, recipeKey } from './recipe.ts';
import type { RootFileSystem } from './root-file-systems.ts';
import { addedPackages, rootFileSystem } from './root-file-systems.ts';
import type { Step } from './steps.ts';
import { readTar, type TarFile, writeTar } from './tar.ts';
import { engineImages, nodeImages, versions } from './versions.ts';
import type { Workshop } from './workshop.ts';

const boundMs = 15 * 60_000;
/** A build container is known by its name and by this label; an image committed from one says otherwise, because containers inherit labels. */
const buildName = 'kubedrill-build-';
const buildLabel = 'kubedrill.build=running';

/** Containers that an interrupted build left. Only while holding the build lock. */
export async function removeLeftovers(run: Run, signal: AbortSignal): Promise<void> {
  const filters = ['--filter', `label=${buildLabel}`, '--filter', `name=^/?${buildName}`];
  const found = await run('docker', ['ps', '--all', '--quiet', ...filters], { timeoutMs: 30_000, signal });
  const ids = found.stdout.split('\n').filter(Boolean);
  if (found.ok && ids.length > 0) await run('docker', ['rm', '--force', '--volumes', ...ids], { timeoutMs: 60_000, signal });
}

export const hasImage = async (run: Run, reference: string): Promise<boolean> =>
  (await run('docker', ['image', 'inspect', '--format', '{{.Id}}', reference], { timeoutMs: 20_000 })).ok;

/** The node image without lab images: Debian, Kubernetes, and every image that a control plane runs. */
export async function nodeBase(
  shop: Workshop,
  programs: Programs,
  minimal: RootFileSystem,
): Promise<{ reference: string; key: string; steps: Step[] }> {
  const root = rootFileSystem(shop, {
    id: 'debian-node',
    title: 'Debian for a node',
    packages: nodePackages,
    seconds: 45,
    megabytes: 190,
    after: minimal.step.needs,
  });
  const network = addedPackages(shop, minimal, {
    id: 'debian-network',
    title: 'Debian for the network',
    packages: networkPackages,
    megabytes: 25,
  });
  const manifest = join(shop.home, 'images', 'node', 'manifests', 'pod-network.yaml');
  const key = recipeKey({
    ...programs.keys,
    root: root.key,
    network: network.key,
    minimal: minimal.key,
    manifest: await fileDigest(manifest),
    node: nodeRecipe,
    versions,
    names: nodeImages,
    script: importScript,
    collectLater,
    revision: 1,
  });
  const reference = `${engineImages.base}:${key}`;

  const make: Step['make'] = (note, signal) =>
    shop.cache.scratch(async (folder) => {
      const go = await shop.go();
      const kind = await go.sources(programsFolder(shop.home), 'sigs.k8s.io/kind', signal);
      note('layers');
      const debian = await tarFileAt(root.path);
      const node = await writeTar(
        join(folder, 'node.tar'),
        await nodeLayer({ programs: programs.forNode, kind, podNetwork: await readFile(manifest, 'utf8'), root: await readTar(root.path) }),
      );
      const bare = `${engineImages.base}:bare-${key}`;
      const image: ImageContent = {
        references: [bare],
        layers: [debian, node],
        config: { env: { container: 'docker' }, stopSignal: 'SIGRTMIN+3' },
      };
      await writeImages(join(folder, 'bare.tar'), shop.node.architecture, [image]);
      await writeImages(
        join(folder, 'control-plane.tar'),
        shop.node.architecture,
        await controlPlane(folder, { programs, minimal, network }),
      );
      note('images of the control plane');
      const options = { timeoutMs: boundMs, signal, fact: 'could not load the bare node image' };
      await must(shop.run, 'docker', ['load', '--quiet', '--input', join(folder, 'bare.tar')], options);
      await importInto(shop, { from: bare, to: reference, archives: ['control-plane.tar'], folder, signal });
      await shop.run('docker', ['rmi', '--no-prune', bare], { timeoutMs: 60_000 });
    });

  return {
    reference,
    key,
    steps: [
      root.step,
      network.step,
      {
        id: 'node-base',
        title: 'node image without labs',
        needs: ['engine', 'kubernetes', 'node-programs', root.step.id, network.step.id, minimal.step.id],
        lane: 'engine',
        seconds: 45,
        megabytes: 850,
        ready: () => hasImage(shop.run, reference),
        make,
      },
    ],
  };
}

/** The images that kubeadm and kind ask for. All Kubernetes programs are one binary, so they are one layer. */
async function controlPlane(
  folder: string,
  from: { programs: Programs; minimal: RootFileSystem; network: RootFileSystem },
): Promise<ImageContent[]> {
  const program = (name: string, path: string, links: readonly string[] = []): Promise<TarFile> =>
    writeTar(join(folder, `${name}.tar`), [
      { path, content: { file: from.programs.forNode(name) }, mode: 0o755 },
      ...links.map((link) => ({ path: path.replace(/[^/]+$/, link), link: name })),
    ]);
  const kubernetes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubectl', 'pod-network'];
  const kube = await program('kube', 'usr/local/bin/kube', kubernetes);
  const debian = [await tarFileAt(from.minimal.path), await tarFileAt(from.network.path)];
  const busybox = await writeTar(join(folder, 'busybox.tar'), busyboxRoot(await busyboxFrom(from.minimal.path)));
  const simple = async (reference: string, name: string, path: string, started = true): Promise<ImageContent> => ({
    references: [reference],
    layers: [await program(name, path)],
    config: { env: collectLater, ...(started ? { entrypoint: [`/${path}`] } : {}) },
  });
  return [
    {
      references: [nodeImages.apiserver, nodeImages.controllerManager, nodeImages.scheduler],
      layers: [kube],
      config: { env: collectLater },
    },
    // over the same lowest layer, which a node then unpacks once
    { references: [nodeImages.proxy, nodeImages.podNetwork], layers: [kube, ...debian], config: { env: collectLater } },
    await simple(nodeImages.etcd, 'etcd', 'usr/local/bin/etcd', false),
    await simple(nodeImages.coredns, 'coredns', 'coredns'),
    await simple(nodeImages.pause, 'pause', 'pause'),
    await simple(nodeImages.localPath, 'local-path-provisioner', 'usr/local/bin/local-path-provisioner'),
    { references: [nodeImages.localPathHelper], layers: [busybox], config: { entrypoint: ['/bin/sh'] } },
  ];
}

/** The node image that clusters are made from: the base with all lab images in it. */
export function finalNode(
  shop: Workshop,
  base: { reference: string; key: string },
  labs: { key: string; archives: () => string[]; needs: readonly string[] },
): { reference: string; step: Step } {
  const key = recipeKey({ base: base.key, labs: labs.key, script: importScript });
  const reference = `${engineImages.node}:${key}`;
  return {
    reference,
    step: {
      id: 'node-image',
      title: 'node image with all lab images',
      needs: ['engine', 'node-base', ...labs.needs],
      lane: 'engine',
      seconds: 25,
      megabytes: 350,
      ready: () => hasImage(shop.run, reference),
      make: (_, signal) =>
        shop.cache.scratch(async (folder) => {
          await importInto(shop, { from: base.reference, to: reference, archives: labs.archives(), folder, signal });
          await removeOlder(shop.run, reference, base.reference);
        }),
    },
  };
}

/** Earlier node images that no container uses: they are made from the cache in seconds should they be asked for again. */
async function removeOlder(run: Run, ...keep: string[]): Promise<void> {
  for (const name of Object.values(engineImages)) {
    const listed = await run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}', name], { timeoutMs: 30_000 });
    for (const reference of listed.stdout.split('\n').filter(Boolean)) {
      if (!keep.includes(reference)) await run('docker', ['rmi', reference], { timeoutMs: 60_000 });
    }
  }
}

/**
 * Run in a node container: starts its containerd, imports the archives that are given, stops it. What is imported is not unpacked:
 * a node unpacks what it runs. The blobs go to /kind: kind puts /var on a volume of its own, and Docker would copy them there for each node.
 * kind's hook that gives each container a product id of its own is left out: no lab reads it, and it is a tenth of what a start costs.
 */
const importScript = `set -e
content=/var/lib/containerd/io.containerd.content.v1.content
[ -e /etc/containerd/cri-base.json ] ||
  ctr oci spec | jq 'del(.process.rlimits)' > /etc/containerd/cri-base.json
mkdir -p /kind/content /var/lib/containerd
[ -e $content ] || ln -s /kind/content $content
containerd >/tmp/containerd.log 2>&1 & daemon=$!
tries=0
until ctr version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 150 ] || { cat /tmp/containerd.log >&2; exit 1; }
  sleep 0.2
done
for archive in "$@"; do ctr --namespace k8s.io images import --no-unpack "$archive" >/dev/null; done
kill $daemon
wait $daemon || true
rm -rf /tmp/* /run/containerd
`;

async function importInto(
  shop: Workshop,
  request: { from: string; to: string; archives: readonly string[]; folder: string; signal: AbortSignal },
): Promise<void> {
  const { run } = shop;
  const { from, to, archives, folder, signal } = request;
  const name = `${buildName}${randomBytes(4).toString('hex')}`;
  const options = { timeoutMs: boundMs, signal, fact: `could not make the image ${to}` };
  // an archive is a path, or a name in the scratch folder
  const mounts = archives.map((archive, index) => ({
    from: archive.startsWith('/') ? archive : join(folder, archive),
    to: `/import/${index}.tar`,
  }));
  const volumes = mounts.flatMap((mount) => ['--volume', `${mount.from}:${mount.to}:ro`]);
  try {
    await must(
      run,
      'docker',
      [
        'run',
        '--detach',
        '--name',
        name,
        '--label',
        buildLabel,
        '--privileged',
        '--network',
        'none',
        '--entrypoint',
        'sleep',
        ...volumes,
        from,
        '3600',
      ],
      options,
    );
    await must(run, 'docker', ['exec', name, 'sh', '-c', importScript, 'sh', ...mounts.map((mount) => mount.to)], options);
    const changes = ['ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]', 'CMD []', 'LABEL kubedrill.build=done'];
    await must(run, 'docker', ['commit', ...changes.flatMap((change) => ['--change', change]), name, to], options);
  } finally {
    await run('docker', ['rm', '--force', '--volumes', name], { timeoutMs: 60_000 });
  }
}
