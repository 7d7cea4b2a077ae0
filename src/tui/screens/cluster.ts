import type { ClusterState, NodeCard } from '../host.ts';
import { cut, type Line, spread, wrap } from '../line.ts';
import { shortNode } from '../picture/draw.ts';
import { count } from '../text/durations.ts';
import { as, type Style, type Theme } from '../theme.ts';
import { rule } from './frame.ts';

const nodeWords: Record<NodeCard['state'], string> = {
  ready: 'ready',
  'not-ready': 'not ready',
  paused: 'paused',
  stopped: 'stopped',
  unknown: 'not known',
};
const nodeStyles: Record<NodeCard['state'], Style> = {
  ready: 'good',
  'not-ready': 'bad',
  paused: 'busy',
  stopped: 'bad',
  unknown: 'faint',
};

/** The cluster in a few words, for the heading. */
export function clusterSummary(cluster: ClusterState, { glyphs }: Theme): Line {
  switch (cluster.state) {
    case 'looking':
      return [as('faint', 'looking for the cluster …')];
    case 'absent':
      return [as('busy', `${glyphs.todo} no cluster yet`)];
    case 'refused':
      return [as('alarm', `${glyphs.error} not kubedrill's cluster`)];
    case 'away':
      return [as('alarm', `${glyphs.error} ${cluster.name} is away`)];
    case 'up': {
      const ready = cluster.nodes.filter(({ state }) => state === 'ready').length;
      const all = cluster.nodes.length;
      const well = ready === all;
      return [
        as(
          well ? 'good' : 'bad',
          `${well ? glyphs.podReady : glyphs.podFailing} ${well ? count(all, 'node') : `${ready} of ${all} nodes`} ready`,
        ),
      ];
    }
  }
}

/** The cluster with its nodes, for the side of home. */
export function clusterPanel(cluster: ClusterState, width: number, theme: Theme): Line[] {
  const { glyphs } = theme;
  const notes = (text: string, hint?: string): Line[] => [
    ...wrap(text, width).map((row): Line => [{ text: row }]),
    ...(hint ? wrap(hint, width).map((row): Line => [as('faint', row)]) : []),
  ];
  const heading = (right: string): Line[] => [rule(width, theme), spread([as('strong', 'Cluster')], [as('faint', right)], width)];
  switch (cluster.state) {
    case 'looking':
      return [...heading(''), [as('faint', 'looking …')]];
    case 'absent':
      return [...heading('none yet'), ...cluster.plan.flatMap((line) => notes(line)), [as('strong', 'u'), as('faint', ' makes it')]];
    case 'refused':
      return [...heading('refused'), ...notes(cluster.reason, cluster.hint)];
    case 'away':
      return [
        ...heading(cluster.name),
        ...notes(cluster.reason, cluster.hint),
        ...cluster.nodes.map((node) => nodeRow(node, width, theme)),
      ];
    case 'up':
      return [
        ...heading(`${cluster.provider} ${glyphs.dot} Kubernetes ${cluster.kubernetes}`),
        ...cluster.nodes.map((node) => nodeRow(node, width, theme)),
      ];
  }
}

function nodeRow(node: NodeCard, width: number, { glyphs }: Theme): Line {
  const glyph = {
    ready: glyphs.podReady,
    'not-ready': glyphs.podFailing,
    paused: glyphs.podLeaving,
    stopped: glyphs.podFailing,
    unknown: glyphs.podPending,
  }[node.state];
  const style = nodeStyles[node.state];
  const words = `${nodeWords[node.state]}${node.cordoned ? ', cordoned' : ''}`;
  return spread(
    [as(style, `${glyph} `), { text: cut(shortNode(node.name), width - 24) }],
    [as(style === 'good' ? 'faint' : style, words)],
    width,
  );
}
