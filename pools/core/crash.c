/* crash.c - on request, says which job it was when a fault signal arrives.
 *
 * The handler prints with write() only, finds the function's name without a
 * lock (symbol.h), runs on an alternate stack so that an overflow of the
 * job's own stack is reported too, and then hands on to whoever handled the
 * signal before. It never tries to go on: that is not sound. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pools/core/machinery.h"
#include "pools/core/symbol.h"

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct sigaction before[SIGNALS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

struct line {
    char text[512];
    size_t length;
};

static void add(struct line *line, const char *text)
{
    while (*text && line->length < sizeof line->text - 1)
        line->text[line->length++] = *text++;
}

static void add_number(struct line *line, uint64_t number, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    if (base == 16)
        add(line, "0x");
    add(line, digits + at);
}

/* Its name, if it has one; and file and offset, which addr2line takes. */
static void add_function(struct line *line, pool_job_fn *fn)
{
    struct pool_symbol symbol = pool_symbol_of((uintptr_t)fn);
    if (symbol.name) {
        add(line, symbol.name);
        add(line, " at ");
    }
    if (symbol.file) {
        add(line, symbol.file);
        add(line, "+");
    }
    add_number(line, symbol.offset, 16);
}

static void report(int signal_number, struct pool_frame *frame)
{
    struct line line = {.length = 0};
    add(&line, "pool ");
    add(&line, frame->pool->design->name);
    add(&line, ": signal ");
    add_number(&line, (uint64_t)signal_number, 10);
    if (frame->worker) {
        add(&line, " on worker ");
        add_number(&line, (uint64_t)frame->worker->index, 10);
    } else {
        add(&line, " on a submitter's stack");
    }
    add(&line, " in job ");
    add_function(&line, atomic_load_explicit(&frame->fn, memory_order_relaxed));
    add(&line, " arg ");
    add_number(&line, (uintptr_t)atomic_load_explicit(&frame->arg, memory_order_relaxed), 16);
    add(&line, "\n");
    syscall(SYS_write, 2, line.text, line.length);
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    struct pool_frame *frame = pool_frame_top;
    int i = 0;
    if (frame && atomic_load_explicit(&frame->fn, memory_order_relaxed) &&
        frame->pool->config.flags & POOL_REPORT_CRASHES)
        report(signal_number, frame);
    while (i < SIGNALS - 1 && signals[i] != signal_number)
        i++;
    if (before[i].sa_flags & SA_SIGINFO) {
        before[i].sa_sigaction(signal_number, info, context);
    } else if (before[i].sa_handler != SIG_DFL && before[i].sa_handler != SIG_IGN) {
        before[i].sa_handler(signal_number);
    } else {
        /* On return the fault happens again, now with its default action. */
        signal(signal_number, SIG_DFL);
        if (info->si_code <= 0)
            raise(signal_number);
    }
}

/* The alternate stack of one thread, in memory of its own: as a thread-local it would make
 * the thread-locals of a shared object too large for the loader's room for fast ones. */
struct alternate {
    stack_t before;
    char stack[32768];
};
static pthread_key_t alternate_key;
static bool has_key;

/* At the end of its thread. */
static void alternate_free(void *memory)
{
    struct alternate *alternate = memory;
    sigaltstack(&alternate->before, NULL);
    munmap(alternate, sizeof *alternate);
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    has_key = !pthread_key_create(&alternate_key, alternate_free);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
}

void pool_crash_install(void)
{
    pthread_once(&once, install);
}

/* Where there is no memory for it, an overflow of the job's own stack goes unreported. */
void pool_crash_report_here(void)
{
    struct alternate *alternate;
    if (!has_key || pthread_getspecific(alternate_key))
        return;
    alternate = mmap(NULL, sizeof *alternate, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (alternate == MAP_FAILED)
        return;
    if (pthread_setspecific(alternate_key, alternate) ||
        sigaltstack(&(stack_t){.ss_sp = alternate->stack, .ss_size = sizeof alternate->stack}, &alternate->before)) {
        pthread_setspecific(alternate_key, NULL);
        munmap(alternate, sizeof *alternate);
    }
}
