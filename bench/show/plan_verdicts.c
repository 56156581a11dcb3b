/* plan_verdicts.c - see plan_verdicts.h. */
#include "bench/show/plan_verdicts.h"

#include <stdio.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/show/verdicts.h"

json_t *plan_verdicts(const json_t *document)
{
    const json_t *plan = json_object_get(document, "plan"), *answer = json_object_get(plan, "answer");
    json_t *verdicts = verdicts_new("plan", document), *row;
    json_int_t status = result_integer(plan, "status");
    char line[600], promises[200], text[32], name[600];
    enum verdicts_state state = !status ? VERDICTS_SAME : status == 1 ? VERDICTS_REGRESSION : VERDICTS_UNDECIDED;
    slo_promises_text(json_object_get(document, "slo"), promises, sizeof promises);
    if (json_is_object(answer))
        snprintf(line, sizeof line, "%lld workers, queue %lld, full=%s keep %s",
                 (long long)result_integer(answer, "workers"), (long long)result_integer(answer, "capacity"),
                 result_string(answer, "full"), promises);
    else
        snprintf(line, sizeof line, "%s", *result_string(plan, "why") ? result_string(plan, "why") : promises);
    verdicts_set(verdicts, "line", line);
    snprintf(name, sizeof name, "plan/%s/%s", result_string(plan, "pool"), result_string(plan, "workload"));
    row = verdicts_row(verdicts, name, result_string(plan, "pool"), state,
                       !status       ? "kept"
                       : status == 1 ? "broken"
                                     : "cannot tell");
    verdicts_set(row, "note", line);
    snprintf(text, sizeof text, "%zu", json_array_size(json_object_get(document, "rounds")));
    verdicts_set(row, "rounds", text);
    return verdicts;
}
