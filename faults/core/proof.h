/* proof.h - the quiescence proof: "all threads are asleep", from outside.
 *
 * A process is quiescent when each of its threads is in a futex wait without a
 * time-out, none has run between two looks, and the call that is awaited is
 * still pending after the second: then nobody in it can wake anybody, now or
 * later. Look one sees each thread asleep; look two finds the same threads with
 * the same run times, asleep; so at any moment between the two all slept at
 * once. (A thread that was woken and waits for a CPU reads as running, or as
 * no longer asleep.) It says nothing of pools that poll or wait with a time-out, nor where /proc is hidden.
 *
 * Source: /proc/PID/task/TID/syscall, stat and schedstat, see proc(5). */
#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROOF_THREADS = 128 };

struct proof_thread {
    pid_t id;
    bool asleep; /* in a futex wait without a time-out */
    uint64_t run_ns, slices;
    char name[16];
};

struct proof_look {
    int count; /* PROOF_THREADS at most; -1: /proc cannot be read */
    struct proof_thread threads[PROOF_THREADS];
};

/* Looks at all threads of a process. */
void proof_look(pid_t process, struct proof_look *look);

/* Whether two looks, one after the other, are the proof; the caller then looks
 * whether the call is still pending. */
bool proof_holds(const struct proof_look *first, const struct proof_look *second);

#endif
