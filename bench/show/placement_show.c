/* placement_show.c - see placement_show.h. */
#include "bench/show/placement_show.h"

#include <math.h>

#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/ratio_text.h"
#include "bench/show/terminal.h"

void placement_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *placements = json_object_get(result, "placements");
    json_t *row;
    size_t i;
    char text[256];
    struct grid grid;
    if (!json_array_size(placements))
        return;
    fprintf(out, "%splacements%s   speed as a multiple of the first one's, same pool (95%% interval)\n\n",
            colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    grid_begin(&grid);
    grid_column(&grid, "configuration", "", GRID_LEFT, 0);
    grid_column(&grid, "placement", "", GRID_LEFT, 0);
    json_array_foreach (placements, i, row) {
        const json_t *low = json_object_get(row, "low");
        struct stats_ratio ratio = {.ratio = json_number_value(json_object_get(row, "ratio")),
                                    .low = json_number_value(low),
                                    .high = json_number_value(json_object_get(row, "high")),
                                    .known = json_is_number(low),
                                    .pairs = (int)result_integer(row, "rounds")};
        grid_row(&grid);
        grid_cell(&grid, "%s/%s/t%lld", result_string(row, "pool"), result_string(row, "spec"),
                  (long long)result_integer(row, "workers"));
        grid_cell(
            &grid, "%s",
            ratio_text_sentence(&ratio, NAN, result_string(row, "pin"), result_string(row, "over"), text, sizeof text));
    }
    grid_print(&grid, out, terminal_width(out), colour);
    grid_end(&grid);
    fputc('\n', out);
}
