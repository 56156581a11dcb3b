/* forks.pml - the lanes of fork and join, explored in every interleaving by SPIN:
 * `make models`, or   spin -DWORKERS=2 -run -safety docs/models/forks.pml
 *
 * Worker 0 runs a job: it forks two functions, which fork one leaf each, and joins
 * them. The others have nothing to do: they steal, ask, park. All that
 * pools/core/fork.c, theft.c and the wake-ups in idle.c do to words that two threads
 * share is a step here; what only one thread sees is not. Claimed: each function runs
 * once, and before its join returns; who leapfrogs runs a relative; nobody sleeps
 * for ever (no state in which all wait), not even without the sentry's timer. Two
 * workers are 0.8 million states.
 *
 * Of memory orders weaker than sequential consistency it says nothing, nor of what only
 * costs time (a last look before a worker parks), nor of a tree that is deep enough for
 * a word to come back (the count of the owner's changes). Mutants, each of which SPIN
 * catches: -DNO_CALL (a theft that begins does not wake who sleeps on it),
 * -DNO_ANNOUNCE (a joiner sleeps on RUNNING, which nobody wakes), -DNO_WAKE (nor does one
 * that ends), -DPLAIN_BACK (taking back is a load and a store). */
#ifndef WORKERS
#define WORKERS 2
#endif
#define SLOTS 2
#define FUNCTIONS 4 /* 0 and 1 are forked by the job; 2 + i is the leaf that i forks */

#define OPEN 0
#define CALLED 1
#define RUNNING 2
#define AWAITED 3
#define DONE 4

typedef lane_t {
    byte top, split;         /* owner */
    byte taken, public, tag; /* one word */
    bool limit, hungry;
    byte fn[SLOTS], state[SLOTS], thief[SLOTS], base[SLOTS];
    bool asleep[SLOTS]; /* the owner is in futex_wait on this state */
}
lane_t lane[WORKERS];

byte ran[FUNCTIONS];
bool finished[FUNCTIONS];
bool parked[WORKERS], searching[WORKERS];
bool over; /* the job has its outcome: all go home */

/* The slot that each worker has stolen and runs, if any: its victim and index. */
bool stole[WORKERS];
byte from[WORKERS], which[WORKERS];

inline ask(l)
{
    if
    :: !lane[l].hungry -> lane[l].hungry = true
    :: else
    fi;
    if
    :: lane[l].limit -> lane[l].limit = false
    :: else
    fi
}

/* Public forks went away: the sleepers' wish stands. */
inline ask_for_sleepers(l)
{
    slept = false;
    i = 0;
    do
    :: i < WORKERS -> slept = slept || parked[i]; i++
    :: else -> i = 0; break
    od;
    if
    :: slept -> ask(l)
    :: else
    fi
}

/* As one step, which idle.pml looks into: one sleeper, if there is one and nobody searches. */
inline wake_one()
{
    atomic {
        i = 0;
        do
        :: i < WORKERS && !searching[i] -> i++
        :: else -> break
        od;
        if
        :: i == WORKERS ->
            i = 0;
            do
            :: i < WORKERS && !parked[i] -> i++
            :: else -> break
            od;
            if
            :: i < WORKERS -> parked[i] = false; searching[i] = true
            :: else
            fi
        :: else
        fi;
        i = 0
    }
}

/* Whether some lane has a fork to be stolen, one look at each word. */
inline look()
{
    seen = false;
    i = 0;
    do
    :: i < WORKERS -> seen = seen || lane[i].taken < lane[i].public; i++
    :: else -> i = 0; break
    od
}

inline share(w, kept)
{
    if
    :: lane[w].top - lane[w].split > kept ->
        n = (lane[w].top - lane[w].split - kept + 1) / 2;
        lane[w].limit = true;
        lane[w].hungry = false;
        atomic {
            i = 0;
            do
            :: i < n -> lane[w].state[lane[w].split + i] = OPEN; i++
            :: else -> i = 0; break
            od;
            lane[w].split = lane[w].split + n;
            n = 0
        }
        atomic { lane[w].public = lane[w].split; lane[w].tag++ }
        /* Who waits for what this worker runs may help. */
        if
        :: stole[w] ->
            atomic {
                if
                :: lane[from[w]].state[which[w]] == AWAITED ->
                    lane[from[w]].state[which[w]] = RUNNING;
                    lane[from[w]].asleep[which[w]] = false
                :: else
                fi
            }
        :: else
        fi;
        wake_one()
    :: else
    fi
}

inline fork(w, f)
{
    if
    :: lane[w].limit -> atomic { lane[w].fn[lane[w].top] = f; lane[w].top++ }
    :: else ->
        lane[w].limit = true;
        atomic { lane[w].fn[lane[w].top] = f; lane[w].top++ }
        if
        :: lane[w].hungry -> share(w, 0)
        :: else
        fi
    fi
}

/* Before a join: somebody asked. */
inline before_join(w)
{
    if
    :: !lane[w].limit ->
        if
        :: lane[w].hungry -> share(w, 1)
        :: else
        fi
    :: else
    fi
}

/* Makes slot s private again, or mine = false: a thief has it. */
inline take_back(w, s)
{
#ifdef PLAIN_BACK
    mine = lane[w].taken <= s;
    if
    :: mine -> atomic { lane[w].split = s; lane[w].public = s; lane[w].tag++ }
    :: else
    fi
#else
    atomic {
        mine = lane[w].taken <= s;
        if
        :: mine ->
            lane[w].split = lane[w].taken + (s - lane[w].taken) / 2;
            lane[w].public = lane[w].split;
            lane[w].tag++
        :: else
        fi
    }
    if
    :: mine -> ask_for_sleepers(w)
    :: else
    fi
#endif
}

inline run_leaf(f)
{
    ran[f]++;
    finished[f] = true
}

inline theft_begins(w, v, s, b)
{
    atomic {
        lane[v].thief[s] = w;
        lane[v].base[s] = b
    }
    atomic {
#ifndef NO_CALL
        if
        :: lane[v].state[s] == CALLED -> lane[v].asleep[s] = false
        :: else
        fi;
#endif
        lane[v].state[s] = RUNNING
    }
}

inline theft_ends(v, s)
{
    atomic {
#ifndef NO_WAKE
        if
        :: lane[v].state[s] == AWAITED -> lane[v].asleep[s] = false
        :: else
        fi;
#endif
        lane[v].state[s] = DONE
    }
}

/* One try to run what belongs to slot s of lane w, which function f was put in. */
inline leapfrog(w, s, f)
{
    if
    :: lane[w].state[s] == RUNNING || lane[w].state[s] == AWAITED ->
        t = lane[w].thief[s];
        d_step { taken = lane[t].taken; public = lane[t].public; tag = lane[t].tag }
        if
        :: taken >= lane[w].base[s] && taken < public && lane[w].state[s] != DONE ->
            atomic {
                if
                :: lane[t].taken == taken && lane[t].public == public && lane[t].tag == tag ->
                    lane[t].taken++;
                    got = true
                :: else
                fi
            }
            if
            :: got ->
                got = false;
                ask_for_sleepers(t);
                assert(lane[t].fn[taken] == f + 2); /* a relative */
                theft_begins(w, t, taken, lane[w].top);
                run_leaf(f + 2);
                theft_ends(t, taken)
            :: else
            fi
        :: else
        fi
    :: else
    fi
}

inline join_sleep(w, s)
{
    atomic {
        if
        :: lane[w].state[s] == OPEN -> lane[w].state[s] = CALLED
#ifndef NO_ANNOUNCE
        :: lane[w].state[s] == RUNNING -> lane[w].state[s] = AWAITED
#endif
        :: else
        fi;
        announced = lane[w].state[s]
    }
    seen = false;
    if
    :: announced == RUNNING || announced == AWAITED ->
        t = lane[w].thief[s];
        ask(t);
        atomic { seen = lane[t].taken >= lane[w].base[s] && lane[t].taken < lane[t].public }
    :: else
    fi;
    if
    :: announced != DONE && !seen ->
        atomic {
            if
            :: lane[w].state[s] == announced -> lane[w].asleep[s] = true
            :: else
            fi
        }
        !lane[w].asleep[s]
    :: else
    fi
}

inline join_wait(w, s, f)
{
    do
    :: lane[w].state[s] == DONE -> break
    :: else ->
        leapfrog(w, s, f);
        if
        :: lane[w].state[s] != DONE -> join_sleep(w, s)
        :: else
        fi
    od;
    atomic {
        lane[w].top = s;
        lane[w].split = s;
        lane[w].taken = s;
        lane[w].public = s;
        lane[w].tag++
    }
}

/* The leaf of f, which is the youngest open fork of w. */
inline join_leaf(w, f)
{
    before_join(w);
    s2 = lane[w].top - 1;
    mine = s2 >= lane[w].split;
    if
    :: !mine -> take_back(w, s2)
    :: else
    fi;
    if
    :: mine -> lane[w].top = s2; run_leaf(f + 2)
    :: else -> join_wait(w, s2, FUNCTIONS) /* a leaf has no relatives */
    fi;
    assert(finished[f + 2])
}

inline run_function(w, f)
{
    ran[f]++;
    fork(w, f + 2);
    join_leaf(w, f);
    finished[f] = true
}

inline join_function(w, f)
{
    before_join(w);
    s1 = lane[w].top - 1;
    mine = s1 >= lane[w].split;
    if
    :: !mine -> take_back(w, s1)
    :: else
    fi;
    if
    :: mine -> lane[w].top = s1; run_function(w, f)
    :: else -> join_wait(w, s1, f)
    fi;
    assert(finished[f] && finished[f + 2])
}

active proctype job()
{
    byte i, n, s1, s2, t, taken, public, tag, announced;
    bool mine, got, seen, slept;
    fork(0, 0);
    fork(0, 1);
    join_function(0, 1);
    join_function(0, 0);
    assert(ran[0] == 1 && ran[1] == 1 && ran[2] == 1 && ran[3] == 1);
    atomic {
        over = true;
        i = 0;
        do
        :: i < WORKERS -> parked[i] = false; i++
        :: else -> break
        od
    }
}

proctype idle(byte w)
{
    byte i, n, s2, t, taken, public, tag, announced, v, f;
    bool mine, got, seen, slept;
    do
    :: over -> break
    :: else ->
        /* Steal. */
        v = 0;
        do
        :: v < WORKERS && !got ->
            if
            :: v != w ->
                d_step { taken = lane[v].taken; public = lane[v].public; tag = lane[v].tag }
                if
                :: taken < public ->
                    atomic {
                        if
                        :: lane[v].taken == taken && lane[v].public == public && lane[v].tag == tag ->
                            lane[v].taken++;
                            got = true
                        :: else -> v++
                        fi
                    }
                :: else -> v++
                fi
            :: else -> v++
            fi
        :: else -> break
        od;
        if
        :: got ->
            got = false;
            f = lane[v].fn[taken];
            ask_for_sleepers(v);
            if
            :: searching[w] ->
                searching[w] = false;
                look();
                if
                :: seen -> wake_one()
                :: else
                fi
            :: else
            fi;
            atomic { stole[w] = true; from[w] = v; which[w] = taken }
            theft_begins(w, v, taken, lane[w].top);
            if
            :: f < 2 -> run_function(w, f)
            :: else -> run_leaf(f)
            fi;
            stole[w] = false;
            theft_ends(from[w], which[w]);
            lane[w].limit = false
        :: else ->
            v = 0;
            do
            :: v < WORKERS ->
                if
                :: v != w -> ask(v)
                :: else
                fi;
                v++
            :: else -> break
            od;
            atomic {
                searching[w] = false;
                parked[w] = !over
            }
            /* Announced, then asked, then looked. */
            v = 0;
            do
            :: v < WORKERS ->
                if
                :: v != w -> ask(v)
                :: else
                fi;
                v++
            :: else -> break
            od;
            look();
            if
            :: seen -> wake_one()
            :: else
            fi;
            !parked[w]
        fi
    od
}

init {
    byte k;
    atomic {
        k = 0;
        do
        :: k < WORKERS -> lane[k].hungry = true; k++
        :: else -> break
        od;
        k = 1;
        do
        :: k < WORKERS -> run idle(k); k++
        :: else -> break
        od
    }
}
