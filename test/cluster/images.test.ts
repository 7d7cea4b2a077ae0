import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binaryOf, loadImageMap, loadImages, referencesOf } from '../../src/cluster/images.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const home = join(import.meta.dirname, '..', '..');

function homeWith(apps: Record<string, string>): string {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'images', 'apps', 'internal'), { recursive: true });
  for (const [app, text] of Object.entries(apps)) {
    mkdirSync(join(folder, 'images', 'apps', app), { recursive: true });
    writeFileSync(join(folder, 'images', 'apps', app, 'image.yaml'), text);
  }
  return folder;
}

const web =
  'name: kd/web\ntags: ["1.0", "1.1"]\nstandsFor: [nginx]\nport: 80\nplatforms: [linux/amd64]\nbuild: {go: true, base: busybox}\nentrypoint: ["/app/web"]\n';

describe('the lab images', () => {
  it('of this project are all valid, and no tag is there that labs count on missing', () => {
    const images = loadImages(home);
    expect(images.map((image) => image.app)).toEqual(expect.arrayContaining(['web', 'probe', 'shell', 'traffic']));
    const references = referencesOf(images);
    expect(new Set(references).size).toBe(references.length);
    for (const tag of ['22', '9.9-missing', 'latest']) expect(references).not.toContain(`kd/web:${tag}`);
  });

  it('are read with their defaults', () => {
    const [image] = loadImages(homeWith({ web }));
    expect(image).toMatchObject({ app: 'web', cmd: [], manifest: undefined, build: { debian: [], files: {} } });
    expect(binaryOf(image!)).toBe('/app/web');
    expect(referencesOf([image!])).toEqual(['kd/web:1.0', 'kd/web:1.1']);
  });

  it('are refused with every mistake at once', () => {
    const bad = {
      web: web.replace('kd/web', 'kd/shop'),
      both: web.replace('kd/web', 'kd/both').replace('{go: true,', '{go: true, goPackage: x.org/y,'),
      packages: web.replace('kd/web', 'kd/packages').replace('base: busybox', 'base: busybox, debian: [nginx]'),
      typo: web.replace('kd/web', 'kd/typo').replace('entrypoint', 'entrypiont'),
    };
    expect(() => loadImages(homeWith(bad))).toThrow(
      [
        'the lab images are not valid:',
        '  images/apps/both/image.yaml  build: says either go: true or goPackage',
        '  images/apps/packages/image.yaml  build: has debian packages, which need base: debian',
        '  images/apps/typo/image.yaml  entrypoint: Invalid input: expected array, received undefined',
        '  images/apps/typo/image.yaml  image: Unrecognized key: "entrypiont"',
        '  images/apps/web/image.yaml  name: is kd/shop, its folder says kd/web',
      ].join('\n'),
    );
  });
});

describe("an instructor's map of originals", () => {
  const mapOf = (text: string) => {
    const file = join(scratchFolder(), 'map.yaml');
    writeFileSync(file, text);
    return loadImageMap(file, loadImages(homeWith({ web })));
  };

  it('names an original for some of our images', () => {
    expect(mapOf('kd/web:1.0: nginx:1.25\n')).toEqual(new Map([['kd/web:1.0', 'nginx:1.25']]));
  });

  it('is refused when it names an image that there is not', () => {
    expect(() => mapOf('{kd/web:9: nginx, "kd/shop:1": x}')).toThrow(/kd\/web:9, kd\/shop:1: no lab image has that name and tag/);
  });

  it('is refused when it is no map', () => {
    expect(() => mapOf('[nginx]')).toThrow(/is not a map from our images to others/);
    expect(() => loadImageMap('/nowhere/map.yaml', [])).toThrow('/nowhere/map.yaml: cannot be read');
  });
});
