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
#include "faults/core/fault.h"
#include "faults/core/proof.h"

/* Detectors of the judge that can be taken out, beside those of enum cell_without. */
enum judge_without { JUDGE_NO_PROOF = 8, JUDGE_NO_CRASH = 16, JUDGE_NO_THREADS = 32 };

struct judge_setup {
    int workers;                       /* of each pool, 2..64 */
    int64_t limit_ns;                  /* of a cell; after it the verdict is STALLED */
    unsigned without;                  /* of both enums; 0 but for tests */
    const volatile sig_atomic_t *stop; /* set: give up and return; or NULL */
};

struct judge_case {
    const struct pool_ops *pool;
    const struct fault *fault;
    const struct fault_cell *cell;
    uint32_t defects; /* mostly cell->defects; others for cross-talk */
};

/* All that was seen. `report` holds the explanation in several lines: threads,
 * pending calls, the ledger, what the pool said, what was printed. */
struct judge_result {
    struct verdict verdict;
    enum outcome_end end;
    int fewer;   /* the workers it was judged by, where the machine refused more; else 0 */
    bool passed; /* holds, named, or caught by its name, as the cell wants it */
    int64_t took_ns;
    char report[8192];
};

/* What the pool says of this fault (struct pool_reason), or NULL. */
const char *judge_reason(const struct pool_ops *pool, const struct fault *fault);

/* Returns 0, or -errno when no process could be had; -EINTR when *stop was set. */
int judge_run(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result);

#endif
