/* answers_noise.c - see answers_noise.h. */
#include "bench/page/answers_noise.h"

#include <stdio.h>
#include <string.h>

#include "bench/results/result.h"

void answers_noise(const json_t *document, struct answers *answers)
{
    const json_t *noise = json_object_get(document, "noise");
    const char *verdict = result_string(noise, "verdict");
    size_t rounds = json_array_size(json_object_get(document, "rounds"));
    char many[48] = "the run";
    if (rounds)
        snprintf(many, sizeof many, "the %zu round%s", rounds, rounds == 1 ? "" : "s");
    if (!*verdict)
        answers_add(answers, "open", "measured", "all", "How quiet the machine was is not known.");
    else if (!strcmp(verdict, "quiet"))
        answers_add(answers, "good", "measured", "all", "The machine was quiet before, during and after %s.", many);
    else
        answers_add(
            answers, "bad", "measured", "all",
            "The machine was %s (before: %s; during %s: %s; the intervals: %s): where something matters, measure "
            "again.",
            verdict, result_string(noise, "before"), many, result_string(noise, "during"),
            result_string(noise, "intervals"));
}
