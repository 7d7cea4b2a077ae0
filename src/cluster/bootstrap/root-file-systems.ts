import { join } from 'node:path';
import { layerDifference } from './layers.ts';
import { recipeKey } from './recipe.ts';
import type { Step } from './steps.ts';
import { versions } from './versions.ts';
import type { Workshop } from './workshop.ts';

/** What every image on Debian starts from; busybox is taken from it, too. */
const minimalPackages = ['busybox-static'];

/** A Debian root file system, or what one has beyond the minimal one. */
export interface RootFileSystem {
  key: string;
  step: Step;
  /** Its archive, once the step is done. */
  path: string;
}

export function minimalRoot(shop: Workshop, after: readonly string[]): RootFileSystem {
  return rootFileSystem(shop, {
    id: 'debian',
    title: `Debian ${versions.debian}, minimal`,
    packages: minimalPackages,
    seconds: 25,
    megabytes: 104,
    after,
  });
}

export function rootFileSystem(
  shop: Workshop,
  about: { id: string; title: string; packages: readonly string[]; seconds: number; megabytes: number; after: readonly string[] },
): RootFileSystem {
  const { cache, node } = shop;
  const key = recipeKey({ debian: versions.debian, packages: [...about.packages].sort(), architecture: node.architecture, revision: 1 });
  return {
    key,
    path: join(cache.folder(about.id, key), 'root.tar'),
    step: {
      id: about.id,
      title: about.title,
      needs: about.after,
      lane: 'debian',
      seconds: about.seconds,
      megabytes: about.megabytes,
      ready: () => cache.has(about.id, key),
      make: async (_, signal) => {
        await cache.publish(about.id, key, (folder) =>
          cache.scratch((scratch) =>
            shop.debian.rootFileSystem({ packages: about.packages, to: join(folder, 'root.tar'), scratch, signal }),
          ),
        );
      },
    },
  };
}

/** What packages add to the minimal root: a layer that images put over it. */
export function addedPackages(
  shop: Workshop,
  minimal: RootFileSystem,
  about: { id: string; title: string; packages: readonly string[]; megabytes: number },
): RootFileSystem {
  const { cache } = shop;
  const key = recipeKey({ minimal: minimal.key, packages: [...about.packages].sort() });
  return {
    key,
    path: join(cache.folder(about.id, key), 'layer.tar'),
    step: {
      id: about.id,
      title: about.title,
      needs: [minimal.step.id],
      lane: 'debian',
      seconds: 30,
      megabytes: about.megabytes,
      ready: () => cache.has(about.id, key),
      make: async (_, signal) => {
        await cache.publish(about.id, key, (folder) =>
          cache.scratch(async (scratch) => {
            const full = join(scratch, 'root.tar');
            const packages = [...minimalPackages, ...about.packages];
            await shop.debian.rootFileSystem({ packages, to: full, scratch: join(scratch, 'work'), signal });
            await layerDifference(full, minimal.path, join(folder, 'layer.tar'));
          }),
        );
      },
    },
  };
}
