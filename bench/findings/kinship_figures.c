/* kinship_figures.c - see kinship_figures.h. */
#include "bench/findings/kinship_figures.h"

#include <string.h>

#include "bench/findings/kinship.h"
#include "bench/results/hist_json.h"
#include "bench/results/pooled_figures.h"
#include "bench/results/result.h"

struct kin {
    struct open_loop loop;
    struct hist services;
};

static double worth(void *context, double samples, double value)
{
    const struct kin *kin = context;
    return samples / kinship_effect(&kin->loop, &kin->services, samples, value);
}

void kinship_figures_widen(json_t *result)
{
    static struct kin kin; /* large; this runs in one thread only */
    json_t *configuration, *trial;
    size_t i, j;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        kin = (struct kin){.loop = open_loop_of(configuration)};
        if (kin.loop.state == OPEN_LOOP_NONE || kin.loop.state == OPEN_LOOP_RECORDED)
            continue;
        json_array_foreach (json_object_get(configuration, "trials"), j, trial)
            if (!strcmp(result_string(trial, "verdict"), "ok"))
                hist_json_read(&kin.services, json_object_get(json_object_get(trial, "latency"), "start_to_end"));
        pooled_figures_widen(configuration, worth, &kin);
    }
}
