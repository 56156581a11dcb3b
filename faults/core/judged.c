/* judged.c - see judged.h. */
#include "faults/core/judged.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "faults/core/cell.h"
#include "faults/core/probe.h"
#include "faults/core/refusal.h"

__attribute__((format(printf, 3, 4))) static void other(struct verdict *verdict, enum seen seen, const char *format,
                                                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = VERDICT_FAILS;
    verdict->own = false;
    verdict->seen = seen;
    vsnprintf(verdict->finding, sizeof verdict->finding, format, arguments);
    va_end(arguments);
}

/* Whether accepted jobs may vanish without a word, as the pool has declared. */
static bool excused(const struct outcome *outcome)
{
    unsigned declares = outcome->pool->declares;
    return declares & POOL_NO_DISCARD && (declares & POOL_CLOSE_CANCELS || atomic_load(&outcome->record->cancels));
}

/* What every cell must keep, whatever it is about. Returns whether it broke. */
static bool broke_the_law(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    uint32_t phantoms = atomic_load(&record->phantoms);
    int workers = atomic_load(&record->workers);
    if (workers < 0 || workers > POOL_WORKERS_MAX)
        return other(verdict, SEEN_LEDGER, "its statistics cannot be: %d workers", workers), true;
    for (uint32_t i = 0; i < atomic_load(&record->job_count); i++) {
        const struct record_job *job = &record->jobs[i];
        uint32_t accepted = atomic_load(&job->accepted), started = atomic_load(&job->started),
                 gone = atomic_load(&job->cancelled) + atomic_load(&job->dropped);
        if (started + gone > accepted || (started + gone < accepted && !excused(outcome)))
            return other(verdict, SEEN_LEDGER, "job %u: accepted %u times, started %u, cancelled or dropped %u", i,
                         accepted, started, gone),
                   true;
        if (atomic_load(&job->received) > started)
            return other(verdict, SEEN_LEDGER, "job %u: received %u times, started %u", i, atomic_load(&job->received),
                         started),
                   true;
    }
    if (phantoms)
        return other(verdict, SEEN_LEDGER, "%u results or jobs that nobody submitted", phantoms), true;
    return false;
}

/* Whether the pool has closed the descriptor by which the cell says that it is at its end. */
static bool closed_ours(const struct outcome *outcome)
{
    return outcome->end == OUTCOME_CRASHED && !outcome->signal && outcome->status == CELL_LOST_DESCRIPTOR &&
           atomic_load(&outcome->record->state) == RECORD_ENDED;
}

static void judge_common(const struct outcome *outcome, struct verdict *verdict)
{
    switch (outcome->end) {
    case OUTCOME_CRASHED:
        if (outcome->signal)
            other(verdict, SEEN_CRASH, "the process died of signal %d (%s)", outcome->signal,
                  strsignal(outcome->signal));
        else
            other(verdict, SEEN_CRASH,
                  outcome->status < 0 ? "the process has ended from within; somebody took its status"
                                      : "the process exited from within, status %d",
                  outcome->status);
        return;
    case OUTCOME_HUNG:
        if (outcome->call && strncmp(outcome->call, "pool_", 5)) /* a state, not a call */
            other(verdict, SEEN_HANG, "hang: %s is awaited for ever", outcome->call);
        else
            other(verdict, SEEN_HANG, "hang: %s does not return", outcome->call ? outcome->call : "a call");
        return;
    case OUTCOME_STALLED:
        verdict->kind = VERDICT_STALLED;
        verdict->seen = SEEN_STALL;
        snprintf(verdict->finding, sizeof verdict->finding,
                 "no end in %.3g s: waited for %s; no proof that it has none: %s", (double)outcome->limit_ns / 1e9,
                 outcome->call ? outcome->call : "no call", outcome->why_not);
        return;
    case OUTCOME_ENDED:
        if (outcome->threads_left && !(outcome->pool->declares & POOL_THREADS_STAY))
            other(verdict, SEEN_THREADS, "%d thread%s left behind", outcome->threads_left,
                  outcome->threads_left == 1 ? " is" : "s are");
        else if (!broke_the_law(outcome, verdict))
            verdict->kind = VERDICT_HOLDS;
    }
}

/* What no pool can help: it got no thread, no memory, no descriptor, or was killed from
 * outside, as the kernel does where memory or the time of the processor runs out. */
static bool machine_refused(const struct outcome *outcome, int64_t ate, struct verdict *verdict)
{
    int error = record_refusal(&outcome->record->refused);
    char text[160];
    bool killed = outcome->end == OUTCOME_CRASHED && (outcome->signal == SIGKILL || outcome->signal == SIGXCPU);
    if (ate)
        snprintf(text, sizeof text, "it uses more than %.3g GiB of memory, which is the limit of a cell",
                 (double)ate / (1 << 30));
    else if (error)
        refusal_text(error, text, sizeof text);
    else if (killed)
        snprintf(text, sizeof text, "killed by signal %d (%s): the memory of a container, ulimit -t, or somebody",
                 outcome->signal, strsignal(outcome->signal));
    else if (outcome->end == OUTCOME_CRASHED && outcome->signal && refusal_is_real(ENOMEM, 0))
        refusal_text(ENOMEM, text, sizeof text); /* libraries crash, too, where they get none */
    else
        return false;
    verdict->kind = VERDICT_MACHINE;
    snprintf(verdict->finding, sizeof verdict->finding, "cannot be judged here: %s", text);
    return true;
}

static int strange(const struct record *record, enum record_kind kind)
{
    return record_refusal(&record->answers[kind].strange);
}

/* Whether the client waits for a job that was refused, by an error that no submit should give: it never comes, and all
 * that were accepted are there. */
static bool waits_for_refused(const struct outcome *outcome)
{
    const struct record *record = outcome->record;
    uint32_t accepted = (uint32_t)ledger_accepted(record); /* there may be jobs that are not in the ledger */
    return (outcome->end == OUTCOME_HUNG || outcome->end == OUTCOME_STALLED) && outcome->call &&
           !strcmp(outcome->call, CELL_ARRIVAL) && (strange(record, RECORD_SUBMIT) || strange(record, RECORD_BATCH)) &&
           !ledger_unsettled(record) && atomic_load(&record->answers[RECORD_SUBMIT].well) <= accepted;
}

static void judge_refused(const struct record *record, struct verdict *verdict)
{
    int error = strange(record, RECORD_SUBMIT) ? strange(record, RECORD_SUBMIT) : strange(record, RECORD_BATCH);
    verdict->kind = VERDICT_UNSUPPORTED;
    snprintf(verdict->finding, sizeof verdict->finding, "refuses a job that the scenario needs: %s",
             verdict_answer(-error));
}

/* The error by which each call of a kind was refused; 0: not each was. */
static int refused_always(const struct record *record, enum record_kind kind)
{
    return atomic_load(&record->answers[kind].well) ? 0 : strange(record, kind);
}

/* What such calls were made for was not asked, of which the batches are only one way in. Returns whether there are any.
 */
static bool was_refused(const struct record *record, struct verdict *verdict)
{
    static const struct {
        enum record_kind kind;
        const char *name;
    } kinds[] = {{RECORD_SUBMIT, "pool_submit"},
                 {RECORD_CLOSE, "pool_close"},
                 {RECORD_CANCEL, "pool_cancel"},
                 {RECORD_WAIT, "pool_wait"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int error = refused_always(record, kinds[i].kind);
        if (!error)
            continue;
        verdict->kind = VERDICT_UNSUPPORTED;
        snprintf(verdict->finding, sizeof verdict->finding, "its %s is refused each time: %s", kinds[i].name,
                 verdict_answer(-error));
        return true;
    }
    return false;
}

/* Whether a judge blames the pool for what a job or a cancel was to bring, of which each was refused. */
static bool is_vain(const struct record *record, const struct verdict *verdict)
{
    return verdict->kind == VERDICT_FAILS && verdict->own &&
           (refused_always(record, RECORD_SUBMIT) || refused_always(record, RECORD_CANCEL));
}

/* Whether the scenario was played otherwise than it is meant, for want of a submit that waits for room: what it then
 * waited for, or missed, says nothing. */
static bool needed_room(const struct record *record, const struct verdict *verdict)
{
    return atomic_load(&record->full_instead) && atomic_load(&record->lacked_room) &&
           (verdict->kind == VERDICT_HOLDS || verdict->kind == VERDICT_STALLED ||
            (verdict->kind == VERDICT_FAILS && (verdict->own || verdict->seen == SEEN_HANG)));
}

/* That nothing was seen is less than that it holds, where it might have been missed; and
 * what was not played says nothing. */
static void weaken(const struct record *record, struct verdict *verdict)
{
    unsigned tries = atomic_load(&record->tries), gaps = atomic_load(&record->gaps);
    if (is_vain(record, verdict))
        verdict->own = !was_refused(record, verdict);
    if (needed_room(record, verdict)) {
        verdict->kind = VERDICT_UNSUPPORTED;
        verdict->own = false;
        snprintf(verdict->finding, sizeof verdict->finding, "needs a submit that waits for room (POOL_BLOCK)");
    }
    if (verdict->kind != VERDICT_HOLDS)
        return;
    if (record->not_asked[0]) {
        verdict->kind = VERDICT_UNSUPPORTED;
        snprintf(verdict->finding, sizeof verdict->finding, "%s", record->not_asked);
    } else if (was_refused(record, verdict)) {
        return;
    } else if (tries) {
        verdict->kind = VERDICT_UNSEEN;
        snprintf(verdict->finding, sizeof verdict->finding, "not seen in %u tr%s at %u gap%s", tries,
                 tries == 1 ? "y" : "ies", gaps, gaps == 1 ? "" : "s");
    } else if (record->remark[0]) {
        snprintf(verdict->finding, sizeof verdict->finding, "%s", record->remark);
    } else if (record->untold[0]) {
        snprintf(verdict->finding, sizeof verdict->finding, "its statistics do not tell of %s: judged without",
                 record->untold);
    } else if (refused_always(record, RECORD_BATCH)) {
        snprintf(verdict->finding, sizeof verdict->finding, "its batches are refused (%s): judged without",
                 verdict_answer(-refused_always(record, RECORD_BATCH)));
    }
}

/* Where it could not be opened. Nothing was asked of such a pool: nothing holds. One that the probe
 * could open does not have this configuration; and what the probe asks for, a queue in which a submit waits for room,
 * a pool may not have, and then says -ENOTSUP. */
static void judge_unopened(const struct judge_case *what, int error, struct verdict *verdict)
{
    if ((error == ENOTSUP || (error == EINVAL && what->fault != &probe_fault)) && pool_is_added(what->pool)) {
        verdict->kind = VERDICT_UNSUPPORTED;
        snprintf(verdict->finding, sizeof verdict->finding, "%s is not to be had as this asks for it: open says so",
                 what->pool->name);
        return;
    }
    other(verdict, SEEN_UNOPENED, "could not be opened: %s%s",
          error == EPROTO ? "open says 0 and brings no pool" : strerror(error),
          (error == EAGAIN || error == ENOSYS) && what->fault != &probe_fault
              ? " (in a cell, which may start no processes)"
              : "");
}

/* A client in the wrong: the pool keeps the law, and says what is wrong. That it explains itself in
 * our words is asked of our own. */
static void judge_misuse(const struct outcome *outcome, struct verdict *verdict)
{
    struct verdict law = {0};
    if (verdict->kind == VERDICT_HOLDS && pool_is_added(outcome->pool))
        verdict_named(verdict, "the pool stays safe");
    if (verdict->kind == VERDICT_HOLDS)
        other(verdict, SEEN_UNNAMED, "the pool is safe, but does not name the client's mistake");
    if (verdict->kind != VERDICT_NAMED)
        return;
    judge_common(outcome, &law);
    if (law.kind != VERDICT_HOLDS)
        *verdict = law;
}

void judged_verdict(const struct judge_case *what, const struct outcome *outcome, int64_t ate,
                    struct judge_result *result)
{
    static const enum verdict_kind wanted[] = {
        [FAULT_CLEAN] = VERDICT_HOLDS, [FAULT_MISUSE] = VERDICT_NAMED, [FAULT_ARMED] = VERDICT_FAILS};
    struct verdict *verdict = &result->verdict;
    result->end = outcome->end;
    if (machine_refused(outcome, ate, verdict))
        return;
    result->full_instead = (enum pool_full)atomic_load(&outcome->record->full_instead);
    result->not_opened = record_refusal(&outcome->record->not_opened);
    if (result->not_opened)
        judge_unopened(what, result->not_opened, verdict);
    else if (closed_ours(outcome))
        other(verdict, SEEN_CLOSED, "it has closed a descriptor that is not its own");
    else if (waits_for_refused(outcome))
        judge_refused(outcome->record, verdict);
    else if (outcome->end == OUTCOME_STALLED || atomic_load(&outcome->record->plain) || !what->fault->judge ||
             !what->fault->judge(outcome, verdict))
        judge_common(outcome, verdict);
    weaken(outcome->record, verdict);
    if (what->cell->kind == FAULT_MISUSE)
        judge_misuse(outcome, verdict);
    result->passed = (verdict->kind == wanted[what->cell->kind] && (verdict->kind != VERDICT_FAILS || verdict->own)) ||
                     (verdict->kind == VERDICT_UNSEEN && what->cell->kind == FAULT_CLEAN);
}

const char *judged_reason(const struct pool_ops *pool, const struct fault *fault)
{
    for (const struct pool_reason *reason = pool->reasons; reason && reason->fault; reason++)
        if (!strcmp(reason->fault, fault->name) && reason->why)
            return reason->why;
    return NULL;
}

void judged_needs_processes(const struct pool_ops *pool, struct judge_result *result)
{
    result->verdict = (struct verdict){.kind = VERDICT_UNSUPPORTED};
    snprintf(result->verdict.finding, sizeof result->verdict.finding,
             "%s opens only where it may start processes, which a cell may not: nothing can be proved of them",
             pool->name);
}

void judged_unsupported(const struct judge_case *what, unsigned lacking, unsigned barred, struct judge_result *result)
{
    static const struct {
        unsigned bit;
        const char *text;
    } lacks[] = {{POOL_CAN_RUN_APART, "runs jobs in their submitter: no worker to be lost, late or uncounted"},
                 {POOL_CAN_QUEUE, "has no queue"},
                 {POOL_CAN_CANCEL, "has no cancel"},
                 {POOL_CAN_RESULTS, "has no results"},
                 {POOL_CAN_CONTAIN, "does not contain failures"},
                 {POOL_CAN_DROP, "drops nothing"},
                 {POOL_KEEPS_ORDER, "promises no order"},
                 {POOL_CAN_KEEP_ORDER, "keeps no order on demand"}},
      declares[] = {{POOL_MUST_ENTER, "takes jobs only from threads that entered it"},
                    {POOL_NO_CLOSE, "has no close of its own"},
                    {POOL_NO_COUNTS, "counts nothing itself"},
                    {POOL_NO_WAIT, "has no wait of its own that leaves it open"},
                    {POOL_OPEN_AWAITS, "opens only when its workers run: they cannot be held at birth"},
                    {POOL_WAIT_HELPS, "runs jobs in whoever waits"},
                    {POOL_ZERO_STOPS, "runs nothing at a size of 0, and says so"},
                    {POOL_JOBS_RETURN, "says that jobs must return"},
                    {POOL_UNBOUNDED, "has no bound"},
                    {POOL_CLOSE_CANCELS, "cancels what is queued when it closes"},
                    {POOL_CALLER_MAY_RUN, "may run a job in its submitter"},
                    {POOL_THREADS_STAY, "has threads that are not one pool's: they outlive pool_free"}};
    const char *text = judged_reason(what->pool, what->fault);
    for (size_t i = 0; !text && i < sizeof declares / sizeof *declares; i++)
        if (barred & declares[i].bit)
            text = declares[i].text;
    for (size_t i = 0; !text && i < sizeof lacks / sizeof *lacks; i++)
        if (lacking & lacks[i].bit)
            text = lacks[i].text;
    result->verdict.kind = VERDICT_UNSUPPORTED;
    snprintf(result->verdict.finding, sizeof result->verdict.finding, "%s %s", what->pool->name,
             text ? text : "declares it so");
}
