/* interrupts.c - see interrupts.h. */
#include "bench/machine/interrupts.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static const int interrupts[] = {SIGINT, SIGHUP, SIGTERM};
enum { INTERRUPTS = sizeof interrupts / sizeof *interrupts };
static bool taken[INTERRUPTS];

void interrupts_take(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler}, before;
    for (size_t i = 0; i < INTERRUPTS; i++)
        if (!sigaction(interrupts[i], NULL, &before) && before.sa_handler != SIG_IGN)
            taken[i] = !sigaction(interrupts[i], &action, NULL);
}

void interrupts_leave(void)
{
    for (size_t i = 0; i < INTERRUPTS; i++) {
        if (taken[i])
            signal(interrupts[i], SIG_DFL);
        taken[i] = false;
    }
}
