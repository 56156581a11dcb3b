/* movers.c - which lines of the source make cache lines move, for `poolbench explore --lines -v`.
 *
 * Counted by address while the schedule runs, in memory that its process shares with this one,
 * and named afterwards: addresses of one line of the source are one place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/explore/command.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"

enum { PLACES_MAX = 1 << 12 /* a power of two */, TOLD = 10 };

struct mover {
    const void *pc; /* NULL: free */
    uint64_t count;
};

static struct movers {
    bool on;
    uint64_t all;
    struct mover table[PLACES_MAX];
} * movers;

int command_movers_begin(void)
{
    void *memory = movers;
    if (!memory)
        memory = mmap(NULL, sizeof *movers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -ENOMEM;
    movers = memory;
    return 0;
}

/* Anew: a process runs a schedule once before the one that counts. */
void command_movers_on(bool on)
{
    if (movers && on)
        memset(movers, 0, sizeof *movers);
    if (movers)
        movers->on = on;
}

/* What is beyond the table is in the sum alone. */
void command_movers_count(void *arg, const void *pc)
{
    size_t at = ((uintptr_t)pc * 0x9e3779b97f4a7c15 >> 40) % PLACES_MAX;
    (void)arg;
    if (!movers->on)
        return;
    movers->all++;
    for (int i = 0; i < PLACES_MAX; i++, at = (at + 1) % PLACES_MAX)
        if (!movers->table[at].pc || movers->table[at].pc == pc) {
            movers->table[at].pc = pc;
            movers->table[at].count++;
            return;
        }
}

static bool is_same(const struct command_place *a, const struct command_place *b)
{
    return a->line == b->line && !strcmp(a->file, b->file) && !strcmp(a->function, b->function);
}

/* To the front, each place once. Returns how many there are. */
static int gather(struct command_place *places)
{
    const void *pcs[PLACES_MAX];
    int count = 0, kept = 0;
    for (int i = 0; i < PLACES_MAX; i++)
        if (movers->table[i].pc)
            movers->table[count++] = movers->table[i];
    for (int i = 0; i < count; i++)
        pcs[i] = movers->table[i].pc;
    command_places(pcs, places, count);
    for (int i = 0; i < count; i++) {
        int at = 0;
        while (at < kept && !is_same(&places[at], &places[i]))
            at++;
        if (at == kept) {
            places[kept] = places[i];
            movers->table[kept++] = movers->table[i];
        } else {
            movers->table[at].count += movers->table[i].count;
        }
    }
    return kept;
}

static int most_left(int count)
{
    int most = 0;
    for (int i = 1; i < count; i++)
        if (movers->table[i].count > movers->table[most].count)
            most = i;
    return most;
}

void command_movers_print(uint64_t jobs, FILE *out)
{
    struct command_place *places = calloc(PLACES_MAX, sizeof *places);
    uint64_t left = movers->all;
    int count = places ? gather(places) : 0;
    struct grid grid;
    grid_begin(&grid);
    grid_column(&grid, "per job", "", GRID_RIGHT, 0);
    grid_column(&grid, "where", "", GRID_LEFT, 0);
    for (int i = 0; i < TOLD && i < count; i++) {
        int most = most_left(count);
        const struct command_place *place = &places[most];
        grid_row(&grid);
        grid_cell(&grid, "%.2f", (double)movers->table[most].count / (double)jobs);
        if (*place->file)
            grid_cell(&grid, "%s, %s:%d", place->function, place->file, place->line);
        else
            grid_cell(&grid, "%s", *place->function ? place->function : "?");
        left -= movers->table[most].count;
        movers->table[most].count = 0;
    }
    if (left) {
        grid_row(&grid);
        grid_cell(&grid, "%.2f", (double)left / (double)jobs);
        grid_cell(&grid, "elsewhere");
    }
    grid_print(&grid, out, terminal_width(out), false);
    grid_end(&grid);
    fputc('\n', out);
    free(places);
}
