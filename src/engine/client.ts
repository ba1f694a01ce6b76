import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DriftRequest, PairScorer } from '../core/drift/scoring.ts';
import { type Failure, FailureError, type FailureKind, fail } from '../shared/failure.ts';
import type { WantedDepth } from '../shared/pair.ts';
import { missing } from './ggufFailures.ts';
import { lines } from './lines.ts';
import { type EngineProcess, type EngineProcessOptions, startEngine } from './process.ts';
import type {
  DownloadLine,
  DriftBody,
  DriftLine,
  EngineProps,
  ErrorBody,
  LoadLine,
  ModelIdentity,
} from './protocol.ts';

export interface EngineOptions extends EngineProcessOptions {
  /** Holds `models/NAME.gguf` for `bundled:NAME`. */
  mediaDir: string;
  /** Where `hf:` references are downloaded to. */
  modelCacheDir: string;
  /** Hears of downloads and of models being loaded, to show progress. */
  onProgress?(progress: EngineProgress): void;
  /** Where the engine comes from, instead of a process of its own: a thread shares the one of its window. */
  start?(signal: AbortSignal): Promise<RunningEngine>;
}

/** An engine that listens. */
export interface RunningEngine {
  process: Pick<EngineProcess, 'pid' | 'ended' | 'stop'>;
  /** Without a path. */
  url: string;
  apiKey: string;
}

export type EngineProgress =
  /** Bytes. */
  | { type: 'downloading'; gguf: string; downloaded: number; total: number }
  /** 0..1 */
  | { type: 'loading'; gguf: string; share: number };

/** The embedded engine as the rest of the program sees it: a server that is started when it is first needed. */
export interface Engine {
  /**
   * Where the engine listens. Starts it if it does not run: callers that come together share one start, and after
   * a crash the next call starts it anew.
   * @throws FailureError `engine-unavailable`
   */
  connect(signal: AbortSignal): Promise<{ baseUrl: string; apiKey: string }>;
  /**
   * Resolves a reference (a path, `bundled:NAME`, `hf:user/repo:file`), loads the model, and returns its name for
   * requests.
   * @throws FailureError `model-file`, `out-of-memory`, `unreachable`, and what {@link connect} throws
   */
  open(gguf: string, baseDir: string, signal: AbortSignal): Promise<{ model: string }>;
  /**
   * Drift between two models that {@link open} returned: exact, or bounds where fewer alternatives than the vocabulary
   * has are read.
   * @param k how many of the likeliest to read; default: see `chooseDepth`
   */
  pairScorer(baselineModel: string, reasoningModel: string, k?: WantedDepth): PairScorer;
  /** What the model's file says of it. */
  describe(model: string, signal?: AbortSignal): Promise<ModelIdentity>;
  /**
   * What really happened, where a request to the engine failed: its own words with their remedy, or that its process
   * died. For clients that talk to {@link connect}'s address themselves.
   */
  explain(failure: Failure, body: unknown): Promise<Failure>;
  /** Calls the listener whenever the process ends unasked; returns what stops that. */
  onCrash(listener: (failure: Failure) => void): () => void;
  /** null: not running. */
  readonly pid: number | null;
  dispose(): Promise<void>;
}

type State =
  | { state: 'stopped' }
  | { state: 'starting'; start: Promise<RunningEngine>; cancel: AbortController }
  | ({ state: 'running' } & RunningEngine)
  | { state: 'disposed' };

/** How long a broken connection waits to learn whether the process died, in ms: the socket closes first. */
const CRASH_GRACE = 1_500;
/** How long a crash explains connections that broke, in ms. */
const RECENT = 10_000;

export function createEngine(options: EngineOptions): Engine {
  let state: State = { state: 'stopped' };
  let lastCrash: { failure: Failure; at: number } | null = null;
  const crashListeners = new Set<(failure: Failure) => void>();

  const startProcess = async (signal: AbortSignal): Promise<RunningEngine> => {
    const apiKey = randomBytes(32).toString('base64url');
    const process = await startEngine(options, apiKey, signal);
    return { process, url: `http://127.0.0.1:${process.port}`, apiKey };
  };

  /** One start for all who wait for it: none of their signals may cancel it for the others. */
  const start = (): Promise<RunningEngine> => {
    const cancel = new AbortController();
    const starting = (options.start ?? startProcess)(cancel.signal);
    state = { state: 'starting', start: starting, cancel };
    starting.then(
      (running) => {
        // Disposed meanwhile: whoever did that also stops the process.
        if (state.state !== 'starting') return;
        state = { state: 'running', ...running };
        void running.process.ended.then((failure) => {
          if (state.state === 'running' && state.process === running.process) state = { state: 'stopped' };
          if (!failure) return;
          lastCrash = { failure, at: Date.now() };
          options.log(`${failure.message} ${failure.detail ?? ''}`);
          for (const listener of crashListeners) listener(failure);
        });
      },
      () => {
        if (state.state === 'starting') state = { state: 'stopped' };
      },
    );
    return starting;
  };

  const running = async (signal: AbortSignal | undefined): Promise<RunningEngine> => {
    signal?.throwIfAborted();
    if (state.state === 'disposed') fail('engine-unavailable', 'The embedded engine has been shut down.');
    if (state.state === 'running') return state;
    return abortable(state.state === 'starting' ? state.start : start(), signal);
  };

  const crashOf = async (from: RunningEngine): Promise<Failure | null> =>
    Promise.race([from.process.ended, sleep(CRASH_GRACE)]);

  /** A request of ours. Its failures are the engine's own, or that it died. */
  async function* ask<T>(path: string, body: object | null, signal?: AbortSignal): AsyncGenerator<T> {
    const engine = await running(signal);
    try {
      const response = await fetch(engine.url + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${engine.apiKey}`, 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
        signal: signal ?? null,
      });
      if (!response.ok)
        throw new FailureError(failureIn(await response.json()) ?? unexplained(response.status));
      for await (const line of lines(response.body!)) {
        const value = JSON.parse(line) as T;
        const failure = failureIn(value);
        if (failure) throw new FailureError(failure);
        yield value;
      }
    } catch (error) {
      if (error instanceof FailureError || signal?.aborted) throw error;
      const crash = await crashOf(engine);
      if (crash) throw new FailureError(crash, { cause: error });
      throw error;
    }
  }

  async function askOnce<T>(path: string, body: object | null, signal?: AbortSignal): Promise<T> {
    for await (const value of ask<T>(path, body, signal)) return value;
    throw new Error(`${path} answered nothing`);
  }

  const download = async (gguf: string, signal: AbortSignal): Promise<string> => {
    const request = { uri: gguf, directory: options.modelCacheDir };
    for await (const line of ask<DownloadLine>('/models/download', request, signal)) {
      if ('path' in line) return line.path;
      options.onProgress?.({ type: 'downloading', gguf, ...line });
    }
    throw new Error('the download ended without a file');
  };

  const resolvePath = async (gguf: string, baseDir: string, signal: AbortSignal): Promise<string> => {
    if (gguf.startsWith('hf:')) return download(gguf, signal);
    const path = localPath(gguf, baseDir, options.mediaDir);
    // Asked before the engine is started: most often it is a slip in the pair file.
    await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') fail('model-file', ...missing(path));
    });
    return path;
  };

  const tokenize = async (model: string, content: string, signal: AbortSignal): Promise<number[]> => {
    const answer = await askOnce<{ tokens: number[] }>('/tokenize', { model, content }, signal);
    return answer.tokens;
  };

  return {
    async connect(signal) {
      const { url, apiKey } = await running(signal);
      return { baseUrl: `${url}/v1`, apiKey };
    },

    async open(gguf, baseDir, signal) {
      const model = await resolvePath(gguf, baseDir, signal);
      for await (const line of ask<LoadLine>('/models/load', { model }, signal)) {
        if ('progress' in line) options.onProgress?.({ type: 'loading', gguf, share: line.progress });
      }
      return { model };
    },

    pairScorer(baselineModel, reasoningModel, k) {
      return {
        score({ prefix, ids, top }: DriftRequest, signal) {
          const body: DriftBody = {
            baseline: { model: baselineModel, ...prefix.baseline },
            reasoning: { model: reasoningModel, ...prefix.reasoning },
            ids,
            top,
            ...(k === undefined ? {} : { k }),
          };
          return ask<DriftLine>('/v1/drift', body, signal);
        },
        async tokenize(text, signal) {
          const [ids, others] = await Promise.all([
            tokenize(baselineModel, text, signal),
            tokenize(reasoningModel, text, signal),
          ]);
          if (ids.length !== others.length || ids.some((id, i) => id !== others[i])) {
            fail(
              'tokenizers-differ',
              'The two models’ tokenizers differ: they cut this text into different tokens.',
              {
                remedy: 'KL per token needs one vocabulary: compare models that come from the same base.',
              },
            );
          }
          return ids;
        },
      };
    },

    async describe(model, signal) {
      const props = await askOnce<EngineProps>(`/props?model=${encodeURIComponent(model)}`, null, signal);
      return props.models[0]!;
    },

    async explain(failure, body) {
      const own = failureIn(body);
      if (own) return own;
      if (failure.kind !== 'unreachable' && failure.kind !== 'stream-dropped') return failure;
      const recent = lastCrash && Date.now() - lastCrash.at < RECENT ? lastCrash.failure : null;
      const crash = recent ?? (state.state === 'running' ? await crashOf(state) : null);
      return crash ?? failure;
    },

    onCrash(listener) {
      crashListeners.add(listener);
      return () => crashListeners.delete(listener);
    },

    get pid() {
      return state.state === 'running' ? state.process.pid : null;
    },

    async dispose() {
      const last = state;
      state = { state: 'disposed' };
      if (last.state === 'running') await last.process.stop();
      if (last.state !== 'starting') return;
      last.cancel.abort(new Error('the engine is shut down'));
      await last.start.then(
        ({ process }) => process.stop(),
        () => {},
      );
    },
  };
}

/** @throws FailureError `model-file` for a bundled name that is no plain name. */
export function localPath(gguf: string, baseDir: string, mediaDir: string): string {
  const bundled = /^bundled:(.*)$/s.exec(gguf)?.[1];
  if (bundled !== undefined) {
    if (!/^[\w][\w.-]*$/.test(bundled)) {
      fail('model-file', `“${bundled}” is not the name of a bundled model.`, {
        remedy: 'Write bundled:NAME, such as bundled:organism-sft.',
      });
    }
    return join(mediaDir, 'models', `${bundled}.gguf`);
  }
  return resolve(baseDir, gguf.replace(/^~(?=[/\\])/, homedir()));
}

/** The failure that an answer of the engine states, if it does. */
function failureIn(body: unknown): Failure | null {
  const error = (body as Partial<ErrorBody> | null | undefined)?.error;
  if (typeof error?.message !== 'string' || typeof error.type !== 'string') return null;
  const { message, type, remedy, detail } = error;
  return {
    kind: type as FailureKind,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function unexplained(status: number): Failure {
  return { kind: 'internal', message: `The embedded engine answered with status ${status}.` };
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function sleep(ms: number): Promise<null> {
  return new Promise((done) => setTimeout(done, ms, null));
}
