/* figure.c - a schedule as lanes: a thread each, steps from left to right; thick where it
 * runs, and what callers did written at its lane. */
#include <errno.h>
#include <string.h>

#include "bench/explore/command.h"
#include "bench/figures/drawing.h"
#include "bench/machine/machine.h"

enum { FIGURE_LANES = 12, FIGURE_NOTES = 40 };

/* Lanes in the order in which threads come; -1: there are too many. */
static int lane_of(int *lanes, int *count, int thread)
{
    int lane = 0;
    while (lane < *count && lanes[lane] != thread)
        lane++;
    if (lane == FIGURE_LANES)
        return -1;
    if (lane == *count)
        lanes[(*count)++] = thread;
    return lane;
}

/* x: a step's place among those told, so that long searches take no room. */
static int write_data(const struct command_finding *finding, const struct drawing *drawing,
                      struct drawing_figure *figure)
{
    int lanes[FIGURE_LANES], lane_count = 0, begin = 0;
    FILE *runs = drawing_data(drawing, "schedule"), *notes;
    if (!runs)
        return -EIO;
    notes = drawing_data(drawing, "schedule-notes");
    if (!notes) {
        drawing_close(drawing, runs);
        return -EIO;
    }
    fputs("from\tto\tlane\n", runs);
    fputs("x\tlane\twhat\n", notes);
    for (int i = 0; i < finding->step_count; i++) {
        const struct command_step *step = &finding->steps[i];
        bool last = i + 1 == finding->step_count || finding->steps[i + 1].thread != step->thread;
        int lane = lane_of(lanes, &lane_count, step->thread);
        if (step->act == EXPLORE_NOTE && lane >= 0)
            fprintf(notes, "%d\t%d\t%s\n", i, lane, step->name);
        if (last && lane >= 0)
            fprintf(runs, "%d\t%d\t%d\n", begin, i + 1, lane);
        if (last)
            begin = i + 1;
    }
    drawing_close(drawing, runs);
    drawing_close(drawing, notes);
    drawing_say(figure, "steps = %d", finding->step_count);
    drawing_say(figure, "lanes = %d", lane_count);
    for (int i = 0; i < lane_count; i++)
        drawing_tic(figure, "ytics", finding->names[lanes[i]], i, i == 0);
    return 0;
}

int command_figure(const struct command_finding *finding, const char *folder)
{
    struct drawing drawing = {.log = stderr};
    struct drawing_figure figure = {.script = "schedule", .name = "schedule"};
    char title[96], dim[512], plan[256];
    int error = drawing_find_scripts(&drawing);
    if (!error)
        error = drawing_open(&drawing, folder);
    if (error)
        return error;
    snprintf(title, sizeof title, "Which order of threads makes %s fail?", finding->ops->name);
    command_sentence(finding, dim, sizeof dim);
    figure.title = title;
    figure.dim = dim;
    figure.name_length = 12;
    snprintf(drawing.foot, sizeof drawing.foot, "%s   |   %s", scenario_plan_text(&finding->plan, plan, sizeof plan),
             machine_revision);
    error = write_data(finding, &drawing, &figure);
    if (!error)
        error = drawing_draw(&drawing, &figure);
    return drawing_shut(&drawing) && !error ? -EIO : error;
}
