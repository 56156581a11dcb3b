/* several_warn.c - see several_warn.h. */
#include "bench/page/several_warn.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/findings/noise.h"
#include "bench/page/several_label.h"
#include "bench/results/result.h"

enum { NAMED = 600 };

static bool failed(const json_t *json)
{
    return json_array_size(json_object_get(json, "failures"));
}

static bool interrupted(const json_t *json)
{
    return json_is_true(json_object_get(json, "interrupted"));
}

static bool disturbed(const json_t *json)
{
    return *result_string(json_object_get(json, "noise"), "verdict") && !noise_is_quiet(json);
}

static bool unknown(const json_t *json)
{
    return !*result_string(json_object_get(json, "noise"), "verdict");
}

/* "A, C", of those that are so; how: with their noise, as in "A: noisy, C: unusable". Returns whether any is. */
static bool name_those(const struct document *documents, int count, bool (*are)(const json_t *json), bool how,
                       char text[NAMED])
{
    char label[16];
    *text = '\0';
    for (int i = 0; i < count; i++) {
        const char *verdict = result_string(json_object_get(documents[i].json, "noise"), "verdict");
        size_t used = strlen(text);
        if (are(documents[i].json))
            snprintf(text + used, NAMED - used, "%s%s%s%.20s", used ? ", " : "",
                     several_label(documents, count, i, label), how ? ": " : "", how ? verdict : "");
    }
    return *text;
}

void several_warn(xmlNode *page, const struct document *documents, int count)
{
    char named[NAMED];
    if (name_those(documents, count, failed, false, named))
        tree_say(page, "notice", "Trials failed (%s); the numbers are of the others.", named);
    if (name_those(documents, count, interrupted, false, named))
        tree_say(page, "notice", "Interrupted, so that there is less than was wanted (%s).", named);
    if (name_those(documents, count, disturbed, true, named))
        tree_say(page, "notice",
                 "The machine was not quiet (%s): where something matters, measure again. What was seen, and what "
                 "helps, stands with each of them.",
                 named);
}

static bool is_known(const struct document *documents, int count, bool (*are)(const json_t *json))
{
    for (int i = 0; i < count; i++)
        if (several_label_is_run(&documents[i]) && are(documents[i].json))
            return true;
    return false;
}

void several_warn_answer(const struct document *documents, int count, struct answers *answers)
{
    char named[NAMED];
    if (is_known(documents, count, unknown)) {
        name_those(documents, count, unknown, false, named);
        answers_add(answers, "open", "facts", "facts", "How quiet the machine was is not known (%s).", named);
    } else if (!is_known(documents, count, disturbed) && several_label_runs(documents, count) > 1) {
        answers_add(answers, "good", "facts", "facts", "The machine was quiet before, during and after all runs.");
    }
}
