import { isIP } from 'node:net';

const suffix = 'svc.cluster.local';

/** The search list of a Pod of a namespace. @see https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
export const searchListOf = (namespace: string): string => [`${namespace}.${suffix}`, suffix, 'cluster.local'].join(',');

/**
 * A URL as the probe shall ask for it, as if from a Pod of `namespace`: `http://web/` -> `http://web.shop.svc.cluster.local./`.
 * Names of the cluster get their final dot, so that no search list is gone through, and keep the Host header that they had without it.
 */
export function absoluteUrl(text: string, namespace: string): { url: string; host?: string } {
  const url = new URL(text);
  const { hostname } = url;
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (isAddress || hostname === 'localhost' || hostname.endsWith('.')) return { url: url.href };
  const full = hostname.includes('.') ? hostname : `${hostname}.${namespace}.${suffix}`;
  if (!full.endsWith(`.${suffix}`)) return { url: url.href };
  url.hostname = full;
  const { host } = url;
  url.hostname = `${full}.`;
  return { url: url.href, host };
}
