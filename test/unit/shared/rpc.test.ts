import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureError } from '../../../src/shared/failure.ts';
import { connectHost, serveView, type ToHost, type ToView } from '../../../src/shared/rpc.ts';

type Contract = { calls: { wait(): string }; events: { news: string } };

/** A host and a view on one wire, with a call that ends when the test says so. */
function connected() {
  const toHost: ((message: ToHost) => void)[] = [];
  const toView: ((message: ToView) => void)[] = [];
  const sent: ToView[] = [];
  const bugs: unknown[] = [];
  const work = Promise.withResolvers<string>();
  const server = serveView<Contract>(
    {
      send(message) {
        sent.push(message);
        for (const receive of toView) receive(message);
      },
      listen(receive) {
        toHost.push(receive);
        return () => toHost.splice(toHost.indexOf(receive), 1);
      },
    },
    { wait: () => work.promise },
    (error) => bugs.push(error),
  );
  const view = connectHost<Contract>({
    send(message) {
      for (const receive of toHost) receive(message);
    },
    listen(receive) {
      toView.push(receive);
      return () => {};
    },
  });
  return { server, view, sent, bugs, work };
}

test('a call is answered with its result, and events reach their listeners', async () => {
  const { server, view, work } = connected();
  const news: string[] = [];
  view.on('news', (value) => news.push(value));
  server.emit('news', 'first');
  work.resolve('done');
  assert.equal(await view.call('wait'), 'done');
  assert.deepEqual(news, ['first']);
});

test('an expected failure reaches the view whole; any other is a bug, and says only so much', async () => {
  const expected = { kind: 'cancelled', message: 'Stopped.' } as const;
  const first = connected();
  first.work.reject(new FailureError(expected));
  await assert.rejects(
    first.view.call('wait'),
    (error: FailureError) => error.failure.message === 'Stopped.',
  );
  assert.deepEqual(first.bugs, []);

  const second = connected();
  const bug = new Error('no such thing');
  second.work.reject(bug);
  await assert.rejects(
    second.view.call('wait'),
    (error: FailureError) => error.failure.kind === 'internal' && error.message.includes('no such thing'),
  );
  assert.deepEqual(second.bugs, [bug]);
});

test('what ends after its view is nobody’s: no message, and a failure of the teardown is no bug', async () => {
  for (const end of ['resolve', 'reject'] as const) {
    const { server, view, sent, bugs, work } = connected();
    void view.call('wait');
    server.dispose();
    if (end === 'resolve') work.resolve('late');
    else work.reject(new Error('The worker is disposed.'));
    server.emit('news', 'late');
    await new Promise(setImmediate);
    assert.deepEqual([sent, bugs], [[], []]);
  }
});
