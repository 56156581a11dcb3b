/* cell.c - see cell.h. */
#include "faults/core/cell.h"

#include <dirent.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "faults/core/births.h"
#include "faults/core/fault.h"
#include "faults/core/proof.h"
#include "faults/core/refusal.h"
#include "faults/core/settle.h"
#include "faults/core/waker.h"
#include "pools/core/futex.h"

struct gate {
    _Atomic uint32_t open;    /* a futex */
    _Atomic uint32_t arrived; /* a futex */
    _Atomic int64_t until_ns; /* of those who meet for a while: the first's */
};

static struct cell_start cell;
static struct pool *_Atomic pool; /* the inspector looks at it, too */
static struct cell_role roles[RECORD_JOBS];
static struct gate gates[CELL_GATES], window;
static pthread_t helpers[CELL_HELPERS];
static void (*helper_mains[CELL_HELPERS])(void);
static __thread int thread_number; /* 0: the first; helpers 1.. */
static __thread bool is_client;

const struct pool_ops *cell_pool(void)
{
    return cell.pool;
}

int cell_asked(void)
{
    return cell.asked;
}

int cell_workers(void)
{
    return cell.workers;
}

struct pool *cell_handle(void)
{
    return pool;
}

int cell_runners(void)
{
    return fault_pool_can(cell.pool) & POOL_CAN_RUN_APART ? cell.workers : 1;
}

bool cell_is_foreign(void)
{
    return pool_is_added(cell.pool);
}

const struct record *cell_record(void)
{
    return cell.record;
}

void cell_note(int note, int64_t value)
{
    atomic_store(&cell.record->notes[note], value);
}

void cell_note_add(int note, int64_t more)
{
    atomic_fetch_add(&cell.record->notes[note], more);
}

void cell_tried(int tries, int gaps)
{
    atomic_store(&cell.record->tries, (uint32_t)tries);
    atomic_store(&cell.record->gaps, (uint32_t)gaps);
}

bool cell_is_slow(int64_t limit_ns, void (*few)(void))
{
    enum { TRIES_LEAST = 2, TRIES = 4 };
    static const int64_t enough_ns = 1000000000;
    int64_t spent_ns = 0;
    for (int i = 0; i < TRIES && (i < TRIES_LEAST || spent_ns < enough_ns); i++) {
        int64_t begin_ns = pool_clock_ns(), took_ns;
        few();
        took_ns = pool_clock_ns() - begin_ns;
        if (took_ns <= limit_ns)
            return false;
        spent_ns += took_ns;
    }
    return true;
}

void cell_remark(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cell.record->remark, sizeof cell.record->remark, format, arguments);
    va_end(arguments);
}

void cell_not_asked(const char *why)
{
    snprintf(cell.record->not_asked, sizeof cell.record->not_asked, "%s", why);
}

void cell_forget(void)
{
    memset(cell.record->jobs, 0, sizeof cell.record->jobs); /* no pool is open: nobody else is here */
}

/* The ledger. */

static void mark(_Atomic uint32_t *count)
{
    if (!(cell.without & CELL_NO_LEDGER))
        atomic_fetch_add(count, 1);
}

/* The slot of an argument; NULL: nobody submitted that. */
static struct record_job *job_of(void *arg)
{
    uintptr_t id = (uintptr_t)arg;
    return id < atomic_load(&cell.record->job_count) ? &cell.record->jobs[id] : NULL;
}

int cell_unfinished(void)
{
    int open = 0;
    for (uint32_t i = 0; i < atomic_load(&cell.record->job_count); i++)
        open += (int)atomic_load(&cell.record->jobs[i].accepted) - (int)atomic_load(&cell.record->jobs[i].finished);
    return open;
}

static bool all_finished(void)
{
    return cell_unfinished() == 0;
}

static void (*_Atomic in_discard)(void);
static _Atomic bool others; /* there are jobs that are not in the ledger */

void cell_on_discard(void (*call)(void))
{
    atomic_store(&in_discard, call);
}

static void on_discard(void *arg, enum pool_why why)
{
    void (*call)(void) = atomic_load(&in_discard);
    struct record_job *job = job_of(arg);
    if (!job && !atomic_load(&others))
        mark(&cell.record->phantoms);
    if (job)
        mark(why == POOL_WHY_CANCELLED ? &job->cancelled : why == POOL_WHY_DROPPED ? &job->dropped : &job->lost);
    if (call)
        call();
}

/* Calls. */

static void begin(const char *name)
{
    struct record_call *call = &cell.record->calls[thread_number];
    snprintf(call->name, sizeof call->name, "%s", name);
    atomic_store(&call->since_ns, pool_clock_ns());
    atomic_fetch_add(&call->turn, 1);
}

static void end(void)
{
    atomic_fetch_add(&cell.record->calls[thread_number].turn, 1);
}

/* Errors that the contract names are answers like others. That a queue is full is one of a batch, of which that may be
 * all that is asked; a submit is refused by it. */
static bool is_named(enum record_kind kind, int error)
{
    static const int named[RECORD_KINDS][4] = {
        [RECORD_SUBMIT] = {ETIMEDOUT, ESHUTDOWN, ECANCELED},
        [RECORD_BATCH] = {EAGAIN, ETIMEDOUT, ESHUTDOWN, ECANCELED},
        [RECORD_CLOSE] = {EALREADY},
        [RECORD_WAIT] = {ETIMEDOUT, EDEADLK},
    };
    for (int i = 0; i < 4; i++)
        if (named[kind][i] == error)
            return true;
    return false;
}

static void note_answer(enum record_kind kind, int answer)
{
    if (answer >= 0 || is_named(kind, -answer))
        atomic_fetch_add(&cell.record->answers[kind].well, 1);
    else
        record_refuse(&cell.record->answers[kind].strange, -answer);
}

/* Gates. */

static void arrive(struct gate *gate)
{
    atomic_fetch_add(&gate->arrived, 1);
    pool_futex_wake(&gate->arrived, INT_MAX);
}

static void pass(struct gate *gate)
{
    arrive(gate);
    while (!(cell.without & CELL_NO_JOB_GATE) && !atomic_load(&gate->open))
        pool_futex_wait(&gate->open, 0, -1);
}

static void await_arrivals(struct gate *gate, uint32_t count)
{
    uint32_t seen;
    while ((seen = atomic_load(&gate->arrived)) < count)
        pool_futex_wait(&gate->arrived, seen, -1);
}

void gate_meet(int gate, int width)
{
    arrive(&gates[gate]);
    await_arrivals(&gates[gate], (uint32_t)width);
}

void gate_pass(int gate)
{
    pass(&gates[gate]);
}

void gate_open(int gate)
{
    atomic_store(&gates[gate].open, 1);
    pool_futex_wake(&gates[gate].open, INT_MAX);
}

/* Without the gate a job that has arrived passes; then it has soon finished,
 * and that is waited for, so that its absence is as sure as its presence was. */
void gate_await(int gate, int jobs)
{
    begin(CELL_ARRIVAL);
    await_arrivals(&gates[gate], (uint32_t)jobs);
    end();
    if (cell.without & CELL_NO_JOB_GATE)
        cell_until(all_finished);
}

void cell_meet_once(void)
{
    arrive(&window);
    await_arrivals(&window, 2);
}

/* Until then this client waits for what may not come, and then goes on by itself: the judge does
 * not give up sooner. */
static void be_patient(int64_t until_ns)
{
    int64_t until = atomic_load(&cell.record->patient_until_ns);
    while (until < until_ns && !atomic_compare_exchange_weak(&cell.record->patient_until_ns, &until, until_ns))
        ;
}

bool gate_meet_for(int gate, int width, int64_t limit_ns)
{
    int64_t until = 0, mine = pool_clock_ns() + limit_ns;
    uint32_t seen;
    if (atomic_compare_exchange_strong(&gates[gate].until_ns, &until, mine))
        until = mine;
    be_patient(until);
    arrive(&gates[gate]);
    while ((seen = atomic_load(&gates[gate].arrived)) < (uint32_t)width && pool_clock_ns() < until)
        pool_futex_wait(&gates[gate].arrived, seen, until);
    if (seen < (uint32_t)width)
        cell_remark("%d jobs did not all run at once: not each worker was looked at", width);
    return seen >= (uint32_t)width;
}

bool cell_settle_for(int64_t limit_ns)
{
    be_patient(pool_clock_ns() + limit_ns);
    return settle(limit_ns);
}

bool cell_is_still(void)
{
    pid_t me = (pid_t)syscall(SYS_gettid);
    struct proof_look first = {.but = {me}}, second = {.but = {me}};
    bool still;
    proof_look(getpid(), &first);
    cell_nap();
    proof_look(getpid(), &second);
    still = proof_holds(&first, &second) && waker_find() == WAKER_NONE;
    proof_close(&first);
    proof_close(&second);
    return still;
}

bool cell_settle(void)
{
    static const int64_t limit_ns = 20000000, limit_ours_ns = 300000000;
    return cell_settle_for(cell_is_foreign() ? limit_ns : limit_ours_ns); /* no idle worker of ours polls */
}

/* Foreign pools tell less than ours, or later: what one has not told once is not waited for
 * as long again. */
static bool loses_patience(const char *what, uint32_t *before, int64_t *since_ns)
{
    static const int64_t first_ns = 100000000, later_ns = 5000000;
    static bool untold;
    uint32_t sum = record_ledger(cell.record);
    int64_t now_ns = pool_clock_ns(), patience_ns = untold ? later_ns : first_ns;
    if (!cell_is_foreign())
        return false;
    if (sum != *before)
        *since_ns = now_ns;
    *before = sum;
    be_patient(*since_ns + patience_ns);
    if (now_ns - *since_ns < patience_ns)
        return false;
    untold = true;
    snprintf(cell.record->untold, sizeof cell.record->untold, "%s", what);
    return true;
}

void cell_nap(void)
{
    enum { NAP_NS = 50000 };
    static _Atomic uint32_t never;
    pool_futex_wait(&never, 0, pool_clock_ns() + NAP_NS);
}

static void yield(int turn)
{
    enum { YIELDS = 200 };
    if (turn < YIELDS)
        sched_yield();
    else
        cell_nap();
}

void cell_await(bool (*reached)(void))
{
    begin("the end of a job");
    atomic_store(&cell.record->reads[thread_number], 1); /* which wakes nobody */
    for (int i = 0; !reached(); i++) {
        atomic_fetch_add(&cell.record->reads[thread_number], 1);
        yield(i);
    }
    atomic_store(&cell.record->reads[thread_number], 0);
    end();
}

bool cell_until_told(const char *what, bool (*reached)(void))
{
    int64_t since_ns = pool_clock_ns();
    uint32_t before = record_ledger(cell.record);
    bool there;
    begin(what);
    for (int i = 0; !(there = reached()) && !loses_patience(what, &before, &since_ns); i++)
        yield(i);
    end();
    return there;
}

void cell_until(bool (*reached)(void))
{
    cell_until_told("a state of the pool", reached);
}

/* Jobs. */

void cell_role(int id, struct cell_role role)
{
    roles[id] = role;
}

/* Where no submit waits for room: one that would have waited. */
static void lacked_room(void)
{
    if (atomic_load(&cell.record->full_instead))
        atomic_store(&cell.record->lacked_room, 1);
}

/* Seen by its name in pool_explain. */
int cell_job(void *arg)
{
    struct record_job *job = job_of(arg);
    const struct cell_role *role = &roles[(uintptr_t)arg % RECORD_JOBS];
    if (is_client)
        lacked_room();
    if (!job) {
        mark(&cell.record->phantoms);
        return 0;
    }
    mark(&job->started);
    if (role->act == CELL_WAIT || role->act == CELL_CLOSE)
        pass(&gates[role->gate]);
    if (role->act == CELL_CALL)
        role->call((int)(uintptr_t)arg);
    if (role->act == CELL_CLOSE)
        cell_note(role->note, pool_close(pool));
    if (role->act == CELL_MEET)
        gate_meet(role->gate, role->width);
    mark(&job->finished);
    if (role->act == CELL_FAIL)
        pool_fail(-EIO);
    if (role->act == CELL_EXIT)
        pthread_exit(NULL);
    return role->act == CELL_RETURN ? -EIO : 0;
}

/* The pool. */

/* A pool that has fewer workers than it was asked for is judged by those it has (a foreign one
 * by those that the probe has seen). Where the machine refused it the others, the judge begins
 * anew, and asks for those that it has. */
static void opened_with(int workers, int asked, int refusal)
{
    bool fewer = asked == cell.asked && workers >= 1 && workers < asked;
    atomic_store(&cell.record->workers, workers);
    if (refusal) {
        record_refuse(fewer && workers >= CELL_WORKERS_LEAST ? &cell.record->fewer : &cell.record->refused, refusal);
        _exit(74);
    }
    if (fewer && !cell_is_foreign())
        cell.workers = workers;
}

/* Where the machine refuses what it takes, there is no more to learn. */
static void not_opened(int error, int asked, int refusal)
{
    if (refusal)
        record_refuse(&cell.record->refused, refusal);
    if (refusal_is_real(-error, asked > 0 ? asked : cell.workers)) {
        record_refuse(&cell.record->refused, -error);
        _exit(73);
    }
    if (asked == cell.asked)
        record_refuse(&cell.record->not_opened, abs(error));
}

static bool is_refusal(int error)
{
    return error == -ENOMEM || error == -EAGAIN || error == -EMFILE || error == -ENFILE;
}

static void full_becomes(struct pool_config *config, enum pool_full full)
{
    config->full = full;
    config->full_timeout_ns = full == POOL_TIMEOUT ? INT64_C(3600000000000) : 0;
}

void cell_full_as_before(struct pool_config *config)
{
    full_becomes(config, (enum pool_full)atomic_load(&cell.record->full_instead));
}

/* What a submit meets in a full queue is the matter of few scenarios: a foreign pool in which none waits for room is
 * asked the others under a policy that it has. */
static int open_as_it_can(struct pool **opened, struct pool_config config)
{
    static const enum pool_full ways[] = {POOL_REJECT, POOL_TIMEOUT, POOL_CALLER_RUNS};
    bool blocks = config.full == POOL_BLOCK;
    int error = pool_open(opened, cell.pool, &config);
    if (is_refusal(error)) /* of the moment, maybe */
        error = pool_open(opened, cell.pool, &config);
    for (size_t i = 0; error == -ENOTSUP && blocks && cell_is_foreign() && i < sizeof ways / sizeof *ways; i++) {
        full_becomes(&config, ways[i]);
        error = pool_open(opened, cell.pool, &config);
        if (!error)
            atomic_store(&cell.record->full_instead, (uint32_t)ways[i]);
    }
    return error;
}

int cell_open_size(struct pool_config config, int workers)
{
    static _Atomic int refusal; /* of threads, while it opens */
    struct pool *opened = NULL;
    int error;
    if (workers == cell.workers)
        workers = cell.asked; /* for those that run it was asked for so many */
    if (workers == 0)         /* none may refuse all jobs */
        note_answer(RECORD_SUBMIT, 0);
    atomic_store(&refusal, 0);
    births_report(&refusal);
    config.workers = workers;
    config.discard = on_discard;
    config.spin_ns = POOL_NO_SPIN;
    begin("pool_open");
    error = open_as_it_can(&opened, config);
    pool = error ? NULL : opened;
    end();
    births_report(&cell.record->refused);
    if (!error)
        opened_with(cell_stats().workers, workers, record_refusal(&refusal));
    else
        not_opened(error, workers, record_refusal(&refusal));
    return error;
}

void cell_exit(void)
{
    begin("exit");
    exit(0);
}

int cell_try_open(struct pool_config config)
{
    struct pool *opened = NULL;
    int error;
    config.workers = cell.asked;
    config.discard = on_discard;
    config.spin_ns = POOL_NO_SPIN;
    begin("pool_open");
    error = open_as_it_can(&opened, config);
    pool = error ? NULL : opened;
    end();
    if (!error && !cell_is_foreign() && cell_stats().workers >= 1 && cell_stats().workers < cell.workers)
        cell.workers = cell_stats().workers;
    if (error == -ENOTSUP)
        cell_not_asked("its open answers that it cannot (-ENOTSUP)");
    return error;
}

int cell_empty_job(void *arg)
{
    (void)arg;
    return 0;
}

void cell_live(void)
{
    enum { LIVE_JOBS = 4, LIVE_CAPACITY = 64 };
    if (!cell_is_foreign())
        return;
    atomic_store(&cell.record->plain, 1);
    if (cell_open((struct pool_config){.capacity = LIVE_CAPACITY}))
        return;
    for (int i = 0; i < LIVE_JOBS; i++)
        cell_submit_other(cell_empty_job, NULL);
    cell_wait(-1);
    cell_settle();
    cell_free();
    atomic_store(&cell.record->plain, 0);
}

void cell_adopt(struct pool *other)
{
    pool = other;
}

int cell_submit_other(pool_job_fn *fn, void *arg)
{
    int error;
    atomic_store(&others, true);
    begin("pool_submit");
    error = pool_submit(pool, fn, arg);
    end();
    if (error == -EAGAIN)
        lacked_room();
    note_answer(RECORD_SUBMIT, error);
    return error;
}

int cell_open(struct pool_config config)
{
    return cell_open_size(config, cell.workers);
}

/* From here on job numbers up to this one are known. */
static struct record_job *issue(int id)
{
    struct record_job *job = &cell.record->jobs[id];
    uint32_t count = atomic_load(&cell.record->job_count);
    while (count <= (uint32_t)id && !atomic_compare_exchange_weak(&cell.record->job_count, &count, (uint32_t)id + 1))
        ;
    mark(&job->submitted);
    return job;
}

int cell_submit_inside(int id)
{
    struct record_job *job = issue(id);
    int error = pool_submit(pool, cell_job, (void *)(uintptr_t)id);
    mark(error ? &job->refused : &job->accepted);
    if (error == -EAGAIN)
        lacked_room();
    if (error && error != -EAGAIN && !is_named(RECORD_SUBMIT, -error)) /* inside, that there is no room is named, too */
        record_refuse(&cell.record->answers[RECORD_SUBMIT].strange, -error);
    return error;
}

int cell_submit(int id)
{
    int error;
    begin("pool_submit");
    error = cell_submit_inside(id);
    end();
    note_answer(RECORD_SUBMIT, error);
    return error;
}

int cell_submit_batch(int first, int count)
{
    struct pool_job jobs[RECORD_JOBS];
    int took;
    for (int i = 0; i < count; i++) {
        issue(first + i);
        jobs[i] = (struct pool_job){cell_job, (void *)(uintptr_t)(first + i)};
    }
    begin("pool_submit_batch");
    took = pool_submit_batch(pool, jobs, count);
    end();
    note_answer(RECORD_BATCH, took);
    if (took == -EAGAIN || (took > 0 && took < count))
        lacked_room();
    for (int i = 0; i < count; i++)
        mark(i < took ? &cell.record->jobs[first + i].accepted : &cell.record->jobs[first + i].refused);
    return took;
}

int cell_submit_range(int first, int count)
{
    int error = 0;
    for (int i = 0; i < count && !error; i++)
        error = cell_submit(first + i);
    return error;
}

bool cell_hold(int first, int jobs, int gate)
{
    for (int id = first; id < first + jobs; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = gate});
    if (cell_submit_range(first, jobs)) {
        gate_open(gate);
        return false;
    }
    gate_await(gate, jobs);
    return true;
}

bool cell_hold_all(int first, int jobs, int gate)
{
    bool held = cell_hold(first, jobs, gate);
    if (!held)
        cell_not_asked("refuses a job at rest");
    return held;
}

int cell_wait(int64_t timeout_ns)
{
    int error;
    begin("pool_wait");
    error = pool_wait(pool, timeout_ns);
    end();
    note_answer(RECORD_WAIT, error);
    return error;
}

int cell_receive(int count, int64_t timeout_ns)
{
    struct pool_result results[RECORD_JOBS];
    int got;
    begin("pool_receive");
    got = pool_receive_batch(pool, results, count, timeout_ns);
    end();
    for (int i = 0; i < got; i++) {
        struct record_job *job = results[i].fn == cell_job ? job_of(results[i].arg) : NULL;
        mark(job ? &job->received : &cell.record->phantoms);
    }
    return got;
}

int cell_receive_one(int *id, int *status, int64_t timeout_ns)
{
    struct pool_result result;
    struct record_job *job;
    int got;
    begin("pool_receive");
    got = pool_receive(pool, &result, timeout_ns);
    end();
    if (got < 1)
        return got;
    job = result.fn == cell_job ? job_of(result.arg) : NULL;
    mark(job ? &job->received : &cell.record->phantoms);
    *id = job ? (int)(job - cell.record->jobs) : -1;
    *status = result.status;
    return got;
}

int cell_close(void)
{
    int answer;
    begin("pool_close");
    answer = pool_close(pool);
    end();
    note_answer(RECORD_CLOSE, answer);
    return answer;
}

int cell_cancel(void)
{
    int error;
    begin("pool_cancel");
    error = pool_cancel(pool);
    end();
    note_answer(RECORD_CANCEL, error);
    atomic_fetch_add(&cell.record->cancels, error == 0);
    return error;
}

int64_t cell_free(void)
{
    int64_t lost;
    begin("pool_free");
    lost = pool_free(pool);
    pool = NULL;
    end();
    return lost;
}

struct pool_stats cell_stats(void)
{
    struct pool_stats stats = {0};
    if (pool)
        pool_stats(pool, &stats);
    return stats;
}

void cell_explain(void)
{
    if (!pool)
        return;
    pool_stats(pool, &cell.record->stats);
    pool_explain(pool, cell.record->explanation, sizeof cell.record->explanation);
    atomic_fetch_add(&cell.record->explained, 1);
}

bool cell_explains(const char *text)
{
    enum { ASKS = 1000 };
    static int asks;
    if (cell_is_foreign()) /* it has words of its own, or none */
        return true;
    cell_explain();
    return record_says(cell.record, text) || ++asks > ASKS;
}

/* Threads of the client. */

/* Makes this thread known to the judge. */
static void be_client(int number, const char *name)
{
    prctl(PR_SET_NAME, name);
    is_client = true;
    atomic_store(&cell.record->clients[number], (int)syscall(SYS_gettid));
}

static void *helper_main(void *arg)
{
    thread_number = (int)(uintptr_t)arg + 1;
    be_client(thread_number, "client");
    helper_mains[thread_number - 1]();
    return NULL;
}

void helper_start(int helper, void (*main)(void))
{
    helper_mains[helper] = main;
    births_of_client(&helpers[helper], helper_main, (void *)(uintptr_t)helper);
}

void helpers_join(void)
{
    begin("its other thread");
    for (int i = 0; i < CELL_HELPERS; i++)
        if (helper_mains[i])
            pthread_join(helpers[i], NULL);
    memset(helper_mains, 0, sizeof helper_mains);
    end();
}

bool helper_await(bool (*reached)(void), int64_t ns)
{
    int64_t until = pool_clock_ns() + ns;
    bool there;
    be_patient(until);
    begin("its other thread");
    atomic_store(&cell.record->reads[thread_number], 1);
    for (int i = 0; !(there = reached()) && pool_clock_ns() < until; i++) {
        atomic_fetch_add(&cell.record->reads[thread_number], 1);
        yield(i);
    }
    atomic_store(&cell.record->reads[thread_number], 0);
    end();
    return there;
}

void births_hold(void)
{
    if (!(cell.without & CELL_NO_BIRTH_GATE))
        births_gate_down();
}

void births_release(void)
{
    births_gate_up();
}

/* Threads of this process that no client is. */
static uint32_t threads_apart(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    uint32_t count = 0;
    while (tasks && (entry = readdir(tasks))) {
        bool client = entry->d_name[0] == '.';
        for (int i = 0; i < RECORD_CLIENTS; i++)
            client = client || atomic_load(&cell.record->clients[i]) == atoi(entry->d_name);
        count += !client;
    }
    if (tasks)
        closedir(tasks);
    return count;
}

/* Beside as many as it has workers there may be others, of the C library for one. */
static bool some_are_not_held(void)
{
    uint32_t waiting = births_waiting();
    return !atomic_load(&cell.record->let_go) && waiting < (uint32_t)cell_workers() && threads_apart() > waiting;
}

void births_await(void)
{
    enum { NAPS = 2000 };
    if (cell.without & CELL_NO_BIRTH_GATE) {
        cell_until(all_finished);
        return;
    }
    /* Whoever was created may not have come to the gate yet. */
    for (int i = 0; cell_is_foreign() && i < NAPS && some_are_not_held(); i += record_unborn(cell.record) == 0)
        cell_nap();
    atomic_store(&cell.record->held, births_held());
    if (atomic_load(&cell.record->let_go))
        cell_not_asked("its threads cannot be held at birth: whoever opens it or submits waits for them");
    else if (cell_is_foreign() && some_are_not_held())
        cell_not_asked("some of its threads cannot be held at birth: they were there before, or come from "
                       "neither pthread_create nor thrd_create");
}

/* The process. */

/* Sleeps on a word of the record; only the judge wakes it. */
static void sleep_on(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

/* Does what the judge asks for: the others may be asleep for ever. */
static void inspect(uint32_t ask)
{
    switch (ask) {
    case RECORD_EXPLAIN:
        cell_explain();
        break;
    case RECORD_WAKER:
        atomic_store(&cell.record->waker, (int)waker_find());
        atomic_store(&cell.record->waiting, births_waiting());
        break;
    case RECORD_LET_GO:
        births_gate_up();
        break;
    default:
        break;
    }
}

static void *inspector_main(void *arg)
{
    (void)arg;
    be_client(RECORD_CLIENTS - 1, "inspector");
    for (;;) {
        while (!atomic_load(&cell.record->ask))
            sleep_on(&cell.record->ask, 0);
        inspect(atomic_load(&cell.record->ask));
        atomic_store(&cell.record->ask, RECORD_NOTHING);
    }
    return NULL;
}

/* It takes no signal, from its first instruction on: whom one of the pool's wakes must not be hidden from the
 * judge, who does not look at this thread; and one that the opener blocks, for a worker to take, must find no thread
 * that has not blocked it. */
static void start_inspector(void)
{
    pthread_t inspector;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    births_of_client(&inspector, inspector_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void cell_main(const struct cell_start *start, void (*drive)(int client), int client)
{
    static _Atomic uint32_t never;
    uint64_t one = 1;
    cell = *start;
    cell.workers = cell.width ? cell.width : cell.asked;
    births_report(&cell.record->refused);
    births_register(cell.record); /* those that were there before are not left behind */
    if (cell_is_foreign())
        mallopt(M_PERTURB, 0x5a); /* what is freed is no longer as it was */
    be_client(0, "client");
    start_inspector();
    atomic_store(&cell.record->running_ns, pool_clock_ns());
    drive(client);
    atomic_store(&cell.record->state, RECORD_ENDED);
    if (write(cell.ended_fd, &one, sizeof one) < 0) {
        if (errno == EBADF) /* that is one who closes what is not his */
            _exit(CELL_LOST_DESCRIPTOR);
        record_refuse(&cell.record->refused, errno);
        _exit(71);
    }
    for (;;)
        sleep_on(&never, 0);
}
