/* inside.c - what a job may ask about itself, and how it ends early: pool_worker
 * and pool_fail. What it may ask about its cancel is in cancel.c. */
#include <stdio.h>
#include <stdlib.h>

#include "pools/core/fork.h"

void pool_fail(int status)
{
    struct pool_frame *frame = pool_frame_top;
    if (!frame || !atomic_load_explicit(&frame->fn, memory_order_relaxed)) {
        fprintf(stderr, "pool_fail(%d): called outside a job\n", status);
        abort();
    }
    if (POOL_DEFECT(FAIL_IS_FATAL))
        abort();
    frame->status = status < 0 ? status : -EIO;
    pool_forks_fail(frame);
    siglongjmp(frame->env, 1);
}

int pool_worker(void)
{
    struct pool_frame *frame = pool_frame_top;
    if (!frame || !frame->worker || !atomic_load_explicit(&frame->fn, memory_order_relaxed))
        return -1;
    return frame->worker->index;
}
