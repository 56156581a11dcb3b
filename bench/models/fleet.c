/* fleet.c - see fleet.h.
 *
 * A request's end is known when it is handed to a machine: requests start in order there.
 * Ends are kept in one heap for all machines, so that at each arrival it is known how many
 * requests each has; only the requests of a lost machine end otherwise. */
#include "bench/models/fleet.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/models/ranking.h"
#include "bench/models/soonest.h"
#include "bench/statistics/stats.h"

enum { WORKERS_MAX = 65536, HEAP_FIRST = 4096, LOOK = 32 }; /* one arrival in so many looks at a machine */

struct end {
    double at;
    int32_t machine;
};

struct play {
    const struct fleet *of;
    struct fleet_outcome *out;
    uint64_t random;
    struct soonest *machines;
    struct ranking present; /* requests of each machine */
    double *served;         /* counted, of each machine */
    double *busy_ns;
    struct end *ends; /* a heap, the soonest at 0 */
    int64_t count, room;
    int turn;
    double now, looked, longer[16];
};

const char *fleet_balance_name(enum fleet_balance balance)
{
    static const char *const names[] = {"random", "round-robin", "two-choices", "shortest-queue"};
    return names[balance];
}

double fleet_two_choices_longer(double rho, int i)
{
    return pow(rho, ldexp(1, i) - 1);
}

double fleet_two_choices_mean(double rho)
{
    double sum = 0;
    for (int i = 1; i < 64; i++)
        sum += fleet_two_choices_longer(rho, i);
    return sum / rho;
}

static int push_end(struct play *play, struct end end)
{
    int64_t i = play->count;
    if (i == play->room) {
        struct end *more = realloc(play->ends, 2 * (size_t)play->room * sizeof *more);
        if (!more)
            return -ENOMEM;
        play->ends = more;
        play->room *= 2;
    }
    for (; i > 0 && play->ends[(i - 1) / 2].at > end.at; i = (i - 1) / 2)
        play->ends[i] = play->ends[(i - 1) / 2];
    play->ends[i] = end;
    play->count++;
    return 0;
}

static void pop_end(struct play *play)
{
    struct end last = play->ends[--play->count];
    int64_t i = 0, child;
    ranking_less(&play->present, play->ends[0].machine);
    for (; (child = 2 * i + 1) < play->count; i = child) {
        child += child + 1 < play->count && play->ends[child + 1].at < play->ends[child].at;
        if (play->ends[child].at >= last.at)
            break;
        play->ends[i] = play->ends[child];
    }
    play->ends[i] = last;
}

static int below(struct play *play, int count)
{
    return (int)((soonest_random(&play->random) >> 32) * (uint64_t)count >> 32);
}

/* How many machines the balancer believes in: the lost one is the last. */
static int believed(const struct play *play)
{
    const struct fleet *of = play->of;
    return of->machines - (of->loses && (of->lost_ns <= 0 || play->now >= of->lost_ns + of->noticed_ns));
}

static int two_choices(struct play *play, int machines)
{
    int one = below(play, machines), other;
    if (machines == 1)
        return one;
    other = below(play, machines - 1);
    other += other >= one;
    return play->present.counts[other] < play->present.counts[one] ? other : one;
}

/* One of those with the fewest, at random. A lost machine is not taken, once that is known: it
 * may be the only one of them, and then it stands aside as if it had one request more. */
static int shortest(struct play *play, int machines)
{
    int chosen = play->present.order[below(play, ranking_least(&play->present))];
    while (chosen >= machines) {
        if (ranking_least(&play->present) == 1 && ranking_more(&play->present, chosen))
            return -1;
        chosen = play->present.order[below(play, ranking_least(&play->present))];
    }
    return chosen;
}

static int choose(struct play *play)
{
    int machines = believed(play);
    switch (play->of->balance) {
    case FLEET_ROUND_ROBIN:
        play->turn = play->turn + 1 < machines ? play->turn + 1 : 0;
        return play->turn;
    case FLEET_TWO_CHOICES:
        return two_choices(play, machines);
    case FLEET_SHORTEST:
        return shortest(play, machines);
    default:
        return below(play, machines);
    }
}

static bool is_lost(const struct play *play, int machine, double end)
{
    const struct fleet *of = play->of;
    return of->loses && machine == of->machines - 1 && end >= of->lost_ns;
}

static void look(struct play *play)
{
    int there = play->present.counts[below(play, believed(play))];
    play->looked++;
    for (int i = 0; i < 16 && i <= there; i++)
        play->longer[i]++;
}

static int hand_over(struct play *play, int machine, bool counted)
{
    const struct fleet *of = play->of;
    struct soonest *workers = &play->machines[machine];
    double service = service_draw(of->service, soonest_random(&play->random)), end;
    if (machine == 0 && of->slow_times > 0)
        service *= of->slow_times;
    if (of->places > 0 && play->present.counts[machine] >= of->workers + of->places) {
        play->out->rejected += counted;
        play->out->latency->lost += counted;
        return 0;
    }
    end = fmax(play->now, soonest_time(workers)) + service;
    if (ranking_more(&play->present, machine))
        return -ENOMEM;
    if (is_lost(play, machine, end)) { /* it stays on that machine, which never comes back */
        play->out->lost += counted;
        play->out->latency->lost += counted;
        return push_end(play, (struct end){INFINITY, machine});
    }
    soonest_replace(workers, end);
    if (counted) {
        hist_record(play->out->latency, (uint64_t)(end - play->now + 0.5));
        play->served[machine]++;
        play->busy_ns[machine] += service;
    }
    return push_end(play, (struct end){end, machine});
}

static int play_all(struct play *play)
{
    int error = 0;
    for (int64_t i = 0; !error && i < play->of->requests; i++) {
        bool counted;
        int machine;
        play->now += soonest_exponential(&play->random) / play->of->rate;
        counted = play->now >= play->of->warm_ns;
        while (play->count > 0 && play->ends[0].at <= play->now)
            pop_end(play);
        if (counted && i % LOOK == 0)
            look(play);
        play->out->submitted += counted;
        machine = choose(play);
        error = machine < 0 ? -ENOMEM : hand_over(play, machine, counted);
    }
    return error;
}

static bool is_wrong(const struct fleet *of)
{
    return of->machines < 1 || of->machines > FLEET_MACHINES_MAX || of->workers < 1 || of->workers > WORKERS_MAX ||
           of->balance < 0 || of->balance >= FLEET_BALANCES || !(of->rate > 0) || !isfinite(of->rate) || !of->service ||
           of->places < 0 || !(of->slow_times >= 0) || of->requests < 1 ||
           (of->loses && (of->machines < 2 || !(of->lost_ns >= 0) || !(of->noticed_ns >= 0)));
}

static int begin(struct play *play)
{
    size_t machines = (size_t)play->of->machines;
    play->random = random_mix(play->of->seed);
    play->room = HEAP_FIRST;
    play->machines = calloc(machines, sizeof *play->machines);
    play->served = calloc(machines, sizeof *play->served);
    play->busy_ns = calloc(machines, sizeof *play->busy_ns);
    play->ends = malloc((size_t)play->room * sizeof *play->ends);
    play->out->latency = calloc(1, sizeof *play->out->latency);
    if (ranking_init(&play->present, play->of->machines) || !play->machines || !play->served || !play->busy_ns ||
        !play->ends || !play->out->latency)
        return -ENOMEM;
    for (size_t i = 0; i < machines; i++)
        if (soonest_init(&play->machines[i], play->of->workers, 0))
            return -ENOMEM;
    return 0;
}

static void sum_up(struct play *play)
{
    struct fleet_outcome *out = play->out;
    double time = play->now - play->of->warm_ns;
    out->loss = out->submitted > 0 ? (double)out->latency->lost / (double)out->submitted : 0;
    out->fairness = stats_jain(play->served, play->of->machines);
    for (int i = 0; i < play->of->machines; i++)
        if (time > 0)
            out->busiest = fmax(out->busiest, play->busy_ns[i] / time / play->of->workers);
    for (int i = 0; i < 16; i++)
        out->longer[i] = play->looked > 0 ? play->longer[i] / play->looked : NAN;
}

int fleet_simulate(const struct fleet *fleet, struct fleet_outcome *out)
{
    struct play play = {.of = fleet, .out = out};
    int error;
    *out = (struct fleet_outcome){0};
    if (is_wrong(fleet))
        return -EINVAL;
    error = begin(&play);
    if (!error)
        error = play_all(&play);
    if (!error)
        sum_up(&play);
    else
        fleet_outcome_destroy(out);
    for (int i = 0; play.machines && i < fleet->machines; i++)
        soonest_destroy(&play.machines[i]);
    free(play.machines);
    ranking_destroy(&play.present);
    free(play.served);
    free(play.busy_ns);
    free(play.ends);
    return error;
}

void fleet_outcome_destroy(struct fleet_outcome *outcome)
{
    free(outcome->latency);
    outcome->latency = NULL;
}
