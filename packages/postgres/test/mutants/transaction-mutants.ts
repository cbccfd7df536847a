import { mutantsOf } from './sql-mutant'

const begin = mutantsOf('migrations/records/014-begin')
const settle = mutantsOf('migrations/records/015-settle')
const committed = mutantsOf('migrations/records/016-committed')

const TRY_LOCK = ':= pg_try_advisory_xact_lock(hashtextextended({{channel}} || the_key, 0));'
const NEW_IS_FREE = "IS NULL THEN\n    IF NOT is_free THEN RETURN 'busy'; END IF;"
const OLD_IS_FREE = "    END IF;\n    IF NOT is_free THEN RETURN 'busy'; END IF;"
const KEPT = '  IF (extract(epoch FROM now()) * 1000000)::bigint <> the_transaction THEN'
const WATCH_LOCK = '  PERFORM pg_advisory_xact_lock(hashtextextended({{channel}} || the_key, 1));\n'
const ENDED = '\n      now_ms >= gone_at OR'
const LAPSED = "\n      OR (state = 'running' AND now_ms >= lease_until)"

export const transactionMutants = [
  begin('two may have a key', TRY_LOCK, ':= true;'),
  begin('two may have a new key', NEW_IS_FREE, 'IS NULL THEN'),
  begin('two may have an old key', OLD_IS_FREE, '    END IF;'),
  begin(
    'one who asks for an answer keeps others from it',
    '  SELECT * INTO r',
    "  IF NOT is_free THEN RETURN 'busy'; END IF;\n  SELECT * INTO r",
  ),
  begin(
    'whoever comes second waits',
    TRY_LOCK,
    ':= pg_advisory_xact_lock(hashtextextended({{channel}} || the_key, 0)) IS NOT NULL;',
  ),
  begin(
    'a first fence tells no time',
    '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint, (',
    '1, (',
  ),
  begin(
    'the transaction is not told, of a new key',
    '(extract(epoch FROM now()) * 1000000)::bigint);',
    "'1');",
  ),
  begin(
    'the transaction is not told, of an old key',
    "(extract(epoch FROM now()) * 1000000)::bigint::text\n      ], E'\\x01', E'\\x02');\n  END;",
    "'1'\n      ], E'\\x01', E'\\x02');\n  END;",
  ),
  begin('what is past its keeping is kept', 'boolean := now_ms < r.gone_at', 'boolean := true'),
  begin('nothing is kept', 'boolean := now_ms < r.gone_at', 'boolean := false'),
  begin('a tombstone is an answer', "IF now_ms >= r.expires_at THEN RETURN 'expired'; END IF;", ''),
  begin(
    'fingerprints are not compared',
    "IF r.fingerprint <> the_fingerprint THEN RETURN 'mismatch'; END IF;",
    '',
  ),
  begin('what has succeeded runs again', "r.state = 'succeeded' OR ", ''),
  begin('what failed for good runs again', 'NOT r.retryable OR ', ''),
  begin('a failure that was waited for is no answer', ' OR r.fence >= waited_for', ''),
  begin('a failure is an answer to who did not wait for it', 'r.fence >= waited_for', 'true'),
  begin(
    'an attempt before the one waited for is an answer',
    'r.fence >= waited_for',
    'waited_for IS NOT NULL',
  ),
  begin('a failure is told as what may not be tried again', 'r.retryable::text, r.fing', "'false', r.fing"),
  begin('a failure is not told', 'coalesce(r.value, r.failure)', 'r.value'),
  begin('a value is not told', 'coalesce(r.value, r.failure)', 'r.failure'),
  begin('an answer has no fingerprint', 'r.retryable::text, r.fingerprint,', 'r.retryable::text, NULL,'),
  begin(
    'the attempt of an answer is not told',
    'r.attempt::text, r.fence::text, NULL,\n',
    "'1', r.fence::text, NULL,\n",
  ),
  begin('an answer for ever is one for a time', 'nullif(r.expires_at, never)', 'r.expires_at'),
  begin(
    'an attempt that runs is taken over',
    "IF r.state = 'running' AND now_ms < r.lease_until THEN",
    'IF false THEN',
  ),
  begin(
    'an attempt that lapsed runs',
    "r.state = 'running' AND now_ms < r.lease_until",
    "r.state = 'running'",
  ),
  begin(
    'what is settled runs while its lease would last',
    "r.state = 'running' AND now_ms < r.lease",
    'now_ms < r.lease',
  ),
  begin('who runs is not told', "ARRAY['busy', NULL, r.attempt::text,", "ARRAY['busy', NULL, '9',"),
  begin('attempts are not counted', 'r.attempt + 1 ELSE', 'r.attempt ELSE'),
  begin(
    'attempts are counted past their keeping',
    'CASE WHEN is_kept THEN r.attempt + 1 ELSE 1 END',
    '(r.attempt + 1)',
  ),
  begin('a fence may fall', 'greatest(r.fence + 1, micros)', 'r.fence - 1'),
  begin('a later fence tells no time', 'greatest(r.fence + 1, micros)', '(r.fence + 1)'),
  begin('the fence before is not told', 'NULL, r.fence::text,\n', 'NULL, NULL,\n'),

  settle('a body may end the transaction', `${KEPT}`, '  IF false THEN'),
  settle('nobody can tell who settles', WATCH_LOCK, ''),
  settle('an insert that meets another fails for good', '\n    ON CONFLICT (key) DO NOTHING', ''),
  settle('an answer is kept of one that did not win', 'IF NOT FOUND THEN', 'IF false THEN'),
  settle('an answer that cannot be kept commits', "IF the_state = 'failed' THEN", 'IF true THEN'),
  settle('a conflict is no conflict', "USING ERRCODE = '40001'", "USING ERRCODE = 'P0001'"),
  settle(
    'a first record has no fingerprint',
    'the_owner, the_fingerprint, the_attempt',
    'the_owner, NULL, the_attempt',
  ),
  settle(
    'a first record is as failed as it succeeded',
    'SELECT the_key, the_state, the_owner',
    "SELECT the_key, 'succeeded', the_owner",
  ),
  settle(
    'a first record is kept no longer than it is retained',
    'ends, least(ends + tombstone_ms, {{never}}), the_value',
    'ends, ends, the_value',
  ),
  settle('a first record has no value', 'the_value, the_failure\n    FROM', 'NULL, the_failure\n    FROM'),
  settle('a first record has no failure', 'the_value, the_failure\n    FROM', 'the_value, NULL\n    FROM'),
  settle('a first fence is not kept', 'the_attempt, the_fence, false, false', 'the_attempt, 1, false, false'),
  settle('another attempt is overwritten', ' AND fence = found_fence', ''),
  settle('what was past its keeping is not followed', `${ENDED} state`, '\n      state'),
  settle('what was abandoned is not followed', " state = 'abandoned' OR (state", ' (state'),
  settle('what failed is not followed', " OR (state = 'failed' AND retryable)", ''),
  settle('what lapsed is not followed', LAPSED, ''),
  settle('what lapsed and came back is overwritten', ' AND now_ms >= lease_until)', ')'),
  settle(
    'what was resolved meanwhile is overwritten',
    "state = 'abandoned' OR",
    "state IN ('abandoned', 'succeeded') OR",
  ),
  settle('a later record keeps its state', 'state = the_state, owner', 'owner'),
  settle('a later record keeps its owner', 'owner = the_owner, ', ''),
  settle('a later attempt is not counted', 'attempt = the_attempt, fence', 'fence'),
  settle('a later fence is not kept', 'fence = the_fence, retryable', 'retryable'),
  settle('a later answer may be tried again', ', retryable = false', ''),
  settle('a takeover is none', "attempt < the_attempt AND state <> 'failed'", 'false'),
  settle('a failure is followed by a takeover', "the_attempt AND state <> 'failed'", 'the_attempt'),
  settle(
    'a new record after an old one is a takeover',
    'takeover = attempt < the_attempt AND state',
    'takeover = state',
  ),
  settle(
    'a fingerprint is lost',
    'THEN coalesce(fingerprint, the_fingerprint) ELSE',
    'THEN the_fingerprint ELSE',
  ),
  settle('a fingerprint is not added', 'coalesce(fingerprint, the_fingerprint)', 'fingerprint'),
  settle(
    'a fingerprint outlives its record',
    'ELSE the_fingerprint END',
    'ELSE coalesce(fingerprint, the_fingerprint) END',
  ),
  settle('a record begins with its last attempt', 'THEN created_at ELSE', 'THEN now_ms ELSE'),
  settle('a record is as old as the one before', 'ELSE now_ms END', 'ELSE created_at END'),
  settle('steps are lost', 'THEN steps END', 'THEN NULL::jsonb END'),
  settle('steps outlive their record', 'THEN steps END', 'THEN steps ELSE steps END'),
  settle('a later record is as old as before', 'updated_at = now_ms, ', ''),
  settle('a later record is kept as long as before', 'expires_at = ends, gone', 'gone'),
  settle('a later tombstone is as long as before', ', gone_at = least(ends + tombstone_ms, {{never}})', ''),
  settle('a later record keeps its value', 'value = the_value, failure', 'failure'),
  settle('a later record keeps its failure', ', failure = the_failure', ''),
  settle('nobody is told', 'EXISTS (SELECT FROM {{table_watched}} WHERE key = the_key)', 'false'),
  settle('everybody is told', 'EXISTS (SELECT FROM {{table_watched}} WHERE key = the_key)', 'true'),
  settle('who came after the snapshot is not told', "<> 'read committed'", "= 'none'"),
  settle('a key that is too long to be told is told', ' AND octet_length(the_key) < 8000', ''),

  committed(
    'it is said before it has ended',
    '  PERFORM pg_advisory_xact_lock(hashtextextended({{channel}} || the_key, 0));\n',
    '',
  ),
  committed('it is waited for without end', " SET lock_timeout = '1s'", ''),
  committed("another's record counts", ' AND owner = the_owner', ''),
  committed('a record that runs counts', " AND state = 'succeeded'", ''),
]
