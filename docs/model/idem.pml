/*
 * One key, as idem's engine and any store handle it: a model independent of the code, for the model checker Spin.
 * README.md says what is modelled and what is not, and how to run it.
 *
 * CALLERS processes want the same work done once. What can go wrong does, at any point and in any order:
 *   CRASHES   a process dies
 *   LOSSES    a call to the store is not answered: it never arrived, or its reply got lost. It is sent again, or given up
 *   LATES     the network keeps a copy of a call, and delivers it at any later time
 *   LAPSES    a lease runs out although its owner lives and renews it: paused, or cut off. Any other lease may always run out
 *   FAILURES  the handler fails: retryably, for good, or without knowing what it did
 *   LEAVES    everybody who waits for a claim leaves while it is under way; somebody else may come meanwhile
 *   RESOLVES  an operator says how an attempt ended
 *
 * Each atomic block is one step: a call to the store with what its caller makes of the reply, for nothing that others can
 * see happens between the two; also that it dies before it has made anything of it. No step repeats, and Spin is asked to
 * show so: a run in which nobody is stuck is a run that ends.
 *
 * Each -DBUG_… takes one guard out, and must be found.
 */

#ifndef CALLERS
#define CALLERS 3
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef LOSSES
#define LOSSES 0
#endif
#ifndef LATES
#define LATES 0
#endif
#ifndef LAPSES
#define LAPSES 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef LEAVES
#define LEAVES 0
#endif
#ifndef RESOLVES
#define RESOLVES 0
#endif
#ifndef MAX_ATTEMPTS
#define MAX_ATTEMPTS 100
#endif
#ifdef REJECT
#define rejects true
#else
#define rejects false
#endif

#define NOBODY 255
#define OPERATOR 254
#define NOTHING 255

/* The owner's token: random, and one for each time that a flight begins; a flight that was given back may begin once more. */
#define holder(t) ((t) % CALLERS)

mtype = { ABSENT, RUNNING, SUCCEEDED, FAILED, FINAL, ABANDONED }
mtype = { NONE, ACQUIRED, BUSY, SETTLED, UNKNOWN }
mtype = { CLAIMING, WAITING, WORKING, SETTLING, LOOKING, GIVING_UP, LEAVING, ENDED }
mtype = { CLAIM, COMPLETE, FAIL, RELEASE }

/* The record. FAILED: retryably. A running record keeps the failure of the attempt before. */
mtype state = ABSENT
byte owner = NOBODY
byte fence = 0
byte attempt = 0
bool takeover = false
byte value = NOTHING
byte failure = NOTHING
/* Whether the lease has run out, by the store's clock. */
bool lapsed = false

/* What is left of what can go wrong. */
byte crashes = CRASHES
byte losses = LOSSES
byte lates = LATES
byte lapses = LAPSES
byte failures = FAILURES
byte leaves = LEAVES

/* The token that a living caller sends calls for or renews; no other lease is renewed. */
byte sustains[CALLERS] = NOBODY
/* Callers are alike: only the orders in which they come as they are numbered are looked at. */
byte came = 0

/* What has happened, for the properties. */
byte begun = 0
/* A bit for each fence of an attempt that began. */
byte begun_fences = 0
byte highest_fence = 0
byte reported = 0
byte agreed = NOTHING
byte published = NOTHING
/* The store was not told how an attempt ended, or that it never began; or nobody knows how it did. */
bool untold = false
/* Whether, since a caller first waited, an attempt has been taken over or given back. */
bool excused[CALLERS] = false

#define exhausted (attempt >= MAX_ATTEMPTS)
#define troubled (crashes < CRASHES || lapses < LAPSES || lates < LATES || untold)
#define undisturbed (!troubled && failures == FAILURES)

/*
 * A settle counts for the token and the fence that hold the record. A late copy of a claim can make a token hold it again, for
 * an attempt that its caller knows nothing of: that one has another fence.
 */
#ifdef BUG_FENCE_NOT_COMPARED
#define settles(t, f) (state == RUNNING && owner == (t))
#else
#define settles(t, f) (state == RUNNING && owner == (t) && fence == (f))
#endif

#ifdef BUG_CLAIM_RESENT
#define held_by(t) false
#elif defined(BUG_RESENT_TAKES_OVER)
#define held_by(t) (owner == (t) && !lapsed)
#else
#define held_by(t) (owner == (t))
#endif

#ifdef BUG_LIVE_LEASE_TAKEN
#define live false
#else
#define live (!lapsed)
#endif

#ifdef BUG_OWN_BEGINS_AGAIN
#define ended_by(t) false
#else
#define ended_by(t) (owner == (t))
#endif

#ifdef BUG_FAILURE_NOT_SHARED
#define awaited(w) false
#else
#define awaited(w) ((w) != 0 && fence >= (w))
#endif

#ifdef BUG_NO_LIMIT
#define no_more rejects
#elif defined(BUG_REJECT_TAKES_OVER)
#define no_more exhausted
#else
#define no_more (rejects || exhausted)
#endif

/* What has succeeded stays: asked after every step of the store. */
inline check_published() {
  assert(published == NOTHING || (state == SUCCEEDED && value == published));
  if
  :: state == SUCCEEDED -> published = value
  :: else
  fi
}

inline excuse_all() {
  excused[0] = true; excused[1] = true;
#if CALLERS > 2
  excused[2] = true;
#endif
}

inline acquire(t, is_takeover) {
  /* An attempt that has ended, or lapsed, is not its owner's to begin again. */
  assert(owner != (t));
  if
  :: (is_takeover) ->
    /* Without a fault, nobody is taken for dead. */
    assert(troubled); excuse_all()
  :: else
  fi;
  if
  :: state == RUNNING -> failure = NOTHING
  :: else
  fi;
  state = RUNNING; owner = t; attempt = attempt + 1; takeover = is_takeover; lapsed = false;
#ifdef BUG_FENCE_STAYS
  fence = (fence == 0 -> 1 : fence);
#else
  fence = fence + 1;
#endif
  assert(fence > highest_fence && fence < 8)
}

/* Store.claim by `t`, who has waited for the attempt of fence `w`, or for none (0): rules 1 and 4 to 8. */
inline claim(t, w, got) {
  d_step {
    if
    :: state == SUCCEEDED || state == FINAL -> got = SETTLED
    :: state == RUNNING && held_by(t) -> lapsed = false; got = ACQUIRED
    :: state == RUNNING && !held_by(t) && live -> got = BUSY
    :: state == FAILED && (ended_by(t) || awaited(w) || exhausted) -> got = SETTLED
    :: state == ABANDONED && ended_by(t) -> got = UNKNOWN
    :: state == ABSENT || (state == FAILED && !(ended_by(t) || awaited(w) || exhausted)) -> acquire(t, false); got = ACQUIRED
    :: (state == RUNNING && !held_by(t) && !live) || (state == ABANDONED && !ended_by(t)) ->
      if
      :: no_more -> got = UNKNOWN
      :: else -> acquire(t, true); got = ACQUIRED
      fi
    fi;
    check_published()
  }
}

/* Store.complete by `t`, whose attempt has the fence `f`, and whose value is its token. */
inline complete(t, f, kept) {
  d_step {
    if
#ifdef BUG_ANYBODY_COMPLETES
    :: state == RUNNING ->
#elif defined(BUG_LAPSE_REFUSED)
    :: settles(t, f) && !lapsed ->
#else
    :: settles(t, f) ->
#endif
      /* What is settled is the attempt that runs. */
      assert(fence == (f));
      state = SUCCEEDED; value = t; kept = true
    /* Again: the reply to the first was lost. */
#ifndef BUG_SETTLE_RESENT
    :: state == SUCCEEDED && owner == t -> kept = true
#endif
#ifdef BUG_LATE_OWNER
    :: state == SUCCEEDED && owner != t -> value = t; kept = true
#endif
    :: else -> kept = false
    fi;
    check_published()
  }
}

/* Store.fail by `t`, whose attempt has the fence `f`, as FAILED, FINAL or ABANDONED. */
inline fail(t, f, as, kept) {
  d_step {
    if
#ifdef BUG_ANYBODY_FAILS
    :: state == RUNNING ->
#elif defined(BUG_FAIL_AFTER_ALL)
    :: state != as && (owner == t || state == SUCCEEDED) ->
#else
    :: settles(t, f) ->
#endif
      assert(fence == (f));
      state = as; failure = t; kept = true;
      if
      :: as == FAILED -> reported = reported + 1
      :: else
      fi
    :: state == as && owner == t -> kept = true
    :: else -> kept = false
    fi;
    check_published()
  }
}

/* Store.release by `t`: the attempt never began. Fences may be given again. */
inline release(t) {
  d_step {
    if
#ifdef BUG_ANYBODY_RELEASES
    :: state == RUNNING ->
#else
    :: state == RUNNING && owner == t ->
#endif
      excuse_all();
#ifndef BUG_RELEASE_KEEPS_FENCE
      fence = fence - 1;
#endif
#ifndef BUG_RELEASE_COUNTS
      attempt = attempt - 1;
#endif
      if
      :: attempt == 0 -> state = ABSENT; owner = NOBODY
      :: attempt > 0 && takeover -> state = ABANDONED
#ifdef BUG_RELEASE_CLEARS
      :: attempt > 0 && !takeover -> state = ABANDONED
#else
      :: attempt > 0 && !takeover -> state = FAILED
#endif
      fi;
      takeover = false; lapsed = false
    :: else
    fi;
    check_published()
  }
}

/* A call that the network delivers once more, whenever it likes. Nobody hears the answer. */
proctype Copy(byte call; byte t; byte f; byte as) {
  mtype got;
  bool kept;
end:
  atomic {
    if
    :: call == CLAIM -> claim(t, f, got)
    :: call == COMPLETE -> complete(t, f, kept)
    :: call == FAIL -> fail(t, f, as, kept)
    :: call == RELEASE -> release(t)
    fi;
    got = NONE; kept = false
  }
}

inline may_be_copied(call, t, f, as) {
  if
  :: lates > 0 -> lates--; run Copy(call, t, f, as)
  :: true
  fi
}

/* How a sending goes: answered, carried out but not answered, or lost on its way. */
#define ANSWERED 0
#define UNANSWERED 1
#define LOST 2
inline send() {
  if
  :: way = ANSWERED
  :: losses > 0 -> losses--; way = UNANSWERED
  :: losses > 0 -> losses--; way = LOST
  fi
}

/* A caller has its answer: a failure, a refusal, or nothing, for it is dead. */
inline finish() {
  phase = ENDED; sustains[me] = NOBODY; waited = 0; stale = NOTHING; my_fence = 0; token = NOBODY
}

/* A caller gets a value: the record's, and the same as all others. */
inline answered_with(v) {
  assert(state == SUCCEEDED && value == v);
  assert(agreed == NOTHING || agreed == v);
  agreed = v;
  finish()
}

/* A caller is told that an attempt's end is not known, its own or another's: not without a fault. */
inline refused_as_unknown() { assert(troubled); finish() }

inline settled() {
  if
  :: state == SUCCEEDED -> answered_with(value)
  :: state == FINAL -> finish()
  /* A failure that may be repaired is shared by who waited for it, and not shown to who came later. */
  :: state == FAILED -> assert(failure != stale || exhausted); finish()
  fi
}

inline begin() {
  /* A call runs its handler once at most. */
  assert(!ran); ran = true;
  begun = begun + 1;
  assert(!undisturbed || begun == 1);
  assert(!rejects || begun <= 1 + reported);
  assert(begun <= MAX_ATTEMPTS);
  /* An attempt that never began counts for nothing. */
  assert(troubled || attempt == begun);
#if LATES == 0
  assert(waited == 0 || excused[me]);
#endif
  my_fence = fence;
  assert(!(begun_fences & (1 << fence)));
  begun_fences = begun_fences | (1 << fence);
  highest_fence = (fence > highest_fence -> fence : highest_fence);
  waited = 0; stale = NOTHING; phase = WORKING
}

/*
 * Its write was refused, so somebody else has the record, or had it: not without a fault, unless it had failed already, and
 * the next attempt began before it was told.
 */
inline lost() {
  assert((owner != token || fence != my_fence) && (troubled || verdict != SUCCEEDED));
  sustains[me] = NOBODY;
#ifdef BUG_LOSER_CLAIMS
  phase = CLAIMING
#else
  phase = LOOKING
#endif
}

#ifdef BUG_NEVER_PAUSES
#define worth_a_look true
#elif defined(BUG_WAITS_FOR_EVER)
#define worth_a_look (state != RUNNING || owner == token)
#else
#define worth_a_look (state != RUNNING || lapsed || owner == token)
#endif

proctype Caller(byte me) {
  mtype phase = CLAIMING;
  byte token = me;
  /* The fence of the attempt that it first waited for; 0 for none. */
  byte waited = 0;
  byte my_fence = 0;
  bool ran = false;
  /* The failure that the record had when the caller came. */
  byte stale = NOTHING;
  /* Of this step only. */
  mtype got = NONE;
  byte way = 0;
  bool kept = false;
  mtype verdict = SUCCEEDED;

  do
  :: atomic {
      came >= me && (phase == CLAIMING || (phase == WAITING && worth_a_look)) ->
      if
      :: came == me -> came++; stale = failure
      :: else
      fi;
      phase = CLAIMING; sustains[me] = token;
      may_be_copied(CLAIM, token, waited, ABSENT);
      send();
      if
      :: way != LOST -> claim(token, waited, got)
      :: else
      fi;
      if
      :: crashes > 0 && (way == UNANSWERED || got == ACQUIRED) -> crashes--; finish()
      /* It is sent again. */
      :: way != ANSWERED
      :: way != ANSWERED -> phase = GIVING_UP
      :: way == ANSWERED && got == ACQUIRED -> begin()
      :: way == ANSWERED && got == ACQUIRED && leaves > 0 -> leaves--; phase = LEAVING
      :: way == ANSWERED && got == BUSY ->
        if
        :: waited == 0 -> waited = fence; excused[me] = false
        :: else
        fi;
        sustains[me] = NOBODY; phase = WAITING
      :: way == ANSWERED && got == SETTLED -> settled()
      :: way == ANSWERED && got == UNKNOWN -> refused_as_unknown()
      fi;
      got = NONE; way = ANSWERED
    }

  /* The lease is renewed; or the renewal is refused, and the attempt knows. */
  :: atomic { (phase == WORKING || phase == SETTLING) && state == RUNNING && owner == token && lapsed -> lapsed = false }
  :: atomic { phase == WORKING && !(state == RUNNING && owner == token) -> lost() }

  /* The handler ends, and the store is told. */
  :: atomic {
      phase == WORKING || phase == SETTLING ->
      if
      :: phase == WORKING -> verdict = SUCCEEDED
      :: phase == WORKING && failures > 0 -> failures--; verdict = (attempt < MAX_ATTEMPTS -> FAILED : FINAL)
      :: phase == WORKING && failures > 0 -> failures--; verdict = FINAL
      :: phase == WORKING && failures > 0 -> failures--; verdict = ABANDONED; untold = true
      :: phase == SETTLING
      fi;
      phase = SETTLING;
      if
      :: verdict == SUCCEEDED -> may_be_copied(COMPLETE, token, my_fence, ABSENT)
      :: else -> may_be_copied(FAIL, token, my_fence, verdict)
      fi;
      send();
      if
      :: way != LOST && verdict == SUCCEEDED -> complete(token, my_fence, kept)
      :: way != LOST && verdict != SUCCEEDED -> fail(token, my_fence, verdict, kept)
      :: else
      fi;
      if
      :: way != ANSWERED
      /* The store could not be told in time: the callers know, but the record does not. */
      :: way != ANSWERED -> untold = true; finish()
      :: way == ANSWERED && kept && verdict == SUCCEEDED -> answered_with(token)
      :: way == ANSWERED && kept && verdict != SUCCEEDED -> finish()
      :: way == ANSWERED && !kept -> lost()
      fi;
      if
      :: phase != SETTLING -> verdict = SUCCEEDED
      :: else
      fi;
      kept = false; way = ANSWERED
    }

  /* An attempt that lost its record looks for the winner's answer. */
  :: atomic {
      phase == LOOKING && (state != RUNNING || lapsed) ->
      if
      :: state == SUCCEEDED || state == FINAL || state == FAILED -> settled()
      :: else -> refused_as_unknown()
      fi
    }

  /* The claim was, or may have been, carried out, and nothing has begun. */
  :: atomic {
      phase == GIVING_UP || phase == LEAVING ->
      may_be_copied(RELEASE, token, 0, ABSENT);
      send();
      if
      :: way != LOST -> release(token)
      :: else
      fi;
      if
      :: way != ANSWERED
      :: way != ANSWERED -> untold = true; finish()
      :: way == ANSWERED -> finish()
      /* Somebody came meanwhile, who waited for nothing. */
      :: way == ANSWERED && phase == LEAVING ->
#ifdef BUG_OWNER_REUSED
        token = me;
#else
        token = me + CALLERS;
#endif
        waited = 0; stale = failure; phase = CLAIMING
      fi;
      way = ANSWERED
    }

  :: atomic { crashes > 0 && (phase == WORKING || phase == SETTLING || phase == GIVING_UP) -> crashes--; verdict = SUCCEEDED; finish() }
  :: phase == ENDED -> break
  od
}

/* The store's clock: a lease that nobody renews may run out at any time; one that is renewed, LAPSES times. */
active proctype Clock() {
end:
  do
  :: atomic { state == RUNNING && !lapsed && sustains[holder(owner)] != owner -> lapsed = true }
  :: atomic { state == RUNNING && !lapsed && sustains[holder(owner)] == owner && lapses > 0 -> lapses--; lapsed = true }
  od
}

#if RESOLVES > 0
/* Store.resolve, or never. */
active proctype Operator() {
end:
  if
  :: true
  :: d_step {
#ifdef BUG_RESOLVES_RUNNING
    state == RUNNING || state == ABANDONED || state == FAILED ->
#else
    (state == RUNNING && lapsed) || state == ABANDONED || state == FAILED ->
#endif
    state = SUCCEEDED; value = OPERATOR;
#ifndef BUG_RESOLVER_NOT_OWNER
    owner = OPERATOR;
#endif
    check_published()
    }
  fi
}
#endif

init {
  atomic {
    run Caller(0); run Caller(1)
#if CALLERS > 2
    ; run Caller(2)
#endif
  }
}
