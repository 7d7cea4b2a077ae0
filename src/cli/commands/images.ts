import { buildLabImages } from '../../cluster/bootstrap/prepare.ts';
import { type LabImage, loadImageMap, loadImages, referencesOf } from '../../cluster/images.ts';
import { loadLabImages } from '../../cluster/lab-images.ts';
import { openOwnedCluster } from '../../cluster/open.ts';
import { LabError } from '../../lab-error.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import { sayProgress } from '../progress.ts';

interface ImagesOptions {
  name: string;
  map?: string;
  json?: boolean;
}

/** The images that labs run: what they stand for, and how they come to the nodes. */
export const command: CommandModule = {
  name: 'images',
  summary: 'list, build or load the images that labs run',
  group: 'cluster',
  example: 'kubedrill images load --map originals.yaml',
  build: (command) =>
    void command
      .argument('[action]', 'list, build or load', 'list')
      .option('--name <cluster>', 'load: the cluster', 'kubedrill')
      .option('--map <file>', 'load: originals that take the place of stand-ins, as YAML: {kd/web:1.0: nginx:1.25}')
      .option('--json', 'as JSON'),
  async run([action = 'list'], options, context) {
    const { name, map, json } = options as unknown as ImagesOptions;
    const images = loadImages(context.home);
    if (map !== undefined && action !== 'load')
      throw new LabError('usage', '--map goes with load', { hint: 'kubedrill images load --map FILE' });
    switch (action) {
      case 'list':
        if (json) context.json(images.map(listed));
        else list(images, context);
        return 0;
      case 'build': {
        const archives = await buildLabImages(context, sayProgress(context), context.signal);
        if (json) context.json({ images: referencesOf(images), archives });
        else context.print(`${referencesOf(images).length} images are built.`);
        return 0;
      }
      case 'load':
        return load({ name, map, json: json ?? false }, images, context);
      default:
        throw new LabError('usage', `images does not know "${action}"`, { hint: 'It is: kubedrill images list|build|load' });
    }
  },
};

/** One image as `images list --json` has it. */
const listed = ({ name, tags, standsFor, port, platforms, build }: LabImage) => ({
  name,
  tags,
  standsFor,
  port,
  platforms,
  base: build.base,
});

function list(images: readonly LabImage[], context: CommandContext): void {
  const rows = images.map((image) => [image.name, image.tags.join(' '), image.port ? `:${image.port}` : '', image.standsFor.join(', ')]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    context.print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  context.print('\nThe last column is what each stands for; put originals back with: kubedrill images load --map FILE');
}

async function load(
  options: { name: string; map?: string; json: boolean },
  images: readonly LabImage[],
  context: CommandContext,
): Promise<number> {
  const originals = options.map === undefined ? undefined : loadImageMap(options.map, images);
  const onProgress = sayProgress(context);
  const cluster = await openOwnedCluster(context, options.name);
  try {
    const archives = await buildLabImages(context, onProgress, context.signal);
    const references = referencesOf(images);
    await loadLabImages({ archives, references, originals }, cluster, { run: context.run, onProgress, signal: context.signal });
    if (options.json) context.json({ cluster: options.name, images: references, originals: Object.fromEntries(originals ?? []) });
    else
      context.print(
        `${references.length} images are on every node of "${options.name}"${originals ? `, ${originals.size} of them originals` : ''}.`,
      );
    return 0;
  } finally {
    await cluster.close();
  }
}
