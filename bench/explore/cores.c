/* cores.c - cache lines that move between cores, for EXPLORE_CORES: a core for each thread.
 *
 * A core may read a line that it has a copy of, and write one that nobody else has a copy
 * of; else the line moves to it: one transfer, during which it is busy for others. The first
 * touch of a line is none. That is MESI without its states' names. The nanoseconds put the
 * threads into an order that could be; they are no measurement of any machine. */
#include <string.h>

#include "bench/explore/runtime.h"

enum {
    LINE = 64,
    TRANSFER_NS = 60,
    SLOTS = 1 << 16, /* of the table of lines; a power of two */
    WORDS = (EXPLORE_THREADS_MAX + 63) / 64,
};

struct line {
    uintptr_t number;
    uint32_t born; /* the schedule */
    bool exclusive;
    uint64_t holders[WORDS]; /* a bit for each core with a copy */
    int64_t free_ns;
};
static struct line lines[SLOTS];
static uint32_t schedule, count;

void cores_begin(void)
{
    schedule++;
    count = 0;
}

static struct line *line_at(uintptr_t number)
{
    uint32_t at = (uint32_t)((number * 0x9e3779b97f4a7c15) >> 40) % SLOTS;
    while (lines[at].born == schedule && lines[at].number != number)
        at = (at + 1) % SLOTS;
    if (lines[at].born != schedule) {
        if (++count > SLOTS / 2)
            runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d cache lines", SLOTS / 2);
        lines[at] = (struct line){.number = number, .born = schedule};
    }
    return &lines[at];
}

static bool is_held(const struct line *line)
{
    for (int i = 0; i < WORDS; i++)
        if (line->holders[i])
            return true;
    return false;
}

static void move(struct line *line, struct runtime_thread *thread)
{
    int64_t begin = line->free_ns > thread->local_ns ? line->free_ns : thread->local_ns;
    runtime.verdict->transfers++;
    if (runtime.knobs->moved)
        runtime.knobs->moved(runtime.knobs->arg, thread->pc);
    thread->local_ns = line->free_ns = begin + TRANSFER_NS;
}

static void access_line(struct line *line, bool writes)
{
    struct runtime_thread *thread = runtime.now;
    uint64_t bit = UINT64_C(1) << thread->index % 64;
    bool has = line->holders[thread->index / 64] & bit;
    if (is_held(line) && (!has || (writes && !line->exclusive)))
        move(line, thread);
    if (writes)
        memset(line->holders, 0, sizeof line->holders);
    line->exclusive = writes || !is_held(line) || (has && line->exclusive);
    line->holders[thread->index / 64] |= bit;
}

void cores_access(const void *address, size_t size, bool writes)
{
    uintptr_t first = (uintptr_t)address / LINE, last = ((uintptr_t)address + size - 1) / LINE;
    for (uintptr_t number = first; number <= last; number++)
        access_line(line_at(number), writes);
}
