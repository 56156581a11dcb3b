/* jobs.c - what the jobs of scenarios do. */
#include <poll.h>
#include <sched.h>

#include "bench/scenarios/stage.h"

enum { LOOKS = 4, NAP_NS = 200000, POLL_MS = 1, FIB = 4, FAILED = -EIO };

static int fib(void *arg)
{
    intptr_t n = (intptr_t)arg;
    struct pool_fork left;
    int sum;
    if (n < 2)
        return (int)n;
    if (pool_fork(&left, fib, (void *)(n - 1)))
        return -EPERM;
    sum = fib((void *)(n - 2));
    return sum + pool_join(&left);
}

static void forks(void)
{
    int got = fib((void *)(intptr_t)FIB);
    if (got != 3)
        ledger_tell(LEDGER_MEMORY_ORDER, "forks and joins came to %d, and it is 3", got);
}

/* The calls that a job may not make return at once. */
static void asks(struct job *job)
{
    struct side *side = job->side;
    struct pool_result result;
    struct pool_stats stats;
    int call = ledger_wait_begins(side->number), got;
    ledger_wait_returned(side->number, call, pool_wait(side->pool, -1), false, true);
    got = (int)pool_free(side->pool);
    if (got != -EDEADLK)
        ledger_tell(LEDGER_STATUS, "pool_free inside a job returned %d", got);
    if (side->config.results != POOL_RESULTS_NONE && (got = pool_receive(side->pool, &result, -1)) != -EDEADLK)
        ledger_tell(LEDGER_STATUS, "pool_receive inside a job returned %d", got);
    got = pool_stats(side->pool, &stats);
    if (got)
        ledger_tell(LEDGER_STATUS, "pool_stats inside a job returned %d", got);
}

static void breeds(struct job *job)
{
    for (int i = 0; i < 2; i++)
        stage_submit(job->side, job->child, -1, job);
}

/* Where no room is left for the child, there is nobody to wait for. */
static void needs_child(struct job *job)
{
    if (stage_submit(job->side, JOB_OPENS, -1, job))
        return;
    ledger_awaits_child(job->number);
    gate_pass(&job->side->gate);
}

static void polls(void)
{
    struct pollfd poll_fd = {.fd = pool_cancel_fd(), .events = POLLIN};
    if (poll_fd.fd >= 0)
        poll(&poll_fd, 1, POLL_MS);
}

static void looks(void)
{
    for (int i = 0; i < LOOKS && !pool_cancelled(); i++)
        sched_yield();
}

/* Deep enough that somebody's frames are left behind. */
static __attribute__((noinline, noreturn)) void fails_here(struct job *job)
{
    ledger_ended(job->number, FAILED);
    pool_fail(FAILED);
}

static __attribute__((noinline, noreturn)) void fails_deep(struct job *job)
{
    char frame[256];
    __asm__ volatile("" : : "r"(frame) : "memory");
    fails_here(job);
}

static void loads(struct job *job)
{
    const struct stage_world *world = job->side->stage->world;
    world->load(true);
    gate_pass(&job->side->gate);
    world->load(false);
}

static void act(struct job *job);

/* Jobs that failed have left this stack, and nobody said so. */
static void forget_ended(void)
{
    while (stage_top && ledger_has_run(stage_top->number))
        stage_top = stage_top->below;
}

/* Ends the thread, and with it all jobs on this stack; and the job that a fork is of which was stolen. */
static __attribute__((noreturn)) void exits(struct job *job)
{
    bool known = false;
    forget_ended();
    for (struct job *one = stage_top; one; one = one->below) {
        known = known || one == job;
        one->made = one->given;
        if (one->below || stage_mine) /* it runs in its own submit, which does not return */
            ledger_submit_returned(one->number, 0);
        ledger_ended(one->number, -EOWNERDEAD);
    }
    if (!known)
        ledger_ended(job->number, -EOWNERDEAD);
    stage_top = NULL;
    pthread_exit(NULL);
}

/* A tree of forks; one leaf does something. */
struct node {
    struct job *job;
    int first, leaves;
};

static int leaf(struct job *job)
{
    switch (job->child) {
    case JOB_FAILS:
        ledger_ended(job->number, FAILED);
        return FAILED;
    case JOB_POOL_FAILS:
        ledger_ended(job->number, FAILED);
        pool_fail(FAILED);
    case JOB_EXITS:
        exits(job);
    case JOB_BREEDS:
        stage_submit(job->side, JOB_PLAIN, -1, job);
        break;
    default: {
        struct job as = *job;
        as.kind = job->child;
        as.child = JOB_PLAIN;
        act(&as);
    }
    }
    return 0;
}

static int node(void *arg)
{
    const struct node *self = arg;
    struct node half = {self->job, self->first, self->leaves / 2}, other = half;
    struct pool_fork left;
    int sum;
    if (self->leaves == 1)
        return self->first == self->job->leaf ? leaf(self->job) : 0;
    other.first += half.leaves;
    if (pool_fork(&left, node, &half))
        return -EPERM;
    sum = node(&other);
    if (sum < 0)
        pool_fail(sum); /* a fork is open, whose argument is in this frame */
    return sum + pool_join(&left);
}

static void tree(struct job *job)
{
    struct node root = {job, 0, STAGE_LEAVES};
    job->made = job->given; /* before it may fail in there */
    node(&root);
    if (ledger_has_run(job->number))
        ledger_tell(LEDGER_STATUS, "job %d goes on, and a fork that it joined has failed it", job->number);
}

static void act(struct job *job)
{
    struct side *other = &job->side->stage->sides[1 - job->side->number];
    switch (job->kind) {
    case JOB_BREEDS:
        return breeds(job);
    case JOB_NEEDS:
        return gate_pass(&job->side->gate);
    case JOB_OPENS:
        return gate_open(&job->side->gate);
    case JOB_NEEDS_CHILD:
        return needs_child(job);
    case JOB_FORKS:
        return forks();
    case JOB_SLEEPS:
        pool_sleep(NAP_NS);
        return;
    case JOB_POLLS:
        return polls();
    case JOB_LOOKS:
        return looks();
    case JOB_ASKS:
        return asks(job);
    case JOB_NEEDS_LATER:
        return gate_pass(&job->side->later);
    case JOB_ARMS:
        (void)pool_cancel_fd();
        return;
    case JOB_LOADS:
        return loads(job);
    case JOB_BRANCHES:
        stage_branch(job->side);
        return;
    case JOB_CROSSES:
        stage_submit(other, job->child, -1, job);
        return;
    case JOB_CANCELS:
        stage_cancel(job->side);
        return;
    case JOB_CLOSES:
        stage_close(job->side);
        return;
    case JOB_TREE:
        return tree(job);
    case JOB_BATCHES:
        stage_batch_inside(job->side, job->child, -1, 2, job);
        return;
    default:
        return;
    }
}

int job_run(void *arg)
{
    struct job *job = arg;
    int status = job->kind == JOB_FAILS ? FAILED : job->number;
    if (stage_child)
        ledger_tell(LEDGER_TWICE, "job %d is run in the child of a fork, too", job->number);
    forget_ended();
    ledger_started(job->number, !stage_mine && !stage_top);
    if (job->given != job->number + 1000)
        ledger_tell(LEDGER_MEMORY_ORDER, "job %d began, and what its submitter had written is not seen", job->number);
    job->below = stage_top;
    stage_top = job;
    act(job);
    if (stage_child)
        return status; /* the parent's job has not ended */
    job->made = job->given;
    if (job->kind == JOB_EXITS)
        exits(job);
    stage_top = job->below;
    if (job->kind == JOB_POOL_FAILS)
        fails_deep(job);
    ledger_ended(job->number, status);
    return status;
}

void job_discard(void *arg, enum pool_why why)
{
    struct job *job = arg;
    if (job->kind == JOB_SLOW)
        gate_pass(&job->side->later);
    stage_drops += why == POOL_WHY_DROPPED;
    ledger_discarded(job->number, why, stage_frees == job->side);
}
