/* placement_show.c - see placement_show.h. */
#include "bench/show/placement_show.h"

#include "bench/results/result.h"

void placement_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *placements = json_object_get(result, "placements");
    json_t *row;
    size_t i;
    char name[128];
    if (!json_array_size(placements))
        return;
    fprintf(out, "%splacements%s   speed as a multiple of the first one's, same pool (95%% interval)\n\n",
            colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    json_array_foreach (placements, i, row) {
        double low = json_number_value(json_object_get(row, "low")), ratio;
        double high = json_number_value(json_object_get(row, "high"));
        bool known = json_is_number(json_object_get(row, "low"));
        ratio = json_number_value(json_object_get(row, "ratio"));
        snprintf(name, sizeof name, "%s/%s/t%lld", result_string(row, "pool"), result_string(row, "spec"),
                 (long long)result_integer(row, "workers"));
        fprintf(out, "%-32s  %s ", name, result_string(row, "pin"));
        if (known && low <= 1 && high >= 1)
            fprintf(out, "= %s (%.2f..%.2f)\n", result_string(row, "over"), low, high);
        else if (known)
            fprintf(out, "is %.2fx %s (%.2f..%.2f)\n", ratio, result_string(row, "over"), low, high);
        else
            fprintf(out, "is %.2fx %s (%lld round%s: no interval)\n", ratio, result_string(row, "over"),
                    (long long)result_integer(row, "rounds"), result_integer(row, "rounds") == 1 ? "" : "s");
    }
    fputc('\n', out);
}
