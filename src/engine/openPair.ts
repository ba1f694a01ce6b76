import type { OpenPair } from '../core/compare/openPair.ts';
import { pairScorer } from '../core/drift/pairScorer.ts';
import type { PairScorer } from '../core/drift/scoring.ts';
import type { TextScorer } from '../core/drift/textScorer.ts';
import type { KnownServer } from '../core/endpoints/dialects/dialect.ts';
import { remoteModel } from '../core/endpoints/dialects/remoteModel.ts';
import { serverOf } from '../core/endpoints/dialects/server.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { openAiEndpoint } from '../core/endpoints/openAiEndpoint.ts';
import type { ProbeSubject } from '../core/endpoints/probe.ts';
import {
  type GgufModel,
  type ModelReference,
  modelLabel,
  type Pair,
  type RemoteModel as RemoteReference,
} from '../shared/pair.ts';
import { type BySide, bySide } from '../shared/side.ts';
import { type ProbeCache, pairChecks, probeCache } from './checkPair.ts';
import type { Engine } from './client.ts';
import { engineTextScorer } from './textScorer.ts';

/** The key for an origin, or what a pair's `${env:NAME}` names; null: none is needed. Throws `missing-key`. */
export type KeyLookup = (
  origin: string,
  reference: RemoteReference['keyReference'],
) => Promise<string | null>;

export interface PairServices {
  engine: Engine;
  keys: KeyLookup;
  /** What relative paths in the pair file are relative to. */
  baseDir: string;
  /** What was found out of pairs before. Default: one for the process. */
  probes?: ProbeCache;
}

/** Requests to one embedded model wait for each other, so the first token may be minutes away. In ms. */
const ENGINE_FIRST_TOKEN = 600_000;

/**
 * Makes a pair ready to be asked. Nothing is connected or loaded yet: that happens with the first generation, and
 * what goes wrong is a failure of that generation.
 */
export async function openPair(pair: Pair, services: PairServices, signal: AbortSignal): Promise<OpenPair> {
  signal.throwIfAborted();
  const models = bySide((side) => openModel(pair.models[side], services));
  const scorer = scorerOf(pair, models, services);
  const subjects = bySide((side) => models[side].subject);
  return {
    endpoints: bySide((side) => models[side].endpoint),
    scorer,
    ...pairChecks({ pair, subjects, scorer, cache: services.probes ?? REMEMBERED }),
  };
}

/** Unless a window keeps them longer. */
const REMEMBERED = probeCache();

/** One model of a pair, on whatever runs it. */
export interface OpenModel {
  endpoint: Endpoint;
  scorer: TextScorer;
  /** What {@link OpenPair.probe} tries out. */
  subject: ProbeSubject;
}

export function openModel(model: ModelReference, services: PairServices): OpenModel {
  return model.kind === 'gguf' ? engineModel(model, services) : remote(model, services);
}

function engineModel(model: GgufModel & ModelReference, { engine, baseDir }: PairServices): OpenModel {
  const label = `${modelLabel(model)} (embedded engine)`;
  const open = async (signal: AbortSignal) => (await engine.open(model.gguf, baseDir, signal)).model;
  const endpoint = openAiEndpoint({
    label,
    model: open,
    trace: model.trace,
    system: model.system,
    extraBody: { return_token_ids: true, ...(model.trace && { trace_delimiters: model.trace }) },
    connect: (signal) => engine.connect(signal),
    timeouts: { firstToken: ENGINE_FIRST_TOKEN },
    explain: (failure, body) => engine.explain(failure, body),
  });
  const scorer = engineTextScorer(engine, label, open);
  const known = async (signal: AbortSignal): Promise<KnownServer> => ({
    identity: await scorer.identity(signal),
    ...{ reach: 'top-k', route: 'POST /v1/score', scorer },
    ...{ tokenIds: true, generation: {}, generatedIds: true },
  });
  const { system } = model;
  const subject = { label, origin: null, known, scorer, endpoint, system, requests: scorer.requests };
  return { endpoint, scorer, subject };
}

function remote(model: RemoteReference & ModelReference, { keys }: PairServices): OpenModel {
  const label = modelLabel(model);
  const url = URL.canParse(model.url) ? new URL(model.url) : null;
  // A URL that is none is the endpoint's to refuse.
  const connect = async () => ({
    baseUrl: model.url,
    apiKey: url ? await keys(url.origin, model.keyReference) : null,
  });
  const opened = remoteModel(serverOf({ label, model: model.model, connect }), url?.hostname ?? '');
  const endpoint = openAiEndpoint({
    label,
    model: model.model,
    trace: model.trace,
    system: model.system,
    connect,
    extraBody: (signal) => opened.beforeGeneration(signal),
  });
  const { server, known, scorer } = opened;
  const origin = url?.origin ?? model.url;
  return {
    endpoint,
    scorer,
    subject: {
      label,
      origin,
      known,
      scorer,
      endpoint,
      system: model.system,
      requests: () => server.requests,
    },
  };
}

/** Two embedded models are scored within the engine, where whole distributions never leave the process. */
function scorerOf(
  { models, scoring }: Pair,
  opened: BySide<OpenModel>,
  { engine, baseDir }: PairServices,
): PairScorer {
  const { baseline, reasoning } = models;
  const k = scoring?.k;
  const apart = pairScorer(
    bySide((side) => opened[side].scorer),
    { k },
  );
  if (baseline.kind !== 'gguf' || reasoning.kind !== 'gguf') return apart;
  const embedded = async (signal: AbortSignal): Promise<PairScorer> => {
    const [b, r] = await Promise.all([
      engine.open(baseline.gguf, baseDir, signal),
      engine.open(reasoning.gguf, baseDir, signal),
    ]);
    return engine.pairScorer(b.model, r.model, k);
  };
  return {
    async *score(request, signal) {
      yield* (await embedded(signal)).score(request, signal);
    },
    async tokenize(text, signal) {
      return (await embedded(signal)).tokenize(text, signal);
    },
    tokensOf: apart.tokensOf!,
    spans: apart.spans!,
  };
}
