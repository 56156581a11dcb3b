/* plan_session.h - a planning: what was asked, what is known so far, and the document that
 * everything measured goes into. Its phases, in their order, are in plan_service.c,
 * plan_sizes.c, plan_settle.c, plan_held.c, plan_overload.c and plan_shorten.c; plan_command.c calls them. */
#ifndef PLAN_SESSION_H
#define PLAN_SESSION_H

#include "bench/commands/options.h"
#include "bench/commands/probing.h"
#include "bench/findings/open_loop.h"
#include "bench/findings/slo_judge.h"
#include "bench/models/recorded.h"
#include "bench/statistics/sizing.h"

enum { PLAN_POLICIES = POOL_DROP_OLDEST + 1 };

/* One number of workers at the rate: measured, judged, and what the model says. */
struct plan_size {
    int workers;
    size_t capacity;
    enum pool_full full;
    int configuration; /* in the document: the longest one, by which it was judged */
    double slice_ns, spent_s;
    struct slo_judgement judged; /* of the promise that is nearest to being broken */
    int promise;                 /* which one that is */
    struct open_loop loop;
    enum sizing_answer answer;
    double in_queue; /* mean jobs that waited, by Little's law; NaN: not known */
};

/* More than it holds, under one policy. */
struct plan_overload {
    enum pool_full full;
    const char *unsupported; /* NULL, or why this pool cannot */
    int configuration;       /* -1: not measured */
    double done_per_s;
    double in_time, in_time_low, in_time_high; /* share of all jobs, by the first promise of time; 95% interval */
    double lost;                               /* share of the jobs that got no service */
    double accepted_ns;                        /* the promised quantile of those that were served; NaN: none */
    double fairness;                           /* Jain's index of what the producers got done; NaN: one producer */
    double recovery_s, after_s;                /* at the rate asked for, after so long an overload; NaN: not known */
};

/* The queue that the promises allowed, where what it accepted of too much was late; from 0: it was not. */
struct plan_shorter {
    int64_t from, asked;       /* places: before, and the fewest that were tried */
    double accepted_ns, per_s; /* that long what was accepted took, when so much came */
};

/* What of a recording is replayed: from then on (of the recording), for so long (of the replay). */
struct plan_part {
    bool whole, asked; /* it was named (for=, or from= and all after it): it is what is planned for, and nothing else */
    bool busiest;      /* it was chosen: where most work comes */
    double from_ns, for_ns, warm_ns;
    int64_t jobs;         /* in a slice, the warm-up's among them */
    int64_t first, count; /* of the recording: those that are counted */
};

struct plan_session {
    const struct options *options;
    json_t *result;
    struct probing probing;
    struct plan_entry base;    /* pool, producers, placement; the jobs themselves */
    struct workload_spec open; /* the same jobs at a rate: burst:of=... */
    double budget_s, cpus;     /* wall time of it all; CPUs that the placement has */
    double reserve_s;          /* of it, what a size that is measured now leaves */
    int64_t begin_ns;
    char no_group[320]; /* --quota: why no cgroup could be made, so that the quota is simulated only; "" */
    char why[512];      /* the one line of an exit status that is not good */

    /* Of plan_trace.c: */
    struct recorded recorded; /* jobs 0: it is no recording that is planned for */
    struct plan_part part;

    /* Of plan_service.c: */
    struct service service;
    double service_cpu_ns; /* CPU time of a job, its hand-over included; 0: not known */
    int service_configuration;
    double generator_per_s; /* the most that the generator makes; 0: not measured */

    /* Of plan_sizes.c: */
    struct sizing sizing;
    struct plan_size sizes[SIZING_ASKED_MAX];
    int size_count;
    struct plan_size *answer; /* the size that is recommended; NULL: none keeps the promises */

    /* Of plan_shorten.c: */
    int64_t places_most; /* a queue has no more places; 0: as many as the promises allow */
    struct plan_shorter shorter;

    /* Of plan_held.c: jobs per second; 0: not known. */
    double held_per_s, proved_per_s, broken_per_s;
    double held_s;       /* what the searches for it had */
    bool broken_short;   /* broken_per_s was only watched for too short a time */
    char held_limit[16]; /* "limited_by" of the search */

    /* Of plan_max.c: sizes that were searched, upwards. */
    int max_workers[OPTIONS_WORKERS_MAX];
    int max_count;

    /* Of plan_overload.c: */
    double overload_per_s; /* 0: not measured */
    struct plan_overload overloads[PLAN_POLICIES];
    int advised;         /* an index of overloads; -1: none */
    bool advised_surely; /* it is certainly better than the answer's own policy */
};

/* Seconds of the budget that are left; <= 0: none. */
double plan_left_s(const struct plan_session *session);

/* The same for what is measured of the answer: where its workers are not half busy nobody waits for
 * the whole budget, a third of it has to do. */
double plan_spare_s(const struct plan_session *session);

/* Progress on stderr, by the time that is left: what runs. */
void plan_tell(const struct plan_session *session, const char *what);

/* Has the entries of session->probing told so; and no more. */
void plan_tell_begin(struct plan_session *session);
void plan_tell_end(struct plan_session *session);

/* Which promise is about time, the first; there is one. */
const struct slo *plan_time_promise(const struct plan_session *session);

/* The phases. Each measures into the document, and returns 0, or -EINTR, or -errno as
 * round_run; *status becomes an exit status other than EXIT_GOOD, with session->why, where
 * planning ends there. */

/* How long the jobs are served, alone; what the generator can make. EXIT_USAGE: the service
 * alone breaks a promise, or the rate is beyond the generator. */
int plan_service(struct plan_session *session, int *status);

/* The fewest workers that keep the promises at the rate, and how long their queue may be. EXIT_BAD:
 * none does; EXIT_UNDECIDED: of one nobody can tell; EXIT_CANNOT: the generator, or the machine, is the limit. */
int plan_sizes(struct plan_session *session, int *status);

/* Where none keeps the promises yet, and this size looks as if it did, but has too few samples: a larger one would need
 * as many, so they are taken here, until it is known or so much of the budget is left. */
int plan_stay(struct plan_session *session, struct plan_size *size, double reserve_share);

/* Where nobody could tell of one worker fewer than the answer has, or it was not asked: further rounds of it, until it
 * is known or so much of the budget is left; where it keeps the promises it is the answer, and so on. */
int plan_settle(struct plan_session *session, double reserve_share);

/* The rate that the recommended size holds. */
int plan_held(struct plan_session *session);

/* Searches on, from what that proved, where it ended for want of time and there is more left than it had, beside
 * that share of the budget. */
int plan_held_longer(struct plan_session *session, double reserve_share);

/* 1.5 times that, under each policy of a full queue; and which one is advised. */
int plan_overload(struct plan_session *session);

/* What was left when no more came was worked off in drain_s; while the asked rate goes on only what is done beyond it
 * goes into that, so that it takes longer. NaN: not known, or never. Pure. */
double plan_recovery_s(double drain_s, double can_per_s, double rate);

/* Fewer places, where what was accepted of too much was late; all is measured again then. Where the
 * shorter queue breaks a promise, or time ends, what was there before stays. */
int plan_shorten(struct plan_session *session);

/* The same by other measurements: a test has its own. */
struct plan_measures {
    int (*size)(struct plan_session *session, int workers);
    int (*further)(struct plan_session *session, struct plan_size *size, double reserve_s);
    int (*held)(struct plan_session *session);
    int (*overload)(struct plan_session *session);
};
int plan_shorten_by(struct plan_session *session, const struct plan_measures *measures);
int plan_stay_by(struct plan_session *session, struct plan_size *size, double reserve_share,
                 const struct plan_measures *measures);
int plan_settle_by(struct plan_session *session, double reserve_share, const struct plan_measures *measures);

/* The highest rate of each number of workers. EXIT_BAD: one of them holds none, for certain;
 * EXIT_CANNOT: of one the generator, or the machine, is the limit; EXIT_UNDECIDED: of one nobody can tell. */
int plan_max(struct plan_session *session, int *status);

/* The "max" of the document's plan; null: it was not asked for. Owner: the caller. */
json_t *plan_max_json(const struct plan_session *session);

/* Under a CPU quota: measures the size of those who look at the host's CPUs. Returns as the phases. */
int plan_quota(struct plan_session *session);

/* Whether a cgroup grants fewer CPUs than there are, or is to: how many. */
bool plan_has_quota(const struct plan_session *session, double *quota, double *host_cpus);

/* Where the quota is simulated only: no answer, and why, if the simulation breaks the promise with it. */
void plan_quota_check(struct plan_session *session, int *status);

/* The "quota" of the document's plan; null: there is none, or no answer. Owner: the caller. */
json_t *plan_quota_json(const struct plan_session *session);

/* Measures one size at the rate, into session->sizes, anew if it is there. Returns as the phases. */
int plan_measure(struct plan_session *session, int workers);

/* Further rounds of a size that nobody can tell of, and judges all of them; longer slices where they were too
 * short. Returns as the phases, or -EAGAIN: in what is left beyond reserve_s seconds it would not be decided. */
int plan_measure_further(struct plan_session *session, struct plan_size *size, double reserve_s);

/* The size of so many workers; one after the last: it was not measured. */
struct plan_size *plan_size_at(struct plan_session *session, int workers);

/* Who is recommended, by what the search for a size knows. *status and session->why: as plan_sizes, where nobody is. */
void plan_take_answer(struct plan_session *session, bool interrupted, int *status);

/* What a judgement says of a size. */
enum sizing_answer plan_answer_of(const struct slo_judgement *judged);

/* The answer's next smaller size that was measured, if it is why the answer is not smaller; 0: none. And whether
 * fewer workers are known not to do (sizing.h). Of a recording a part of which was replayed the simulation of all of
 * it may be why. There is an answer. */
int plan_fewer(const struct plan_session *session);
bool plan_is_fewest(const struct plan_session *session);

/* The policy of a full queue: what was asked for, or what goes with the promises, of a pool that knows one. */
enum pool_full plan_policy(const struct options *options);

/* How many places the promises allow a queue of so many workers; as many as there are
 * workers at least. */
size_t plan_places(const struct plan_session *session, int workers);

/* So many workers as the CPUs let work at once, by what a job computes: where to begin, and
 * the most that are of use. */
int plan_workers_of_use(const struct plan_session *session);

/* What the models take for a load at a rate: the measured services, arrivals at random. */
struct forecast_load plan_load(const struct plan_session *session, double per_s);

/* The rate that a size holds by the model, and by what the CPUs can compute: as options->rate is told. */
double plan_model_rate(const struct plan_session *session, int workers);

/* The command that measures the answer again; NULL: there is none. Owner: the caller (free). */
char *plan_verify(const struct plan_session *session);

/* The document's "plan" (results/README.md), one of its "sizes", and its "service". Owner: the caller. */
json_t *plan_size_json(const struct plan_session *session, const struct plan_size *size);
json_t *plan_service_json(const struct plan_session *session);
json_t *plan_session_json(const struct plan_session *session, int status);

#endif
