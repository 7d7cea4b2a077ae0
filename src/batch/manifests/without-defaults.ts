import type { KubeObject } from '../../grading/object.ts';

const annotation = 'kubernetes.io/limit-ranger';

type Resources = { requests?: Record<string, string>; limits?: Record<string, string> };
type Container = { name: string; resources?: Resources };

/** `LimitRanger plugin set: cpu, memory request for container web; cpu, memory limit for init container db` */
function whatWasSet(text: string): { container: string; init: boolean; what: 'requests' | 'limits'; names: string[] }[] {
  return text
    .replace(/^LimitRanger plugin set:/, '')
    .split(';')
    .flatMap((part) => {
      const match = /^\s*([\w./, -]+?) (request|limit) for (init )?container (\S+)\s*$/.exec(part);
      if (!match) return [];
      const [, names = '', what, init, container = ''] = match;
      return [
        {
          container,
          init: init !== undefined,
          what: what === 'request' ? ('requests' as const) : ('limits' as const),
          names: names.split(',').map((name) => name.trim()),
        },
      ];
    });
}

function without(container: Container, what: 'requests' | 'limits', names: readonly string[]): Container {
  const left = Object.fromEntries(Object.entries(container.resources?.[what] ?? {}).filter(([name]) => !names.includes(name)));
  const { [what]: _, ...others } = container.resources ?? {};
  return { ...container, resources: Object.keys(left).length > 0 ? { ...others, [what]: left } : others };
}

/** @see https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
function qosOf(containers: readonly Container[]): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const none = containers.every(({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }).length === 0);
  if (none) return 'BestEffort';
  const guaranteed = containers.every(({ resources }) =>
    ['cpu', 'memory'].every((name) => {
      const limit = resources?.limits?.[name];
      return limit !== undefined && (resources?.requests?.[name] ?? limit) === limit;
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/**
 * A Pod as the learner wrote it, without the requests and limits that the throwaway namespace's LimitRange filled in: they must
 * neither win nor lose a point. The admission plug-in notes on the Pod what it set.
 */
export function withoutDefaults(pod: KubeObject): KubeObject {
  const note = pod.metadata.annotations?.[annotation];
  if (note === undefined) return pod;
  const { [annotation]: _, ...annotations } = pod.metadata.annotations ?? {};
  const set = whatWasSet(note);
  const cleaned = (containers: Container[] | undefined, init: boolean): Container[] | undefined =>
    containers?.map((container) =>
      set
        .filter((one) => one.container === container.name && one.init === init)
        .reduce((left, { what, names }) => without(left, what, names), container),
    );
  const containers = cleaned(pod.spec?.containers, false) ?? [];
  const initContainers = cleaned(pod.spec?.initContainers, true);
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...pod.spec, containers, ...(initContainers ? { initContainers } : {}) },
    ...(pod.status ? { status: { ...pod.status, qosClass: qosOf([...containers, ...(initContainers ?? [])]) } } : {}),
  };
}
