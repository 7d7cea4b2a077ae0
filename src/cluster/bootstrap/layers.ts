import { readTar, type TarEntry, type TarFile, type TarMember, tarContent, writeTar } from './tar.ts';

/**
 * What `full` has beyond `base`: a layer that, put over `base`, gives `full`. Packages only ever add and change files,
 * so nothing needs to be removed. Two images over the same Debian then share its layer on every node.
 */
export async function layerDifference(full: string, base: string, to: string): Promise<TarFile> {
  const known = new Map((await readTar(base)).map((member) => [member.path, member]));
  const members = await readTar(full);
  const changed = new Set<string>();
  for (const member of members) {
    const before = known.get(member.path);
    if (member.path !== '' && !(before && (await same(base, before, full, member)))) changed.add(member.path);
  }
  // a hard link reaches only what is in its own layer
  for (const member of members) if (changed.has(member.path) && member.type === '1') changed.add(member.link.replace(/^\.?\/+/, ''));
  const entries = members
    .filter((member) => changed.has(member.path))
    .map(({ start, end }): TarEntry => ({ copy: { archive: full, start, end } }));
  return writeTar(to, entries);
}

async function same(archiveA: string, a: TarMember, archiveB: string, b: TarMember): Promise<boolean> {
  if (a.type !== b.type || a.mode !== b.mode || a.owner !== b.owner || a.size !== b.size || a.link !== b.link) return false;
  return a.size === 0 || (await tarContent(archiveA, a)).equals(await tarContent(archiveB, b));
}

/** How a container of an image starts. */
export interface ImageConfig {
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  env?: Readonly<Record<string, string>>;
  stopSignal?: string;
  labels?: Readonly<Record<string, string>>;
}

export interface ImageContent {
  /** Names with tags; all of them name this one image. */
  references: readonly string[];
  /** Lowest first. */
  layers: readonly TarFile[];
  config: ImageConfig;
}

/**
 * Writes images as one archive for `docker load` and `ctr images import`; a layer that several images have is in it once.
 * @see https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
 */
export async function writeImages(path: string, architecture: string, images: readonly ImageContent[]): Promise<void> {
  const layers = new Map<string, TarFile>();
  const configs: TarEntry[] = [];
  const manifest = images.map((image, index) => {
    for (const layer of image.layers) layers.set(layer.digest, layer);
    const { entrypoint, cmd, env, stopSignal, labels } = image.config;
    const file = `image-${index}.json`;
    const config = {
      architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: {
        Entrypoint: entrypoint?.length ? entrypoint : null,
        Cmd: cmd?.length ? cmd : null,
        Env: Object.entries({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env }).map((pair) => pair.join('=')),
        ...(stopSignal ? { StopSignal: stopSignal } : {}),
        Labels: labels ?? null,
        WorkingDir: '/',
      },
      rootfs: { type: 'layers', diff_ids: image.layers.map((layer) => layer.digest) },
      history: image.layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'kubedrill' })),
    };
    configs.push({ path: file, content: JSON.stringify(config) });
    return { Config: file, RepoTags: image.references, Layers: image.layers.map(layerName) };
  });
  await writeTar(path, [
    ...[...layers.values()].map((layer): TarEntry => ({ path: layerName(layer), content: { file: layer.path } })),
    ...configs,
    { path: 'manifest.json', content: JSON.stringify(manifest) },
  ]);
}

const layerName = (layer: TarFile) => `${layer.digest.replace('sha256:', '')}.tar`;
