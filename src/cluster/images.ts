import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { LabError } from '../lab-error.ts';

const absolutePath = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path');
const imageSchema = z.strictObject({
  name: z.string().regex(/^kd\/[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kd/ and the name of the folder'),
  tags: z.array(z.string().regex(/^[\w][\w.-]{0,127}$/)).min(1),
  standsFor: z.array(z.string()),
  port: z.int().min(1).max(65535).optional(),
  platforms: z.array(z.enum(['linux/amd64', 'linux/arm64'])).min(1),
  build: z
    .strictObject({
      go: z.literal(true).optional(),
      goPackage: z
        .string()
        .regex(/^[\w.-]+(\/[\w.-]+)+$/, 'must be the path of a package')
        .optional(),
      binary: absolutePath.optional(),
      base: z.enum(['scratch', 'busybox', 'debian']),
      debian: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/)).default([]),
      files: z.record(absolutePath, z.string()).default({}),
    })
    .refine((build) => Boolean(build.go) !== Boolean(build.goPackage), 'says either go: true or goPackage')
    .refine((build) => build.debian.length === 0 || build.base === 'debian', 'has debian packages, which need base: debian'),
  entrypoint: z.array(z.string()),
  cmd: z.array(z.string()).default([]),
});

/** One small app that labs run, as its image.yaml says; the format is described in images/apps/README.md. */
export interface LabImage extends Omit<z.infer<typeof imageSchema>, 'platforms'> {
  platforms: string[];
  /** Name of its folder. */
  app: string;
  folder: string;
  /** What to apply to the cluster, where the app is a part of it. */
  manifest: string | undefined;
}

/** Where an app's program lands in its image. */
export const binaryOf = (image: LabImage): string => image.build.binary ?? `/app/${image.app}`;

/** `kd/web:1.0`, `kd/web:1.1` ... of every image. */
export const referencesOf = (images: readonly LabImage[]): string[] =>
  images.flatMap((image) => image.tags.map((tag) => `${image.name}:${tag}`));

export const appsFolder = (home: string): string => join(home, 'images', 'apps');

/** All lab images, sorted by name; every mistake in their files at once. */
export function loadImages(home: string): LabImage[] {
  const apps = appsFolder(home);
  const problems: string[] = [];
  const images = readdirSync(apps, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(apps, entry.name, 'image.yaml')))
    .map((entry) => entry.name)
    .sort()
    .flatMap((app) => {
      const file = `images/apps/${app}/image.yaml`;
      const document = parseDocument(readFileSync(join(apps, app, 'image.yaml'), 'utf8'));
      problems.push(...document.errors.map((error) => `${file}: ${error.message}`));
      if (document.errors.length > 0) return [];
      const parsed = imageSchema.safeParse(document.toJS());
      if (!parsed.success) {
        problems.push(...parsed.error.issues.map((issue) => `${file}  ${issue.path.join('.') || 'image'}: ${issue.message}`));
        return [];
      }
      if (parsed.data.name !== `kd/${app}`) problems.push(`${file}  name: is ${parsed.data.name}, its folder says kd/${app}`);
      const manifest = join(apps, app, 'manifest.yaml');
      return [{ ...parsed.data, app, folder: join(apps, app), manifest: existsSync(manifest) ? manifest : undefined }];
    });
  if (problems.length > 0)
    throw new LabError('refused-input', `the lab images are not valid:\n  ${problems.join('\n  ')}`, {
      hint: 'The format: images/apps/README.md',
    });
  return images;
}

/** Which originals an instructor puts in place of the stand-ins: `{kd/web:1.0: nginx:1.25}`. */
export function loadImageMap(path: string, images: readonly LabImage[]): Map<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LabError('refused-input', `${path}: cannot be read`, { cause, hint: 'Give a YAML file such as: {kd/web:1.0: nginx:1.25}' });
  }
  const document = parseDocument(text);
  const parsed = z.record(z.string(), z.string().min(1)).safeParse(document.errors.length > 0 ? undefined : document.toJS());
  if (!parsed.success)
    throw new LabError('refused-input', `${path}: is not a map from our images to others`, {
      hint: 'For example: {kd/web:1.0: nginx:1.25}',
    });
  const known = new Set(referencesOf(images));
  const unknown = Object.keys(parsed.data).filter((reference) => !known.has(reference));
  if (unknown.length > 0) {
    throw new LabError('refused-input', `${path}: ${unknown.join(', ')}: no lab image has that name and tag`, {
      hint: 'List them: kubedrill images list',
    });
  }
  return new Map(Object.entries(parsed.data));
}
