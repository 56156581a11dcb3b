/* plan_verify.c - the one command that measures a plan's answer again, as a shell takes it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/commands/plan_session.h"
#include "bench/json/must.h"
#include "bench/measure/plugin.h"
#include "bench/results/policy.h"
#include "bench/show/shell_word.h"

/* What stands in quotes where it is not plain: files and workloads have names of their own. */
static void add(FILE *out, const char *option, const char *value)
{
    fprintf(out, " %s", option);
    shell_word(out, value);
}

static void add_pool(const struct plan_session *session, FILE *out)
{
    const struct options *options = session->options;
    const struct plan_size *answer = session->answer;
    for (int i = 0; i < plugin_count(); i++)
        add(out, "--plugin", plugin_path(i));
    add(out, "-p", session->base.pool->name);
    fprintf(out, " -t %d --capacity %zu --full %s", answer->workers, answer->capacity, policy_full_name(answer->full));
    if (answer->full == POOL_TIMEOUT)
        fprintf(out, " --full-timeout %lldns", (long long)options->full_timeout_ns);
    if (session->base.producers > 1)
        fprintf(out, " --producers %d", session->base.producers);
    if (options->pins_given)
        add(out, "--pin", session->base.pin);
    if (options->spin_ns)
        fprintf(out, " --spin %lldns", (long long)(options->spin_ns == POOL_NO_SPIN ? 0 : options->spin_ns));
}

char *plan_verify(const struct plan_session *session)
{
    enum { ROUNDS = 6 };
    static const double share = 0.8; /* of a round, for jobs that come (plan_stretch) */
    const struct options *options = session->options;
    char *text = NULL, jobs[sizeof options->workloads->text + 64];
    size_t length;
    FILE *out;
    if (!session->answer)
        return NULL;
    out = must_memory(open_memstream(&text, &length));
    fputs("poolbench run", out);
    add_pool(session, out);
    snprintf(jobs, sizeof jobs, "burst:rate=%lld,of=%s", (long long)options->rate, options->workloads[0].text);
    add(out, "-w", session->recorded.jobs ? session->open.text : jobs);
    add(out, "--slo", options->slo_text);
    fprintf(out, " --rounds %d --budget %.0fms --no-floor", ROUNDS,
            ceil(ROUNDS * session->answer->slice_ns / share / 1e6));
    fclose(out);
    return must_memory(text);
}
