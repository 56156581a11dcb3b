/* proof.h - the quiescence proof: "all threads are asleep", from outside.
 *
 * A process is quiescent when each of its threads is in a futex wait without a
 * time-out, or with one of more than ten minutes, or waits for a signal, none has run between two looks, and the call
 * that is awaited is still pending after the second: then nobody in it can wake anybody, now or later. Look one sees
 * each thread asleep; look two finds the same threads with the same run times, asleep; so at any moment between the two
 * all slept at once. (A thread that was woken and waits for a CPU reads as running, or as no longer asleep.) It says
 * nothing of pools that poll or wait with a time-out, nor where /proc is hidden; and nothing of what the kernel itself
 * will do: a timer that is armed can wake somebody though all sleep (waker.h).
 *
 * Source: /proc/PID/task/TID/syscall, stat and schedstat, see proc(5). */
#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    PROOF_THREADS_MAX = 4096, /* of more than that nothing is said */
    PROOF_BUT = 16
};

struct proof_thread {
    pid_t id;
    bool asleep; /* in a wait without a time-out that only a thread, or a signal, ends */
    bool sleeps; /* in some call that waits; else it runs, or is about to */
    long call;   /* that it is in (SYS_...), -1: none */
    uint64_t run_ns, slices;
    char name[16];
};

/* Zero at the beginning; used again and again; proof_close in the end. */
struct proof_look {
    pid_t but[PROOF_BUT]; /* threads that are not looked at: they wake nobody; 0: none */
    int count;            /* PROOF_THREADS_MAX at most; -1: /proc cannot be read, or no memory */
    int room;
    struct proof_thread *threads;
};

/* Looks at all threads of a process. */
void proof_look(pid_t process, struct proof_look *look);
void proof_close(struct proof_look *look);

/* Whether all were asleep in this one look. */
bool proof_asleep(const struct proof_look *look);

/* Whether two looks, one after the other, are the proof; the caller then looks
 * whether the call is still pending. */
bool proof_holds(const struct proof_look *first, const struct proof_look *second);

/* Why a look is no proof: of the first thread that is not asleep for ever, what it is in.
 * "thread \"worker\" waits in read, which only the kernel ends". Returns text; empty when
 * all are asleep. */
char *proof_why_not(const struct proof_look *look, char *text, size_t size);

#endif
