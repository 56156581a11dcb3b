/* cell_threads.c - see cell.h: threads of the client, and those of the pool at their birth. */
#include "faults/core/cell.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "faults/core/births.h"
#include "faults/core/self.h"

static pthread_t helpers[CELL_HELPERS];
static void (*helper_mains[CELL_HELPERS])(void);

static void *helper_main(void *arg)
{
    self_thread = (int)(uintptr_t)arg + 1;
    self_introduce(self_thread, "client");
    helper_mains[self_thread - 1]();
    return NULL;
}

void helper_start(int helper, void (*main)(void))
{
    helper_mains[helper] = main;
    births_of_client(&helpers[helper], helper_main, (void *)(uintptr_t)helper);
}

void helpers_join(void)
{
    self_begin("its other thread");
    for (int i = 0; i < CELL_HELPERS; i++)
        if (helper_mains[i])
            pthread_join(helpers[i], NULL);
    memset(helper_mains, 0, sizeof helper_mains);
    self_end();
}

void births_hold(void)
{
    if (!self.no_birth_gate)
        births_gate_down();
}

void births_release(void)
{
    births_gate_up();
}

/* Threads of this process that no client is. */
static uint32_t threads_apart(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    uint32_t count = 0;
    while (tasks && (entry = readdir(tasks))) {
        bool client = entry->d_name[0] == '.';
        for (int i = 0; i < RECORD_CLIENTS; i++)
            client = client || atomic_load(&self.record->clients[i]) == atoi(entry->d_name);
        count += !client;
    }
    if (tasks)
        closedir(tasks);
    return count;
}

/* Beside as many as it has workers there may be others, of the C library for one. */
static bool some_are_not_held(void)
{
    uint32_t waiting = births_waiting();
    return !atomic_load(&self.record->let_go) && waiting < (uint32_t)cell_workers() && threads_apart() > waiting;
}

void births_await(void)
{
    enum { NAPS = 2000 };
    if (self.no_birth_gate) {
        cell_until(cell_all_finished);
        return;
    }
    /* Whoever was created may not have come to the gate yet. */
    for (int i = 0; cell_is_foreign() && i < NAPS && some_are_not_held(); i += record_unborn(self.record) == 0)
        cell_nap();
    atomic_store(&self.record->held, births_held());
    if (atomic_load(&self.record->let_go))
        cell_not_asked("its threads cannot be held at birth: whoever opens it or submits waits for them");
    else if (cell_is_foreign() && some_are_not_held())
        cell_not_asked("some of its threads cannot be held at birth: they were there before, or come from "
                       "neither pthread_create nor thrd_create");
}
