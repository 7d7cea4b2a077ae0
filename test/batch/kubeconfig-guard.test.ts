import { describe, expect, it } from 'vitest';
import { guardKubeconfig } from '../../src/batch/kubeconfig-guard.ts';

type Fields = Record<string, unknown>;

const kubeconfig = (given: { cluster?: Fields; user?: Fields; more?: Fields } = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kind-ada',
    clusters: [{ name: 'ada', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'Q0E=', ...given.cluster } }],
    users: [{ name: 'ada', user: { token: 't', ...given.user } }],
    contexts: [
      { name: 'kind-ada', context: { cluster: 'ada', user: 'ada', namespace: 'x' } },
      { name: 'broken', context: { cluster: 'gone', user: 'ada' } },
    ],
    ...given.more,
  });

const reason = (text: string, context?: string): string => {
  const guarded = guardKubeconfig(text, 'ada.kubeconfig', context);
  if (guarded.ok) throw new Error('it was let through');
  return guarded.reason;
};

describe('a kubeconfig from somebody else', () => {
  it('is reduced to one context with nothing but data', () => {
    const guarded = guardKubeconfig(kubeconfig({ cluster: { extensions: [{ name: 'x' }] } }), 'ada.kubeconfig');
    expect(guarded).toMatchObject({ ok: true, server: 'https://127.0.0.1:6443' });
    expect(JSON.parse(guarded.ok ? guarded.text : '')).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'learner',
      clusters: [{ name: 'learner', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'Q0E=' } }],
      users: [{ name: 'learner', user: { token: 't' } }],
      contexts: [{ name: 'learner', context: { cluster: 'learner', user: 'learner' } }],
    });
  });

  it.each([
    [{ exec: { command: 'sh' } }, 'user ada has exec: it would run a program on this machine'],
    [{ 'auth-provider': { name: 'gcp' } }, 'user ada has auth-provider: it would run an authentication plug-in on this machine'],
    [{ tokenFile: '/etc/passwd' }, 'user ada has tokenFile: it reads a file of this machine'],
    [
      { 'client-certificate': '/x.crt' },
      'user ada has client-certificate: it reads a file of this machine; embed it as client-certificate-data',
    ],
    [{ 'client-key': '/x.key' }, 'user ada has client-key: it reads a file of this machine; embed it as client-key-data'],
    [{ as: 'system:admin' }, 'user ada has as: it acts as somebody else'],
    [{ 'act-as-of-tomorrow': 'x' }, 'user ada has act-as-of-tomorrow, which is not known here'],
  ])('with a user of %j is refused, with the reason', (user, why) => {
    expect(reason(kubeconfig({ user }))).toBe(`kubeconfig ada.kubeconfig is refused: ${why}`);
  });

  it.each([
    [
      { 'insecure-skip-tls-verify': true },
      "cluster ada has insecure-skip-tls-verify: it skips the check of the server's certificate, so that anybody may answer in its place",
    ],
    [
      { 'insecure-skip-tls-verify': 'yes' },
      "cluster ada has insecure-skip-tls-verify: it skips the check of the server's certificate, so that anybody may answer in its place",
    ],
    [{ 'proxy-url': 'http://proxy:3128' }, 'cluster ada has proxy-url: it sends everything through a proxy'],
    [
      { 'certificate-authority': '/ca.crt' },
      'cluster ada has certificate-authority: it reads a file of this machine; embed it as certificate-authority-data',
    ],
    [{ server: 'http://10.0.0.1' }, 'its server http://10.0.0.1 is not reached by https: the credentials would travel in the open'],
    [{ server: 'https://u:p@10.0.0.1' }, 'its server 10.0.0.1 has credentials in the URL'],
    [{ server: 'nowhere' }, 'its server "nowhere" is no URL'],
    [{ server: ['https://a'] }, 'it names no server'],
  ])('with a cluster of %j is refused, with the reason', (cluster, why) => {
    expect(reason(kubeconfig({ cluster }))).toBe(`kubeconfig ada.kubeconfig is refused: ${why}`);
  });

  it('is refused for a user that its context does not even name', () => {
    const more = {
      users: [
        { name: 'ada', user: { token: 't' } },
        { name: 'cloud', user: { exec: { command: 'aws' } } },
      ],
    };
    expect(reason(kubeconfig({ more }))).toContain('user cloud has exec');
  });

  it('tells everything that is wrong at once', () => {
    expect(reason(kubeconfig({ user: { exec: {} }, cluster: { 'proxy-url': 'x' } }))).toMatch(
      /user ada has exec: .*; cluster ada has proxy-url: /,
    );
  });

  it('may say that it does not skip TLS', () => {
    expect(guardKubeconfig(kubeconfig({ cluster: { 'insecure-skip-tls-verify': false } }), 'k').ok).toBe(true);
  });

  it.each([
    ['', undefined, 'it is empty'],
    ['[1]', undefined, 'it is empty'],
    ['a: b: c', undefined, /^kubeconfig ada\.kubeconfig is refused: line 1: /],
    [kubeconfig(), 'other', 'it has no context other'],
    [kubeconfig(), 'broken', 'its context broken names no cluster of it'],
    [kubeconfig({ more: { 'current-context': undefined } }), undefined, 'it has no current context; name one in the roster'],
    [kubeconfig({ more: { users: 'x' } }), undefined, 'users is not a list'],
    [kubeconfig({ more: { users: [{ name: 'ada' }, { name: 'ada' }] } }), undefined, 'user ada is there twice'],
    [kubeconfig({ user: { token: { a: 1 } } }), undefined, 'its token is not a text'],
    [`x: &a [1]\ny: [${'*a,'.repeat(200)}]`, undefined, /alias bomb/],
    ['x'.repeat(300_000), undefined, /at most 262144 are read/],
  ])('that is broken is refused: %#', (text, context, why) => {
    if (why instanceof RegExp) expect(reason(text, context)).toMatch(why);
    else expect(reason(text, context)).toBe(`kubeconfig ada.kubeconfig is refused: ${why}`);
  });

  it('has the same key for the same cluster and user, another for another user', () => {
    const key = (text: string) => (guardKubeconfig(text, 'k') as { key: string }).key;
    expect(key(kubeconfig())).toBe(key(kubeconfig({ more: { preferences: {} } })));
    expect(key(kubeconfig())).not.toBe(key(kubeconfig({ user: { token: 'other' } })));
  });
});
