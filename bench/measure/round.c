/* round.c - see round.h: the parent's side of child.h. */
#include "bench/measure/round.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/json/must.h"
#include "bench/measure/child.h"
#include "bench/measure/estimate.h"
#include "bench/measure/round_noise.h"
#include "bench/results/result.h"

enum {
    PAD_MAX = 4096,     /* bytes by which the environment varies: it shifts the stack */
    SILENCE_MS = 60000, /* without a word for so long after a slice's limit a child hangs */
    HANGS_MAX = 2,      /* a configuration that hung in so many rounds is not tried again */
    FINISH_MS = 5000,   /* for the slice that runs to end once interrupted: then it is given up */
    GIVE_UP_MS = 5000,  /* for a process to give its slice up and tell of those before */
    TICK_MS = 500,      /* of the progress display */
    ATTEMPTS_MAX = 64,  /* processes for one round */
};

volatile sig_atomic_t round_interrupted;

extern char **environ;

/* State of one run. */
struct run {
    const struct plan *plan;
    const struct round_events *events;
    int round, rounds;
    double began_s, round_began_s, round_took_s; /* the last round's length */
    int disturbed;
    int *hangs; /* [plan->count] */
};

/* State of one process. */
struct child {
    pid_t pid;
    int out;
    const int *map;       /* its indices to the plan's */
    bool *done;           /* [plan.count]: no more of it in this round */
    int running;          /* plan index, -1: none yet */
    double limit_s;       /* of the slice that runs */
    char side[16];        /* of a duet, on which side; "" */
    bool complete, ended; /* it has told of its end: of a whole round, or of a spoilt one */
    bool lacking;         /* it has said that the machine refuses it memory */
    char *text;           /* not yet parsed */
    size_t length, room;
};

static double now_s(void)
{
    return (double)workload_now_ns() / 1e9;
}

/* The time after which no further round begins, when rounds take longer than
 * reckoned: the budget wins. */
static double patience_s(const struct plan *plan)
{
    static const double overrun = 1.5;
    return overrun * (double)plan->budget_ns / 1e9 * plan->count;
}

double round_estimate_s(const struct plan *plan)
{
    double length = estimate_round_s(plan), rounds = floor(patience_s(plan) / length);
    return length * (rounds < 1 ? 1 : rounds < plan->rounds ? rounds : plan->rounds);
}

static double left_s(const struct run *run)
{
    double now = now_s();
    double each = run->round_took_s > 0 ? run->round_took_s : estimate_round_s(run->plan);
    double left = each * (run->rounds - run->round) - (now - run->round_began_s);
    /* The budget ends it before; but a round that has begun is finished. */
    double patience = fmax(patience_s(run->plan) - (now - run->began_s), each - (now - run->round_began_s));
    return fmax(0, fmin(left, patience));
}

/* A descriptor that reads as the JSON of the remaining configurations. */
static int plan_descriptor(const struct run *run, const int *map, int count, uint64_t seed)
{
    struct plan part = *run->plan;
    char *text;
    json_t *json;
    int descriptor = memfd_create("plan", 0);
    part.seed = seed;
    part.duet.round = run->round;
    part.count = count;
    part.entries = calloc((size_t)count, sizeof *part.entries);
    if (descriptor < 0 || !part.entries)
        return -1;
    for (int i = 0; i < count; i++)
        part.entries[i] = run->plan->entries[map[i]];
    json = plan_json(&part);
    text = json_dumps(json, JSON_COMPACT);
    if (!text || write(descriptor, text, strlen(text)) != (ssize_t)strlen(text) ||
        lseek(descriptor, 0, SEEK_SET) != 0) {
        close(descriptor);
        descriptor = -1;
    }
    free(text);
    json_decref(json);
    free(part.entries);
    return descriptor;
}

/* The environment with one variable more, of a length that depends on the seed. */
static char **padded_environment(uint64_t seed, char *pad)
{
    size_t count = 0, length = (size_t)((seed >> 7) % PAD_MAX);
    char **copy;
    while (environ[count])
        count++;
    copy = calloc(count + 2, sizeof *copy);
    if (!copy)
        return NULL;
    memcpy(copy, environ, count * sizeof *copy);
    strcpy(pad, "POOLBENCH_PAD=");
    memset(pad + strlen(pad), 'x', length);
    copy[count] = pad;
    return copy;
}

/* Starts the process. Between fork and exec only async-signal-safe calls. */
static int child_start(struct child *child, int plan, uint64_t seed)
{
    static char pad[PAD_MAX + 32];
    char plan_text[16], out_text[16];
    char **environment;
    int pipes[2];
    memset(pad, 0, sizeof pad);
    environment = padded_environment(seed, pad);
    if (!environment || pipe2(pipes, O_CLOEXEC)) {
        free(environment);
        return -errno;
    }
    snprintf(plan_text, sizeof plan_text, "%d", plan);
    snprintf(out_text, sizeof out_text, "%d", pipes[1]);
    child->pid = fork();
    if (child->pid == 0) {
        char *const arguments[] = {"poolbench", CHILD_ARGUMENT, plan_text, out_text, NULL};
        fcntl(pipes[1], F_SETFD, 0);
        dup2(STDERR_FILENO, STDOUT_FILENO); /* what a pool prints is no result */
        execve("/proc/self/exe", arguments, environment);
        _exit(127);
    }
    close(pipes[1]);
    free(environment);
    child->out = pipes[0];
    if (child->pid < 0) {
        close(pipes[0]);
        return -errno;
    }
    return 0;
}

/* An observation that is not a trial's own: a crash, a hang. */
static void tell_failure(struct run *run, struct child *child, const char *verdict, const char *why)
{
    json_t *trial;
    char text[192];
    if (child->running < 0 || child->done[child->running])
        return;
    snprintf(text, sizeof text, "%s%s%s", child->side, *child->side ? ": " : "", why);
    child->done[child->running] = true;
    run->hangs[child->running] += !strcmp(verdict, "hang");
    trial = must_pack("{s:i, s:i, s:s, s:s, s:i, s:i, s:i, s:i, s:i}", "configuration", child->running, "round",
                      run->round, "verdict", verdict, "failure", text, "accepted", 0, "done", 0, "failed", 0,
                      "cancelled", 0, "dropped", 0);
    if (run->events->trial)
        run->events->trial(run->events->context, trial);
    json_decref(trial);
}

static void take_trial(struct run *run, struct child *child, json_t *trial)
{
    int index = child->map[json_integer_value(json_object_get(trial, "configuration"))];
    const char *verdict = json_string_value(json_object_get(trial, "verdict"));
    child->done[index] = true;
    run->hangs[index] += verdict && !strcmp(verdict, "hang");
    json_object_set_new(trial, "configuration", json_integer(index));
    json_object_set_new(trial, "round", json_integer(run->round));
    if (run->events->trial)
        run->events->trial(run->events->context, trial);
}

static void take_round(struct run *run, struct child *child, json_t *noise)
{
    bool disturbed = round_noise_disturbs(noise);
    child->ended = true;
    child->complete = json_is_true(json_object_get(noise, "complete"));
    json_object_del(noise, "complete");
    json_object_set_new(noise, "round", json_integer(run->round));
    json_object_set_new(noise, "disturbed", json_boolean(disturbed));
    run->disturbed += disturbed;
    if (child->complete && run->events->round)
        run->events->round(run->events->context, noise);
}

static void take_line(struct run *run, struct child *child, const char *line, size_t length)
{
    json_t *json = json_loadb(line, length, 0, NULL), *part;
    if (!json)
        return;
    child->lacking = child->lacking || json_object_get(json, "cannot");
    if ((part = json_object_get(json, "running"))) {
        child->running = child->map[json_integer_value(json_object_get(part, "configuration"))];
        child->limit_s = json_number_value(json_object_get(part, "limit_s"));
        snprintf(child->side, sizeof child->side, "%s", result_string(part, "side"));
        if (run->events->running)
            run->events->running(run->events->context, child->running, run->round, run->rounds, left_s(run));
    }
    if ((part = json_object_get(json, "trial")))
        take_trial(run, child, part);
    if ((part = json_object_get(json, "round")))
        take_round(run, child, part);
    json_decref(json);
}

/* Reads what there is; returns false at the end. */
static bool child_read(struct run *run, struct child *child)
{
    char *newline;
    ssize_t got;
    if (child->room - child->length < 65536) {
        char *grown = realloc(child->text, child->room + 262144);
        if (!grown)
            return false;
        child->text = grown;
        child->room += 262144;
    }
    got = read(child->out, child->text + child->length, child->room - child->length);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    child->length += (size_t)got;
    while ((newline = memchr(child->text, '\n', child->length))) {
        size_t line = (size_t)(newline - child->text) + 1;
        take_line(run, child, child->text, line - 1);
        child->length -= line;
        memmove(child->text, child->text + line, child->length);
    }
    return true;
}

/* By how much longer than it waits it was since then: it stood still, and so did the child, maybe. */
static double overslept_s(double since_s)
{
    return fmax(0, now_s() - since_s - TICK_MS / 1e3);
}

/* Listens until the process ends. Returns false when it had to be killed. */
static bool child_listen(struct run *run, struct child *child)
{
    int told = 0;
    double heard = now_s(), patient_s = INFINITY;
    for (;;) {
        struct pollfd poll_for = {.fd = child->out, .events = POLLIN};
        double began_s = now_s();
        int ready = poll(&poll_for, 1, TICK_MS);
        /* Whoever sends one signal, as timeout and a container's stop do, waits for the end. */
        if (told == 1 && round_interrupted == 1 && now_s() > patient_s)
            round_interrupted = 2;
        if (round_interrupted > told) {
            told = round_interrupted;
            kill(child->pid, told == 1 ? CHILD_STOP : told == 2 ? CHILD_GIVE_UP : SIGKILL);
            patient_s = now_s() + (told == 1 ? FINISH_MS : GIVE_UP_MS) / 1e3;
        }
        if (told > 1 && now_s() > patient_s)
            kill(child->pid, SIGKILL);
        if (ready > 0) {
            heard = now_s();
            if (!child_read(run, child))
                return true;
        } else if (child->running >= 0 && run->events->running) {
            run->events->running(run->events->context, child->running, run->round, run->rounds, left_s(run));
        }
        heard += overslept_s(began_s);
        if (now_s() - heard > SILENCE_MS / 1e3 + child->limit_s) {
            kill(child->pid, SIGKILL);
            return false;
        }
    }
}

/* SIGKILL comes from outside, of the kernel, mostly: no pool can be blamed for that. */
static void tell_signal(struct run *run, struct child *child, int number)
{
    char why[192];
    bool outside = number == SIGKILL || number == SIGXCPU;
    if (outside)
        snprintf(why, sizeof why,
                 "the round's process was killed by signal %d (%s): the memory of a container, ulimit -t, or somebody",
                 number, strsignal(number));
    else
        snprintf(why, sizeof why, "crash: the round's process died of signal %d (%s)", number, strsignal(number));
    tell_failure(run, child, outside ? "cannot" : "crash", why);
}

static void child_end(struct run *run, struct child *child, bool listened)
{
    char why[128];
    int status = 0;
    close(child->out);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!listened) {
        snprintf(why, sizeof why, "hang: not a word from the round's process; it was killed");
        tell_failure(run, child, "hang", why);
    } else if (WIFSIGNALED(status) && round_interrupted < 2) {
        tell_signal(run, child, WTERMSIG(status));
    } else if (WIFEXITED(status) && WEXITSTATUS(status) && child->lacking) {
        tell_failure(run, child, "cannot", "no more memory (ulimit -v, or the memory of a container)");
    } else if (WIFEXITED(status) && (WEXITSTATUS(status) || !(child->ended || round_interrupted))) {
        snprintf(why, sizeof why, "crash: the round's process ended with status %d in the middle of it",
                 WEXITSTATUS(status));
        tell_failure(run, child, "crash", why);
    }
    free(child->text);
}

/* One process over what is left of this round. */
static int run_process(struct run *run, bool *done, int *map, uint64_t seed, bool *complete)
{
    struct child child = {.map = map, .done = done, .running = -1};
    int count = 0, plan, error;
    bool listened;
    for (int i = 0; i < run->plan->count; i++)
        if (!done[i])
            map[count++] = i;
    if (!count) {
        *complete = true;
        return 0;
    }
    plan = plan_descriptor(run, map, count, seed);
    if (plan < 0)
        return -ENOMEM;
    error = child_start(&child, plan, seed);
    close(plan);
    if (error)
        return error;
    listened = child_listen(run, &child);
    child_end(run, &child, listened);
    *complete = child.complete || child.running < 0; /* dead before it began: do not try again */
    return child.running >= 0 || child.complete || round_interrupted ? 0 : child.lacking ? -ENOMEM : -ECHILD;
}

static int run_round(struct run *run)
{
    bool *done = calloc((size_t)run->plan->count, sizeof *done), complete = false;
    int *map = calloc((size_t)run->plan->count, sizeof *map);
    int error = done && map ? 0 : -ENOMEM;
    uint64_t seed = (run->plan->seed + (uint64_t)run->round + 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; !error && i < run->plan->count; i++)
        done[i] = run->hangs[i] >= HANGS_MAX;
    run->round_began_s = now_s();
    for (int attempt = 0; !error && !complete && attempt < ATTEMPTS_MAX && !round_interrupted; attempt++)
        error = run_process(run, done, map, (seed + (uint64_t)attempt * 7919) >> 1, &complete);
    run->round_took_s = now_s() - run->round_began_s;
    free(map);
    free(done);
    return error;
}

/* Whether one round more is to be run. Disturbed ones are made up for while
 * there is time, each once, and at most as many as were wanted. */
static bool another_round(struct run *run)
{
    const struct plan *plan = run->plan;
    double budget_s = (double)plan->budget_ns / 1e9 * plan->count, end_s = now_s() - run->began_s + run->round_took_s;
    if (round_interrupted || (run->round && run->events->enough && run->events->enough(run->events->context)))
        return false;
    if (plan->duet.base) /* as many as its rule says */
        return run->round < plan->rounds;
    run->rounds = plan->rounds + (run->disturbed < plan->rounds ? run->disturbed : plan->rounds);
    if (run->round >= plan->rounds)
        return run->round < run->rounds && end_s <= budget_s;
    return run->round == 0 || end_s <= patience_s(plan);
}

int round_run(const struct plan *plan, const struct round_events *events)
{
    struct run run = {.plan = plan, .events = events, .rounds = plan->rounds, .began_s = now_s()};
    int error = 0;
    run.hangs = calloc((size_t)plan->count + 1, sizeof *run.hangs);
    if (!run.hangs)
        return -ENOMEM;
    for (; !error && another_round(&run); run.round++)
        error = run_round(&run);
    free(run.hangs);
    return error ? error : round_interrupted ? -EINTR : 0;
}
