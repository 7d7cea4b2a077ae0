import { cut, cutMiddle, type Line, lineWidth, type Span, spread, widthOf } from '../line.ts';
import { as, type Glyphs, type Style } from '../theme.ts';
import type { Picture, PodDot, PodLook, PodSet, ServiceLook, Workload } from './model.ts';
import { goneFrom, isMarked, type Motion } from './motion.ts';

export interface PictureOptions {
  width: number;
  /** Rows to be had: where every Pod's own row does not fill, Pods become dots by node. */
  height: number;
  now: number;
  glyphs: Glyphs;
}

interface Context extends PictureOptions {
  motion: Motion;
  /** Pods that went a moment ago are drawn, too. */
  withGone: boolean;
}

/** The picture as rows: each workload with its ReplicaSets and Pods, then each Service with its endpoints. */
export function drawPicture(picture: Picture, motion: Motion, options: PictureOptions): Line[] {
  const present: Context = { ...options, motion, withGone: false };
  const all: Context = { ...present, withGone: true };
  const unseen: Line[] = picture.unseen.length > 0 ? [[as('faint', `not watched: ${picture.unseen.join(', ')}`)]] : [];
  const moving = rowsOf(picture, all, podRows);
  if (moving.length === 0) return unseen.length > 0 ? unseen : [[as('faint', 'Nothing here yet: what you make appears here.')]];
  // Pods that went are drawn where there is room: they do not turn those that are there into dots
  for (const rows of [moving, rowsOf(picture, present, podRows)]) if (rows.length <= options.height) return [...rows, ...unseen];
  return [...rowsOf(picture, all, dotRows), ...unseen];
}

type DrawPods = (pods: PodDot[], prefix: string, within: string, context: Context) => Line[];

/** Each workload, the Pods that stand alone, each Service: apart from each other where there is room for it. */
function rowsOf(picture: Picture, context: Context, drawPods: DrawPods): Line[] {
  const loose = [...picture.loose, ...gone('', context)];
  const groups: Line[][] = [
    ...picture.workloads.map((workload) => workloadRows(workload, context, drawPods)),
    ...(loose.length > 0 ? [[[as('faint', 'Pods that nothing owns')], ...drawPods(loose, '  ', '', context)]] : []),
    ...picture.services.map((service) => serviceRows(service, context)),
  ];
  const apart = groups.flatMap((group, index) => (index > 0 ? [[], ...group] : group));
  return apart.length <= context.height ? apart : groups.flat();
}

function workloadRows(workload: Workload, context: Context, drawPods: DrawPods): Line[] {
  const { glyphs, width } = context;
  const full = workload.ready >= workload.wanted;
  const title: Line = [as('strong', workload.name), as('faint', `  ${workload.kind}`)];
  const word = workload.kind === 'Job' ? 'done' : 'ready';
  const heading = spread(title, [as(full ? 'good' : 'busy', `${workload.ready}/${workload.wanted} ${word}`)], width);
  if (workload.kind !== 'Deployment') {
    const [set] = workload.sets;
    return set ? [heading, ...drawPods(shownPods(set, context), '  ', set.name, context)] : [heading];
  }
  // a ReplicaSet without Pods says only where an undo would lead: the newest two are enough
  const live = workload.sets.filter((set) => set.wanted > 0 || shownPods(set, context).length > 0);
  const past = workload.sets.filter((set) => !live.includes(set)).slice(0, 2);
  const shown = [...live, ...past];
  return [
    heading,
    ...shown.flatMap((set, index) => {
      const last = index === shown.length - 1;
      const style: Style = set.wanted > 0 ? 'plain' : 'faint';
      const branch = `${last ? glyphs.lastBranch : glyphs.branch} `;
      const right = [as(style === 'faint' ? 'faint' : set.ready >= set.wanted ? 'good' : 'busy', `${set.ready}/${set.wanted}`)];
      const name = setName(set.name, workload.name, Math.floor(width * 0.45));
      const row = spread([as('faint', branch), as(style, name), as('faint', `  ${set.image}`)], right, width);
      return [row, ...drawPods(shownPods(set, context), `${last ? ' ' : glyphs.pipe} `, set.name, context)];
    }),
  ];
}

/** A ReplicaSet's name whole, or, where that is too long, its end: the beginning is its Deployment's. */
function setName(name: string, deployment: string, room: number): string {
  if (widthOf(name) <= room || !name.startsWith(`${deployment}-`)) return cutMiddle(name, Math.max(12, room));
  return `…${name.slice(deployment.length)}`;
}

const gone = (owner: string, { motion, now, withGone }: Context): PodDot[] => (withGone ? goneFrom(motion, owner, now) : []);

const shownPods = (set: PodSet, context: Context): PodDot[] => [...set.pods, ...gone(set.name, context)];

const lookStyle: Record<PodLook, Style> = {
  ready: 'good',
  starting: 'busy',
  pending: 'busy',
  failing: 'bad',
  leaving: 'faint',
  done: 'good',
  gone: 'faint',
};

export function podGlyph(look: PodLook, glyphs: Glyphs): string {
  const by: Record<PodLook, string> = {
    ready: glyphs.podReady,
    starting: glyphs.podStarting,
    pending: glyphs.podPending,
    failing: glyphs.podFailing,
    leaving: glyphs.podLeaving,
    done: glyphs.podDone,
    gone: glyphs.podLeaving,
  };
  return by[look];
}

/** Part of a Pod's name that tells it from its siblings. */
const shortName = (pod: PodDot, within: string): string =>
  within && pod.name.startsWith(`${within}-`) ? pod.name.slice(within.length + 1) : pod.name;

/** The machine's part of a node's name: `kubedrill-worker2` -> `worker2`, where the cluster's name leads. */
export const shortNode = (node: string): string => node.replace(/^.*?-(?=(control-plane|worker)\d*$)/, '');

/** A row for each Pod: glyph, name, status, restarts, node. */
function podRows(pods: PodDot[], prefix: string, within: string, context: Context): Line[] {
  const { width, glyphs, motion, now } = context;
  const names = pods.map((pod) => cutMiddle(shortName(pod, within), 22));
  const nameWidth = Math.max(0, ...names.map(widthOf));
  return pods.map((pod, index) => {
    const style = lookStyle[pod.look];
    const marked = isMarked(motion, pod, now);
    const name = (names[index] ?? '').padEnd(nameWidth);
    const left: Span[] = [
      as('faint', prefix),
      as(style, `${podGlyph(pod.look, glyphs)} `),
      marked ? as('strong', name) : as(pod.look === 'gone' ? 'faint' : 'plain', name),
      as(pod.look === 'ready' ? 'faint' : style, `  ${pod.word}`),
    ];
    if (pod.restarts > 0) left.push(as('busy', `  ${pod.restarts} restart${pod.restarts === 1 ? '' : 's'}`));
    return spread(left, [as('faint', pod.node ? cut(shortNode(pod.node), Math.floor(width / 3)) : 'no node')], width);
  });
}

/** Pods as dots, a row for each node, and the words of those that are not well. */
function dotRows(pods: PodDot[], prefix: string, _within: string, context: Context): Line[] {
  const { width, glyphs } = context;
  if (pods.length === 0) return [];
  const nodes = Map.groupBy(pods, (pod) => (pod.node ? shortNode(pod.node) : 'no node'));
  const names = [...nodes.keys()].sort();
  const nameWidth = Math.min(16, Math.max(...names.map(widthOf)));
  return names.map((node) => {
    const here = nodes.get(node) ?? [];
    const words = Map.groupBy(
      here.filter((pod) => pod.look !== 'ready' && pod.look !== 'done'),
      (pod) => pod.word,
    );
    const start: Span[] = [as('faint', `${prefix}${cut(node, nameWidth).padEnd(nameWidth)} `)];
    const troubles = [...words].map(([word, some]) => `${some.length} ${word}`).join(', ');
    const right: Line = troubles ? [as('busy', cut(troubles, Math.floor(width / 2)))] : [];
    const room = width - lineWidth(start) - lineWidth(right) - 1;
    const dots = here.slice(0, room).map((pod) => as(lookStyle[pod.look], podGlyph(pod.look, glyphs)));
    return spread([...start, ...dots], right, width);
  });
}

function serviceRows(service: ServiceLook, context: Context): Line[] {
  const { width, glyphs } = context;
  const ports = service.ports
    .map(({ port, target }) => (String(port) === target ? `:${port}` : `:${port} ${glyphs.arrow} ${target}`))
    .join(' ');
  const ready = service.backends.filter((backend) => backend.ready).length;
  const count = service.backends.length;
  const right: Line =
    count === 0
      ? [as(service.selector ? 'bad' : 'faint', `${glyphs.podFailing} no endpoints`)]
      : [
          ...service.backends
            .slice(0, 12)
            .map((backend) => as(backend.ready ? 'good' : 'faint', backend.ready ? glyphs.podReady : glyphs.podLeaving)),
          as(ready === count ? 'faint' : 'busy', ` ${ready === count ? count : `${ready} of ${count}`} endpoint${count === 1 ? '' : 's'}`),
        ];
  const type = service.type === 'ClusterIP' ? 'Service' : `Service, ${service.type}`;
  return [
    spread([as('strong', service.name), as('faint', `  ${type} `), as('plain', ports)], right, width),
    ...(service.selector ? [[as('faint', cut(`${glyphs.lastBranch} ${service.selector}`, width))]] : []),
  ];
}
