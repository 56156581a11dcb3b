/* stage.c - see stage.h: pools opened, called and freed under the eyes of the ledger. */
#include "bench/scenarios/stage.h"

#include <stdlib.h>
#include <string.h>

__thread bool stage_mine;
__thread int stage_drops;
__thread struct job *stage_top;
__thread const struct side *stage_frees;

/* Splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
int stage_draw(struct stage *stage, int below)
{
    uint64_t z = stage->draws += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (int)((z ^ z >> 31) % (uint64_t)below);
}

static void gate_begin(struct gate *gate)
{
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->opened, NULL);
}

static void gate_end(struct gate *gate)
{
    pthread_cond_destroy(&gate->opened);
    pthread_mutex_destroy(&gate->lock);
}

static void side_begin(struct stage *stage, int number)
{
    struct side *side = &stage->sides[number];
    side->stage = stage;
    side->number = number;
    side->ops = stage->plan.ops;
    side->config = stage->plan.config;
    side->config.discard = job_discard;
    gate_begin(&side->gate);
    gate_begin(&side->later);
}

static void side_end(struct side *side)
{
    gate_end(&side->later);
    gate_end(&side->gate);
}

void stage_run(const struct stage_world *world, const struct stage_plan *plan)
{
    struct stage *stage = calloc(1, sizeof *stage);
    if (!stage)
        return;
    stage_mine = true;
    stage_top = NULL;
    stage->world = world;
    stage->plan = *plan;
    stage->draws = plan->seed;
    ledger_begin(&world->ledger);
    for (int i = 0; i < LEDGER_POOLS; i++)
        side_begin(stage, i);
    plan->run(stage);
    for (int i = 0; i < LEDGER_POOLS; i++)
        side_end(&stage->sides[i]);
    free(stage);
}

/* What the ledger may hold the pool to. */
static void rules_of(const struct side *side, struct ledger_rules *rules)
{
    const struct pool_ops *ops = side->ops;
    bool queues = ops->can & POOL_CAN_QUEUE && !(ops->declares & POOL_UNBOUNDED);
    bool ordered = ops->can & POOL_KEEPS_ORDER || side->config.flags & POOL_KEEP_ORDER;
    *rules = (struct ledger_rules){
        .workers = ops->can & POOL_CAN_RUN_APART ? side->workers : 0,
        .capacity = queues ? (int64_t)side->config.capacity : -1,
        .full = side->config.full,
        .results = side->config.results,
        .places = queues ? (int64_t)side->config.results_capacity : -1,
        .ordered = ordered && side->workers == 1 && !(ops->declares & (POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS)),
        .discards = !(ops->declares & POOL_NO_DISCARD),
        .contains = ops->can & POOL_CAN_CONTAIN,
        .counts = !(ops->declares & POOL_NO_COUNTS),
        .runs_inside = !pool_is_added(ops),
    };
}

/* A thread of the scenario begins. */
static void begin(const struct stage_world *world, const char *name)
{
    stage_mine = true;
    if (world->name)
        world->name("%s", name);
    if (world->freezable)
        world->freezable(false);
}

static void *consumer_main(void *arg)
{
    begin(((struct side *)arg)->stage->world, "consumer");
    while (stage_receive(arg, -1) > 0)
        ;
    return NULL;
}

int stage_try_open(struct side *side, bool consumer)
{
    struct ledger_rules rules;
    struct pool_stats stats;
    int error = pool_open(&side->pool, side->ops, &side->config);
    if (error)
        return error;
    side->workers = side->config.workers;
    if (!pool_stats(side->pool, &stats) && !(side->ops->declares & POOL_NO_COUNTS))
        side->workers = stats.workers;
    rules_of(side, &rules);
    ledger_pool(side->number, &rules);
    side->consumes = consumer && side->config.results != POOL_RESULTS_NONE &&
                     !pthread_create(&side->consumer, NULL, consumer_main, side);
    if (side->stage->plan.settle && side->stage->world->settle)
        side->stage->world->settle();
    return 0;
}

int stage_open(struct side *side, bool consumer)
{
    int error = stage_try_open(side, consumer);
    if (error && side->stage->world->not_opened)
        side->stage->world->not_opened(error);
    return error;
}

/* A job in the ledger, and in the stage's memory. */
static struct job *job_make(struct side *side, enum job_kind kind, int who, const struct job *parent)
{
    int number = ledger_job(side->number, parent ? parent->number : -1, who);
    struct job *job;
    if (number < 0)
        return NULL;
    job = &side->stage->jobs[number];
    *job = (struct job){.side = side, .number = number, .kind = kind, .given = number + 1000};
    return job;
}

static int submit(struct side *side, struct job *job)
{
    int status, drops = stage_drops;
    ledger_submit_begins(job->number);
    status = pool_submit(side->pool, job_run, job);
    if (status == -ESHUTDOWN && stage_drops != drops)
        ledger_tell(LEDGER_DISCARD, "the submit of job %d returned -ESHUTDOWN, and dropped another job", job->number);
    ledger_submit_returned(job->number, status);
    return status;
}

int stage_submit(struct side *side, enum job_kind kind, int who, struct job *parent)
{
    struct job *job = job_make(side, kind, who, parent);
    return job ? submit(side, job) : -ENOSPC;
}

int stage_submit_family(struct side *side, enum job_kind kind, enum job_kind child, int who, struct job *parent)
{
    struct job *job = job_make(side, kind, who, parent);
    if (!job)
        return -ENOSPC;
    job->child = child;
    job->leaf = job->number % STAGE_LEAVES;
    return submit(side, job);
}

int stage_submit_breeding(struct side *side, enum job_kind child, int who)
{
    return stage_submit_family(side, JOB_BREEDS, child, who, NULL);
}

/* Of those that were not accepted only the first has an error of its own. */
int stage_batch(struct side *side, enum job_kind kind, int who, int count)
{
    return stage_batch_inside(side, kind, who, count, NULL);
}

int stage_batch_inside(struct side *side, enum job_kind kind, int who, int count, struct job *parent)
{
    enum { BATCH_MAX = 4 };
    struct pool_job batch[BATCH_MAX] = {{0}};
    struct job *jobs[BATCH_MAX];
    int n = 0, accepted;
    while (n < count && n < BATCH_MAX && (jobs[n] = job_make(side, kind, who, parent))) {
        batch[n] = (struct pool_job){job_run, jobs[n]};
        n++;
    }
    for (int i = 0; i < n; i++)
        ledger_submit_begins(jobs[i]->number);
    accepted = pool_submit_batch(side->pool, batch, n);
    if (accepted > n || (n && !accepted))
        ledger_tell(LEDGER_STATUS, "pool_submit_batch of %d jobs returned %d", n, accepted);
    for (int i = 0; i < n && i < accepted; i++)
        ledger_submit_returned(jobs[i]->number, 0);
    for (int i = accepted > 0 ? accepted : 0; i < n; i++)
        ledger_submit_not_reached(jobs[i]->number, i == 0 ? accepted : 0);
    return accepted;
}

/* What the jobs that a wait answers for have written must be seen now. */
static void look_at_jobs(struct side *side, uint64_t jobs)
{
    for (int i = 0; i < LEDGER_JOBS; i++) {
        const struct job *job = &side->stage->jobs[i];
        if (jobs & UINT64_C(1) << i && ledger_has_run(i) && job->made != job->given)
            ledger_tell(LEDGER_MEMORY_ORDER, "pool_wait returned, and what job %d had written is not seen", i);
    }
}

int stage_wait(struct side *side, int64_t timeout_ns)
{
    int call = ledger_wait_begins(side->number);
    int status = pool_wait(side->pool, timeout_ns);
    ledger_wait_returned(side->number, call, status, timeout_ns >= 0, false);
    if (!status)
        look_at_jobs(side, ledger_waited_for(side->number, call));
    return status;
}

int stage_close(struct side *side)
{
    int call = ledger_close_begins(side->number);
    int status = pool_close(side->pool);
    ledger_close_returned(side->number, call, status);
    return status;
}

void stage_cancel(struct side *side)
{
    int call = ledger_cancel_begins(side->number);
    ledger_cancel_returned(side->number, call, pool_cancel(side->pool));
}

static int receive(struct side *side, int64_t timeout_ns)
{
    struct pool_result results[2];
    int got = pool_receive_batch(side->pool, results, 2, timeout_ns);
    if (got > 2 || (got < 0 && got != -ETIMEDOUT && got != -ESHUTDOWN) || (got == -ETIMEDOUT && timeout_ns < 0))
        ledger_tell(LEDGER_STATUS, "pool_receive_batch of 2 results returned %d", got);
    if (!got)
        ledger_results_ended(side->number);
    for (int i = 0; i < got; i++) {
        const struct job *job = results[i].arg;
        if (results[i].fn != job_run || job < side->stage->jobs || job >= side->stage->jobs + LEDGER_JOBS ||
            job->side != side) {
            ledger_tell(LEDGER_RESULT, "a result was received that is no job's of this pool");
            return got;
        }
        ledger_received(job->number, results[i].status);
        if (ledger_has_run(job->number) && job->made != job->given)
            ledger_tell(LEDGER_MEMORY_ORDER, "the result of job %d was received, and what it had written is not seen",
                        job->number);
    }
    return got;
}

int stage_receive(struct side *side, int64_t timeout_ns)
{
    int got;
    ledger_receive_begins(side->number);
    got = receive(side, timeout_ns);
    ledger_receive_ends(side->number);
    return got;
}

void stage_stats(struct side *side, struct pool_stats *now, const struct pool_stats *before)
{
    int call = ledger_stats_begins(side->number);
    if (!pool_stats(side->pool, now))
        ledger_stats(side->number, call, now, before);
}

void stage_free(struct side *side)
{
    int64_t count;
    stage_frees = side;
    ledger_free_begins(side->number);
    count = pool_free(side->pool);
    ledger_free_returned(side->number, count);
    stage_frees = NULL;
    side->pool = NULL;
}

void stage_finish(struct side *side)
{
    struct pool_stats stats;
    bool cancels = side->ops->declares & POOL_CLOSE_CANCELS;
    if (cancels)
        stage_wait(side, -1);
    stage_close(side);
    if (side->consumes)
        pthread_join(side->consumer, NULL);
    stage_wait(side, -1);
    if (!pool_stats(side->pool, &stats))
        ledger_stats_at_rest(side->number, &stats);
    stage_free(side);
}

static void *hand_main(void *arg)
{
    struct hand *hand = arg;
    begin(hand->side->stage->world, hand->name);
    hand->act(hand);
    return NULL;
}

struct hand *stage_hand(struct side *side, void (*act)(struct hand *hand), int who, enum job_kind kind)
{
    struct stage *stage = side->stage;
    struct hand *hand = &stage->hands[stage->hand_count];
    const char *name = act == stage_closes    ? "closer"
                       : act == stage_cancels ? "canceller"
                       : who == 0             ? "producer 0"
                       : who == 1             ? "producer 1"
                                              : "helper";
    *hand = (struct hand){.side = side, .act = act, .who = who, .kind = kind, .count = stage->plan.jobs, .name = name};
    atomic_init(&hand->self, -1);
    if (!pthread_create(&hand->thread, NULL, hand_main, hand))
        stage->hand_count++;
    return hand;
}

void stage_join(struct stage *stage)
{
    for (int i = 0; i < stage->hand_count; i++)
        pthread_join(stage->hands[i].thread, NULL);
    stage->hand_count = 0;
}

void stage_produces(struct hand *hand)
{
    for (int i = 0; i < hand->count; i++)
        stage_submit(hand->side, hand->kind, hand->who, NULL);
}

void stage_closes(struct hand *hand)
{
    stage_close(hand->side);
}

void stage_cancels(struct hand *hand)
{
    stage_cancel(hand->side);
}

void stage_producers(struct side *side, enum job_kind kind)
{
    for (int i = 0; i < side->stage->plan.producers; i++)
        stage_hand(side, stage_produces, i, kind);
}

void gate_pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (!gate->open)
        pthread_cond_wait(&gate->opened, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->opened);
    pthread_mutex_unlock(&gate->lock);
}
