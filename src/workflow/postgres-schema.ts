// The tables of workflows in PostgreSQL, and the functions that change them: each is one statement to whoever calls it, and one transaction.
//
//   S1 A schema is brought to this version under a lock, whole or not at all; several nodes may open it at once. A newer one is refused.
//   S2 Rows of workflows are locked in the order of their ids, and claims one after the other.

import type pg from 'pg'
import { Kind, WippyError } from '../error.ts'
import { PARTITIONS } from './partition.ts'

/** Ids are compared byte by byte, whatever the database's language is. */
const tables = (s: string): string => `
CREATE TABLE ${s}.workflow (
  id text COLLATE "C" PRIMARY KEY, part smallint NOT NULL,
  epoch bigint NOT NULL, seq bigint NOT NULL, hash bytea NOT NULL,
  status text NOT NULL, active boolean NOT NULL, ended boolean NOT NULL,
  entry text COLLATE "C" NOT NULL, started_ms bigint NOT NULL, attributes text[] NOT NULL, card bytea NOT NULL,
  last_mail bigint NOT NULL DEFAULT 0, waiting integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX workflow_waiting ON ${s}.workflow (id) INCLUDE (part) WHERE active OR waiting > 0;
CREATE INDEX workflow_status ON ${s}.workflow (status, id);
CREATE INDEX workflow_entry ON ${s}.workflow (entry, id);
CREATE INDEX workflow_start ON ${s}.workflow (started_ms, id);
CREATE INDEX workflow_attributes ON ${s}.workflow USING gin (attributes);
CREATE TABLE ${s}.record (id text COLLATE "C", seq bigint, data bytea NOT NULL, PRIMARY KEY (id, seq));
CREATE TABLE ${s}.mail (id text COLLATE "C", n bigint, frame bytea NOT NULL, PRIMARY KEY (id, n));
CREATE TABLE ${s}.timer (id text COLLATE "C", tag bigint, due_ms bigint NOT NULL, part smallint NOT NULL, PRIMARY KEY (id, tag));
CREATE INDEX timer_due ON ${s}.timer (due_ms, id, tag) INCLUDE (part);
CREATE TABLE ${s}.page (id text COLLATE "C", hash text COLLATE "C", data bytea NOT NULL, PRIMARY KEY (id, hash));
CREATE TABLE ${s}.code (hash text COLLATE "C" PRIMARY KEY, data bytea NOT NULL, put_at timestamptz NOT NULL);
CREATE TABLE ${s}.lease (part smallint PRIMARY KEY, node text, turns bigint NOT NULL, until timestamptz NOT NULL);
CREATE TABLE ${s}.node (name text COLLATE "C" PRIMARY KEY, until timestamptz NOT NULL);
INSERT INTO ${s}.lease SELECT part, NULL, 0, '-infinity' FROM generate_series(0, ${PARTITIONS - 1}) AS part;
`

/**
 * A batch of appends and posts, in order. `ids`: every workflow it touches. Offsets of `batch` are into `data`.
 * Answers for an append: 1 it happened, 0 the journal stands elsewhere, 2 at this very record already; for a post: its number, 0 there is no
 * such workflow, -1 its mailbox is full.
 */
const write = (s: string): string => `
CREATE FUNCTION ${s}.write(ids text[], batch json, data bytea, most_mail int) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  one record; letter record; answers bigint[] := '{}'; answer bigint; happened boolean;
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
  PERFORM FROM ${s}.workflow WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
  FOR one IN SELECT * FROM json_to_recordset(batch) AS item(
    id text, part smallint, is_post boolean, at int, size int,
    old_epoch bigint, old_seq bigint, old_hash text, epoch bigint, seq bigint, hash text,
    status text, active boolean, ended boolean, entry text, started_ms bigint, attributes text[], card_at int, card_size int, records json,
    mail json, taken bigint[], timers json, cleared bigint[], dropped text[], pages json)
  LOOP
    IF one.is_post THEN
      UPDATE ${s}.workflow SET last_mail = last_mail + 1, waiting = waiting + 1
        WHERE id = one.id AND NOT ended AND waiting < most_mail RETURNING last_mail INTO answer;
      IF FOUND THEN
        INSERT INTO ${s}.mail VALUES (one.id, answer, substring(data FROM one.at + 1 FOR one.size));
      ELSE
        SELECT -count(*) INTO answer FROM ${s}.workflow WHERE id = one.id AND NOT ended;
      END IF;
      answers := answers || answer;
      CONTINUE;
    END IF;

    IF one.old_seq IS NULL THEN
      INSERT INTO ${s}.workflow VALUES (one.id, one.part, one.epoch, one.seq, decode(one.hash, 'hex'), one.status, one.active, one.ended,
        one.entry, one.started_ms, one.attributes, substring(data FROM one.card_at + 1 FOR one.card_size)) ON CONFLICT (id) DO NOTHING;
    ELSE
      UPDATE ${s}.workflow SET epoch = one.epoch, seq = one.seq, hash = decode(one.hash, 'hex'), status = one.status, active = one.active,
        ended = one.ended, entry = one.entry, started_ms = one.started_ms, attributes = one.attributes,
        card = substring(data FROM one.card_at + 1 FOR one.card_size)
        WHERE id = one.id AND epoch = one.old_epoch AND seq = one.old_seq AND hash = decode(one.old_hash, 'hex');
    END IF;
    happened := FOUND;
    IF NOT happened THEN
      SELECT 2 * count(*) INTO answer FROM ${s}.workflow
        WHERE id = one.id AND epoch = one.epoch AND seq = one.seq AND hash = decode(one.hash, 'hex');
      answers := answers || answer;
      CONTINUE;
    END IF;

    IF one.records IS NULL THEN
      INSERT INTO ${s}.record VALUES (one.id, one.seq, substring(data FROM one.at + 1 FOR one.size));
    ELSE
      INSERT INTO ${s}.record SELECT one.id, seq, substring(data FROM at + 1 FOR size)
        FROM json_to_recordset(one.records) AS item(seq bigint, at int, size int);
    END IF;
    IF one.taken IS NOT NULL THEN
      WITH gone AS (DELETE FROM ${s}.mail WHERE id = one.id AND n = ANY(one.taken) RETURNING 1)
      UPDATE ${s}.workflow SET waiting = waiting - (SELECT count(*) FROM gone) WHERE id = one.id;
    END IF;
    IF one.mail IS NOT NULL THEN
      FOR letter IN SELECT * FROM json_to_recordset(one.mail) AS item("to" text, at int, size int) LOOP
        UPDATE ${s}.workflow SET last_mail = last_mail + 1, waiting = waiting + 1
          WHERE id = letter."to" AND NOT ended RETURNING last_mail INTO answer;
        IF FOUND THEN
          INSERT INTO ${s}.mail VALUES (letter."to", answer, substring(data FROM letter.at + 1 FOR letter.size));
        END IF;
      END LOOP;
    END IF;
    IF one.cleared IS NOT NULL THEN
      DELETE FROM ${s}.timer WHERE id = one.id AND tag = ANY(one.cleared);
    END IF;
    IF one.timers IS NOT NULL AND NOT one.ended THEN
      INSERT INTO ${s}.timer SELECT one.id, tag, due_ms, one.part FROM json_to_recordset(one.timers) AS item(tag bigint, due_ms bigint)
        ON CONFLICT (id, tag) DO UPDATE SET due_ms = excluded.due_ms;
    END IF;
    IF one.ended THEN
      DELETE FROM ${s}.mail WHERE id = one.id;
      DELETE FROM ${s}.timer WHERE id = one.id;
      UPDATE ${s}.workflow SET waiting = 0 WHERE id = one.id AND waiting > 0;
    END IF;
    IF one.dropped IS NOT NULL THEN
      DELETE FROM ${s}.page WHERE id = one.id AND hash = ANY(one.dropped);
    END IF;
    IF one.pages IS NOT NULL THEN
      INSERT INTO ${s}.page SELECT one.id, name, substring(data FROM at + 1 FOR size)
        FROM json_to_recordset(one.pages) AS item(name text, at int, size int)
        ON CONFLICT (id, hash) DO UPDATE SET data = excluded.data;
    END IF;
    answers := answers || 1::bigint;
  END LOOP;
  RETURN answers;
END $$;
`

/** Forgets a workflow. Without a position: wherever it stands. False when it stands elsewhere. */
const remove = (s: string): string => `
CREATE FUNCTION ${s}.remove(which text, old_epoch bigint, old_seq bigint, old_hash text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ${s}.workflow
    WHERE id = which AND (old_seq IS NULL OR epoch = old_epoch AND seq = old_seq AND hash = decode(old_hash, 'hex'));
  IF NOT FOUND AND old_seq IS NOT NULL THEN RETURN false; END IF;
  DELETE FROM ${s}.record WHERE id = which;
  DELETE FROM ${s}.mail WHERE id = which;
  DELETE FROM ${s}.timer WHERE id = which;
  DELETE FROM ${s}.page WHERE id = which;
  RETURN true;
END $$;
`

/** Renews the leases of a node and takes free ones, up to its share. By the clock of the database, read when it is its turn. */
const claim = (s: string): string => `
CREATE FUNCTION ${s}.claim(me text, ttl_ms double precision) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  right_now timestamptz; over timestamptz; share int; own int;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('${s}.claim'));
  right_now := clock_timestamp();
  over := right_now + ttl_ms * interval '1 millisecond';
  INSERT INTO ${s}.node VALUES (me, over) ON CONFLICT (name) DO UPDATE SET until = excluded.until;
  DELETE FROM ${s}.node WHERE until < right_now;
  SELECT ceil(${PARTITIONS}::float / count(*)) INTO share FROM ${s}.node;
  UPDATE ${s}.lease SET until = over WHERE node = me;
  GET DIAGNOSTICS own = ROW_COUNT;
  UPDATE ${s}.lease SET node = me, turns = turns + 1, until = over WHERE part IN (
    SELECT part FROM ${s}.lease WHERE (node IS NULL OR until < right_now AND node <> me) ORDER BY part LIMIT greatest(share - own, 0));
  RETURN (SELECT json_build_object(
    'share', share,
    'held', (SELECT coalesce(json_agg(json_build_array(part, turns) ORDER BY part), '[]') FROM ${s}.lease WHERE node = me),
    'others_ms', (SELECT extract(epoch FROM min(until) - right_now) * 1000 FROM ${s}.lease WHERE node <> me)));
END $$;
`

const release = (s: string): string => `
CREATE FUNCTION ${s}.release(me text, parts int[], leaves boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('${s}.claim'));
  UPDATE ${s}.lease SET node = NULL, until = '-infinity' WHERE node = me AND part = ANY(parts);
  IF leaves THEN DELETE FROM ${s}.node WHERE name = me; END IF;
END $$;
`

/** Each brings the schema from the version before to its own. Never changed once published: a change is one more. */
const STEPS: readonly ((s: string) => string)[] = [(s) => [tables, write, remove, claim, release].map((part) => part(s)).join('')]

const NEWEST = STEPS.length

/** A schema's name as it stands in statements. Throws WORKFLOW_SETTING. */
export const schemaName = (name: string): string => {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(name)) return name
  throw new WippyError('WORKFLOW_SETTING', Kind.Invalid, `"${name}" cannot be the name of a schema`, {
    hint: 'Write small letters, digits and _, at most 41.',
  })
}

/** Brings a schema to this version, made when it is missing. Throws WORKFLOW_STORE_NEWER. */
export const migrate = async (client: pg.ClientBase, s: string): Promise<void> => {
  if ((await versionOf(client, s)) === NEWEST) return
  await client.query('BEGIN')
  try {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('${s}.migrate'))`)
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${s}`)
    await client.query(`CREATE TABLE IF NOT EXISTS ${s}.version (version int NOT NULL)`)
    const version = await versionOf(client, s)
    for (const step of STEPS.slice(version)) await client.query(step(s))
    await client.query(`DELETE FROM ${s}.version`)
    await client.query(`INSERT INTO ${s}.version VALUES (${NEWEST})`)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // whoever hears of the error lets the connection go
    throw error
  }
}

/** The version of a schema, 0 when there is none. Throws WORKFLOW_STORE_NEWER. */
const versionOf = async (client: pg.ClientBase, s: string): Promise<number> => {
  const { rows: found } = await client.query<{ there: boolean }>(`SELECT to_regclass('${s}.version') IS NOT NULL AS there`)
  if (found[0]?.there !== true) return 0
  const { rows } = await client.query<{ version: number }>(`SELECT version FROM ${s}.version`)
  const version = rows[0]?.version ?? 0
  if (version <= NEWEST) return version
  const message = `the workflows in schema "${s}" have version ${version}, and this wippy knows ${NEWEST}`
  throw new WippyError('WORKFLOW_STORE_NEWER', Kind.Invalid, message, {
    retryable: false,
    hint: 'They were written by a newer wippy: update this one, or name another schema (workflow.schema).',
  })
}
