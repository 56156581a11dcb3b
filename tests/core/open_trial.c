/* open_trial.c - see open_trial.h. */
#include "tests/core/open_trial.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/results/hist_json.h"

struct counts {
    json_int_t offered, lost, done, begin, end;
    double service, squares;
};

/* Of figures: what is infinite has no number in JSON. */
static double finite_or_0(double ns)
{
    return isfinite(ns) ? ns : 0;
}

static bool is_lost(struct erlang_queue *queue, double share)
{
    queue->random = queue->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(queue->random >> 11) / 9007199254740992.0 < share;
}

json_t *open_trial(struct erlang_queue *queue, double warm_ns, double length_ns, double lost)
{
    int count = (int)((warm_ns + length_ns) * queue->rate) + 1;
    double *came = malloc((size_t)count * 3 * sizeof *came), *ended = came + count, *served = ended + count, to;
    struct hist *hist = calloc(1, sizeof *hist), *services = calloc(1, sizeof *services);
    struct counts counts = {0};
    json_t *window, *trial;
    if (!came || !hist || !services)
        abort();
    erlang_simulate(queue, came, ended, served, count);
    to = came[count - 1];
    for (int i = 0; i < count; i++) {
        bool counted = came[i] > warm_ns;
        if (is_lost(queue, lost)) {
            counts.lost += counted;
            counts.offered += counted;
            hist->lost += counted;
            continue;
        }
        counts.offered += counted;
        counts.done += ended[i] > warm_ns && ended[i] <= to;
        counts.begin += came[i] <= warm_ns && ended[i] > warm_ns;
        counts.end += ended[i] > to;
        if (counted)
            hist_record(services, (uint64_t)served[i]);
        counts.service += counted ? served[i] : 0;
        counts.squares += counted ? served[i] * served[i] : 0;
        if (counted)
            hist_record(hist, (uint64_t)(ended[i] - came[i]));
    }
    counts.service /= (double)(counts.offered - counts.lost);
    counts.squares /= (double)(counts.offered - counts.lost);
    window = json_pack("{s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:f}", "warm_ns", warm_ns, "length_ns", to - warm_ns,
                       "offered", counts.offered, "lost", counts.lost, "done", counts.done, "backlog_begin",
                       counts.begin, "backlog_end", counts.end, "service_ns", counts.service, "service_variation",
                       counts.squares / (counts.service * counts.service) - 1);
    trial = json_pack("{s:s, s:f, s:I, s:I, s:i, s:[{s:o}], s:{s:o, s:o}, s:{s:f, s:f, s:f, s:f, s:f}}", "verdict",
                      "ok", "servers", (double)queue->c, "accepted", counts.offered - counts.lost, "refused",
                      counts.lost, "dropped", 0, "slices", "window", window, "latency", "submit_to_end",
                      hist_json(hist), "start_to_end", hist_json(services), "figures", "generator_ns", 0.0,
                      "latency_p99_ns", finite_or_0(hist_quantile(hist, 0.99)), "latency_p999_ns",
                      finite_or_0(hist_quantile(hist, 0.999)), "pool_p99_ns", finite_or_0(hist_quantile(hist, 0.99)),
                      "pool_p999_ns", finite_or_0(hist_quantile(hist, 0.999)));
    free(services);
    free(hist);
    free(came);
    return trial;
}

json_t *open_configuration(int servers, const char *full)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:[], s:{}}", "workload", "burst", "spec", "burst:of=empty",
                     "role", "asked", "workers", servers, "capacity", 1024, "full", full, "trials", "summary");
}
