import { type Clues, type Dialect, identity, type KnownServer } from './dialect.ts';
import { count, list, record, text } from './fields.ts';
import { modelCard } from './vllm.ts';

/** A server that cannot be made to read given token ids and tell the probabilities of other tokens beside them. */
interface Kind {
  name: string;
  /** Recognised by its host's name, or by how it lists its models. */
  matches(clues: Clues, card: Record<string, unknown>): boolean;
}

const hosted = (name: string, host: RegExp, owner: RegExp): Kind => ({
  name,
  matches: (clues, card) => host.test(clues.host) || owner.test(text(card.owned_by) ?? ''),
});

const KINDS: readonly Kind[] = [
  hosted('OpenAI', /(^|\.)openai\.com$/, /^openai|^system$/),
  hosted('DeepSeek', /(^|\.)deepseek\.com$/, /^deepseek$/),
  {
    name: 'OpenRouter',
    matches: ({ host, models }) =>
      /(^|\.)openrouter\.ai$/.test(host) ||
      list(record(models).data).some((model) => 'top_provider' in record(model)),
  },
];

/** Servers whose own generations can be shown, and their surprisal where they tell it, but no KL. */
export const generationOnly: Dialect = {
  name: 'generation only',
  async recognise(server, clues): Promise<KnownServer | null> {
    const card = modelCard(clues.models, server.model);
    const name = KINDS.find(({ matches }) => matches(clues, card))?.name;
    if (name === undefined) return null;
    return {
      identity: identity({
        server: name,
        model: text(card.id) ?? server.model,
        contextLength: count(card.context_length),
      }),
      reach: 'own-generation',
      route: null,
      scorer: null,
      unavailable: `${server.label} on ${name} cannot be scored: it tells probabilities of the text that it writes itself at best, and of no other.`,
      tokenIds: false,
      generation: { logprobs: true },
      generatedIds: false,
    };
  },
};
