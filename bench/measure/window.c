/* window.c - see window.h. */
#include "bench/measure/window.h"

#include <math.h>

struct sums {
    double count, sum, squares;
};

static void add(struct slice_window *window, struct sums *service, const struct workload_slice *work,
                const struct workload_stamp *stamp)
{
    int64_t from = work->counted_from_ns, to = work->counted_to_ns;
    bool counts = window_counts(work, stamp), served = stamp->ended != 0;
    window->offered += counts;
    window->lost += counts && !served;
    window->done += served && stamp->ended > from && stamp->ended <= to;
    window->backlog_begin += served && stamp->submitted < from && stamp->ended > from;
    window->backlog_end += served && stamp->submitted < to && stamp->ended > to;
    if (counts && served) {
        double ns = (double)(stamp->ended - stamp->started);
        service->count++;
        service->sum += ns;
        service->squares += ns * ns;
    }
}

struct slice_window window_of(const struct workload_slice *work)
{
    struct slice_window window = {0};
    struct sums service = {0};
    int64_t begin = work->counted_from_ns;
    if (!work->counted_to_ns || work->counted_to_ns <= work->counted_from_ns)
        return window;
    window.length_ns = (double)(work->counted_to_ns - work->counted_from_ns);
    for (int64_t i = 0; i < work->stamp_count; i++) {
        if (!work->stamps[i].submitted)
            continue;
        begin = work->stamps[i].submitted < begin ? work->stamps[i].submitted : begin;
        add(&window, &service, work, &work->stamps[i]);
    }
    window.warm_ns = (double)(work->counted_from_ns - begin);
    if (service.count > 0 && service.sum > 0) {
        window.service_ns = service.sum / service.count;
        window.service_variation =
            fmax(0, service.squares / service.count / (window.service_ns * window.service_ns) - 1);
    }
    return window;
}
