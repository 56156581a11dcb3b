/* judged.h - what is judged, and what is said of it: from what was seen of a cell to a verdict.
 *
 * What every pool must keep stands here once; what a fault is about its own judge says. */
#ifndef JUDGED_H
#define JUDGED_H

#include "faults/core/fault.h"

struct judge_case {
    const struct pool_ops *pool;
    const struct fault *fault;
    const struct fault_cell *cell;
    uint64_t defects; /* mostly cell->defects; others for cross-talk */
};

/* All that was seen. `report` holds the explanation in several lines: threads,
 * pending calls, the ledger, what the pool said, what was printed. */
struct judge_result {
    struct verdict verdict;
    enum outcome_end end;
    int fewer;                   /* the workers it was judged by, where the machine refused more; else 0 */
    int not_opened;              /* the errno of its open, where that was why; else 0 */
    enum pool_full full_instead; /* the policy it was asked under, where POOL_BLOCK is refused; else 0 */
    int width;                   /* what the probe has found */
    bool passed;                 /* holds, named, or caught by its name, as the cell wants it */
    int64_t took_ns;
    char report[8192];
};

/* What the pool says of this fault (struct pool_reason), or NULL. */
const char *judged_reason(const struct pool_ops *pool, const struct fault *fault);

/* The verdict, and what belongs to it: end, not_opened, passed. `ate`: the bytes that a cell may
 * have, where it took more; else 0. The outcome has the record, a copy that nobody writes. */
void judged_verdict(const struct judge_case *what, const struct outcome *outcome, int64_t ate,
                    struct judge_result *result);

/* Of a cell that cannot be asked of the pool, in its own words if it has some, else by what it lacks
 * (of enum pool_can) or by what it declares that bars the cell (of enum pool_declares). */
void judged_unsupported(const struct judge_case *what, unsigned lacking, unsigned barred, struct judge_result *result);

/* Of a pool whose workers are processes: the proof that nobody runs looks at threads. */
void judged_needs_processes(const struct pool_ops *pool, struct judge_result *result);

#endif
