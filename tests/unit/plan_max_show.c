/* plan_max_show.c - what `plan --max` says where nothing is certain, of documents that are made up. */
#include "bench/show/plan_max_show.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/plan_verdicts.h"

/* One worker, for which too few samples were there, and two, of whom nothing is known. */
static const char made[] =
    "{\"slo\": [{\"name\": \"p99\", \"limit_ns\": 50000000}], \"configurations\": [], \"rounds\": [],"
    " \"plan\": {\"pool\": \"mutex\", \"workload\": \"io\", \"status\": 1, \"why\": \"1 worker: too few\","
    "  \"max\": {\"law\": null, \"rates\": ["
    "   {\"workers\": 1, \"capacity\": 3, \"full\": \"block\", \"rate_kept\": null, \"rate_proved\": null,"
    "    \"rate_broken\": null, \"rate_seen\": 243, \"limited_by\": \"unknown\", \"model_per_s\": 229.0},"
    "   {\"workers\": 2, \"capacity\": 8, \"full\": \"block\", \"rate_kept\": null, \"rate_proved\": null,"
    "    \"rate_broken\": null, \"rate_seen\": null, \"limited_by\": \"unknown\", \"model_per_s\": 600.0}]}}}";

static json_t *document(void)
{
    json_t *result = json_loads(made, 0, NULL);
    cr_assert(result);
    return result;
}

Test(plan_max_show, says_what_it_saw_where_nothing_is_certain, .timeout = 10)
{
    json_t *result = document();
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    plan_max_show(result, out, false, false);
    fclose(out);
    cr_assert(strstr(text, "none is certain; 243/s seemed to keep it, which proves nothing"), "%s", text);
    cr_assert(strstr(text, "none was found that is kept for certain"), "%s", text);
    free(text);
    json_decref(result);
}

/* What nobody can tell is not broken. */
Test(plan_max_show, a_verdict_is_no_more_than_is_known, .timeout = 10)
{
    json_t *result = document(), *verdicts = plan_verdicts(result), *rates;
    char *text = json_dumps(verdicts, 0);
    cr_assert(strstr(text, "\"cannot tell\"") && !strstr(text, "\"broken\""), "%s", text);
    free(text);
    json_decref(verdicts);
    rates = json_object_get(json_object_get(json_object_get(result, "plan"), "max"), "rates");
    json_object_set_new(json_array_get(rates, 0), "limited_by", json_string("promise"));
    verdicts = plan_verdicts(result);
    text = json_dumps(verdicts, 0);
    cr_assert(strstr(text, "\"broken\""), "%s", text);
    free(text);
    json_decref(verdicts);
    json_decref(result);
}
