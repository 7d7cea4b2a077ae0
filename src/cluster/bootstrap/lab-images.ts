import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { appsFolder, binaryOf, type LabImage } from '../images.ts';
import { tarFileAt } from './archive.ts';
import { busyboxFrom, busyboxRoot } from './busybox.ts';
import { type ImageContent, writeImages } from './layers.ts';
import { noteDownloads, programsFolder } from './programs.ts';
import { fileDigest, folderDigest, recipeKey } from './recipe.ts';
import { addedPackages, type RootFileSystem } from './root-file-systems.ts';
import type { Step } from './steps.ts';
import { type TarEntry, type TarFile, writeTar } from './tar.ts';
import type { Workshop } from './workshop.ts';

/** The app whose program gives the applets that a static busybox cannot (its wget crashes on names). */
const shellApp = 'shell';
const shellApplets = ['wget', 'nslookup'];

export interface LabImageArchives {
  /** Changes when any of the images does. */
  key: string;
  steps: Step[];
  /** Ids of steps after which all archives are there. */
  needs: string[];
  /** One archive for `docker load` and `ctr images import` per image, all its tags in it. */
  archives(): string[];
}

/** Builds the lab images; each is kept under the key of its own sources, so a changed app is the only one that is built again. */
export async function labImageArchives(shop: Workshop, images: readonly LabImage[], minimal: RootFileSystem): Promise<LabImageArchives> {
  const { cache, home, node } = shop;
  const apps = appsFolder(home);
  const shared = {
    mod: await fileDigest(join(apps, 'go.mod')),
    sum: await fileDigest(join(apps, 'go.sum')),
    internal: await folderDigest(join(apps, 'internal')),
    node: { ...node },
    revision: 1,
  };
  const programs = programsFolder(home);
  const pinned = { mod: await fileDigest(join(programs, 'go.mod')), sum: await fileDigest(join(programs, 'go.sum')) };
  const shell = images.find((image) => image.app === shellApp);
  const shellDigest = shell ? await folderDigest(shell.folder) : undefined;

  const packages = new Map<string, RootFileSystem>();
  for (const image of images) {
    if (image.build.debian.length === 0) continue;
    const names = image.build.debian;
    packages.set(
      image.app,
      addedPackages(shop, minimal, {
        id: `debian-${image.app}`,
        title: `Debian for ${image.name}: ${names.join(', ')}`,
        packages: names,
        megabytes: 20,
      }),
    );
  }

  const keyed = await Promise.all(
    images.map(async (image) => ({
      image,
      key: recipeKey({
        ...(image.build.go ? shared : { ...pinned, node: { ...node }, revision: 1 }),
        sources: image.build.go ? await folderDigest(image.folder) : undefined,
        image: { name: image.name, tags: image.tags, build: image.build, entrypoint: image.entrypoint, cmd: image.cmd },
        base: image.build.base === 'scratch' ? undefined : minimal.key,
        shell: image.build.base === 'busybox' ? shellDigest : undefined,
        packages: packages.get(image.app)?.key,
      }),
    })),
  );
  const step = (image: LabImage) => `image-${image.app}`;
  const archiveOf = ({ image, key }: { image: LabImage; key: string }) => join(cache.folder(step(image), key), 'image.tar');

  async function build(image: LabImage, to: string, signal: AbortSignal, note: (text: string) => void): Promise<void> {
    await cache.scratch(async (scratch) => {
      const lower = await baseLayers(image, scratch, signal);
      const contents: ImageContent[] = [];
      for (const tag of image.tags) {
        note(`${image.name}:${tag}`);
        const into = join(scratch, tag);
        const binary = await program(image, tag, into, signal, note);
        const entries: TarEntry[] = [
          { path: binaryOf(image).slice(1), content: { file: binary }, mode: 0o755 },
          ...Object.entries(image.build.files).map(([path, content]): TarEntry => ({ path: path.slice(1), content })),
        ];
        const own = await writeTar(join(scratch, `${tag}.tar`), entries);
        const config = { entrypoint: image.entrypoint, cmd: image.cmd, labels: { 'kubedrill.image': image.name } };
        contents.push({ references: [`${image.name}:${tag}`], layers: [...lower, own], config });
      }
      await writeImages(to, node.architecture, contents);
    });
  }

  async function program(image: LabImage, tag: string, into: string, signal: AbortSignal, note: (text: string) => void): Promise<string> {
    await mkdir(into, { recursive: true });
    const go = await shop.go();
    const { goPackage } = image.build;
    await go.build({
      source: goPackage ? { folder: programs, packages: [goPackage] } : { folder: apps, packages: [`./${image.app}`] },
      into,
      target: node,
      values: goPackage ? undefined : { 'main.version': tag },
      signal,
      onLine: noteDownloads(note),
    });
    return join(into, goPackage ? basename(goPackage) : image.app);
  }

  async function baseLayers(image: LabImage, scratch: string, signal: AbortSignal): Promise<TarFile[]> {
    switch (image.build.base) {
      case 'scratch':
        return [];
      case 'debian': {
        const added = packages.get(image.app);
        return [await tarFileAt(minimal.path), ...(added ? [await tarFileAt(added.path)] : [])];
      }
      case 'busybox':
        return [await busyboxLayer(scratch, signal)];
    }
  }

  let busybox: Promise<string> | undefined;
  /** The same for all images, so that a node keeps it once. */
  async function busyboxLayer(scratch: string, signal: AbortSignal): Promise<TarFile> {
    const key = recipeKey({ ...shared, minimal: minimal.key, shell: shellDigest });
    busybox ??= (async () => {
      if (await cache.has('busybox', key)) return join(cache.folder('busybox', key), 'layer.tar');
      const folder = await cache.publish('busybox', key, async (into) => {
        const entries = busyboxRoot(await busyboxFrom(minimal.path), shell ? shellApplets : []);
        if (shell) {
          const binary = await program(shell, shell.tags[0]!, join(scratch, 'shell'), signal, () => undefined);
          entries.push({ path: `bin/${shellApplets[0]}`, content: { file: binary }, mode: 0o755 });
          for (const applet of shellApplets.slice(1)) entries.push({ path: `bin/${applet}`, link: shellApplets[0]! });
        }
        await writeTar(join(into, 'layer.tar'), entries);
      });
      return join(folder, 'layer.tar');
    })();
    return tarFileAt(await busybox);
  }

  const missing = async () => {
    const found = await Promise.all(keyed.map(async (one) => ({ ...one, there: await cache.has(step(one.image), one.key) })));
    return found.filter((one) => !one.there);
  };

  return {
    key: recipeKey(keyed.map((one) => one.key)),
    needs: ['lab-images'],
    archives: () => keyed.map(archiveOf),
    steps: [
      ...[...packages.values()].map((one) => one.step),
      {
        id: 'lab-images',
        title: `${images.length} lab images`,
        needs: [minimal.step.id, ...[...packages.values()].map((one) => one.step.id)],
        lane: 'go',
        seconds: 60,
        megabytes: 600,
        ready: async () => (await missing()).length === 0,
        make: async (note, signal) => {
          for (const { image, key } of await missing()) {
            await cache.publish(step(image), key, (folder) => build(image, join(folder, 'image.tar'), signal, note));
          }
        },
      },
    ],
  };
}
