import type { ScriptMutant } from './script-mutant'

const of =
  (script: string) =>
  (bug: string, find: string, replace: string): ScriptMutant => ({ bug, script, find, replace })
const acquire = of('acquire-lock')
const extend = of('extend-lock')
const release = of('release-lock')
const isHeld = of('is-lock-held')
const lock = of('lock')

const NEXT = 'if not is_held then fence = math.max(fence + 1, micros) end'

export const lockMutants: readonly ScriptMutant[] = [
  acquire('two hold it at a time', 'if is_held and owner ~= ARGV[1] then', 'if false then'),
  acquire('who holds it is refused', 'if is_held and owner ~= ARGV[1] then', 'if is_held then'),
  acquire('a lapsed lock is held for ever', 'local is_held = now < ends_at', 'local is_held = ends_at > 0'),
  acquire('whoever waits is told when it ends, not what is left', '{ 0, ends_at - now }', '{ 0, ends_at }'),
  acquire('a fence comes twice', NEXT, 'fence = math.max(fence, 1700000000000000)'),
  acquire('who holds it gets another fence', NEXT, 'fence = math.max(fence + 1, micros)'),
  acquire('a fence falls with the clock', 'math.max(fence + 1, micros)', 'micros'),
  acquire('fences are counted, not told by the clock', 'math.max(fence + 1, micros)', 'fence + 1'),
  acquire(
    'acquired again, its time is not renewed',
    'after(ARGV[2]), ARGV[1])',
    'is_held and ends_at or after(ARGV[2]), ARGV[1])',
  ),
  acquire('nobody knows who holds it', 'after(ARGV[2]), ARGV[1])', "after(ARGV[2]), '')"),

  extend('a lapsed lock is extended', 'now >= ends_at or owner', 'owner'),
  extend('a stranger extends', ' or owner ~= ARGV[1] then', ' then'),
  extend('an extension does not renew the time', 'after(ARGV[2])', 'ends_at'),

  release('a lapsed lock is released', 'now >= ends_at or owner', 'owner'),
  release('a stranger releases', ' or owner ~= ARGV[1] then', ' then'),
  release('a released lock is held', "put_lock(KEYS[1], fence, 0, '')", ''),
  release('a release forgets the fence', "put_lock(KEYS[1], fence, 0, '')", "redis.call('DEL', KEYS[1])"),
  release('a release tells nobody', 'tell(KEYS[1])', ''),

  isHeld('a lapsed lock is held', 'now < ends_at and (', '('),
  isHeld('a lock is held by all', 'owner == ARGV[2]', 'true'),
  isHeld('a lock is held by nobody in general', "ARGV[1] ~= '1' or ", ''),

  lock('a lock that nobody ever held is an error', "if not raw then return 0, 0, '' end", ''),
  lock('a short string is an error of its own', 'if #raw >= 14 then', 'if true then'),
  lock('any low number is a fence', 'fence <= 1000000000000000 or', ''),
  lock('a fence may be just below all times', 'fence <= 1000000000000000', 'fence < 1000000000000000'),
  lock('any high number is a fence', ' or fence > NEVER', ''),
  lock('a lock without limit goes', 'if ends_at == NEVER then', 'if false then'),
  lock('a lock is never forgotten', 'if ends_at == NEVER then', 'if true then'),
  lock('a lock is forgotten when it ends', ' + REMEMBERED_MS', ' + 1'),
  lock(
    'a released lock is remembered for the rest of its time',
    'math.max(ends_at - now, 0)',
    '(ends_at - now)',
  ),
]
