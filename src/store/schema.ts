import type { DatabaseSync } from 'node:sqlite';

/** `DRFT`: tells our files from other SQLite databases. */
export const APPLICATION_ID = 0x44524654;

/**
 * One step each from the version before it (`user_version`), each in a transaction of its own. Steps that files out
 * there have gone through are never edited.
 *
 * A cell is one generation of one model for one sample: (sample × K + k) × 2 + side, so that the key order is the order
 * of the work. What tables and statistics read stands in `cell`, apart from the texts, which are many times as large.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE run (
    name TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE sample (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    dimension TEXT,
    json TEXT NOT NULL
  );

  CREATE TABLE cell (
    cell INTEGER PRIMARY KEY,
    failed INTEGER NOT NULL,
    label TEXT,
    value REAL,
    trace_label TEXT,
    trace_value REAL,
    sample_group TEXT,
    -- 0 to do, 1 scored, 2 failed, 3 cannot be had
    drift_state INTEGER NOT NULL DEFAULT 0,
    drift_status TEXT,
    drift_mean REAL,
    overridden INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX cell_unscored ON cell(drift_state, cell) WHERE drift_state IN (0, 2) AND failed = 0;
  CREATE INDEX cell_failed ON cell(cell) WHERE failed = 1;

  CREATE TABLE generation (
    cell INTEGER PRIMARY KEY REFERENCES cell(cell),
    -- texts: as they are up to some 200 characters, longer ones as a blob of raw deflate
    trace,
    answer NOT NULL,
    raw,
    -- JSON: t, the times in ms to the first token, of the trace, and in all; finish and failure where
    -- they are not what most generations have
    facts TEXT NOT NULL,
    annotations BLOB,
    tokens BLOB
  );

  CREATE TABLE drift (
    cell INTEGER PRIMARY KEY REFERENCES cell(cell),
    -- JSON: status, reason, coverage, summary, or a failure
    json TEXT NOT NULL,
    positions BLOB
  );

  CREATE TABLE override (
    cell INTEGER NOT NULL REFERENCES cell(cell),
    section TEXT NOT NULL,
    kind TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (cell, section, kind)
  ) WITHOUT ROWID;

  -- For other SQLite clients: one row a generation, in words (long texts are blobs; exports have them).
  CREATE VIEW generations AS
    SELECT s.id, s.dimension, c.cell / 2 % r.k AS k,
      CASE c.cell % 2 WHEN 0 THEN 'baseline' ELSE 'reasoning' END AS side,
      s.json -> '$.input' AS input, g.trace, g.answer, c.label, c.value, c.trace_label, c.drift_status, c.drift_mean, c.failed
    FROM cell c
    CROSS JOIN (SELECT json_extract(json, '$.generations') AS k FROM run WHERE name = 'info') r
    JOIN sample s ON s.position = c.cell / (2 * r.k)
    LEFT JOIN generation g ON g.cell = c.cell;
  `,
  `
  -- What one model said of a generation in a batch, until the other has too: then drift is made of both.
  CREATE TABLE score (
    cell INTEGER NOT NULL REFERENCES cell(cell),
    -- 0 baseline, 1 reasoning
    scorer INTEGER NOT NULL,
    -- V8's structured clone, deflated
    rows BLOB NOT NULL,
    PRIMARY KEY (cell, scorer)
  ) WITHOUT ROWID;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Files from this version on are read as they are: what came later is for writers. */
export const READABLE_FROM = 1;

/** Brings a database from its version to ours. @param version its `user_version`. */
export function migrate(database: DatabaseSync, version: number): void {
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(MIGRATIONS[next]!);
      database.exec(`PRAGMA user_version = ${next + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}
