/* cell.h - the client in a cell: what a scenario is written with.
 *
 * A cell is a process, so its state is global. Jobs are known by numbers 0.. and
 * do what cell_act told them; job 0 has the argument NULL, which is legal. Each
 * call below writes to the ledger what came of it, and marks itself as pending
 * while it lasts, so that the judge sees who waits for what, and since when.
 *
 * Nothing here waits for a time: gates make a state, cell_until waits for one. What does what it says
 * is in cell_open.c, cell_calls.c, cell_gates.c, cell_until.c and cell_threads.c; cell.c is the process. */
#ifndef CELL_H
#define CELL_H

#include "faults/core/record.h"

#define CELL_ARRIVAL "the arrival of jobs" /* the call that gate_await is, for the judge */
enum { CELL_GATES = 16, CELL_HELPERS = 8, CELL_WORKERS_LEAST = 2 };

/* What a job does between its start and its end. */
enum cell_act {
    CELL_PASS,   /* nothing */
    CELL_WAIT,   /* waits at a gate */
    CELL_MEET,   /* waits until `width` jobs of the gate are there */
    CELL_FAIL,   /* pool_fail(-EIO) */
    CELL_EXIT,   /* pthread_exit */
    CELL_RETURN, /* returns -EIO */
    CELL_CALL,   /* calls `call` with its number, between start and finish */
    CELL_CLOSE,  /* waits at a gate, then closes its pool; note `note` is the answer */
};

struct cell_role {
    enum cell_act act;
    int gate, width, note;
    void (*call)(int id);
};

/* Called in each discard, after the ledger: with the pool's own lock held, it is said? */
void cell_on_discard(void (*call)(void));

/* The pool under test; whether it comes from a plug-in; how many of its workers run. */
const struct pool_ops *cell_pool(void);
bool cell_is_foreign(void);
int cell_workers(void);
int cell_asked(void); /* how many it is asked for */
/* Workers that jobs can run on at once: 1 where they run in their submitter. */
int cell_runners(void);

/* The open pool, for calls from inside a job: these are not marked as pending. */
struct pool *cell_handle(void);

void cell_role(int id, struct cell_role role); /* before its submit */

/* The job itself: plays the role of its id, which is its argument. */
int cell_job(void *id);

/* Opens the cell's pool; `config` needs no workers, discard or spin. Returns
 * pool_open's answer. cell_open_size asks for a size of its own. */
int cell_open(struct pool_config config);
int cell_open_size(struct pool_config config, int workers);

/* Ends the process by exit(0), as one that leaves main does. */
_Noreturn void cell_exit(void);

/* A foreign pool's plain life: four jobs, a wait, free when all sleep. What goes wrong here is
 * not the bug of the scenario that follows, and is not called so. */
void cell_live(void);

/* For a pool beside it: POOL_BLOCK, or what the cell's was opened with in its place. */
void cell_full_as_before(struct pool_config *config);

/* As cell_open, where it is no failure that the pool does not open: nothing is kept of
 * it, and where its policy is not to be had (-ENOTSUP), nothing was asked. */
int cell_try_open(struct pool_config config);
int cell_try_open_size(struct pool_config config, int workers);

/* Another open pool becomes the cell's, in the place of one that was freed. */
void cell_adopt(struct pool *other);

/* A job of the scenario's own, which is not in the ledger; and one that does nothing. */
int cell_submit_other(pool_job_fn *fn, void *arg);
int cell_empty_job(void *arg);

/* As the calls of pool.h. */
int cell_submit(int id);
int cell_submit_inside(int id);              /* by a job: in the ledger, but not marked as pending */
int cell_submit_batch(int first, int count); /* a batch: the answer of pool_submit_batch */
int cell_submit_range(int first, int count); /* stops at an error, and returns it */
/* Submits so many that wait at a gate, and awaits them there. Where one is refused, which may be nobody's mistake,
 * the others are let go: false. Of cell_hold_all the cell is then not asked. */
bool cell_hold(int first, int jobs, int gate);
bool cell_hold_all(int first, int jobs, int gate);
int cell_wait(int64_t timeout_ns);
int cell_receive(int count, int64_t timeout_ns); /* at most 64 at once */
/* One, and what it says: the job's number, -1 where nobody submitted it; its status. */
int cell_receive_one(int *id, int *status, int64_t timeout_ns);
int cell_close(void);
int cell_cancel(void);
int64_t cell_free(void);
struct pool_stats cell_stats(void);
void cell_explain(void); /* into the record */

/* Explains, and says whether the text is in it; for cell_until: a worker that was
 * woken in vain blocks again in a moment. True, too, after being asked too often, and of
 * foreign pools, which have words of their own. */
bool cell_explains(const char *text);

/* Jobs accepted that did not finish, by the ledger. */
int cell_unfinished(void);
bool cell_all_finished(void); /* that there is none */

/* Gates. */
void gate_open(int gate);
void gate_await(int gate, int jobs); /* until so many jobs wait there, or passed */

/* Naps until every other thread of the process seems to sleep, for 20 ms at most (0.3 s of our own pools, which
 * are to show their armed bugs on a busy machine, too). It
 * is no proof, pollers sleep, too: it only gives what goes wrong the time to do so. Returns whether they do. */
bool cell_settle(void);
bool cell_settle_for(int64_t limit_ns); /* for so long at most */

/* Whether nothing will happen in this process until the caller does something: every other thread is asleep for
 * ever, as the judge would prove it (proof.h), and nothing is there that wakes one (waker.h). */
bool cell_is_still(void);

void gate_meet(int gate, int width); /* of a job: waits until so many are there */

/* The same, for so long at most since the first came, and then goes on, which is said: for what each worker is asked,
 * where a pool that gives two jobs to one of them has another bug than the one that is asked about. Returns whether
 * they met. */
bool gate_meet_for(int gate, int width, int64_t limit_ns);
void gate_pass(int gate); /* of a job: arrives, and waits until it is open */

/* Sleeps for 50 us. */
void cell_nap(void);

/* Yields until it is so; the judge's limit bounds it. For what the ledger says:
 * `reached` calls nothing, so that this thread, though it does not sleep, is in the way of no
 * proof of a hang. */
void cell_await(bool (*reached)(void));

/* The same for what the pool's statistics tell. Of a foreign pool, whose statistics may
 * not keep what `reached` looks at, it is not waited for longer than 100 ms (once; then 5)
 * in which nothing happens: on a busy machine that comes to pass with any pool. So the scenario
 * goes on without it, and nothing that it then sees may be a reason for FAILS. `what` is told where that was so: "a
 * submit to be blocked". Returns whether it was reached. */
bool cell_until_told(const char *what, bool (*reached)(void));
void cell_until(bool (*reached)(void)); /* "a state of the pool" */

void cell_note(int note, int64_t value);
void cell_note_add(int note, int64_t more);

/* For what shows itself by chance: how often it was tried, and at how many distances
 * in time. The judge then says "not seen" in place of "holds". */
void cell_tried(int tries, int gaps);

/* What the scenario needs is not there (CPUs, a gauge): nothing was asked. */
void cell_not_asked(const char *why);

/* For a scenario that needs many of what `few` does a few of: whether that takes longer in each
 * of some tries. A machine that others use is slow for a moment, a slow pool each time. */
bool cell_is_slow(int64_t limit_ns, void (*few)(void));

/* What is worth saying of a pool that holds. */
__attribute__((format(printf, 1, 2))) void cell_remark(const char *format, ...);

/* Empties the ledger, between two pools of one cell. */
void cell_forget(void);

const struct record *cell_record(void);

/* Threads of the client. The judge knows them from the pool's. */
void helper_start(int helper, void (*main)(void));
void helpers_join(void);

/* Until it is so, for that long at most; for what a helper says when it comes back. Marked as
 * waiting for the helper, and in the way of no proof. Returns whether it was reached. */
bool helper_await(bool (*reached)(void), int64_t ns);

/* The birth gate: threads that the pool creates wait before their first
 * instruction until births_release. */
void births_hold(void);
void births_release(void);

/* Until the births are held: each accepted job waits for an unborn worker. With
 * the gate taken out, until the jobs have run, as they mostly have. */
void births_await(void);

/* Detectors that can be taken out, to show what they are for. */
enum cell_without { CELL_NO_JOB_GATE = 1, CELL_NO_BIRTH_GATE = 2, CELL_NO_LEDGER = 4 };

/* The exit status of a cell at whose end the judge's descriptor is closed. */
enum { CELL_LOST_DESCRIPTOR = 76 };

/* For the judge: makes this process the cell, plays the scenario, and sleeps
 * until it is killed. */
struct cell_start {
    const struct pool_ops *pool;
    int asked;        /* workers, of open */
    int workers;      /* cell_main sets it */
    int width;        /* that many run, as the probe has seen; 0: as asked */
    unsigned without; /* of enum cell_without */
    int ended_fd;     /* is written to at the end */
    struct record *record;
};
_Noreturn void cell_main(const struct cell_start *start, void (*drive)(int client), int client);

/* For arm.c: two threads that pass wait for each other; later ones do not. */
void cell_meet_once(void);

#endif
