/* judge.h - runs one cell in a process of its own and says what it saw.
 *
 * The judge is the parent: it has the watchdog, sees crashes, counts threads and
 * proves hangs; the cell only records. Whatever a cell does (crash, hang, print
 * without end, eat memory), it is an observation: its output, its memory and
 * its processes are bounded, and it dies with its judge. */
#ifndef JUDGE_H
#define JUDGE_H

#include <signal.h>

#include "faults/core/cell.h"
#include "faults/core/judged.h"

/* Detectors of the judge that can be taken out, beside those of enum cell_without. */
enum judge_without { JUDGE_NO_PROOF = 8, JUDGE_NO_CRASH = 16, JUDGE_NO_THREADS = 32 };

struct judge_setup {
    int workers;                       /* of each pool, 2..64 */
    int width;                         /* that many run, where it is fewer (judge_probe); else 0 */
    int64_t memory_max;                /* of a cell, in bytes; 0: CONFINE_MEMORY_MAX */
    int64_t limit_ns;                  /* of a cell; after it the verdict is STALLED */
    int64_t quiet_ns;                  /* not 0: and after a call in which nothing happened for so long */
    unsigned without;                  /* of both enums; 0 but for tests */
    const volatile sig_atomic_t *stop; /* set: give up and return; or NULL */

    /* In the child of a fork: becomes, by exec, a process that loads the plug-ins, maps the
     * record, and calls cell_main. Returns an errno when it cannot. NULL: foreign pools are
     * judged in the child as it is. */
    int (*become)(const struct judge_case *what, const struct cell_start *cell, int record);
};

/* What a foreign pool is like: opens it as it is asked for in `setup`, and finds out how many
 * of its workers run (setup.width of its cells). Into *result where it cannot be opened, or not
 * here, and false; else true. *error: as of judge_run, and false. */
bool judge_probe(const struct judge_setup *setup, const struct pool_ops *pool, int *width, struct judge_result *result,
                 int *error);

/* Returns 0, or -errno when no process could be had; -EINTR when *stop was set. */
int judge_run(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result);

#endif
