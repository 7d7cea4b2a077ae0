import { describe, expect, it } from 'vitest';
import { pathOf } from '../../src/kube/path.ts';

describe('pathOf', () => {
  it('puts the core group under /api and the others under /apis', () => {
    expect(pathOf('Pod', 'shop')).toBe('/api/v1/namespaces/shop/pods');
    expect(pathOf('Deployment', 'shop', 'web')).toBe('/apis/apps/v1/namespaces/shop/deployments/web');
  });

  it('adds subresources', () => {
    expect(pathOf('Pod', 'shop', 'web-1', 'log')).toBe('/api/v1/namespaces/shop/pods/web-1/log');
    expect(pathOf('Pod', 'shop', 'web-1:8080', 'proxy/stats')).toBe('/api/v1/namespaces/shop/pods/web-1%3A8080/proxy/stats');
  });

  it('lists a namespaced kind in all namespaces when none is named', () => {
    expect(pathOf('Event')).toBe('/apis/events.k8s.io/v1/events');
  });

  it('leaves the namespace of a cluster-scoped kind out', () => {
    expect(pathOf('Node', 'shop', 'worker')).toBe('/api/v1/nodes/worker');
  });

  it('takes kinds that kubedrill does not know by name', () => {
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', plural: 'widgets', namespaced: true };
    expect(pathOf(widget, 'shop', 'w')).toBe('/apis/example.com/v1/namespaces/shop/widgets/w');
  });

  it('never lets a name break out of its place', () => {
    expect(pathOf('Pod', 'shop', '../../secrets')).toBe('/api/v1/namespaces/shop/pods/..%2F..%2Fsecrets');
  });

  it('refuses a name without the namespace it needs', () => {
    expect(() => pathOf('Pod', undefined, 'web')).toThrow('pathOf: Pod web has no namespace');
  });
});
