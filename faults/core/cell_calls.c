/* cell_calls.c - see cell.h: jobs, what they do, and the calls of the pool that are about them. */
#include "faults/core/cell.h"

#include <errno.h>
#include <pthread.h>

#include "faults/core/fault.h"
#include "faults/core/self.h"

static struct cell_role roles[RECORD_JOBS];

int cell_unfinished(void)
{
    int open = 0;
    for (uint32_t i = 0; i < atomic_load(&self.record->job_count); i++)
        open += (int)atomic_load(&self.record->jobs[i].accepted) - (int)atomic_load(&self.record->jobs[i].finished);
    return open;
}

bool cell_all_finished(void)
{
    return cell_unfinished() == 0;
}

void cell_role(int id, struct cell_role role)
{
    roles[id] = role;
}

/* Where no submit waits for room: one that would have waited. */
static void lacked_room(void)
{
    if (atomic_load(&self.record->full_instead))
        atomic_store(&self.record->lacked_room, 1);
}

/* Seen by its name in pool_explain. */
int cell_job(void *arg)
{
    struct record_job *job = self_job_of(arg);
    const struct cell_role *role = &roles[(uintptr_t)arg % RECORD_JOBS];
    if (self_is_client)
        lacked_room();
    if (!job) {
        self_count(&self.record->phantoms);
        return 0;
    }
    self_count(&job->started);
    if (role->act == CELL_WAIT || role->act == CELL_CLOSE)
        gate_pass(role->gate);
    if (role->act == CELL_CALL)
        role->call((int)(uintptr_t)arg);
    if (role->act == CELL_CLOSE)
        cell_note(role->note, pool_close(self.pool));
    if (role->act == CELL_MEET)
        gate_meet(role->gate, role->width);
    self_count(&job->finished);
    if (role->act == CELL_FAIL)
        pool_fail(-EIO);
    if (role->act == CELL_EXIT)
        pthread_exit(NULL);
    return role->act == CELL_RETURN ? -EIO : 0;
}

/* From here on job numbers up to this one are known. */
static struct record_job *issue(int id)
{
    struct record_job *job = &self.record->jobs[id];
    uint32_t count = atomic_load(&self.record->job_count);
    while (count <= (uint32_t)id && !atomic_compare_exchange_weak(&self.record->job_count, &count, (uint32_t)id + 1))
        ;
    self_count(&job->submitted);
    return job;
}

int cell_submit_inside(int id)
{
    struct record_job *job = issue(id);
    int error = pool_submit(self.pool, cell_job, (void *)(uintptr_t)id);
    self_count(error ? &job->refused : &job->accepted);
    if (error == -EAGAIN)
        lacked_room();
    if (error && error != -EAGAIN &&
        !self_is_named(RECORD_SUBMIT, -error)) /* inside, that there is no room is named, too */
        record_refuse(&self.record->answers[RECORD_SUBMIT].strange, -error);
    return error;
}

int cell_submit(int id)
{
    int error;
    self_begin("pool_submit");
    error = cell_submit_inside(id);
    self_end();
    self_answer(RECORD_SUBMIT, error);
    return error;
}

int cell_submit_other(pool_job_fn *fn, void *arg)
{
    int error;
    atomic_store(&self.others, true);
    self_begin("pool_submit");
    error = pool_submit(self.pool, fn, arg);
    self_end();
    if (error == -EAGAIN)
        lacked_room();
    self_answer(RECORD_SUBMIT, error);
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
    self_begin("pool_submit_batch");
    took = pool_submit_batch(self.pool, jobs, count);
    self_end();
    self_answer(RECORD_BATCH, took);
    if (took == -EAGAIN || (took > 0 && took < count))
        lacked_room();
    for (int i = 0; i < count; i++)
        self_count(i < took ? &self.record->jobs[first + i].accepted : &self.record->jobs[first + i].refused);
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
    self_begin("pool_wait");
    error = pool_wait(self.pool, timeout_ns);
    self_end();
    self_answer(RECORD_WAIT, error);
    return error;
}

int cell_receive(int count, int64_t timeout_ns)
{
    struct pool_result results[RECORD_JOBS];
    int got;
    self_begin("pool_receive");
    got = pool_receive_batch(self.pool, results, count, timeout_ns);
    self_end();
    for (int i = 0; i < got; i++) {
        struct record_job *job = results[i].fn == cell_job ? self_job_of(results[i].arg) : NULL;
        self_count(job ? &job->received : &self.record->phantoms);
    }
    return got;
}

int cell_receive_one(int *id, int *status, int64_t timeout_ns)
{
    struct pool_result result;
    struct record_job *job;
    int got;
    self_begin("pool_receive");
    got = pool_receive(self.pool, &result, timeout_ns);
    self_end();
    if (got < 1)
        return got;
    job = result.fn == cell_job ? self_job_of(result.arg) : NULL;
    self_count(job ? &job->received : &self.record->phantoms);
    *id = job ? (int)(job - self.record->jobs) : -1;
    *status = result.status;
    return got;
}

int cell_close(void)
{
    int answer;
    self_begin("pool_close");
    answer = pool_close(self.pool);
    self_end();
    self_answer(RECORD_CLOSE, answer);
    return answer;
}

int cell_cancel(void)
{
    int error;
    self_begin("pool_cancel");
    error = pool_cancel(self.pool);
    self_end();
    self_answer(RECORD_CANCEL, error);
    atomic_fetch_add(&self.record->cancels, error == 0);
    return error;
}

int64_t cell_free(void)
{
    int64_t lost;
    self_begin("pool_free");
    lost = pool_free(self.pool);
    self.pool = NULL;
    self_end();
    return lost;
}

struct pool_stats cell_stats(void)
{
    struct pool_stats stats = {0};
    if (self.pool)
        pool_stats(self.pool, &stats);
    return stats;
}

void cell_explain(void)
{
    if (!self.pool)
        return;
    pool_stats(self.pool, &self.record->stats);
    pool_explain(self.pool, self.record->explanation, sizeof self.record->explanation);
    atomic_fetch_add(&self.record->explained, 1);
}

bool cell_explains(const char *text)
{
    enum { ASKS = 1000 };
    static int asks;
    if (cell_is_foreign()) /* it has words of its own, or none */
        return true;
    cell_explain();
    return record_says(self.record, text) || ++asks > ASKS;
}
