/* idle.pml - how workers sleep and are called (pools/core/idle.c), explored in every
 * interleaving by SPIN together with push, claim, showing and theft (claims.h) and the
 * end of the pool: `make models`, or
 *     spin -DW=2 -DJOBS=3 -DP=1 -run -safety docs/models/idle.pml
 *
 * Submitters push jobs; a worker takes some, shows all but the first in its buffer, robs
 * others, or lies down. A job may block until all the others are done, on all workers but
 * one. A step touches one word that threads share, but for the looks over all places,
 * among them the sentry's survey, a note to itself: those are one step each. Claimed:
 * every job ends, and every worker goes when the pool is drained, that is, no state is
 * left in which a job lies and all sleep without a timer;
 * and the sentry goes to work at its second look at the latest for what has not moved in
 * between, however much others do. Time is anything: a timer may run out at once or
 * never, a call may be believed for ever or not at all.
 *   -DHOG     submitters keep CPU 0 until all is done, and a worker that is woken there
 *             does not run: the others do it all. (No job blocks then.)
 *   -DFREEZE  a submitter stands still between its call and the wake-up until all is done,
 *             if another one has still to submit: that one does not rely on it.
 *   -DSTANDS  begins where worker 0 sleeps as the sentry, and has seen a job in the buffer of
 *             worker 1, whose own job blocks; two more are queued, all others have ended. To
 *             come there takes more jobs than can be explored. (W=3, JOBS=4, P=0.)
 * How far: 2 workers are 3 million states with 1 job and 1 submitter, 12 with 2 submitters,
 * 17 with 2 jobs, more than 85 with 2 jobs and 2 submitters (no error in those; the end was
 * not reached); by that 4 jobs and 2 submitters are 2 * 10^9 or more, which do not fit:
 * `run.sh wide` comes to a part of them. All of 3 jobs and 1 submitter are explored.
 * Left out: spinning, which only looks again; forks (forks.pml); cancel; the instant
 * between taking a job and counting it as begun; orders weaker than sequential
 * consistency. The mutants, each of which SPIN catches, are in run.sh. */
#ifndef W
#define W 2
#endif
#ifndef JOBS
#define JOBS 3
#endif
#ifndef P
#define P 1
#endif
#define THREADS (W + P)

#define AWAKE 0
#define ASLEEP 1
#define CALLED 2

/* attention. It counts its changes: a bit for each thread that wants to know of one. */
bool gate, unchanged[THREADS];
byte parked, sentry; /* sentry: index + 1 */
bool callable[W];    /* idle_set */

/* idle_call. No word of it comes again: a bit for each thread that has read this one. */
byte call; /* index + 1; 0: nobody */
bool delivered, same_call[THREADS];

byte park[W];
bool waits[W]; /* in the kernel */

/* Jobs: in the common queue, in each worker's buffer, in somebody's hand. */
byte left = JOBS, queued, count[W], hand, ended, blocked;
bool drained;

/* What the sentries have noted at each place (held_seen; W: the common queue), and what
 * the present sentry itself has, until it moves; jobs begun since its last look. */
bool seen[W + 1], noted[W + 1];
byte since;

#define HELD(place) (place == W -> queued > 0 : count[place % W] > 0)
#define TELL(bit) k = 0; do :: k < THREADS -> bit[k] = false; k++ :: else -> k = 0; break od

/* A sleeper has changed attention. */
inline swapped()
{
    gate = parked > 0 && !(sentry != 0 && parked < W);
    TELL(unchanged)
}

inline moved(place)
{
    seen[place] = false;
    noted[place] = false
}

/* idle_call is still the word {whom, told} that this thread has read, or written. */
#ifdef UNCOUNTED
#define SAME (call == whom && delivered == told)
#else
#define SAME same_call[me]
#endif

inline note(noting)
{
    if
    :: noting && SAME && !delivered -> delivered = true; TELL(same_call)
    :: else
    fi
}

#ifdef NO_WAKE
#define WAKE(v) skip
#else
#define WAKE(v) waits[v] = false
#endif

/* ok: worker v was asleep, and is woken; `noting`: and that is noted in the call. Between
 * the two only submitters are seen to stand: it is the same for others. */
inline deliver(v, noting)
{
    atomic {
        ok = park[v] != AWAKE;
        park[v] = (ok -> CALLED : AWAKE);
        if
        :: ok && me < W -> WAKE(v); note(noting)
        :: else
        fi
    }
    if
    :: ok && me >= W ->
#ifdef FREEZE
        if
        :: left > 0 && P > 1 -> (ended == JOBS)
        :: true
        fi;
#endif
        atomic { WAKE(v); note(noting) }
    :: else
    fi
}

#ifdef HOG
#define HERE(thread) (thread >= W) /* on CPU 0, to which worker 0 is bound */
#define RUNS (me != 0 || ended == JOBS)
#else
#define HERE(thread) false
#define RUNS true
#endif
#define TRUSTED (whom != 0 && !(HERE(me) && whom == 1 && W > 1 && callable[1]))

/* v: the sleeper to be called; W: none. */
inline choose()
{
    v = 0;
#ifndef ANY_CPU
    v = (HERE(me) -> 1 : 0);
#endif
    do
    :: v < W && !callable[v] -> v++
    :: else -> break
    od;
    v = (v == W && callable[0] -> 0 : v) /* it is bound to here, but the only one */
}

inline lower()
{
    atomic { choose(); ok = v == W }
    if
    :: ok ->
        atomic {
            if
#ifdef LOWER_BLIND
            :: true -> gate = false
#else
            :: unchanged[me] -> gate = false
            :: else
#endif
            fi
        }
    :: else
    fi
}

inline call_one()
{
    do
    :: atomic {
            unchanged[me] = gate;
            if
            :: !gate -> break
            :: else
            fi
        }
        atomic {
            whom = call; told = delivered; same_call[me] = true; ok = false;
            if
            :: TRUSTED ->
#ifdef BELIEVE
                break;
#endif
                if
                :: told -> break
                :: else -> v = whom - 1; ok = true
                fi
            :: true -> choose() /* nobody, or not fresh, or bound to this CPU */
            fi
        }
        if
        :: ok ->
            deliver(v, true);
            if
            :: ok -> break
            :: else
            fi
        :: !ok && v == W -> /* all were called: one of them again */
            atomic {
                v = 0;
                do
                :: v < W && park[v] == AWAKE -> v++
                :: else -> break
                od
            }
            if
            :: v < W -> deliver(v, false)
            :: else
            fi;
            lower();
            break
        :: else ->
            atomic {
                ok = SAME;
                if
                :: ok -> call = v + 1; delivered = false; whom = v + 1; told = false; TELL(same_call); same_call[me] = true
                :: else
                fi
            }
            if
            :: ok ->
                atomic { ok = callable[v]; callable[v] = false }
                if
                :: ok -> deliver(v, true)
                :: else
                fi;
                if
                :: ok -> lower(); break
                :: else -> /* it rose by itself */
                    atomic {
                        if
                        :: SAME -> call = 0; TELL(same_call)
                        :: else
                        fi
                    }
                fi
            :: else
            fi
        fi
    od;
    atomic { v = 0; whom = 0; told = false; ok = false; unchanged[me] = false; same_call[me] = false }
}

/* found: something lies somewhere. In one step: what goes on before it comes to a place
 * is in a hand for a while, too, and seen by nobody. */
inline look()
{
    d_step {
        found = false;
        k = 0;
        do
        :: k <= W -> found = found || HELD(k); k++
        :: else -> k = 0; break
        od
    }
}

inline search_clear()
{
    d_step {
        searching = false;
#ifndef NO_CLEAR
        if
        :: call == me + 1 -> call = 0; delivered = false; TELL(same_call)
        :: else
        fi
#endif
    }
}

/* any: jobs lie somewhere; stands: some are as they were at the last survey; stood: so
 * they were at this sentry's own. */
inline survey()
{
    any = false;
    stands = false;
    stood = false;
    k = 0;
    do
    :: k <= W ->
        any = any || HELD(k);
#ifndef SUM_ONLY
        stands = stands || (HELD(k) && seen[k]);
#endif
        stood = stood || (HELD(k) && noted[k]);
        seen[k] = HELD(k);
        noted[k] = HELD(k);
        k++
    :: else -> k = 0; break
    od
}

/* go: it has to work. */
inline sentry_looks()
{
    d_step {
        survey();
        n = queued + hand;
        k = 0;
        do
        :: k < W -> n = n + count[k]; k++
        :: else -> k = 0; break
        od;
        go = any && (stands || since <= n);
        assert(go || !stood);
        found = !any && since == 0; /* it retires */
        since = 0; n = 0; any = false; stands = false; stood = false
    }
    if
    :: found ->
        atomic { sentry = 0; found = false; forget(); swapped() }
#ifndef NO_FINAL_LOOK
        look();
        atomic { go = found; found = false }
#endif
    :: else
    fi
}

inline forget()
{
    since = 0;
    k = 0;
    do
    :: k <= W -> noted[k] = false; k++
    :: else -> k = 0; break
    od
}

inline lie_down()
{
    d_step { park[me] = ASLEEP; callable[me] = true }
    d_step {
        parked++;
        if
        :: sentry == 0 && parked < W -> sentry = me + 1; since = 0; survey(); any = false; stands = false; stood = false
        :: else
        fi;
        timed = sentry == me + 1;
        swapped()
    }
    if
    :: searching -> search_clear()
    :: else
    fi;
    d_step {
        found = false;
#ifndef NO_PARK_LOOK
        look();
#endif
#ifndef NO_DRAINED_LOOK
        found = found || drained;
#endif
        go = found;
        found = false
    }
}

inline sleep()
{
    do
    :: go -> break
    :: else ->
        atomic { waits[me] = park[me] == ASLEEP; go = !waits[me] }
        if
        :: !go ->
            if
            :: !waits[me] && RUNS
#ifndef NO_TIMER
            :: timed && RUNS ->
                waits[me] = false;
                sentry_looks();
                timed = sentry == me + 1
#endif
            fi
        :: else
        fi
    od
}

inline rise()
{
    atomic { go = false; timed = false; callable[me] = false }
    d_step {
        parked--;
        if
        :: sentry == me + 1 -> sentry = 0; forget()
        :: else
        fi;
        swapped()
    }
    d_step { park[me] = AWAKE; searching = true }
    d_step {
        if
        :: call == 0 || (call == me + 1 && !delivered) -> call = me + 1; delivered = true; TELL(same_call)
        :: else
        fi
    }
}

/* n jobs off the common queue, or out of another one's buffer. */
inline claim()
{
    if
    :: n == 0 && queued > 0 ->
        n = 1;
        do
        :: n < queued -> n++
        :: break
        od;
        queued = queued - n;
        hand = hand + n;
        moved(W)
    :: else
    fi
}

inline rob()
{
    v = 0;
    do
    :: v < W && (v == me || count[v] == 0) -> v++
    :: else -> break
    od;
    if
    :: n == 0 && v < W ->
        n = (count[v] + 1) / 2;
        count[v] = count[v] - n;
        hand = hand + n;
        moved(v)
    :: else
    fi;
    v = 0
}

/* Who finds nothing has seen all of it at once: what comes later it finds in look(). */
inline take()
{
    atomic {
        if
        :: count[me] > 0 -> count[me]--; since++; moved(me); found = true
        :: else ->
            if
            :: searching -> rob()
            :: else
            fi;
            claim();
            if
            :: !searching -> rob()
            :: else
            fi
        fi
    }
    if
    :: n > 0 ->
        d_step { count[me] = n - 1; hand = hand - n; since++; found = true }
#ifndef NO_PUBLISHED
        if
        :: n > 1 -> n = 0; call_one()
        :: else
        fi;
#endif
        n = 0
    :: else
    fi
}

inline search_ends()
{
    search_clear();
#ifndef NO_SEARCH_LOOK
    atomic {
        if
        :: gate -> look()
        :: else
        fi
    }
    if
    :: found -> found = false; call_one()
    :: else
    fi
#endif
}

proctype worker(byte me)
{
    byte n, v, k, whom;
    bool found, ok, told, searching, timed, go, any, stands, stood;
#ifdef STANDS
    if
    :: me == 0 -> timed = true; sleep(); rise()
    :: me == 1 -> atomic { ended + blocked == JOBS -> blocked--; ended++ }
    :: else
    fi;
#endif
    do
    :: take();
        if
        :: found ->
            found = false;
            if
            :: searching -> search_ends()
            :: else
            fi;
            /* The job. */
            if
            :: ended++
#ifndef HOG
            :: atomic { blocked < W - 1 -> blocked++ }
                atomic { ended + blocked == JOBS -> blocked--; ended++ }
#endif
            fi
        :: else ->
            if
            :: drained -> break
            :: else
            fi;
            lie_down();
            sleep();
            rise()
        fi
    od
}

proctype submitter(byte me)
{
    byte v, k, whom;
    bool ok, told;
    do
    :: atomic { left > 0 -> left-- }
#ifdef GATE_FIRST
        ok = gate;
        queued++;
        if
        :: ok -> call_one()
        :: else
        fi
#else
        queued++;
        call_one()
#endif
    :: left == 0 -> break
    od
}

/* The pool is closed, and quiet. */
proctype closer()
{
    byte v;
    (ended == JOBS);
    drained = true;
    do
    :: v < W -> atomic { park[v] = (park[v] == ASLEEP -> CALLED : park[v]); WAKE(v); v++ }
    :: else -> break
    od
}

init {
    byte i;
    atomic {
#ifdef STANDS
        left = 0; queued = 2; count[1] = 1; blocked = 1;
        park[0] = ASLEEP; waits[0] = true; callable[0] = true; parked = 1; sentry = 1;
        seen[1] = true; noted[1] = true;
#endif
        do
        :: i < W -> run worker(i); i++
        :: else -> break
        od;
        do
        :: i < THREADS -> run submitter(i); i++
        :: else -> break
        od;
        run closer()
    }
}
