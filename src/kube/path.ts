import { type KindInfo, type KindName, kinds } from '../grading/kinds.ts';

/** `/api/v1` for the core group, `/apis/GROUP/VERSION` for the others. */
export const groupPath = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/**
 * The path of a collection, an object or a subresource: `pathOf('Pod', 'shop', 'web-1', 'log')`.
 * A namespaced kind without a namespace is the collection of all namespaces; the namespace of a cluster-scoped kind is left out.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function pathOf(kind: KindInfo | KindName, namespace?: string, name?: string, subresource?: string): string {
  const { apiVersion, kind: kindName, plural, namespaced } = typeof kind === 'string' ? kinds[kind] : kind;
  if (namespaced && !namespace && name !== undefined) throw new TypeError(`pathOf: ${kindName} ${name} has no namespace`);
  const parts = [plural, ...(name === undefined ? [] : [name]), ...(subresource === undefined ? [] : subresource.split('/'))];
  const home = namespaced && namespace ? ['namespaces', namespace] : [];
  return [groupPath(apiVersion), ...[...home, ...parts].map(encodeURIComponent)].join('/');
}
