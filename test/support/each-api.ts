import { afterEach, beforeEach } from 'vitest';
import type { KubeApi } from '../../src/kube/api.ts';
import { connect } from '../../src/kube/connect.ts';
import { type FakeApiServer, startFakeApiServer } from './fake-api-server.ts';

/** A fake API server, fresh for each test of the file that imports it. */
export let server: FakeApiServer;
/** A connection to it. */
export let api: KubeApi;

beforeEach(async () => {
  server = await startFakeApiServer();
  api = await connect(server.kubeconfig);
});
afterEach(async () => {
  await api.close();
  await server.stop();
});
