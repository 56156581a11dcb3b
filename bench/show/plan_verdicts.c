/* plan_verdicts.c - see plan_verdicts.h. */
#include "bench/show/plan_verdicts.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/show/verdicts.h"

/* Of `--max`, whether no size is known to break its promises at every rate: nobody could tell. */
static bool cannot_tell(const json_t *plan)
{
    json_t *one;
    size_t i;
    json_array_foreach (json_object_get(json_object_get(plan, "max"), "rates"), i, one)
        if (!result_integer(one, "rate_kept") && !strcmp(result_string(one, "limited_by"), "promise"))
            return false;
    return json_is_object(json_object_get(plan, "max"));
}

json_t *plan_verdicts(const json_t *document)
{
    const json_t *plan = json_object_get(document, "plan"), *answer = json_object_get(plan, "answer");
    json_t *verdicts = verdicts_new("plan", document), *row;
    json_int_t status = result_integer(plan, "status");
    char line[600], promises[200], text[32], name[600];
    bool broken = status == 1 && !cannot_tell(plan);
    enum verdicts_state state = !status ? VERDICTS_SAME : broken ? VERDICTS_REGRESSION : VERDICTS_UNDECIDED;
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
                       !status  ? "kept"
                       : broken ? "broken"
                                : "cannot tell");
    verdicts_set(row, "note", line);
    snprintf(text, sizeof text, "%zu", json_array_size(json_object_get(document, "rounds")));
    verdicts_set(row, "rounds", text);
    return verdicts;
}
