/* duet_failures.h - what of a duet's benchmark failed, and whether the change did it.
 *
 * A pool that crashes, hangs or loses jobs now and then does so on both sides, and on the new one first in half of the
 * cases at most: each process runs the base before. One failure among twelve processes is no proof of a change, and no
 * pass either. */
#ifndef DUET_FAILURES_H
#define DUET_FAILURES_H

#include <jansson.h>
#include <stdbool.h>

/* Of innocent changes to pools that fail now and then, so many are called a failure of the new side, whatever the
 * number of benchmarks; the first session may say so, and both together. */
#define DUET_FAILURES_RUN 0.01

/* Of both sessions. Texts are the first of each kind, "" for none; they are the benchmark's. */
struct duet_failures {
    int processes; /* those that say something of the pools */
    int base, new; /* of them ended by a failure of that side; the base's second copy is the base */
    const char *of_base, *of_new;
    const char *of_machine; /* what this machine refused: no memory, no threads; no side's fault */
};

enum duet_blame {
    DUET_BLAME_NONE,    /* nothing failed */
    DUET_BLAME_CHANGE,  /* the new side fails more often than the base */
    DUET_BLAME_NOBODY,  /* the new side has failed, and that may be chance */
    DUET_BLAME_BASE,    /* only the base has, so that there is nothing to compare with */
    DUET_BLAME_MACHINE, /* neither */
};

struct duet_failures duet_failures_of(const json_t *benchmark);

/* Who is to blame, by the sign test over processes that failed, in a duet of so many benchmarks. Pure. */
enum duet_blame duet_failures_blame(const struct duet_failures *failures, int benchmarks);

/* "new: crash: ..., in 1 of 36 processes, the base in none: that may be chance". Returns text. */
const char *duet_failures_text(const struct duet_failures *failures, enum duet_blame blame, char *text, size_t size);

#endif
