import type { DatabaseSync } from 'node:sqlite';
import type { MissingPlace, RunStore } from '../core/audit/runStore.ts';
import type { Outcome, RunInfo, RunPlace, RunProgress, SampleOutcomes } from '../shared/audit.ts';
import type { Drift, DriftStatus } from '../shared/drift.ts';
import type { Failure } from '../shared/failure.ts';
import type { Generation } from '../shared/generation.ts';
import { type Dimension, inputText, type Sample } from '../shared/prompt.ts';
import type { CellRow, SampleFilter, SampleQuery, SampleRow, SampleSort } from '../shared/sampleRows.ts';
import { bySide, SIDES, type Side } from '../shared/side.ts';
import type { Override } from '../shared/verdict.ts';
import {
  decodeAnnotations,
  decodeKl,
  decodePositions,
  decodeScores,
  decodeText,
  decodeTokens,
  encodeAnnotations,
  encodePositions,
  encodeScores,
  encodeText,
  encodeTokens,
} from './blobs.ts';
import { described } from './failures.ts';

type Row = Record<string, never>;

const TO_DO = 0;
const SCORED = 1;
const FAILED = 2;
const UNAVAILABLE = 3;

/** How much of a prompt a table shows. UTF-16 units. */
const PROMPT_SHOWN = 240;
const PAGE = 2000;
/** A trace of 30,000 tokens has some megabytes of positions. */
const BLOBS_AT_ONCE = 16;

/** The run kept in an open database with our schema. `begin` writes what a new run starts from. */
export function sqliteRunStore(
  database: DatabaseSync,
  path: string,
): RunStore & { begin(info: RunInfo, samples: Iterable<Sample> | AsyncIterable<Sample>): Promise<void> } {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw described(error, path);
    }
  };
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statement = (sql: string) => {
    let known = prepared.get(sql);
    if (!known) {
      known = database.prepare(sql);
      prepared.set(sql, known);
    }
    return known;
  };
  const all = (sql: string, ...values: (string | number | null)[]) =>
    guarded(() => statement(sql).all(...values) as Row[]);
  const one = (sql: string, ...values: (string | number | null)[]) =>
    guarded(() => statement(sql).get(...values) as Row | undefined);
  const transaction = (work: () => void) =>
    guarded(() => {
      database.exec('BEGIN IMMEDIATE');
      try {
        work();
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    });

  let info: RunInfo | null = null;
  const readInfo = (): RunInfo => {
    info ??= JSON.parse(
      (one(`SELECT json FROM run WHERE name = 'info'`) as { json: string } | undefined)?.json ?? 'null',
    ) as RunInfo;
    return info;
  };
  const writeInfo = (next: RunInfo) => {
    guarded(() =>
      statement(`INSERT OR REPLACE INTO run (name, json) VALUES ('info', ?)`).run(JSON.stringify(next)),
    );
    info = next;
  };

  const cellOf = ({ sample, k, side }: RunPlace) =>
    (sample * readInfo().generations + k) * 2 + SIDES.indexOf(side);
  const placeOf = (cell: number): RunPlace => {
    const { generations } = readInfo();
    const slot = Math.floor(cell / 2);
    return { sample: Math.floor(slot / generations), k: slot % generations, side: SIDES[cell % 2]! };
  };
  let size: number | null = null;
  const samplesCount = () => {
    size ??= Number((one('SELECT count(*) AS n FROM sample') as { n: number } | undefined)?.n ?? 0);
    return size;
  };

  return {
    async begin(given, samples) {
      database.exec('BEGIN IMMEDIATE');
      writeInfo(given);
      const insert = statement('INSERT INTO sample (position, id, dimension, json) VALUES (?, ?, ?, ?)');
      let position = 0;
      for await (const sample of samples) {
        insert.run(position++, sample.id, sample.dimension ?? null, JSON.stringify(sample));
      }
      database.exec('COMMIT');
      size = null;
    },

    info: readInfo,
    get size() {
      return samplesCount();
    },

    progress(): RunProgress {
      const row = one(
        `SELECT count(*) - coalesce(sum(failed), 0) AS done, coalesce(sum(failed), 0) AS failed,
          coalesce(sum(failed = 0 AND drift_state IN (${SCORED}, ${UNAVAILABLE})), 0) AS scored,
          coalesce(sum(failed = 0 AND drift_state = ${FAILED}), 0) AS scoringFailed FROM cell`,
      ) as unknown as Omit<RunProgress, 'total'>;
      return { ...row, total: samplesCount() * readInfo().generations * 2 };
    },

    sample(position) {
      const row = one('SELECT json FROM sample WHERE position = ?', position) as { json: string } | undefined;
      if (!row) throw new RangeError(`the run has no sample ${position}`);
      return JSON.parse(row.json) as Sample;
    },

    *samples() {
      for (let from = 0; ; from += PAGE) {
        const rows = all(
          'SELECT json FROM sample WHERE position >= ? ORDER BY position LIMIT ?',
          from,
          PAGE,
        ) as unknown as { json: string }[];
        for (const { json } of rows) yield JSON.parse(json) as Sample;
        if (rows.length < PAGE) return;
      }
    },

    has(place) {
      return one('SELECT 1 AS there FROM cell WHERE cell = ? AND failed = 0', cellOf(place)) !== undefined;
    },

    generation(place) {
      const cell = cellOf(place);
      const row = one(
        `SELECT g.*, c.failed, c.label, c.value, c.trace_label, c.trace_value, c.sample_group
         FROM generation g JOIN cell c USING (cell) WHERE cell = ?`,
        cell,
      ) as unknown as GenerationRow | undefined;
      if (!row) return null;
      return guarded(() => ({
        generation: {
          ...readFacts(row.facts),
          ...(row.raw !== null && { raw: decodeText(row.raw) }),
          trace: row.trace === null ? null : decodeText(row.trace),
          answer: decodeText(row.answer),
          tokens: decodeTokens(row.tokens),
        },
        annotations: decodeAnnotations(row.annotations),
        outcome: outcomeOf(row),
      }));
    },

    drift(place) {
      const row = one('SELECT json, positions FROM drift WHERE cell = ?', cellOf(place)) as unknown as
        | { json: string; positions: Uint8Array | null }
        | undefined;
      return row
        ? guarded(() => ({ ...driftSummary(row.json), positions: decodePositions(row.positions) }))
        : null;
    },

    driftSummary(place) {
      const row = one('SELECT json FROM drift WHERE cell = ?', cellOf(place)) as { json: string } | undefined;
      return row ? driftSummary(row.json) : null;
    },

    *klColumns() {
      // The reasoning model's cells are the odd ones.
      for (let after = -1; ; ) {
        const rows = all(
          `SELECT d.cell, d.positions, s.dimension FROM drift d JOIN sample s ON s.position = d.cell / ${2 * readInfo().generations}
           WHERE d.cell > ? AND d.cell % 2 = 1 AND d.positions IS NOT NULL ORDER BY d.cell LIMIT ?`,
          after,
          BLOBS_AT_ONCE,
        ) as unknown as { cell: number; positions: Uint8Array; dimension: Dimension | null }[];
        for (const { cell, positions, dimension } of rows) {
          const { sample } = placeOf(cell);
          yield { sample, dimension, ...guarded(() => decodeKl(positions)) };
        }
        if (rows.length < BLOBS_AT_ONCE) return;
        after = rows.at(-1)!.cell;
      }
    },

    overrides(sample, k) {
      const cell = cellOf({ sample, k, side: 'baseline' });
      const rows = all('SELECT json FROM override WHERE cell IN (?, ?)', cell, cell + 1) as unknown as {
        json: string;
      }[];
      return rows.map(({ json }) => JSON.parse(json) as Override);
    },

    *outcomes() {
      const { generations } = readInfo();
      for (let from = 0; ; from += PAGE) {
        const samples = all(
          'SELECT position, dimension FROM sample WHERE position >= ? ORDER BY position LIMIT ?',
          from,
          PAGE,
        ) as unknown as { position: number; dimension: Dimension | null }[];
        const cells = new Map<number, CellValues>();
        const first = from * generations * 2;
        for (const row of all(
          `SELECT ${CELL_COLUMNS} FROM cell WHERE cell >= ? AND cell < ?`,
          first,
          first + samples.length * generations * 2,
        ) as unknown as CellValues[]) {
          cells.set(row.cell, row);
        }
        for (const { position, dimension } of samples) {
          const of = (side: Side) =>
            Array.from({ length: generations }, (_, k) =>
              cells.get((position * generations + k) * 2 + SIDES.indexOf(side)),
            );
          const outcomes = bySide((side) =>
            of(side).map((cell) => (cell && !cell.failed ? outcomeOf(cell) : null)),
          );
          yield {
            sample: position,
            dimension,
            outcomes,
            drift: of('reasoning').map((cell) => (cell ? driftOf(cell) : null)),
          } satisfies SampleOutcomes;
        }
        if (samples.length < PAGE) return;
      }
    },

    find(query) {
      const { generations } = readInfo();
      const { where, values } = conditions(query);
      const direction = query.descending ? 'DESC' : 'ASC';
      const by = SORTED_BY[query.sort ?? 'set'];
      const found = all(
        `SELECT s.position ${withFirstCells(generations)} ${where} ORDER BY ${by} ${direction} NULLS LAST, s.position`,
        ...values,
      ) as unknown as { position: number }[];
      return Int32Array.from(found, ({ position }) => position);
    },

    rows(positions) {
      const { generations } = readInfo();
      const names = (as: string) =>
        CELL_COLUMNS.split(', ').map((column) => `${as}.${column} AS ${as}_${column}`);
      const rows = all(
        `SELECT s.position, s.id, s.dimension, s.json, ${[...names('b'), ...names('r')].join(', ')}
         ${withFirstCells(generations)} WHERE s.position IN (SELECT value FROM json_each(?))`,
        JSON.stringify(positions),
      ).map((row) => sampleRow(row));
      const byPosition = new Map(rows.map((row) => [row.sample, row]));
      return positions.flatMap((position) => byPosition.get(position) ?? []);
    },

    missing(side, { limit, after, failed }) {
      const { generations } = readInfo();
      const total = samplesCount() * generations;
      const parity = SIDES.indexOf(side);
      // A slot is a sample's k-th generation; what is not in the table is missing.
      const start = after === null ? 0 : after.sample * generations + after.k + 1;
      const places: MissingPlace[] = [];
      for (let slot = start; slot < total && places.length < limit; slot += PAGE) {
        const until = Math.min(total, slot + PAGE);
        const rows = all(
          'SELECT cell, failed FROM cell WHERE cell >= ? AND cell < ? AND cell % 2 = ?',
          slot * 2,
          until * 2,
          parity,
        ) as unknown as { cell: number; failed: number }[];
        const there = new Map(rows.map(({ cell, failed }) => [cell, failed === 1]));
        for (let at = slot; at < until && places.length < limit; at++) {
          const cell = at * 2 + parity;
          const isFailed = there.get(cell);
          if (isFailed ? failed : isFailed === undefined && failed !== 'only') {
            places.push({ ...placeOf(cell), failed: isFailed === true });
          }
        }
      }
      return places;
    },

    putGeneration(place, { generation, annotations, outcome }) {
      const cell = cellOf(place);
      const { trace, answer, raw, tokens, ...facts } = generation;
      const texts = [trace, answer, raw].map((text) => (text == null ? null : encodeText(text)));
      const blobs = [encodeAnnotations(annotations), encodeTokens(tokens)] as const;
      transaction(() => {
        statement('DELETE FROM override WHERE cell = ?').run(cell);
        statement('DELETE FROM drift WHERE cell = ?').run(cell);
        statement('DELETE FROM score WHERE cell = ?').run(cell);
        statement(
          `INSERT INTO cell (cell, failed, label, value, trace_label, trace_value, sample_group) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (cell) DO UPDATE SET failed = excluded.failed, label = excluded.label, value = excluded.value,
             trace_label = excluded.trace_label, trace_value = excluded.trace_value, sample_group = excluded.sample_group,
             drift_state = ${TO_DO}, drift_status = NULL, drift_mean = NULL, overridden = 0`,
        ).run(cell, generation.finish === 'failed' ? 1 : 0, ...outcomeValues(outcome));
        statement(
          'INSERT OR REPLACE INTO generation (cell, trace, answer, raw, facts, annotations, tokens) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ).run(cell, ...texts, writeFacts(facts), ...blobs);
      });
    },

    unscored({ limit, failed, except, after }) {
      const states = failed === 'only' ? [FAILED] : failed ? [TO_DO, FAILED] : [TO_DO];
      const skip = new Set([...(except ?? [])]);
      const places: RunPlace[] = [];
      for (const state of states) {
        const rows = all(
          'SELECT cell FROM cell WHERE drift_state = ? AND failed = 0 AND cell > ? ORDER BY cell LIMIT ?',
          state,
          after ? cellOf(after) : -1,
          limit + skip.size,
        ) as unknown as { cell: number }[];
        for (const { cell } of rows) {
          const place = placeOf(cell);
          if (places.length < limit && !skip.has(`${place.sample}/${place.k}/${place.side}`))
            places.push(place);
        }
      }
      return places;
    },

    scores(place, scorer) {
      const row = one(
        'SELECT rows FROM score WHERE cell = ? AND scorer = ?',
        cellOf(place),
        SIDES.indexOf(scorer),
      ) as unknown as { rows: Uint8Array } | undefined;
      return row ? guarded(() => decodeScores(row.rows)) : null;
    },

    putScores(place, scorer, scores) {
      const rows = encodeScores(scores);
      transaction(() => {
        statement('INSERT OR REPLACE INTO score (cell, scorer, rows) VALUES (?, ?, ?)').run(
          cellOf(place),
          SIDES.indexOf(scorer),
          rows,
        );
      });
    },

    putDrift(place, drift) {
      const cell = cellOf(place);
      const failed = 'failure' in drift;
      const { positions = [], ...rest } = failed ? { ...drift, positions: [] } : drift;
      const state = failed ? FAILED : drift.status === 'unavailable' ? UNAVAILABLE : SCORED;
      const mean = failed ? null : (drift.summary?.all.klForward.mean ?? null);
      const blob = encodePositions(positions);
      transaction(() => {
        statement('DELETE FROM score WHERE cell = ?').run(cell);
        statement('INSERT OR REPLACE INTO drift (cell, json, positions) VALUES (?, ?, ?)').run(
          cell,
          JSON.stringify(rest),
          blob,
        );
        statement('UPDATE cell SET drift_state = ?, drift_status = ?, drift_mean = ? WHERE cell = ?').run(
          state,
          failed ? null : drift.status,
          mean,
          cell,
        );
      });
    },

    setScoring(scoring) {
      writeInfo({ ...readInfo(), scoring });
    },

    setIdentities(identities, matching) {
      writeInfo({ ...readInfo(), identities, matching });
    },

    putOverride(place, { section, kind }, override, outcome) {
      const cell = cellOf(place);
      transaction(() => {
        if (override) {
          statement('INSERT OR REPLACE INTO override (cell, section, kind, json) VALUES (?, ?, ?, ?)').run(
            cell,
            section,
            kind,
            JSON.stringify(override),
          );
        } else {
          statement('DELETE FROM override WHERE cell = ? AND section = ? AND kind = ?').run(
            cell,
            section,
            kind,
          );
        }
        statement(
          `UPDATE cell SET label = ?, value = ?, trace_label = ?, trace_value = ?, sample_group = ?,
             overridden = (SELECT count(*) FROM override WHERE override.cell = ?) WHERE cell = ?`,
        ).run(...outcomeValues(outcome), cell, cell);
      });
    },

    close() {
      if (database.isOpen) database.close();
    },
  };
}

const CELL_COLUMNS =
  'cell, failed, label, value, trace_label, trace_value, sample_group, drift_state, drift_status, drift_mean, overridden';

interface OutcomeValues {
  label: string | null;
  value: number | null;
  trace_label: string | null;
  trace_value: number | null;
  sample_group: string | null;
}

interface CellValues extends OutcomeValues {
  cell: number;
  failed: number;
  drift_state: number;
  drift_status: DriftStatus | null;
  drift_mean: number | null;
  overridden: number;
}

interface GenerationRow extends OutcomeValues {
  trace: string | Uint8Array | null;
  answer: string | Uint8Array;
  raw: string | Uint8Array | null;
  facts: string;
  annotations: Uint8Array | null;
  tokens: Uint8Array | null;
}

function outcomeOf(row: OutcomeValues): Outcome | null {
  if (row.label === null) return null;
  return {
    answer: { label: row.label, value: row.value },
    trace: row.trace_label === null ? null : { label: row.trace_label, value: row.trace_value },
    group: row.sample_group ?? '',
  };
}

function outcomeValues(
  outcome: Outcome | null,
): [string | null, number | null, string | null, number | null, string | null] {
  if (!outcome) return [null, null, null, null, null];
  const { answer, trace, group } = outcome;
  return [answer.label, answer.value, trace?.label ?? null, trace?.value ?? null, group];
}

type Facts = Omit<Generation, 'trace' | 'answer' | 'raw' | 'tokens'>;

function writeFacts({ timing: { firstToken, trace, total }, finish, ...rest }: Facts): string {
  const tenths = (time: number | null) => (time === null ? null : Math.round(time * 10) / 10);
  const t = [tenths(firstToken), tenths(trace), tenths(total)];
  return JSON.stringify({ t, ...(finish !== 'stop' && { finish }), ...rest });
}

function readFacts(json: string): Facts {
  const {
    t,
    finish = 'stop',
    ...rest
  } = JSON.parse(json) as Omit<Facts, 'timing' | 'finish'> & {
    t: [number | null, number | null, number];
    finish?: Facts['finish'];
  };
  return { finish, ...rest, timing: { firstToken: t[0], trace: t[1], total: t[2] } };
}

/** Scoring that failed gives no drift, and says why. */
function driftSummary(json: string): Omit<Drift, 'positions'> {
  const drift = JSON.parse(json) as Omit<Drift, 'positions'> | { failure: Failure };
  if (!('failure' in drift)) return drift;
  return { status: 'unavailable', reason: drift.failure.message, coverage: null, summary: null };
}

function driftOf({ drift_state, drift_status, drift_mean }: CellValues): CellRow['drift'] {
  if (drift_state !== SCORED && drift_state !== UNAVAILABLE) return null;
  return { status: drift_status ?? 'unavailable', mean: drift_mean };
}

/** Samples as `s`, with the first generations of the baseline as `b` and of the reasoning model as `r`. */
function withFirstCells(generations: number): string {
  const cell = `s.position * ${2 * generations}`;
  return `FROM sample s LEFT JOIN cell b ON b.cell = ${cell} LEFT JOIN cell r ON r.cell = ${cell} + 1`;
}

const SORTED_BY: Record<SampleSort, string> = {
  set: 's.position',
  id: 's.id',
  dimension: 's.dimension',
  baseline: 'b.label',
  reasoning: 'r.label',
  change: 'r.value - b.value',
  drift: 'r.drift_mean',
};

const FILTERED_BY: Record<SampleFilter, string> = {
  flipped: 'b.label <> r.label',
  regressed: 'r.value < b.value',
  improved: 'r.value > b.value',
  trace: '(b.trace_value < 0.5 AND b.value >= 0.5 OR r.trace_value < 0.5 AND r.value >= 0.5)',
  errors: '(b.failed = 1 OR r.failed = 1)',
  missing: '(b.cell IS NULL OR r.cell IS NULL OR b.failed = 1 OR r.failed = 1)',
  overridden: '(b.overridden > 0 OR r.overridden > 0)',
};

function conditions({ filter, dimension, text, labels, samples }: SampleQuery): {
  where: string;
  values: string[];
} {
  const parts: string[] = [];
  const values: string[] = [];
  const add = (condition: string, ...bound: string[]) => {
    parts.push(condition);
    values.push(...bound);
  };
  if (samples) add('s.position IN (SELECT value FROM json_each(?))', JSON.stringify(samples));
  if (dimension) add('s.dimension = ?', dimension);
  if (labels) add('b.label = ? AND r.label = ?', labels.from, labels.to);
  if (filter) add(FILTERED_BY[filter]);
  if (text) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    add(`(s.id LIKE ? ESCAPE '\\' OR s.json -> '$.input' LIKE ? ESCAPE '\\')`, pattern, pattern);
  }
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}

function sampleRow(row: Record<string, unknown>): SampleRow {
  const cell = (as: 'b' | 'r'): CellRow | null => {
    if (row[`${as}_cell`] === null) return null;
    const values = Object.fromEntries(
      CELL_COLUMNS.split(', ').map((column) => [column, row[`${as}_${column}`]]),
    ) as unknown as CellValues;
    return {
      outcome: outcomeOf(values),
      failed: values.failed === 1,
      drift: driftOf(values),
      overridden: values.overridden > 0,
    };
  };
  return {
    sample: row.position as number,
    id: row.id as string,
    dimension: row.dimension as Dimension | null,
    prompt: cut(inputText((JSON.parse(row.json as string) as Sample).input)),
    sides: { baseline: cell('b'), reasoning: cell('r') },
  };
}

function cut(text: string): string {
  return text.length <= PROMPT_SHOWN ? text : `${text.slice(0, PROMPT_SHOWN).toWellFormed()}…`;
}
