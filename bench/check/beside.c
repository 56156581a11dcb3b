/* beside.c - see beside.h. */
#include "bench/check/beside.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/check/check.h"

enum { LOOK_EVERY_MS = 20 };

/* Of all processes. */
struct board {
    _Atomic int next, over, error;
    volatile sig_atomic_t stop; /* this process sets it, the others read it */
};

static _Noreturn void work(struct board *board, const struct beside *beside, pid_t parent)
{
    int number, none = 0, error = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent && !error && !atomic_load(&board->error) &&
           (number = atomic_fetch_add(&board->next, 1)) < beside->count) {
        error = beside->play(beside->context, number, &board->stop);
        atomic_fetch_add(&board->over, 1);
    }
    if (error)
        atomic_compare_exchange_strong(&board->error, &none, error);
    _exit(0);
}

/* Waits until each has ended. One that does so in another way than it should leaves -ECHILD. */
static void await(struct board *board, const struct beside *beside, const pid_t *processes, int count)
{
    int left = count;
    while (left > 0) {
        left = 0;
        for (int i = 0; i < count; i++) {
            int status = 0, none = 0;
            pid_t ended = waitpid(processes[i], &status, WNOHANG);
            left += ended == 0 || (ended < 0 && errno == EINTR);
            if (ended > 0 && status)
                atomic_compare_exchange_strong(&board->error, &none, -ECHILD);
        }
        if (check_stop)
            board->stop = 1;
        beside->tell(beside->context, atomic_load(&board->over));
        if (left)
            poll(NULL, 0, LOOK_EVERY_MS);
    }
}

int beside_run(const struct beside *beside)
{
    struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t processes[BESIDE_PROCESSES_MAX], parent = getpid();
    int started = 0, error = 0;
    if (board == MAP_FAILED)
        return -errno;
    signal(SIGCHLD, SIG_DFL); /* a library may have told the kernel to forget children */
    fflush(NULL);             /* what is buffered is not theirs to write */
    while (!error && started < beside->processes && started < beside->count) {
        pid_t process = fork();
        if (!process)
            work(board, beside, parent);
        if (process < 0)
            error = -errno;
        else
            processes[started++] = process;
    }
    if (started)
        error = 0; /* fewer will do */
    await(board, beside, processes, started);
    if (!error)
        error = atomic_load(&board->error);
    munmap(board, sizeof *board);
    return error;
}
