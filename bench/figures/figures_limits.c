/* figures_limits.c - see figures_limits.h. */
#include "bench/figures/figures_limits.h"

#include <errno.h>

#include "bench/results/read_machine.h"

enum { TICS = 24 };

/* Each way: it is the same. */
static void write_lines(const json_t *document, const int *cpus, int count, FILE *file)
{
    static int places[READ_MACHINE_CPUS_MAX]; /* figures are of one thread */
    json_t *line;
    size_t i;
    for (int at = 0; at < count; at++)
        places[cpus[at]] = at;
    fprintf(file, "x\ty\tns\n");
    json_array_foreach (json_object_get(document, "lines"), i, line) {
        const json_t *two = json_object_get(line, "cpus");
        double ns = json_number_value(json_object_get(line, "median_ns"));
        int a = places[json_integer_value(json_array_get(two, 0))],
            b = places[json_integer_value(json_array_get(two, 1))];
        fprintf(file, "%d\t%d\t%.6g\n%d\t%d\t%.6g\n", a, b, ns, b, a, ns);
    }
}

static void say_foot(struct drawing *drawing)
{
    const json_t *machine = json_object_get(drawing->result, "machine"),
                 *build = json_object_get(drawing->result, "build"),
                 *line = json_array_get(json_object_get(drawing->result, "lines"), 0);
    snprintf(drawing->foot, sizeof drawing->foot, "medians of %lld epochs   |   %.100s, %lld CPUs%s%.60s   |   %.60s",
             (long long)result_integer(line, "epochs"), result_string(machine, "cpu_model"),
             (long long)result_integer(machine, "cpus"), *result_string(machine, "virtualisation") ? ", " : "",
             result_string(machine, "virtualisation"), result_string(build, "revision"));
}

int figures_limits(struct drawing *drawing)
{
    static int cpus[READ_MACHINE_CPUS_MAX]; /* figures are of one thread */
    struct drawing_figure figure = {.script = "limits",
                                    .name = "limits",
                                    .title = "How far is it from one CPU to another?",
                                    .dim = "time of a cache line to the other CPU and back; number and colour: median"};
    int count = read_machine_cpus(drawing->result, cpus);
    char cpu[16];
    FILE *file;
    if (count < 2)
        return 0;
    file = drawing_data(drawing, "limits");
    if (!file)
        return -EIO;
    write_lines(drawing->result, cpus, count, file);
    drawing_close(drawing, file);
    drawing_say(&figure, "count = %d", count);
    for (int i = 0; i < count; i += count / TICS + 1) {
        snprintf(cpu, sizeof cpu, "%d", cpus[i]);
        drawing_tic(&figure, "xtics", cpu, i, i == 0);
        drawing_tic(&figure, "ytics", cpu, i, i == 0);
    }
    say_foot(drawing);
    return drawing_draw(drawing, &figure);
}
