/* plan.c - the plan that the process of a round reads. */
#include <stdlib.h>

#include "bench/measure/plan.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *json = json_loadb((const char *)data, size, 0, NULL);
    struct plan plan = {0};
    char name[512];
    json_object_del(json, "plugins"); /* are loaded, and run as we do */
    if (!plan_from_json(&plan, json)) {
        for (int i = 0; i < plan.count; i++) {
            plan_name(&plan.entries[i], name, sizeof name);
            plan_unsupported(&plan.entries[i]);
            plan_slice_jobs(&plan, &plan.entries[i], 100);
        }
        json_decref(plan_json(&plan));
    }
    free(plan.entries);
    json_decref(json);
    return 0;
}
