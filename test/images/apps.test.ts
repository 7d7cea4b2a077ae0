import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const apps = join(import.meta.dirname, '../../images/apps');
const folders = readdirSync(apps, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'internal')
  .map((entry) => entry.name);

const absolutePath = z.string().regex(/^\/[\w./-]+$/);

const image = z.strictObject({
  name: z.string().regex(/^kd\/[a-z][a-z-]*$/),
  tags: z.array(z.string().regex(/^\d+(\.\d+)+$/)).min(1),
  standsFor: z.array(z.string().regex(/^[a-z0-9][a-z0-9._/-]*(:[\w.-]+)?$/)),
  port: z.int().min(1).max(65535).optional(),
  platforms: z.tuple([z.literal('linux/amd64'), z.literal('linux/arm64')]),
  build: z.strictObject({
    go: z.literal(true).optional(),
    goPackage: z
      .string()
      .regex(/^[\w-]+\.[\w./-]+$/)
      .optional(),
    binary: absolutePath.optional(),
    base: z.enum(['scratch', 'busybox', 'debian']),
    debian: z.array(z.string().min(1)).min(1).optional(),
    files: z.record(absolutePath, z.string()).optional(),
  }),
  entrypoint: z.array(z.string()),
  cmd: z.array(z.string()).min(1).optional(),
});

const images = folders.map((folder) => {
  const path = join(apps, folder, 'image.yaml');
  return { folder, data: existsSync(path) ? parse(readFileSync(path, 'utf8')) : undefined };
});

/** Texts that occur more than once. */
function repeated(texts: string[]): string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

describe.each(images)('images/apps/$folder', ({ folder, data }) => {
  it('has a valid image.yaml, named after its folder', () => {
    const parsed = image.safeParse(data);
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(basename(data.name)).toBe(folder);
  });

  it('has no tag twice', () => {
    expect(repeated(data.tags)).toEqual([]);
  });

  it('is built in one way, from what is there', () => {
    expect([data.build.go, data.build.goPackage].filter(Boolean)).toHaveLength(1);
    expect(existsSync(join(apps, folder, 'main.go'))).toBe(data.build.go === true);
    expect(data.build.debian !== undefined).toBe(data.build.base === 'debian');
  });

  it('starts the program that is built, unless arguments alone are the command', () => {
    if (data.entrypoint.length === 0) expect(data.cmd).toBeDefined();
    else expect(data.entrypoint[0]).toBe(data.build.binary ?? `/app/${folder}`);
  });
});

const withManifest = images.filter(({ folder }) => existsSync(join(apps, folder, 'manifest.yaml')));

describe.each(withManifest)('images/apps/$folder/manifest.yaml', ({ folder, data }) => {
  it('runs this very image', () => {
    const documents = parseAllDocuments(readFileSync(join(apps, folder, 'manifest.yaml'), 'utf8'), { version: '1.1' });
    expect(documents.flatMap((document) => document.errors)).toEqual([]);
    const deployment = documents.map((document) => document.toJS()).find((object) => object.kind === 'Deployment');
    const [container] = deployment.spec.template.spec.containers;
    expect(container.image).toBe(`${data.name}:${data.tags[0]}`);
    expect(container.imagePullPolicy).toBe('IfNotPresent');
  });
});

describe('the images together', () => {
  it('have names of their own', () => {
    expect(repeated(images.map(({ data }) => data.name))).toEqual([]);
  });

  it('stand for different originals', () => {
    expect(repeated(images.flatMap(({ data }) => data.standsFor))).toEqual([]);
  });

  it('do not have the tags that labs need to be missing', () => {
    const tags = images.find(({ folder }) => folder === 'web')!.data.tags;
    expect(tags).not.toContain('22');
    expect(tags).not.toContain('9.9-missing');
    expect(tags).not.toContain('latest');
  });
});
