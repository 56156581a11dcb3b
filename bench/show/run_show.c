/* run_show.c - see run_show.h. */
#include "bench/show/run_show.h"

#include "bench/show/answer_show.h"
#include "bench/show/noise_show.h"
#include "bench/show/report.h"
#include "bench/show/search_show.h"
#include "bench/show/terminal.h"

void run_show(const json_t *result, FILE *out, bool colour)
{
    char noise[800];
    bool searched = json_is_array(json_object_get(result, "searches"));
    if (searched)
        search_show(result, out, colour);
    else
        report_table(result, out, colour);
    terminal_line(out, 9, "noise    %s", noise_show(result, noise, sizeof noise));
    if (json_is_true(json_object_get(result, "interrupted")))
        fprintf(out, "         interrupted: fewer rounds than were wanted\n");
    if (searched)
        return;
    fputc('\n', out);
    answer_show(result, out, colour);
}
